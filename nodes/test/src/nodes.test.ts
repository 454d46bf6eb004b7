// Admin → Nodes as the house tells it: what a worker is, how it is, what is wrong with it, its log; and the hint that something changed.
import type { Node } from '@mantel/contracts/models/node.ts';
import { natsRaw } from '@mantel/runtime/broker.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig } from './rig.ts';
import { joinGateway } from './rig/gateway-client.ts';

let rig: Rig;
let ann: Person;
let skew = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 3, now: () => Date.now() + skew });
  ann = await rig.admin();
});
afterAll(() => rig.stop());
const list = async (): Promise<Node[]> => must(await rig.api('GET', '/nodes', undefined, { token: ann.token }), 200).json as unknown as Node[];
const node = async (i: number): Promise<Node> => (await list()).find((n) => n.id === rig.paired(i).id)!;

test('a worker that was never there sleeps; one that comes shows what it is and how it is', async () => {
  expect(await node(0)).toMatchObject({ state: 'asleep', trouble: null, load: null, caps: null, lastSeenAt: null });
  const live = await rig.live(ann.token);
  const worker = await rig.spawnWorker(0);
  await live.next((e) => e.event === 'nodes');
  await expect.poll(async () => (await node(0)).load, { timeout: 8000 }).toMatchObject({ cpu: expect.any(Number), freeDiskBytes: expect.any(Number) });
  const n = await node(0);
  expect(n).toMatchObject({ state: 'online', address: '127.0.0.1', version: expect.any(String), caps: { os: expect.any(String), cores: expect.any(Number), arch: process.arch, slots: 1 } });
  expect(n.caps!.speed).toBeGreaterThan(10);
  expect(n.load!.memoryBytes).toBeGreaterThan(1 << 20);

  // its log: nothing the first time, its tail with the next report, and new lines after that
  const log = async (): Promise<{ lines: string[]; live: boolean }> => must(await rig.api('GET', `/nodes/${n.id}/log`, undefined, { token: ann.token }), 200).json as unknown as { lines: string[]; live: boolean };
  expect(await log()).toEqual({ lines: [], live: true });
  await expect.poll(async () => (await log()).lines.join('\n'), { timeout: 8000 }).toMatch(/"at work"/);
  expect((await log()).lines.join('\n')).not.toContain(rig.paired(0).token);

  await worker.kill();
  await expect.poll(async () => (await node(0)).state).toBe('lost');
  expect(await node(0)).toMatchObject({ load: null, running: [] });
  expect((await log()).live).toBe(false);
  skew = 6 * 60_000;
  expect((await node(0)).state).toBe('asleep');
  skew = 0;
  expect(codeOf(await rig.api('GET', '/nodes/w0000000000/log', undefined, { token: ann.token }))).toEqual([404, 'not_found']);
});

test('good-bye is sleep; another language is outdated and says so; a wrong clock and a full disk are told', async () => {
  const one = await joinGateway(rig.paired(1));
  const hello = (proto: { min: number; max: number }) => one.call('nodes.hello', { proto, version: '1', name: 'one', kinds: ['preview'] });
  const load = { cpu: 0.5, memoryBytes: 1 << 30, freeDiskBytes: 10 << 20, owner: 'unknown' as const };
  await hello({ min: 7, max: 9 });
  expect(await node(1)).toMatchObject({ state: 'outdated', trouble: expect.stringContaining('newer language') });
  await hello({ min: 1, max: 1 });
  await one.call('nodes.report', { load, clock: Date.now() + 10 * 60_000 });
  expect(await node(1)).toMatchObject({ state: 'online', load, trouble: expect.stringMatching(/full \(10 MB left\).*10 minutes ahead/) });
  await one.call('nodes.report', { load: { ...load, freeDiskBytes: 2 ** 40 }, clock: Date.now() });
  expect((await node(1)).trouble).toBeNull();
  await one.call('nodes.bye', { why: 'sleep' });
  expect((await node(1)).state).toBe('asleep');
  await one.stop();
  expect((await node(1)).state).toBe('asleep'); // its connection ended after the good-bye: no news
});

test('a PC that falls silent with nothing to do is asleep, not lost, and wakes up where it was', async () => {
  const worker = await rig.spawnWorker(2);
  await expect.poll(async () => (await node(2)).state).toBe('online');
  worker.process.kill('SIGSTOP'); // as a lid that closes: no word, no closed connection
  await expect.poll(async () => (await node(2)).state, { timeout: 30_000 }).toBe('asleep');
  expect((await node(2)).trouble).toBeNull();
  worker.process.kill('SIGCONT');
  await expect.poll(async () => (await node(2)).state, { timeout: 15_000 }).toBe('online');
  await worker.kill('SIGTERM');
}, 60_000);

test('who stops in the middle of a job says good-bye first and hands it back after that: asleep, and its cable is not to blame', async () => {
  for (let i = 0; i < 3; i++) {
    const one = await joinGateway(rig.paired(1));
    await one.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '1', name: 'one', kinds: ['preview'] });
    await expect.poll(async () => (await node(1)).state).toBe('online');
    await one.call('nodes.bye', { why: 'stop' });
    await one.call('jobs.release', { id: 1, token: 'x'.repeat(24) });
    expect((await node(1)).state).toBe('asleep');
    const gone = vi.spyOn(rig.coordinator.queue, 'gone');
    await one.stop();
    await expect.poll(() => gone.mock.calls).toEqual([[one.id]]); // nats-server told that the connection ended
    gone.mockRestore();
    expect(await node(1)).toMatchObject({ state: 'asleep', trouble: null });
  }
});

test('a silent worker is lost after a while, and the browser hears of it although nothing happened', async () => {
  const two = await joinGateway(rig.paired(2));
  await two.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '1', name: 'two', kinds: ['preview'] });
  expect((await node(2)).state).toBe('online');
  const live = await rig.live(ann.token);
  skew = 16_000;
  await live.next((e) => e.event === 'nodes', 8000);
  expect((await node(2)).state).toBe('lost');
  skew = 0;
  await two.stop();
});

test('two computers with one key: a disk that was cloned', async () => {
  const [a, b] = await Promise.all([natsRaw(rig.paired(2)), natsRaw(rig.paired(2))]);
  await expect.poll(async () => (await node(2)).address).toBe('127.0.0.1');
  expect((await node(2)).trouble).toBeNull(); // it may only have reconnected
  skew = 21_000;
  await expect.poll(async () => (await node(2)).trouble).toMatch(/cloned/);
  await a.close();
  await expect.poll(async () => (await node(2)).trouble).toBeNull();
  skew = 0;
  await b.close();
});

test('what is known of a worker outlives a restart; the row of one that is not let in does not', async () => {
  const before = await node(0);
  await rig.coordinator.db.writeSql((sql) => sql.run(`insert into node(id) values('w00000000ff')`));
  await rig.stopCoordinator();
  await rig.startCoordinator();
  ann = await rig.admin();
  const after = await node(0);
  expect(after).toMatchObject({ caps: before.caps, version: before.version, address: '127.0.0.1', joinedAt: before.joinedAt });
  expect(Math.abs(Date.parse(after.lastSeenAt!) - Date.parse(before.lastSeenAt!))).toBeLessThan(1000);
  await expect.poll(() => rig.coordinator.db.sql.get('select 1 from node where id = ?', 'w00000000ff')).toBeUndefined();
});
