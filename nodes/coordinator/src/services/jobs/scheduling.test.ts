// Who gets which job when, and what the queue remembers of those who had one.
import { INTERACTIVE, type JobFailure } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeSettings } from '@mantel/contracts/models/node.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type House, openHouse } from '../../testing/house.ts';
import { ensureNode, saveSettings } from '../nodes/nodes.repository.ts';
import { moveJobs, pruneClasses } from './classes.repository.ts';
import { insertJob, type NewJob, pruneJobs } from './queue.repository.ts';
import { createQueue, type Leased, type Queue, type QueueDeps } from './queue.ts';

let house: House;
let queue: Queue;
let clock: number;
const end = { done: vi.fn(), failed: vi.fn() };
const open = (more: Partial<QueueDeps> = {}): Queue => createQueue({ db: house.db, ends: { preview: end, probe: end }, now: () => clock, ...more });
beforeEach(async () => {
  house = await openHouse();
  clock = Date.now();
  queue = open();
});
afterEach(async () => {
  queue.stop();
  await house.close();
});
const add = async (key: string, more: Partial<NewJob> = {}): Promise<void> => {
  await house.db.writeSql((sql) => insertJob(sql, { kind: 'preview', key, libraryId: house.libraryId('Family'), payload: {}, ...more }));
  queue.wake();
};
const set = (id: string, settings: Partial<NodeSettings>): Promise<void> => house.db.writeSql((sql) => {
  ensureNode(sql, id, clock);
  saveSettings(sql, id, { ...DEFAULT_SETTINGS, ...settings });
});
const take = (worker: string, interactive = false): Promise<Leased | null> => queue.lease(worker, ['preview', 'probe'], 0, interactive);
const held = (worker: string, job: Leased) => ({ worker, id: job.id, token: job.token });
const done = async (worker: string): Promise<string | undefined> => {
  const job = await take(worker);
  if (job) await queue.done(held(worker, job), {});
  return job?.key;
};
const fail = async (worker: string, failure: Partial<JobFailure> = {}): Promise<string | undefined> => {
  const job = await take(worker);
  if (job) await queue.fail(held(worker, job), { code: 'internal', message: 'no', permanent: false, ...failure });
  return job?.key;
};
const kindOf = (id: string) => house.db.sql.get<{ done: number; failed: number; ms: number | null; inRow: number; heldUntil: number; lastError: string | null }>('select done, failed, ms, in_row inRow, held_until heldUntil, last_error lastError from node_kind where node_id = ?', id);

describe('a job that would rather be elsewhere', () => {
  beforeEach(async () => {
    await set('gpu', { labels: ['fast'], slots: 1 });
    await take('gpu'); // it is there
  });
  test('waits five seconds for a worker that suits it, then anybody does', async () => {
    await add('a', { needs: { prefer: ['fast'] } });
    expect(await take('cpu')).toBeNull();
    clock += 4900;
    expect(await take('cpu')).toBeNull();
    clock += 200;
    expect((await take('cpu'))?.key).toBe('a');
  });
  test('waits in a poll, too, and no longer than that', async () => {
    clock = Date.now();
    queue.stop();
    queue = open({ now: Date.now });
    await queue.lease('gpu', ['preview'], 0);
    await add('a', { needs: { prefer: ['fast'] } });
    await house.db.writeSql((sql) => sql.run('update job set created_at = created_at - 4700'));
    const began = Date.now();
    expect((await queue.lease('cpu', ['preview'], 8000))?.key).toBe('a');
    expect(Date.now() - began).toBeLessThan(1500);
  });
  test.each<[string, () => Promise<unknown> | unknown]>([
    ['is gone', () => queue.gone('gpu')], ['was not heard of for long', () => { clock += 26_000; }], ['is paused', () => set('gpu', { labels: ['fast'], paused: true })], ['may not see these photos', () => set('gpu', { labels: ['fast'], libraries: [] })],
    ['has no room', async () => { await add('b'); await take('gpu'); }], ['does not do this kind', () => set('gpu', { labels: ['fast'], kindsOff: ['preview'] })],
  ])('waits for nobody that %s', async (_name, happens) => {
    await happens();
    await add('a', { needs: { prefer: ['fast'] } });
    await house.db.writeSql((sql) => sql.run('update job set created_at = ?', clock));
    expect((await take('cpu'))?.key).toBe('a');
  });
  test('one that suits it takes it at once, and others are not in its way', async () => {
    await add('a', { needs: { prefer: ['fast'] } });
    await add('b');
    expect((await take('cpu'))?.key).toBe('b');
    expect((await take('gpu'))?.key).toBe('a');
  });
});

