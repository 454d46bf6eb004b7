// What an admin does with a worker: the test button, and who did what.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Lease, RecentJob } from '@mantel/contracts/models/job.ts';
import type { Node } from '@mantel/contracts/models/node.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type GatewayClient, joinGateway, outputs, RESULT } from './rig/gateway-client.ts';
import { picture } from './rig/pictures.ts';
import { isPinned } from '@mantel/coordinator/services/jobs/admission.ts';
import { anyWaiting } from '@mantel/coordinator/services/nodes/nodes.repository.ts';
import { LOW_DISK_BYTES } from '@mantel/contracts/models/node.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { startWorker } from '@mantel/worker/worker.ts';

let rig: Rig;
let ann: Person;
let liar: GatewayClient;
let skew = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 3, now: () => Date.now() + skew });
  ann = await rig.admin();
  liar = await joinGateway(rig.paired(1));
});
afterAll(async () => {
  await liar.stop();
  await rig.stop();
});
const node = async (i: number): Promise<Node> => (must(await rig.api('GET', '/nodes', undefined, { token: ann.token }), 200).json as unknown as Node[]).find((n) => n.id === rig.paired(i).id)!;
const press = (i: number) => rig.api('POST', `/nodes/${rig.paired(i).id}/test`, {}, { token: ann.token });
const jobs = (): number => rig.coordinator.db.sql.get<{ n: number }>('select count(*) n from job')!.n;
const recent = async (query = ''): Promise<RecentJob[]> => must(await rig.api('GET', `/jobs/recent${query}`, undefined, { token: ann.token }), 200).json as unknown as RecentJob[];

test('a good worker passes one job of each kind, and the library does not notice', async () => {
  const worker = await rig.spawnWorker(0);
  await expect.poll(async () => (await node(0)).state).toBe('online');
  must(await press(0), 200);
  expect(codeOf(await press(0))).toEqual([409, 'conflict']);
  await expect.poll(async () => (await node(0)).tests.map((t) => [t.kind, t.state, t.error]), { timeout: 20_000 }).toEqual([['preview', 'passed', null], ['probe', 'passed', null]]);
  for (const t of (await node(0)).tests) expect(t.ms).toBeGreaterThan(0);
  await expect.poll(jobs).toBe(0);
  expect(rig.coordinator.db.sql.get('select 1 from asset')).toBeUndefined();
  expect(readdirSync(join(rig.data, 'derived', '.staging'))).toEqual([]);
  expect(await recent()).toEqual([]);

  const { assetId } = uploaded(must(await rig.upload(ann.token, await picture(1), 'beach.jpg'), 201));
  await expect.poll(async () => (await recent()).map((j) => [j.name, j.worker, j.workerName, j.state, j.attempt]), { timeout: 20_000 }).toEqual([['beach.jpg', rig.paired(0).id, 'worker 0', 'done', 1]]);
  expect((await recent('?kind=probe')).length + (await recent(`?worker=${rig.paired(1).id}`)).length).toBe(0);
  expect(assetId).toBeTruthy();
  await worker.kill('SIGTERM');
});

const hello = () => liar.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '1', name: 'liar', kinds: ['preview', 'probe'] });
const take = async (kind: 'preview' | 'probe'): Promise<Lease> => (await liar.call('jobs.lease', { kinds: [kind], waitMs: 5000 }))!;
test('a worker that sends other pictures than the test picture, or none, fails with a reason', async () => {
  await hello();
  must(await press(1), 200);
  const lease = await take('preview');
  const sample = must(await liar.tls('GET', lease.get), 200);
  expect((await sharp(sample.bytes).metadata()).format).toBe('jpeg');
  expect(codeOf(await liar.tls('GET', lease.get.replace(/samples\/\d+/, 'samples/1')))).toEqual([403, 'signature_bad']);
  const made = await outputs();
  for (const name of ['preview', 'thumb'] as const) must(await liar.put(lease.put[name]!, made[name]), 201);
  expect(await liar.call('jobs.done', { id: lease.id, token: lease.token, result: { ...RESULT, width: 960, height: 640 } })).toEqual({ ok: false });
  const probe = await take('probe');
  expect(probe.payload).toMatchObject({ bytes: 8 << 20 });
  const wrong = Buffer.alloc(55, 'error page');
  must(await liar.put(probe.put.echo!, wrong), 201);
  expect(await liar.call('jobs.done', { id: probe.id, token: probe.token, result: { sha256: createHash('sha256').update(wrong).digest('hex'), getMs: 1, workMs: 1, putMs: 1 } })).toEqual({ ok: false });
  await expect.poll(async () => (await node(1)).tests.map((t) => [t.kind, t.state, t.error])).toEqual([['preview', 'failed', expect.stringContaining('does not show the test picture')], ['probe', 'failed', expect.stringContaining('changed')]]);
  await expect.poll(() => rig.coordinator.db.sql.all(`select key from job where key like '%test:%'`)).toEqual([]);
});

