import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMESPACE } from '@mantel/runtime/broker.ts';
import { workerSubjects } from '@mantel/runtime/work-transport.ts';
import { publicKey } from '@mantel/runtime/keys.ts';
import type { Cluster } from './cluster.ts';

const PREFIX = `MOL-${NAMESPACE}`;
const TEMPLATE = new URL('../../../../appliance/nats.conf.template', import.meta.url);
const list = (subjects: string[]): string => `{ allow: [${subjects.map((s) => `"${s}"`).join(', ')}] }`;

/** A worker may ask the gateway, under a subject that ends in its own id, and hear its own answers; it cannot announce services, answer for others, or listen to anybody. */
const permissions = (id: string): string =>
  `permissions: { publish: ${list(workerSubjects(PREFIX, id))}, subscribe: ${list([`${PREFIX}.*.${id}`, ...['DISCOVER', 'INFO', 'HEARTBEAT', 'DISCONNECT', 'PING'].map((s) => `${PREFIX}.${s}`)])} }`;

/** STATE/nats/nats.conf from the list of workers: checked by nats-server itself before it replaces the old one. */
export function writeNatsConf(c: Cluster): void {
  const dir = join(c.state, 'nats');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const users = [`{ nkey: ${publicKey(c.seeds.gw)} }`, ...c.workers.map((w) => `{ nkey: ${w.nkey}, ${permissions(w.id)} }`)];
  const fill: Record<string, string> = { PORT: String(c.natsPort), STATE: c.state, WORK_USERS: users.join(',\n      '), SYS_NKEY: publicKey(c.seeds.sys) };
  const conf = readFileSync(TEMPLATE, 'utf8').replace(/@([A-Z_]+)@/g, (_all, name: string) => fill[name] ?? '');
  const file = join(dir, 'nats.conf');
  if (existsSync(file) && readFileSync(file, 'utf8') === conf) return;
  writeFileSync(`${file}.new`, conf, { mode: 0o600 });
  execFileSync('nats-server', ['-t', '-c', `${file}.new`], { stdio: 'pipe', timeout: 10_000 });
  renameSync(`${file}.new`, file);
}

/** Tells a running nats-server to read its configuration again; other connections stay. Without one there is nothing to tell. */
export function reloadNats(c: Cluster): void {
  const pidFile = join(c.state, 'nats', 'nats.pid');
  if (!existsSync(pidFile)) return;
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGHUP');
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'ESRCH') throw e; // a stale pid file: the server reads the new one when it starts
  }
}
