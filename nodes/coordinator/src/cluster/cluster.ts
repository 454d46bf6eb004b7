import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { newSeed } from '@mantel/runtime/keys.ts';
import type { Paired } from '@mantel/runtime/paired.ts';

/** A worker that an admin let in: the key that NATS knows it by, and the token that its requests carry. */
export interface WorkerEntry { id: string; nkey: string; token: string; name: string; local: boolean }
/** What makes this house itself: certificate, keys, and who may work for it. Lies in STATE/cluster, every file 0600. */
export interface Cluster { state: string; cid: string; natsPort: number; cert: string; key: string; seeds: { gw: string; sys: string }; secret: string; workers: WorkerEntry[] }

function keep(path: string, make: () => string): string {
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, make(), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8').trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject).listen(0, '0.0.0.0', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

function makeCertificate(dir: string, cid: string): void {
  if (existsSync(join(dir, 'tls.crt'))) return;
  // the name never changes, the address may: workers and ffmpeg check `<cid>.mantel` against the pinned certificate
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(dir, 'tls.key'), '-out', join(dir, 'tls.crt.new'),
    '-days', '7300', '-subj', `/CN=${cid}.mantel`, '-addext', `subjectAltName=DNS:${cid}.mantel`], { stdio: 'pipe' });
  chmodSync(join(dir, 'tls.key'), 0o600);
  renameSync(join(dir, 'tls.crt.new'), join(dir, 'tls.crt'));
}

/** Reads the house's identity, making what is missing. Running it again changes nothing. */
export async function openCluster(state: string): Promise<Cluster> {
  const dir = join(state, 'cluster');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(dir, name);
  const cid = keep(at('id'), () => randomBytes(8).toString('hex'));
  makeCertificate(dir, cid);
  const port = existsSync(at('nats.port')) ? 0 : await freePort();
  return {
    state, cid, natsPort: Number(keep(at('nats.port'), () => String(port))), cert: readFileSync(at('tls.crt'), 'utf8'), key: readFileSync(at('tls.key'), 'utf8'),
    seeds: { gw: keep(at('gw.seed'), newSeed), sys: keep(at('sys.seed'), newSeed) }, secret: keep(at('url.secret'), () => randomBytes(32).toString('hex')),
    workers: JSON.parse(keep(at('workers.json'), () => '[]')) as WorkerEntry[],
  };
}

/** Lets a worker in. The NATS configuration must be written (and reloaded) afterwards. The id follows from the key, never from host or address. */
export function addWorker(c: Cluster, nkey: string, name: string, local = false): WorkerEntry {
  const entry = { id: `w${createHash('sha256').update(nkey).digest('hex').slice(0, 10)}`, nkey, token: randomBytes(24).toString('base64url'), name, local };
  c.workers.push(entry);
  const file = join(c.state, 'cluster', 'workers.json');
  writeFileSync(`${file}.new`, JSON.stringify(c.workers, null, 1), { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return entry;
}

/** What that worker keeps. */
export const pairedFile = (c: Cluster, w: WorkerEntry, seed: string, at: { host: string; port: number }): Paired => ({ id: w.id, token: w.token, seed, cid: c.cid, cert: c.cert, ...at, natsPort: c.natsPort, name: w.name });
