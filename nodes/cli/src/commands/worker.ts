import { createConnection } from 'node:net';
import type { Command } from 'commander';
import type { ControlAnswer, ControlRequest, ControlStatus } from '@mantel/contracts/models/control.ts';
import { Failure } from '../failure.ts';
import { print, type Terminal } from '../terminal.ts';

const SOCKET = '/var/lib/mantel-worker/control.sock';
const ANSWER_MS = 30_000; // leaving waits for running jobs
const WORDS: Record<string, string> = {
  looking: 'looking for the house', waiting: 'announced; press Add on its card in Admin → Nodes', code: 'waiting for an admin to compare the code', refused: 'not let in', ignored: 'ignored by an admin', full: 'too many computers wait to be let in', paired: 'let in, starting', working: 'works for the house',
};

function ask(path: string, request: ControlRequest): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => socket.write(`${JSON.stringify(request)}\n`));
    let text = '';
    const no = (message: string): void => { socket.destroy(); reject(new Failure(message)); };
    socket.setTimeout(ANSWER_MS, () => no('The worker does not answer.'));
    socket.on('error', (e: NodeJS.ErrnoException) => no(e.code === 'EACCES' ? 'Only root may speak with the worker: put sudo before it.' : 'The worker does not run on this computer (or this is not its computer). Start it with: sudo mantel worker start'));
    socket.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { try { resolve(JSON.parse(text) as ControlAnswer); } catch { no('The worker did not answer.'); } });
  });
}

function describe(s: ControlStatus, now: number): string {
  const lines = [
    `${s.name}: ${s.state === 'working' && !s.connected ? 'let in, but the house cannot be reached at the moment' : s.drained ? 'takes no more work (mantel worker resume)' : (WORDS[s.state] ?? s.state)}`,
    ...(s.code ? [`Code: ${s.code.slice(0, 3)} ${s.code.slice(3)}`] : []), ...(s.house || s.address ? [`House: ${[s.house, s.address].filter(Boolean).join(', ')}`] : []), `Version: ${s.version} (${s.build})${s.id ? `, known as ${s.id}` : ''}`,
    ...(s.state === 'working' ? [s.running.length ? `Jobs: ${s.running.map((j) => `${j.kind} ${j.id} for ${Math.round((now - j.since) / 1000)} s`).join(', ')}` : 'Jobs: none at the moment'] : []),
    ...(s.update ? [`Update to ${s.update.build}: ${s.update.state}${s.update.error ? `. ${s.update.error}` : ''}`] : []), ...s.missing,
  ];
  return lines.join('\n');
}

/** Works on the PC of a worker only: it speaks with the worker beside it, not with the house. */
export function addWorker(program: Command, terminal: Terminal): void {
  const worker = program.command('worker').description('the worker of this computer');
  const path = (): string => terminal.env.MANTEL_CONTROL ?? SOCKET;
  const run = async (request: ControlRequest): Promise<ControlAnswer & { status: ControlStatus }> => {
    const a = await ask(path(), request);
    if (!a.ok || !a.status) throw new Failure(a.error ?? 'The worker refused.');
    return { ...a, status: a.status };
  };
  worker.command('status').description('what it does, and the code while it waits to be let in').action(async (_o: object, command: Command) => {
    const { status: s } = await run({ do: 'status' });
    print(terminal, command.optsWithGlobals<{ json?: boolean }>().json ? JSON.stringify(s) : describe(s, Date.now()));
  });
  worker.command('drain').description('finish what runs and take no more work').action(async () => { await run({ do: 'drain' }); print(terminal, 'It takes no more work. To go on: mantel worker resume'); });
  worker.command('resume').description('take work again').action(async () => { await run({ do: 'resume' }); print(terminal, 'It takes work again.'); });
  worker.command('leave').description('say good-bye to the house and forget it').action(async () => {
    const { heard } = await run({ do: 'leave' });
    if (heard === false) throw new Failure('It forgot the house, but the house did not hear its good-bye and still lets its key in. Remove this computer in Admin → Nodes too.', 3);
    print(terminal, 'It said good-bye and forgot the house.');
  });
}
