import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newSeed, nodeIdOf } from '@mantel/runtime/keys.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { makeCertificate } from './certificate.ts';
import { canListen, choosePort, natsRuns } from './nats-port.ts';

/** A worker that an admin let in: the key that NATS knows it by, and the token that its requests carry. */
export interface WorkerEntry { id: string; nkey: string; token: string; name: string; local: boolean; /** The attempt that was approved; its worker may fetch its token until then. */ claim?: { attempt: string; until: number } }
/** What makes this house itself: certificate, keys, and who may work for it. Lies in STATE/cluster, every file 0600. */
export interface Cluster { state: string; cid: string; natsPort: number; cert: string; key: string; seeds: { gw: string; sys: string }; secret: string; workers: WorkerEntry[] }

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

function keep(path: string, make: () => string): string {
  if (!existsSync(path)) replace(path, make());
  return readFileSync(path, 'utf8').trim();
}

/** Reads the house's identity, making what is missing. Running it again changes nothing. */
export async function openCluster(state: string): Promise<Cluster> {
  const dir = join(state, 'cluster');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(dir, name);
  const cid = keep(at('id'), () => randomBytes(8).toString('hex'));
  makeCertificate(dir, cid);
  const port = existsSync(at('nats.port')) ? 0 : await choosePort();
  return {
    state, cid, natsPort: Number(keep(at('nats.port'), () => String(port))), cert: readFileSync(at('tls.crt'), 'utf8'), key: readFileSync(at('tls.key'), 'utf8'),
    seeds: { gw: keep(at('gw.seed'), newSeed), sys: keep(at('sys.seed'), newSeed) }, secret: keep(at('url.secret'), () => randomBytes(32).toString('hex')),
    workers: JSON.parse(keep(at('workers.json'), () => '[]')) as WorkerEntry[],
  };
}

/** Before nats-server starts: when another program took the kept port meanwhile, the house gets a new one. The configuration and pairings must be written afterwards. */
export async function settlePort(c: Cluster): Promise<Cluster> {
  if (natsRuns(c.state) || (await canListen(c.natsPort))) return c;
  const natsPort = await choosePort();
  replace(join(c.state, 'cluster', 'nats.port'), String(natsPort));
  return { ...c, natsPort };
}

export const saveWorkers = (c: Cluster, workers: readonly WorkerEntry[] = c.workers): void => replace(join(c.state, 'cluster', 'workers.json'), JSON.stringify(workers, null, 1));

/** Lets a worker in while the house does not run (afterwards: members.ts). The NATS configuration must be written (and reloaded) afterwards. The id follows from the key, never from host or address. */
export function addWorker(c: Cluster, nkey: string, name: string, local = false): WorkerEntry {
  const entry = { id: nodeIdOf(nkey), nkey, token: randomBytes(24).toString('base64url'), name, local };
  c.workers.push(entry);
  saveWorkers(c);
  return entry;
}

/** What that worker keeps. */
export const pairedFile = (c: Cluster, w: WorkerEntry, seed: string, at: { host: string; port: number }): Paired => ({ id: w.id, token: w.token, seed, cid: c.cid, cert: c.cert, ...at, natsPort: c.natsPort, name: w.name });
