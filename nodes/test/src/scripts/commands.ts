// Runs the real scripts of this checkout, each test with folders and ports of its own, and ends whatever a test leaves behind.
import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CHECKOUT = new URL('../../../..', import.meta.url).pathname.replace(/\/$/, '');
export const root = process.getuid?.() === 0;

/** Where root remembers which state folder and user belong to a data folder. */
const RECORDS = '/var/lib/mantel-instances';

export interface Said { code: number; out: string; err: string }
/** Runs `scripts/NAME ARGS…` of a checkout to its end; never throws. */
export function script(name: string, args: string[], options: { env?: Record<string, string>; checkout?: string } = {}): Promise<Said> {
  return new Promise((resolve) => {
    execFile(join(options.checkout ?? CHECKOUT, 'scripts', name), args, { env: clean(options.env), timeout: 80_000, cwd: '/' }, (error, out, err) => {
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, out, err });
    });
  });
}
const clean = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, HOME: process.env.HOME, MANTEL_DISCOVERY: 'off', ...more });
/** Runs lines of bash that use `scripts/lib.sh`, after its options were read and the folders located, as start does. */
export function library(lines: string, args: string[]): Said {
  const said = spawnSync('bash', ['-c', `. "$0/scripts/lib.sh"; USAGE=''; parse_options '--data --state --port --user --group' '' "$@"; locate make; ${lines}`, CHECKOUT, ...args], { env: clean(), cwd: '/', encoding: 'utf8', timeout: 20_000 });
  return { code: said.status ?? 1, out: said.stdout, err: said.stderr };
}
export const foreground = (args: string[]): ChildProcess => spawn(join(CHECKOUT, 'scripts/start'), [...args, '--foreground'], { env: clean(), cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] });

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject).listen(0, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

export const healthy = async (port: number): Promise<boolean> => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/health`, { signal: AbortSignal.timeout(2000) });
    return ((await answer.json()) as { status: string }).status === 'ok';
  } catch {
    return false;
  }
};

/** The processes of the instance whose state folder ends so (the folder may be mounted a second time): pid by pid, with user id and command. */
export function processes(stateEnd: string): { pid: number; uid: number; command: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const home = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').find((line) => line.startsWith('PM2_HOME='));
      if (!home?.endsWith(`${stateEnd}/pm2`)) return [];
      const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
      return [{ pid: Number(name), uid, command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return []; // it ended while we looked, or belongs to somebody else
    }
  });
}
export const pidOf = (stateEnd: string, part: string): number | undefined => processes(stateEnd).find((p) => p.command.includes(part))?.pid;

export async function until(what: string, true_: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await true_())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((r) => { setTimeout(r, 50); });
  }
}

/** A house for one test file: folders that are removed and instances that are stopped at the end, mounts included. */
export function house() {
  const top = mkdtempSync(join(tmpdir(), 'mantel-scripts-'));
  if (root) execFileSync('chmod', ['0755', top]); // one test closes a folder below on purpose; the others must be reachable
  const started = new Set<string[]>();
  const mounts: string[] = [];
  return {
    folder: (name: string): string => join(top, name),
    start: (args: string[], options: Parameters<typeof script>[2] = {}): Promise<Said> => { started.add(args); return script('start', args, options); },
    /** The checkout a second time, in a folder that only root may enter; false where this machine does not allow mounts. */
    mountCheckout(at: string): boolean {
      mkdirSync(at, { mode: 0o700 });
      for (const name of readdirSync(CHECKOUT).filter((n) => !n.startsWith('.') && n !== 'data')) {
        const from = join(CHECKOUT, name), to = join(at, name);
        if (statSync(from).isDirectory()) mkdirSync(to); else writeFileSync(to, '');
        try { execFileSync('mount', ['--bind', from, to], { stdio: 'pipe' }); } catch { return false; }
        mounts.push(to);
      }
      return true;
    },
    async close(): Promise<void> {
      for (const args of started) {
        const at = args.indexOf('--data');
        const data = args[at + 1];
        if (at >= 0 && data && existsSync(data)) await script('stop', ['--data', data]);
      }
      for (const at of mounts.toReversed()) execFileSync('umount', [at], { stdio: 'pipe' });
      for (const name of existsSync(RECORDS) ? readdirSync(RECORDS) : []) {
        if (readFileSync(join(RECORDS, name), 'utf8').startsWith(`data=${top}/`)) rmSync(join(RECORDS, name));
      }
      rmSync(top, { recursive: true, force: true });
    },
  };
}
