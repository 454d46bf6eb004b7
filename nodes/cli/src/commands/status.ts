import type { Command } from 'commander';
import { withContext } from '../context.ts';
import { bytes, count } from '../format.ts';
import { print, table, type Terminal } from '../terminal.ts';
import { jobsTable } from './jobs.ts';

export function addStatus(program: Command, terminal: Terminal): void {
  program.command('status').description('how this Mantel is').action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const health = await api.get('storage.health', '/health');
    const me = await api.get('auth.me', '/auth/me');
    const libraries = await api.get('libraries.list', '/libraries');
    const admin = me.role === 'admin' ? { storage: await api.get('storage.status', '/storage'), jobs: await api.get('jobs.status', '/jobs'), nodes: await api.get('nodes.list', '/nodes') } : null;
    if (json) return print(terminal, JSON.stringify({ url: api.url, ...health, user: me, libraries, ...admin }));
    print(terminal, `Mantel ${health.version} at ${api.url}, as ${me.name} (${me.role})`);
    print(terminal, table([['Library', 'Kind', 'Role', 'Photos and videos'], ...libraries.map((l) => [l.name, l.kind, l.role, count(l.assets)])]));
    if (!admin) return;
    const { storage, jobs, nodes } = admin;
    print(terminal, storage.present ? `Storage: ${bytes(storage.originalsBytes)} of originals, ${bytes(storage.derivedBytes)} of previews, ${bytes(storage.freeBytes)} of ${bytes(storage.totalBytes)} free, in ${storage.dataPath}` : `Storage: the disk with the photos is not there (${storage.dataPath}).`);
    print(terminal, jobsTable(jobs));
    print(terminal, `Workers: ${nodes.map((n) => `${n.name} (${n.state})`).join(', ') || 'none'}`);
  }));
}
