// The list of workers, its files and a running nats-server agree, whatever comes at once or in between.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsRaw } from '@mantel/runtime/broker.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import type { NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addWorker, type Cluster, openCluster, type WorkerEntry } from './cluster.ts';
import { createMembers } from './members.ts';
import { writeNatsConf } from './nats-conf.ts';

let state: string;
let cluster: Cluster;
let nats: ChildProcess | undefined;
const open: NatsConnection[] = [];
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'mantel-members-'));
  cluster = await openCluster(state);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((c) => c.close()));
  await stopNats();
  rmSync(state, { recursive: true, force: true });
});
async function startNats(): Promise<void> {
  writeNatsConf(cluster);
  nats = spawn('nats-server', ['-c', join(state, 'nats/nats.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve) => { nats!.stderr!.on('data', (text: Buffer) => { if (text.includes('Server is ready')) resolve(); }); }); // read on: a closed pipe would end it
}
async function stopNats(): Promise<void> {
  if (!nats || nats.exitCode !== null || nats.signalCode !== null) return;
  const gone = once(nats, 'exit');
  nats.kill('SIGKILL');
  await gone;
}
const connect = async (seed: string): Promise<NatsConnection> => {
  const c = await natsRaw({ host: '127.0.0.1', natsPort: cluster.natsPort, cert: cluster.cert, seed });
  open.push(c);
  return c;
};
const onDisk = (): WorkerEntry[] => JSON.parse(readFileSync(join(state, 'cluster/workers.json'), 'utf8')) as WorkerEntry[];
const conf = (): string => readFileSync(join(state, 'nats/nats.conf'), 'utf8');

it('lets in and shuts out while others talk: ten times, a request every 5 ms, none lost and nobody disconnected', async () => {
  await startNats();
  const [house, asker] = [await connect(cluster.seeds.gw), await connect(cluster.seeds.gw)];
  house.subscribe('test.echo', { callback: (_e, m) => { m.respond(m.data); } });
  await house.flush();
  const events: string[] = [];
  for (const c of [house, asker]) void (async () => { for await (const s of c.status()) if (s.type !== 'pingTimer') events.push(s.type); })();
  let [asked, failed] = [0, 0];
  const beat = setInterval(() => { asked++; asker.request('test.echo', 'x', { timeout: 1000 }).catch(() => { failed++; }); }, 5);
  const members = createMembers(cluster);
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    const seed = newSeed();
    const entry = await members.admit({ nkey: publicKey(seed), name: `pc${i}` });
    const worker = await connect(seed); // at once: it is told only when the server knows it
    const closed = worker.status()[Symbol.asyncIterator]().next();
    const began = performance.now();
    await members.revoke(entry.id);
    await closed;
    times.push(Math.round(performance.now() - began));
    await expect(connect(seed)).rejects.toThrow(/Authorization/i);
  }
  clearInterval(beat);
  await asker.flush();
  console.log(`revoked in ${Math.min(...times)} to ${Math.max(...times)} ms; ${asked} requests meanwhile, ${failed} failed, ${events.length} events`);
  expect(Math.max(...times)).toBeLessThan(1000);
  expect(asked).toBeGreaterThan(50);
  expect({ failed, events }).toEqual({ failed: 0, events: [] });
}, 30_000);

it('pins what a new worker may say and hear', async () => {
  await startNats();
  const seed = newSeed();
  const { id } = await createMembers(cluster).admit({ nkey: publicKey(seed), name: 'pc' });
  const worker = await connect(seed);
  const refused: string[] = [];
  const done = (async () => { for await (const s of worker.status()) if (refused.push(String(s.data)) === 3) return; })();
  worker.publish('MOL-work.INFO', '{}');
  worker.subscribe('MOL-work.RES.w0000000000', { callback: () => undefined });
  worker.subscribe('>', { callback: () => undefined });
  await worker.flush();
  await done;
  worker.subscribe(`MOL-work.RES.${id}`, { callback: () => undefined });
  await worker.flush();
  expect(refused).toHaveLength(3);
});

it('changes that come at once happen one after the other, and all of them', async () => {
  await startNats();
  const members = createMembers(cluster);
  const keys = Array.from({ length: 6 }, () => newSeed());
  const entries = await Promise.all(keys.map((seed, i) => members.admit({ nkey: publicKey(seed), name: `pc${i}` })));
  await Promise.all([members.revoke(entries[0]!.id), members.admit({ nkey: publicKey(newSeed()), name: 'late' }), members.revoke(entries[1]!.id), members.rename(entries[2]!.id, 'renamed'), members.revoke('w0000000000')]);
  expect(members.list().map((w) => w.name)).toEqual(['renamed', 'pc3', 'pc4', 'pc5', 'late']);
  expect(onDisk()).toEqual(members.list());
  for (const w of members.list()) expect(conf()).toContain(w.nkey);
  expect(conf()).not.toContain(entries[0]!.nkey);
  await connect(keys[3]!);
  await expect(connect(keys[1]!)).rejects.toThrow(/Authorization/i);
  for (const file of ['cluster/workers.json', 'nats/nats.conf']) expect(statSync(join(state, file)).mode & 0o777, file).toBe(0o600);
});

it('holds the same list that others hold, keeps tokens of known keys, and refuses the own worker and a key with the id of another', async () => {
  const { workers } = cluster;
  const local = addWorker(cluster, publicKey(newSeed()), 'nas', true);
  const members = createMembers(cluster, { reload: async () => undefined });
  const nkey = publicKey(newSeed());
  const first = await members.admit({ nkey, name: 'pc', claim: { attempt: 'a', until: 1 } });
  const again = await members.admit({ nkey, name: 'other name', claim: { attempt: 'b', until: 2 } });
  expect(again).toEqual({ ...first, claim: { attempt: 'b', until: 2 } });
  expect(workers).toEqual([local, again]);
  await expect(members.revoke(local.id)).rejects.toMatchObject({ type: 'own_worker' });
  expect(workers).toHaveLength(2);
  workers[1] = { ...again, nkey: publicKey(newSeed()) };
  await expect(members.admit({ nkey, name: 'pc' })).rejects.toMatchObject({ type: 'conflict' });
});

it('a key that nats-server would not read changes nothing, and the next one comes in', async () => {
  await startNats();
  const members = createMembers(cluster);
  const before = conf();
  await expect(members.admit({ nkey: 'UBAD" } ] } }', name: 'evil' })).rejects.toThrow();
  expect([conf(), onDisk(), members.list()]).toEqual([before, [], []]);
  const seed = newSeed();
  await members.admit({ nkey: publicKey(seed), name: 'pc' });
  await connect(seed);
});

it('a stop between workers.json and the server is made good at the next start', async () => {
  await startNats();
  const [stays, goes] = [newSeed(), newSeed()];
  const members = createMembers(cluster);
  await members.admit({ nkey: publicKey(goes), name: 'goes' });
  // the process ends right after the file: the server still knows the old list
  const torn = async (change: (m: ReturnType<typeof createMembers>) => Promise<unknown>): Promise<void> => {
    const dying = await openCluster(state);
    await new Promise<void>((resolve) => {
      void change(createMembers(dying, { reload: () => {
        resolve();
        return new Promise(() => undefined); // and nothing after that
      } }));
    });
  };
  await torn((m) => m.admit({ nkey: publicKey(stays), name: 'stays' }));
  await torn((m) => m.revoke(cluster.workers[0]!.id));
  await expect(connect(stays)).rejects.toThrow(/Authorization/i);
  const worker = await connect(goes);
  const closed = worker.status()[Symbol.asyncIterator]().next();
  // and once more, before even the configuration was in its place
  writeFileSync(join(state, 'nats/nats.conf.next'), 'half a fi');
  cluster = await openCluster(state);
  const next = createMembers(cluster);
  await next.mend();
  await closed;
  await connect(stays);
  await expect(connect(goes)).rejects.toThrow(/Authorization/i);
  expect(existsSync(join(state, 'nats/nats.conf.next'))).toBe(false);
});

it('while the server does not listen nobody comes in, who was removed is out, and it is told as soon as it listens', async () => {
  let deaf = true;
  const told: string[][] = [];
  const members = createMembers(cluster, { againMs: 10, reload: async () => {
    if (deaf) throw new Error('TIMEOUT');
    told.push(members.list().map((w) => w.name));
  } });
  await expect(members.admit({ nkey: publicKey(newSeed()), name: 'pc' })).rejects.toThrow('TIMEOUT');
  expect([members.list(), onDisk(), conf().includes('REQ.gw.w')]).toEqual([[], [], false]);
  deaf = false;
  const { id } = await members.admit({ nkey: publicKey(newSeed()), name: 'other' });
  deaf = true;
  await expect(members.revoke(id)).rejects.toThrow('TIMEOUT');
  expect([members.list(), onDisk()]).toEqual([[], []]);
  told.length = 0;
  deaf = false;
  await expect.poll(() => told.at(-1)).toEqual([]);
});

it('without a running server, and with a process number that is somebody else\'s, nothing is signalled', async () => {
  writeNatsConf(cluster);
  writeFileSync(join(state, 'nats/nats.pid'), String(process.pid));
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  await createMembers(cluster).admit({ nkey: publicKey(newSeed()), name: 'pc' });
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
  expect(onDisk()).toHaveLength(1);
});