describe('failures', () => {
  test('a job that failed is tried elsewhere first, if there is an elsewhere', async () => {
    await take('w2');
    await add('a');
    expect(await fail('w1')).toBe('a');
    clock += 2001;
    await add('b');
    expect((await take('w1'))?.key).toBe('b');
    expect((await take('w2'))?.key).toBe('a');
  });
  test('with nobody else it comes back; and it does not wait for ever for one that never has time', async () => {
    await add('a');
    await fail('w1');
    clock += 2001;
    expect((await take('w1'))?.key).toBe('a');
    await queue.gone('w1');
    await fail('w1');
    await take('w2');
    clock += 4001;
    expect(await take('w1')).toBeNull();
    clock += 60_001;
    await queue.lease('w2', ['probe'], 0);
    expect((await take('w1'))?.key).toBe('a');
  });
  test('three in a row: nothing of that kind for ten minutes, there only; success starts anew', async () => {
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await add(key);
    await add('p', { kind: 'probe', libraryId: null });
    await fail('w1');
    await fail('w1');
    await done('w1');
    expect(kindOf('w1')).toMatchObject({ inRow: 0, failed: 2, done: 1 });
    for (let i = 0; i < 3; i++) await fail('w1');
    expect(kindOf('w1')).toMatchObject({ inRow: 3, heldUntil: clock + 600_000, lastError: 'internal: no' });
    expect((await take('w1'))?.key).toBe('p');
    expect((await take('w2'))?.key).toBe('g');
    clock += 599_000;
    expect(await take('w1')).toBeNull();
    clock += 1001;
    expect(await take('w1')).not.toBeNull();
  });
  test('the fault of a file is not that of a worker, nor is the same job twice', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await add(key);
    for (let i = 0; i < 3; i++) await fail('w1', { permanent: true, code: 'undecodable' });
    expect(kindOf('w1')).toMatchObject({ inRow: 0, failed: 3 });
    for (let i = 0; i < 4; i++) {
      expect(await fail('w1')).toBe('d');
      clock += 20_000;
    }
    expect(kindOf('w1')).toMatchObject({ inRow: 1, heldUntil: 0 });
  });
});

describe('a file that a worker calls spoilt', () => {
  const spoilt = { permanent: true, code: 'undecodable' } as const;
  beforeEach(() => { end.failed.mockClear(); });
  const stateOf = (key: string) => house.db.sql.get('select state, attempt from job where key = ?', key);
  test('with nobody else to ask it is at once', async () => {
    await add('a');
    await fail('w1', spoilt);
    expect(stateOf('a')).toEqual({ state: 'failed', attempt: 1 });
    await set('w2', { kindsOff: ['preview'] });
    await take('w2');
    await add('b');
    await fail('w1', spoilt);
    await add('pinned', { needs: { require: ['node:w1'] } });
    await fail('w1', spoilt);
    expect([stateOf('b'), stateOf('pinned')]).toEqual([{ state: 'failed', attempt: 1 }, { state: 'failed', attempt: 1 }]);
    expect(end.failed).toHaveBeenCalledTimes(3);
  });
  test('is looked at by another, at once, and is spoilt when that one says so, too', async () => {
    await take('w2');
    await add('a');
    expect(await fail('w1', spoilt)).toBe('a');
    expect(end.failed).not.toHaveBeenCalled();
    expect(await take('w1')).toBeNull();
    expect(await fail('w2', spoilt)).toBe('a');
    expect(stateOf('a')).toEqual({ state: 'failed', attempt: 2 });
    expect(end.failed).toHaveBeenCalledTimes(1);
  });
  test('and is not: that counts against who said it', async () => {
    await take('w2');
    for (const key of ['a', 'b', 'c']) {
      await add(key);
      expect(await fail('w1', spoilt)).toBe(key);
      expect(await done('w2')).toBe(key);
    }
    expect(kindOf('w1')).toMatchObject({ inRow: 3, heldUntil: clock + 600_000 });
    expect(end.failed).not.toHaveBeenCalled();
  });
  test('twenty that nobody confirmed: it gets no more; a folder of them that others confirm is no fault', async () => {
    await take('w2');
    for (let i = 0; i < 60; i++) await add(`f${i}`);
    for (let i = 0; i < 15; i++) await fail('w1', spoilt);
    await fail('w2', spoilt);
    for (let i = 0; i < 19; i++) expect(await fail('w1', spoilt)).toBeDefined();
    expect(kindOf('w1')).toMatchObject({ heldUntil: 0, inRow: 0 });
    await fail('w1', spoilt);
    expect(kindOf('w1')).toMatchObject({ heldUntil: clock + 600_000 });
    expect(await take('w1')).toBeNull();
    expect(end.failed).toHaveBeenCalledTimes(1);
    await queue.trust('w1', 'preview');
    expect(await fail('w1', spoilt)).toBeDefined();
    expect(kindOf('w1')).toMatchObject({ heldUntil: 0 });
  });
  test('who went away is not waited for', async () => {
    await take('w2');
    await add('a');
    await fail('w1', spoilt);
    await queue.gone('w2');
    expect(await fail('w1', spoilt)).toBe('a');
    expect(stateOf('a')).toEqual({ state: 'failed', attempt: 2 });
  });
});

