// What an admin decides about a worker, over HTTP, and what the worker then gets over the real bus.
import type { Node } from '@mantel/contracts/models/node.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { OwnerState } from '@mantel/worker/owner/owner.ts';
import { startWorker } from '@mantel/worker/worker.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type GatewayClient, joinGateway, outputs, RESULT } from './rig/gateway-client.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let [one, two] = [] as unknown as [GatewayClient, GatewayClient];
let count = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 3 });
  ann = await rig.admin();
  [one, two] = await Promise.all([joinGateway(rig.paired(0)), joinGateway(rig.paired(1))]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await rig.stop();
});
const patch = (id: string, body: object, token = ann.token) => rig.api('PATCH', `/nodes/${id}`, body, { token });
const set = async (id: string, settings: object): Promise<Node> => must(await patch(id, { settings }), 200).json as unknown as Node;
const listed = async (): Promise<Node[]> => must(await rig.api('GET', '/nodes', undefined, { token: ann.token }), 200).json as unknown as Node[];
const upload = async (to: 'personal' | 'shared'): Promise<string> => uploaded(must(await rig.upload(ann.token, await picture(++count), `${count}.jpg`, { library: (await rig.library(ann.token, to)).id }), 201)).fileId;
const finish = async (client: GatewayClient, fileId: string, given?: Awaited<ReturnType<GatewayClient['lease']>>): Promise<void> => {
  const lease = (given ?? await client.lease())!;
  expect(lease.payload.fileId).toBe(fileId);
  const made = await outputs(lease.id);
  for (const name of ['preview', 'thumb'] as const) must(await client.put(lease.put[name]!, made[name]), 201);
  expect(await client.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: true });
};

test('a worker never hears of a photo of a library that it may not see', async () => {
  const shared = await rig.library(ann.token, 'shared');
  await set(one.id, { libraries: [shared.id] });
  const own = await upload('personal');
  expect(await one.lease(300)).toBeNull();
  const family = await upload('shared');
  await finish(one, family); // past the one that waits longer
  await finish(two, own);
  await set(one.id, { libraries: null });
});

test('only an admin decides, and nonsense changes nothing', async () => {
  const bob = await rig.addUser(ann, 'Bob');
  expect(codeOf(await patch(one.id, { settings: { paused: true } }, bob.token))).toEqual([403, 'forbidden']);
  for (const path of ['/nodes/forecast', '/nodes']) expect((await rig.api('GET', path, undefined, { token: bob.token })).status).toBe(403);
  const nonsense = [{ settings: { paused: 'yes' } }, { settings: { colour: 'red' } }, { settings: { slots: 0 } }, { settings: { slots: 65 } }, { settings: { hours: { from: '24:00', to: '07:00' } } }, { settings: { hours: { from: '07:00', to: '07:00' } } },
    { settings: { kindsOff: ['cooking'] } }, { settings: { labels: ['Not A Label'] } }, { settings: { labels: [`node:${two.id}`] } }, { settings: { libraries: ['x'] } }, { settings: { libraries: ['00000000-0000-4000-8000-000000000000'] } }, { name: '' }, { name: ' \t ' }, { name: 'x'.repeat(64) }, { admin: true }];
  for (const body of nonsense) expect(codeOf(await patch(one.id, body)), JSON.stringify(body)).toEqual([400, 'bad_request']);
  expect(codeOf(await patch('w00000000ff', { settings: {} }))).toEqual([404, 'not_found']);
  expect(codeOf(await patch('everybody', { settings: {} }))).toEqual([400, 'bad_request']);
  expect(must(await patch(one.id, { name: ' Attic ' }), 200).json).toMatchObject({ name: 'Attic', settings: { paused: false, libraries: null } });
});

