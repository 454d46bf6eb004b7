import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Result } from '@mantel/contracts/actions/index.ts';
import type { Api } from '../api/client.ts';
import { withContext } from '../context.ts';
import { Failure } from '../failure.ts';
import { note, print, table, type Terminal } from '../terminal.ts';

type Discovered = Result<'nodes.discovered'>[number];
const STATES: Record<Discovered['state'], string> = { new: 'waits for you', open: 'about to show its code', code: 'shows a code', ignored: 'ignored' };
const LOOK_MS = 500;
const CODE_MS = 60_000;
const spaced = (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`;

/** One of several, by its id or its name. */
function named<T extends { id: string; name: string }>(all: readonly T[], wanted: string, what: string): T {
  const found = all.filter((d) => d.id === wanted || d.name.toLocaleLowerCase() === wanted.toLocaleLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw new Failure(`Several are called "${wanted}". Name one by its id: ${found.map((d) => d.id).join(', ')}`, 2);
  throw new Failure(`There is no ${what} "${wanted}". There is: ${all.map((d) => d.name).join(', ') || 'none'}.`, 2);
}
const waiting = async (api: Api, wanted: string): Promise<Discovered> => named(await api.get('nodes.discovered', '/nodes/discovered'), wanted, 'computer');

/** Until it shows its code; undefined when it does not in a minute. */
async function codeOf(api: Api, id: string, signal: AbortSignal): Promise<Discovered | undefined> {
  for (const until = performance.now() + CODE_MS; performance.now() < until && !signal.aborted; await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)) {
    const card = (await api.get('nodes.discovered', '/nodes/discovered')).find((d) => d.id === id);
    if (card?.code) return card;
  }
  if (signal.aborted) throw new Failure('Stopped.', 130);
  return undefined;
}

/** How a spare PC becomes a worker, and stops being one. */
export function addPairing(nodes: Command, terminal: Terminal): void {
  nodes.command('discovered').description('PCs in the network that would like to help').action((_options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const all = await api.get('nodes.discovered', '/nodes/discovered');
    if (json) return print(terminal, JSON.stringify(all));
    print(terminal, all.length === 0 ? 'No computer waits. Admin → Nodes shows the line that makes a spare PC a worker.' : table([['Computer', 'Id', 'Address', 'State', 'Code'], ...all.map((d) => [d.name, d.id, d.address || '-', STATES[d.state], d.code ? spaced(d.code) : '-'])]));
    for (const d of all) if (d.trouble) note(terminal, `${d.name}: ${d.trouble}`);
  }));
  nodes.command('add').description('open the door for one of them; waits for its code').argument('<computer>', 'its name or id').action((wanted: string, _options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const { id, name, trouble } = await waiting(api, wanted);
    await api.post('nodes.add', `/nodes/discovered/${id}/add`);
    if (trouble) note(terminal, trouble);
    const card = await codeOf(api, id, terminal.signal);
    if (!card?.code) throw new Failure(`${name} showed no code within a minute. The door stays open for a few minutes more; \`mantel nodes discovered\` shows the code.`);
    print(terminal, json ? JSON.stringify(card) : `The code of this house for ${name} is ${spaced(card.code)}.\nIf ${name} shows the same on its own screen:\n  mantel nodes approve ${id} ${card.code}\nIf not: mantel nodes reject ${id}`);
  }));
  nodes.command('approve').description('both screens show the same code: let it in').argument('<computer>', 'its name or id').argument('<code>', 'the six digits that its screen shows')
    .action((wanted: string, digits: string, _options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
      const code = digits.replace(/[\s-]/g, '');
      if (!/^\d{6}$/.test(code)) throw new Failure('A code has six digits.', 2);
      const { id, name } = await waiting(api, wanted);
      const result = await api.post('nodes.approve', `/nodes/discovered/${id}/approve`, { code });
      print(terminal, json ? JSON.stringify(result) : `${name} is a worker of this house now.`);
    }));
  nodes.command('reject').description('close the door again').argument('<computer>', 'its name or id').action((wanted: string, _options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const { id, name } = await waiting(api, wanted);
    const result = await api.post('nodes.reject', `/nodes/discovered/${id}/reject`);
    print(terminal, json ? JSON.stringify(result) : `${name} is not let in. Nothing was agreed.`);
  }));
  nodes.command('ignore').description('keep one away').argument('<computer>', 'its name or id').option('--undo', 'no longer').action((wanted: string, options: { undo?: boolean }, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const { id, name } = await waiting(api, wanted);
    const result = await api.post('nodes.ignore', `/nodes/discovered/${id}/ignore`, { ignored: !options.undo });
    print(terminal, json ? JSON.stringify(result) : options.undo ? `${name} is shown again.` : `${name} is ignored.`);
  }));
  nodes.command('remove').description('let a worker in no more; its jobs go to others').argument('<worker>', 'its name or id').action((wanted: string, _options: object, command: Command) => withContext(terminal, command, async ({ api, json }) => {
    const { id, name } = named(await api.get('nodes.list', '/nodes'), wanted, 'worker');
    const result = await api.remove('nodes.remove', `/nodes/${id}`);
    print(terminal, json ? JSON.stringify(result) : `${name} is no worker of this house any more.`);
  }));
}
