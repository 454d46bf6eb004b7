// A whole house with every part in a process of its own, as in production, so that their CPU time and memory can be read apart from ours.
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { child, startNats, type Child } from '../rig/children.ts';
import { Client } from './client.ts';
import { cpuMs } from './process-tree.ts';

const ADMIN = { email: 'bench@example.com', password: 'one of many long passwords' };
const STOP_MS = 12_000;
const TMPFS = 0x01021994;

export interface HouseOptions {
  /** false: nobody makes previews. */
  worker?: boolean;
  /** Files for --cpu-prof of coordinator and worker. */
  profile?: string | undefined;
  /** The coordinator prints the lag of its event loop on SIGUSR2. */
  loopLag?: boolean;
  /** A folder of an earlier start, to go on with. */
  dir?: string;
}
export interface House {
  dir: string; port: number; client: Client; coordinator: Child; worker: Child | undefined; nats: Child;
  /** CPU ms so far of coordinator, worker and their children. */
  cpuMs(): number;
  /** Stops everything; the folder stays only when `keep` is set. */
  stop(keep?: boolean): Promise<void>;
}

export const newFolder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-bench-'));
  if (statfsSync(dir).type === TMPFS) process.stderr.write(`warning: ${tmpdir()} lies in memory: writing is faster here than on any disk. Set TMPDIR to a folder on a disk.\n`);
  return dir;
};
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => { resolve(port); });
    });
  });
}
export const program = (module: string, env: NodeJS.ProcessEnv): Child => child(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve(module))], env);

interface App { name: string; script: string; interpreter: string; interpreter_args: string; env: NodeJS.ProcessEnv }
const ECOSYSTEM = fileURLToPath(new URL('../../../../ecosystem.config.js', import.meta.url));
/** One of our programs as pm2 runs it: the same Node, flags and environment, because they decide about memory. */
function asInProduction(name: string, folders: Record<string, string>, env: NodeJS.ProcessEnv, args: string[]): Child {
  const load = createRequire(import.meta.url);
  delete load.cache[ECOSYSTEM]; // it reads the environment when it is loaded
  const before = { ...process.env };
  Object.assign(process.env, folders);
  try {
    const app = (load(ECOSYSTEM) as { apps: App[] }).apps.find((a) => a.name === name);
    if (!app) throw new Error(`ecosystem.config.js knows no app "${name}"`);
    return child(app.interpreter, [...app.interpreter_args.split(' '), ...args, join(ECOSYSTEM, '..', app.script)], { ...app.env, ...env });
  } finally {
    process.env = before;
  }
}

/** Asks it to stop as pm2 does; a process that does not is ended. */
export async function end(c: Child): Promise<void> {
  const limit = setTimeout(() => { c.process.kill('SIGKILL'); }, STOP_MS);
  await c.kill('SIGINT');
  clearTimeout(limit);
}

export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const dir = options.dir ?? newFolder();
  const data = join(dir, 'data');
  const state = join(dir, 'state');
  const temp = join(dir, 'tmp');
  mkdirSync(temp, { recursive: true });
  const port = await freePort();
  const folders = { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: String(port) };
  const profile = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
  const lag = options.loopLag ? ['--import', import.meta.resolve('./loop-lag-process.ts')] : [];

  const setup = program('@mantel/coordinator/cluster/setup.ts', folders);
  if ((await setup.exited) !== 0) throw new Error(`The house could not be set up:\n${setup.lines.join('\n')}`);
  const started: Child[] = [];
  const keep = (c: Child): Child => { started.push(c); return c; };
  try {
    const nats = keep(await startNats(state));
    const coordinator = keep(asInProduction('coordinator', folders, { TMPDIR: temp, MANTEL_ADMIN_EMAIL: ADMIN.email, MANTEL_ADMIN_PASSWORD: ADMIN.password }, [...profile, ...lag]));
    await coordinator.line((l) => l.includes('Server listening'));
    let worker: Child | undefined;
    if (options.worker !== false) {
      worker = keep(asInProduction('worker', folders, { TMPDIR: temp }, profile));
      await worker.line((l) => l.includes('"at work"'));
    }
    const client = new Client(port);
    await client.login(ADMIN.email, ADMIN.password);
    const measured = [coordinator, worker].filter((c) => c !== undefined);
    return {
      dir, port, client, coordinator, worker, nats,
      cpuMs: () => measured.reduce((ms, c) => ms + cpuMs(c.process.pid!), 0),
      async stop(keepFolder = false) {
        client.close();
        for (const c of started.toReversed()) await end(c);
        if (!keepFolder) rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (e) {
    for (const c of started.toReversed()) await end(c);
    rmSync(dir, { recursive: true, force: true });
    throw e;
  }
}