test('drain: what runs is finished, nothing new comes, not after a hiccup either; its next start ends it', async () => {
  const hello = (run: string) => one.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '0', name: 'one', kinds: ['preview'], run });
  await hello('first');
  const file = await upload('shared');
  const lease = (await one.lease())!;
  expect(lease.payload.fileId).toBe(file);
  const drain = async (on: boolean): Promise<Node> => must(await rig.api('POST', `/nodes/${one.id}/drain`, { on }, { token: ann.token }), 200).json as unknown as Node;
  expect((await drain(true)).state).toBe('draining');
  const next = await upload('shared');
  expect(await one.lease(300)).toBeNull();
  const made = await outputs(lease.id);
  for (const name of ['preview', 'thumb'] as const) must(await one.put(lease.put[name]!, made[name]), 201);
  expect(await one.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: true });
  await hello('first'); // after a poll that failed
  expect(await one.lease(300)).toBeNull();
  await hello('second');
  await finish(one, next);
  expect((await drain(true)).state).toBe('draining');
  expect((await drain(false)).state).toBe('online');
});

test('the forecast is of those that work, and unknown is said so', async () => {
  expect(must(await rig.api('GET', '/nodes/forecast', undefined, { token: ann.token }), 200).json).toMatchObject({ backlogSeconds: 0 });
  const nodes = must(await rig.api('GET', '/nodes', undefined, { token: ann.token }), 200).json as unknown as Node[];
  expect(nodes.find((n) => n.id === one.id)!.kinds).toEqual([expect.objectContaining({ kind: 'preview', done: 3, failed: 0, msPerJob: expect.any(Number), heldUntil: null })]);
});

test('a drain at the PC itself counts as one here, is said so, and only ends there', async () => {
  const report = (drained: boolean) => one.call('nodes.report', { load: { cpu: 0, memoryBytes: 1, freeDiskBytes: null, owner: 'unknown' }, drained });
  const shown = async () => (await listed()).find((n) => n.id === one.id)!;
  await report(true);
  expect(await shown()).toMatchObject({ state: 'draining', resting: null, trouble: expect.stringContaining('mantel worker resume') });
  const file = await upload('shared');
  expect(await one.lease(300)).toBeNull();
  const refused = await rig.api('POST', `/nodes/${one.id}/drain`, { on: false }, { token: ann.token });
  expect([refused.status, refused.json.message]).toEqual([409, expect.stringContaining('mantel worker resume')]);
  const poll = one.lease(10_000);
  await report(false);
  await finish(one, file, await poll);
  expect(await shown()).toMatchObject({ state: 'online', trouble: null });
});

test('the owner comes: within a second the job is another\'s, without counting as a try', async () => {
  let state: OwnerState = 'away';
  const listeners: ((s: OwnerState) => void)[] = [];
  const becomes = (s: OwnerState): void => { state = s; for (const l of listeners) l(s); };
  const paired = rig.paired(2);
  await set(paired.id, { whenIdle: true });
  for (const w of [one, two]) await set(w.id, { paused: true });
  const worker = await startWorker(paired, { slots: 1, waitMs: 1000, drainMs: 500, log: createLogger('worker', { level: 'silent' }), owner: { state: () => state, onChange: (l) => void listeners.push(l), pace: () => undefined, stop: () => undefined } });
  try {
    await rig.coordinator.db.writeSql((sql) => rig.coordinator.probes.enqueue(sql, 'held', { bytes: 1000, holdMs: 60_000 }));
    rig.coordinator.queue.wake();
    const row = () => rig.coordinator.db.sql.get<{ state: string; worker: string | null; attempt: number }>(`select state, worker, attempt from job where key = 'probe:held'`)!;
    await expect.poll(row, { timeout: 15_000 }).toEqual({ state: 'leased', worker: paired.id, attempt: 1 });
    const from = performance.now();
    becomes('active');
    await expect.poll(row, { timeout: 5000, interval: 5 }).toEqual({ state: 'queued', worker: null, attempt: 0 });
    expect(performance.now() - from).toBeLessThan(1000);
    const shown = async () => { const n = (await listed()).find((x) => x.id === paired.id)!; return [n.state, n.resting]; };
    await expect.poll(shown).toEqual(['resting', 'owner']);
    becomes('away');
    await expect.poll(row, { timeout: 10_000 }).toEqual({ state: 'leased', worker: paired.id, attempt: 1 });
  } finally { await worker.stop(); }
}, 40_000);