test('a worker that takes no test fails after a minute; one that is not there is not tested', async () => {
  await hello();
  must(await press(1), 200);
  skew = 61_000;
  await hello();
  await expect.poll(async () => (await node(1)).tests.map((t) => [t.state, t.error]), { timeout: 5000 }).toEqual([['failed', expect.stringMatching(/did not take/)], ['failed', expect.stringMatching(/did not take/)]]);
  skew = 0;
  const gone = await press(2);
  expect([...codeOf(gone), gone.json.message]).toEqual([409, 'conflict', expect.stringContaining('asleep')]);
  expect(codeOf(await rig.api('POST', `/nodes/${rig.paired(2).id}/wake`, {}, { token: ann.token }))).toEqual([409, 'conflict']);
  expect(codeOf(await rig.api('POST', '/nodes/w0000000000/wake', {}, { token: ann.token }))).toEqual([404, 'not_found']);
});

test('a worker whose disk is full says so, gives its job back without counting, and takes none until there is room', async () => {
  const job = () => rig.coordinator.db.sql.get<{ state: string; attempt: number; worker: string | null }>(`select state, attempt, worker from job where kind = 'preview' and key like 'preview:%' order by id desc limit 1`)!;
  let looks = 0;
  let free: () => number = () => { looks++; return LOW_DISK_BYTES - 1; };
  const worker = await startWorker(rig.paired(2), { slots: 1, waitMs: 300, log: createLogger('w', { level: 'silent' }), tempRoot: rig.temp, free: async () => free() });
  try {
    await expect.poll(async () => (await node(2)).trouble, { timeout: 8000 }).toMatch(/disk.*is full \(255 MB left\)/);
    uploaded(must(await rig.upload(ann.token, Buffer.concat([(await picture(5)).subarray(0, 200), Buffer.alloc(5000)]), 'broken.jpg'), 201));
    const before = looks;
    await expect.poll(() => looks - before, { timeout: 15_000 }).toBeGreaterThan(4); // more than one look at the disk by each who asks, and by a report
    expect(job()).toEqual({ state: 'queued', attempt: 0, worker: null });
    // room when it asks for work, none when the job has failed: the job is not at fault
    let filled = 0;
    free = () => (job().state === 'leased' && ++filled ? 0 : filled ? LOW_DISK_BYTES - 1 : LOW_DISK_BYTES);
    await expect.poll(() => filled, { timeout: 10_000 }).toBeGreaterThan(0);
    await expect.poll(job, { timeout: 5000 }).toEqual({ state: 'queued', attempt: 0, worker: null });
    free = () => LOW_DISK_BYTES;
    await expect.poll(() => job().state, { timeout: 15_000 }).toBe('failed'); // now it was the file
    expect(job()).toMatchObject({ attempt: 1, worker: rig.paired(2).id });
  } finally {
    await worker.stop();
  }
}, 45_000);

test('a test that nobody takes counts for no forecast, wakes nobody, and goes with its worker or with a restart of the house', async () => {
  const pinned = () => rig.coordinator.db.sql.all(`select key from job where key like '%test:%'`);
  const forecast = async () => (must(await rig.api('GET', '/nodes/forecast', undefined, { token: ann.token }), 200).json as unknown as { backlogSeconds: number | null }).backlogSeconds;
  await hello();
  must(await press(1), 200);
  expect(pinned()).toHaveLength(2);
  expect(anyWaiting(rig.coordinator.db.sql)).toBe(false);
  expect((await rig.coordinator.db.read('jobs.backlog', { now: Date.now() })).backlog.map((b) => isPinned(b.what))).toContain(true);
  await expect.poll(forecast, { timeout: 5000 }).toBe(0); // it is counted anew every two seconds
  await rig.stopCoordinator();
  await rig.startCoordinator();
  ann = await rig.admin();
  await expect.poll(pinned).toEqual([]);
  await liar.broker.waitForServices(['nodes'], 10_000, 20);
  await hello();
  must(await press(1), 200);
  expect(pinned()).toHaveLength(2);
  must(await rig.api('DELETE', `/nodes/${liar.id}`, undefined, { token: ann.token }), 200);
  expect(pinned()).toEqual([]);
}, 30_000);
