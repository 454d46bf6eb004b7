import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { NatsConnection } from 'nats';
import { NAMESPACE, natsRaw } from '@mantel/runtime/broker.ts';
import { workerSubjects } from '@mantel/runtime/work-transport.ts';
import { publicKey } from '@mantel/runtime/keys.ts';
import type { Cluster, WorkerEntry } from './cluster.ts';
import { natsRuns } from './nats-port.ts';

const PREFIX = `MOL-${NAMESPACE}`;
const TEMPLATE = new URL('../../../../appliance/nats.conf.template', import.meta.url);
const list = (subjects: string[]): string => `{ allow: [${subjects.map((s) => `"${s}"`).join(', ')}] }`;

/** A worker may ask the gateway, under a subject that ends in its own id, and hear its own answers; it cannot announce services, answer for others, or listen to anybody. */
const permissions = (id: string): string =>
  `permissions: { publish: ${list(workerSubjects(PREFIX, id))}, subscribe: ${list([`${PREFIX}.*.${id}`, ...['DISCOVER', 'INFO', 'HEARTBEAT', 'DISCONNECT', 'PING'].map((s) => `${PREFIX}.${s}`)])} }`;

const folderOf = (c: Cluster): string => {
  const dir = join(c.state, 'nats');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
};
function confText(c: Cluster, workers: readonly WorkerEntry[]): string {
  const users = [`{ nkey: ${publicKey(c.seeds.gw)} }`, ...workers.map((w) => `{ nkey: ${w.nkey}, ${permissions(w.id)} }`)];
  const fill: Record<string, string> = { PORT: String(c.natsPort), STATE: c.state, WORK_USERS: users.join(',\n      '), SYS_NKEY: publicKey(c.seeds.sys) };
  return readFileSync(TEMPLATE, 'utf8').replace(/@([A-Z_]+)@/g, (_all, name: string) => fill[name] ?? '');
}
const limits = { timeout: 10_000 };

/** STATE/nats/nats.conf from the list of workers: checked by nats-server itself before it replaces the old one. */
export function writeNatsConf(c: Cluster): void {
  const file = join(folderOf(c), 'nats.conf');
  const conf = confText(c, c.workers);
  if (existsSync(file) && readFileSync(file, 'utf8') === conf) return;
  writeFileSync(`${file}.new`, conf, { mode: 0o600, flush: true });
  execFileSync('nats-server', ['-t', '-c', `${file}.new`], { stdio: 'pipe', ...limits });
  renameSync(`${file}.new`, file);
}

/** The configuration for another list of workers, checked, beside the one that holds; the answer puts it in its place. */
export async function prepareNatsConf(c: Cluster, workers: readonly WorkerEntry[]): Promise<() => void> {
  const file = join(folderOf(c), 'nats.conf');
  const next = `${file}.next`;
  const conf = confText(c, workers);
  if (existsSync(file) && readFileSync(file, 'utf8') === conf) return () => rmSync(next, { force: true });
  writeFileSync(next, conf, { mode: 0o600, flush: true });
  await promisify(execFile)('nats-server', ['-t', '-c', next], limits);
  return () => renameSync(next, file);
}

/** Tells a running nats-server to read its configuration again; other connections stay. Without one there is nothing to tell. */
export function reloadNats(c: Cluster): void {
  if (!natsRuns(c.state)) return; // the process number in a stale file may be another program's by now
  process.kill(Number(readFileSync(join(c.state, 'nats', 'nats.pid'), 'utf8')), 'SIGHUP');
}

const RELOAD_MS = 3000;
const loadedAt = async (sys: NatsConnection): Promise<string> => (await sys.request('$SYS.REQ.SERVER.PING.VARZ', '', { timeout: 1000 })).json<{ data: { config_load_time: string } }>().data.config_load_time;

/**
 * The same, and waits until the server has done it: a worker that comes a moment too early would be turned away. Throws when it does not answer in 3 s.
 * `ifOld`: only when it has not read the file since that was put there, because whoever connects in that very moment is turned away too.
 */
export async function reloadNatsAndWait(c: Cluster, { ifOld = false } = {}): Promise<void> {
  if (!natsRuns(c.state)) return;
  const sys = await natsRaw({ host: '127.0.0.1', natsPort: c.natsPort, cert: c.cert, seed: c.seeds.sys });
  try {
    const before = await loadedAt(sys);
    if (ifOld && Date.parse(before) > statSync(join(c.state, 'nats', 'nats.conf')).ctimeMs) return;
    reloadNats(c);
    for (const until = performance.now() + RELOAD_MS; (await loadedAt(sys)) === before; await sleep(5)) {
      if (performance.now() > until) throw new Error('nats-server does not read its configuration again; its log says why.');
    }
  } finally { await sys.close(); }
}
