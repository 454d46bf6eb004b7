import type { Command } from 'commander';
import { withContext } from '../context.ts';
import { addPairing } from './nodes-pairing.ts';
import { print, table, type Terminal } from '../terminal.ts';

export function addNodes(program: Command, terminal: Terminal): void {
  const nodes = program.command('nodes').description('the workers of this house');
  addPairing(nodes, terminal);
  nodes.command('metrics-token').description('the token with which a Prometheus server may read /metrics').action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const metrics = await api.get('nodes.metrics', '/nodes/metrics');
    print(terminal, json ? JSON.stringify(metrics) : metrics.token);
  }));
  nodes.action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const all = await api.get('nodes.list', '/nodes');
    if (json) return print(terminal, JSON.stringify(all));
    print(terminal, all.length === 0 ? 'No worker is known yet.' : table([['Worker', 'State', 'Running', 'Last seen', 'Version'], ...all.map((n) => [n.name + (n.local ? ' (this machine)' : ''), n.state, String(n.running.length), n.lastSeenAt ?? '-', n.version ?? '-'])]));
  }));
}