describe('what a lease is', () => {
  test('three times the usual, at least half a minute and at most five', async () => {
    for (let i = 0; i < 6; i++) await add(`j${i}`);
    const timed = async (worker: string, ms: number): Promise<number> => {
      const job = (await take(worker))!;
      clock += ms;
      await queue.done(held(worker, job), {});
      return job.leaseMs;
    };
    expect(await timed('w1', 20_000)).toBe(30_000);
    expect(kindOf('w1')!.ms).toBe(20_000);
    expect(await timed('w1', 40_000)).toBe(60_000);
    expect(kindOf('w1')!.ms).toBe(24_000);
    expect(await timed('w2', 0)).toBe(72_000); // never seen with this kind: as slow as the slowest
    expect(await timed('w1', 3600_000)).toBe(72_000);
    expect(await timed('w1', 0)).toBe(300_000);
  });
  test('it is not extended for ever', async () => {
    await add('a');
    const job = (await take('w1'))!;
    let hours = 0;
    for (; hours < 5 && (await queue.extend(held('w1', job))); hours += 0.005) clock += 18_000;
    expect(hours).toBeCloseTo(1, 1);
    clock += 31_000;
    expect(await queue.reap()).toBe(1);
    expect((await take('w2'))?.attempt).toBe(2);
  });
  test('one slot more than its own for work that somebody waits for', async () => {
    await set('w1', { slots: 1 });
    for (const key of ['a', 'b']) await add(key);
    const first = (await take('w1'))!;
    expect(await take('w1')).toBeNull();
    expect(await take('w1', true)).toBeNull();
    await add('now', { prio: INTERACTIVE });
    await add('now 2', { prio: INTERACTIVE });
    expect((await take('w1', true))?.key).toBe('now');
    expect(await take('w1', true)).toBeNull(); // that is all it can do
    await queue.done(held('w1', first), {});
    expect((await take('w1'))?.key).toBe('now 2');
  });
  test('what is looked at goes first, and a free slot hears of it', async () => {
    await set('w1', { slots: 1 });
    for (const key of ['a', 'b', 'c']) await add(key);
    await take('w1');
    const poll = queue.lease('w1', ['preview'], 30_000, true);
    await queue.bump(['c']);
    expect((await poll)?.key).toBe('c');
  });
});

test('a poll ends its waiting when its hour comes', async () => {
  queue.stop();
  clock = new Date(2026, 2, 10, 21, 59, 59, 700).getTime();
  const skew = clock - Date.now();
  queue = open({ now: () => Date.now() + skew });
  await set('w1', { hours: { from: '22:00', to: '07:00' } });
  await add('night');
  expect(await queue.lease('w1', ['preview'], 0)).toBeNull();
  expect((await queue.lease('w1', ['preview'], 5000))?.key).toBe('night');
});
test('a poll ends its waiting when the owner leaves', async () => {
  await set('w1', { whenIdle: true });
  await add('a');
  queue.owner('w1', 'active');
  const poll = queue.lease('w1', ['preview'], 30_000);
  queue.owner('w1', 'away');
  expect((await poll)?.key).toBe('a');
});

test('jobs follow their photo to another library', async () => {
  const ann = await house.addPerson('Ann');
  const own = house.db.sql.get<{ id: number; uuid: string }>('select id, uuid from library where owner_id = ?', ann.id)!;
  await set('w1', { libraries: [own.uuid] });
  await add('a', { needs: { any: ['node:w1', 'node:w2'] } });
  expect(await take('w1')).toBeNull();
  await house.db.writeSql((sql) => moveJobs(sql, 'a', own.id));
  expect((await take('w1'))?.key).toBe('a');

  await add('b', { libraryId: own.id });
  await fail('w1', { permanent: true });
  await house.db.writeSql((sql) => moveJobs(sql, 'b', house.libraryId('Family')));
  await queue.retry('preview', () => 0);
  expect([await take('w1'), (await take('w2'))?.key]).toEqual([null, 'b']); // one that was given up, too
});
test('moving looks at no other jobs', () => {
  const plan = house.db.sql.all<{ detail: string }>(`explain query plan select j.id from job j where j.key = ? and j.state = 'failed' union all select j.id from job j where j.key = ? and j.state in ('queued', 'leased')`, 'a', 'a').map((r) => r.detail).filter((d) => d.includes(' j '));
  expect(plan).toEqual([expect.stringContaining('INDEX job_failed'), expect.stringContaining('INDEX job_key')]);
});
test('classes without jobs are dropped, and of the jobs that were given up the newest are kept', async () => {
  await add('a', { needs: { require: ['node:w1'] } });
  await house.db.writeSql((sql) => {
    for (let i = 0; i < 10_050; i++) insertJob(sql, { kind: 'preview', key: `f${i}`, libraryId: house.libraryId('Family'), payload: {} });
    sql.run(`update job set state = 'failed', done_at = id where key like 'f%'`);
  });
  expect(await house.db.writeSql((sql) => pruneJobs(sql, clock))).toBe(50);
  expect(house.db.sql.get(`select count(*) n from job where state = 'failed'`)).toEqual({ n: 10_000 });
  expect(house.db.sql.get(`select 1 from job where key = 'f49'`)).toBeUndefined();
  await house.db.writeSql((sql) => {
    sql.run(`delete from job where key = 'a'`);
    expect(pruneClasses(sql)).toBe(1);
  });
  expect(house.db.sql.all('select needs from job_class')).toEqual([{ needs: '{}' }]);
});
