import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A child process with its output as lines that can be awaited. */
export interface Child { process: ChildProcess; lines: string[]; exited: Promise<number | null>; line(fits: (line: string) => boolean, ms?: number): Promise<string>; kill(signal?: NodeJS.Signals): Promise<number | null> }

// When the test runner itself is stopped, they go with it.
const alive = new Set<ChildProcess>();
process.once('exit', () => { for (const c of alive) c.kill('SIGKILL'); });

export function child(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const started = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [started.stdout, started.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop()!;
      lines.push(...parts);
      for (const look of waiting) look();
    });
  }
  alive.add(started);
  const exited = new Promise<number | null>((resolve, reject) => {
    started.on('error', reject).on('close', (code) => {
      alive.delete(started);
      resolve(code);
    });
  });
  return {
    process: started, lines, exited,
    line: (fits, ms = 20_000) => new Promise((resolve, reject) => {
      const end = (act: () => void): void => {
        waiting.delete(look);
        clearTimeout(timer);
        act();
      };
      const look = (): void => {
        const found = lines.find(fits);
        if (found !== undefined) end(() => resolve(found));
      };
      const timer = setTimeout(() => end(() => reject(new Error(`${program} did not say it in ${ms} ms:\n${lines.slice(-20).join('\n')}`))), ms);
      void exited.then((code) => end(() => reject(new Error(`${program} ended with ${code}:\n${lines.slice(-20).join('\n')}`))));
      waiting.add(look);
      look();
    }),
    kill: (signal = 'SIGKILL') => {
      started.kill(signal);
      return exited;
    },
  };
}

/** One of our own programs, as pm2 would run it. */
export const node = (module: string, env: NodeJS.ProcessEnv): Child => child(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve(module))], env);

export async function startNats(stateDir: string): Promise<Child> {
  const nats = child('nats-server', ['-c', `${stateDir}/nats/nats.conf`]);
  await nats.line((l) => l.includes('Server is ready'));
  return nats;
}
