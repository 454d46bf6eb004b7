// Keeps one child process that speaks mDNS: started again when it dies, later each time it dies soon; ended with us.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './messages.ts';

const CHILD = fileURLToPath(new URL('mdns-child.ts', import.meta.url));
// it reads what anybody sends: it may write no file and start no program, and of the environment it gets the mark of its instance only (scripts/stop finds by it what is left)
const FLAGS = ['--permission', '--allow-fs-read=*', '--no-warnings', '--no-deprecation', '--max-old-space-size=64', '--max-semi-space-size=1'];
const FIRST_MS = 500;
const LAST_MS = 30_000;
/** Alive for so long: the next death counts as the first. */
const WELL_MS = 60_000;
/** A question is acknowledged within this, or the child hangs. */
const HANG_MS = 10_000;
const STOP_MS = 1000;

export interface ChildOptions { start: () => ToChild; heard: (message: FromChild) => void; died: (why: { code: string | null; again: number }) => void }
export interface KeptChild {
  ask(): void;
  /** A new one in place of this; it says good-bye first. */
  restart(): void;
  stop(): Promise<void>;
}

export function keepChild(o: ChildOptions): KeptChild {
  let child: ChildProcess | undefined;
  let wait = FIRST_MS;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** How to ask a child that is up. */
  const waiting = new Map<ChildProcess, () => void>();
  const leaving = new Set<Promise<void>>();

  const { PM2_HOME } = process.env;
  function run(): void {
    timer = undefined;
    const mine = fork(CHILD, [], { execPath: process.execPath, execArgv: FLAGS, env: PM2_HOME ? { PM2_HOME } : {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child = mine;
    const born = performance.now();
    let code: string | null = null;
    let hang: NodeJS.Timeout | undefined;
    const say = (m: ToChild): void => void (mine.connected && mine.send(m, () => undefined));
    mine.on('message', (m: FromChild) => {
      if (m.is === 'trouble') code = m.code;
      if (m.is === 'up' && m.cards.length) watch();
      if (m.is === 'asked') { clearTimeout(hang); hang = undefined; }
      if (child === mine && !stopped) o.heard(m);
    });
    // an id of a question is not needed: there is never more than one question open
    const watch = (): void => { waiting.set(mine, () => { say({ do: 'ask' }); hang ??= setTimeout(() => mine.kill('SIGKILL'), HANG_MS); }); };
    const gone = (): void => {
      clearTimeout(hang);
      waiting.delete(mine);
      if (child !== mine) return;
      child = undefined;
      if (stopped) return;
      if (performance.now() - born > WELL_MS || code === 'addresses') wait = FIRST_MS;
      o.died({ code, again: wait });
      timer = setTimeout(run, wait);
      wait = Math.min(wait * 2, LAST_MS);
    };
    mine.once('exit', gone).once('error', gone);
    say(o.start());
  }

  async function end(c: ChildProcess): Promise<void> {
    if (c.exitCode !== null || c.signalCode !== null) return;
    const exit = once(c, 'exit');
    const limit = setTimeout(() => c.kill('SIGKILL'), STOP_MS);
    if (c.connected) c.send({ do: 'stop' } satisfies ToChild, () => undefined);
    await exit;
    clearTimeout(limit);
  }

  run();
  return {
    ask: () => { if (child) waiting.get(child)?.(); },
    restart() {
      const old = child;
      child = undefined;
      clearTimeout(timer);
      if (old) { const left = end(old).finally(() => leaving.delete(left)); leaving.add(left); }
      run();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.all([...leaving, child && end(child)]);
    },
  };
}
