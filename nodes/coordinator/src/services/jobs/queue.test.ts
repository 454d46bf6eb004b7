import type { JobFailure } from '@mantel/contracts/models/job.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type House, openHouse } from '../../testing/house.ts';
import { insertJob } from './queue.repository.ts';
import { createQueue, type Queue } from './queue.ts';

let house: House;
let queue: Queue;
let clock = 1_000_000;
const done = vi.fn();
const failed = vi.fn();
const failure = (over: Partial<JobFailure> = {}): JobFailure => ({ code: 'internal', message: 'no', permanent: false, ...over });
beforeEach(async () => {
  house = await openHouse();
  clock = 1_000_000;
  done.mockClear();
  failed.mockClear();
  queue = createQueue({ db: house.db, ends: { preview: { done, failed }, probe: { done, failed } }, leaseMs: 10_000, now: () => clock });
});
afterEach(async () => {
  queue.stop();
  await house.close();
});
async function add(key: string, extra: { prio?: number; after?: number } = {}): Promise<number> {
  const id = await house.db.writeSql((sql) => {
    insertJob(sql, { kind: 'preview', key, libraryId: null, payload: { key }, ...extra });
    return sql.get<{ id: number }>('select max(id) id from job')!.id;
  });
  queue.wake();
  return id;
}
const take = async (worker = 'w1') => {
  const job = await queue.lease(worker, ['preview'], 0);
  return job && { ...job, held: { worker, id: job.id, token: job.token } };
};

test('highest priority first, then oldest; a key is unique among open jobs only', async () => {
  await add('a');
  await add('b');
  await add('urgent', { prio: 5 });
  await add('a');
  const order = [await take(), await take(), await take()].map((j) => j?.key);
  expect(order).toEqual(['urgent', 'a', 'b']);
  expect(await take()).toBeNull();
});

test('a waiting poll is woken by a new job, not by time', async () => {
  const poll = queue.lease('w1', ['preview'], 60_000);
  await add('late');
  expect((await poll)?.key).toBe('late');
});

test('a result counts once, only from the holder, only with the current token', async () => {
  await add('a');
  const first = (await take('w1'))!;
  expect(await queue.done({ ...first.held, worker: 'w2' }, {})).toBe(false);
  expect(await queue.done({ ...first.held, token: 'guess' }, {})).toBe(false);
  clock += 11_000;
  expect(await queue.reap()).toBe(1);
  const second = (await take('w2'))!;
  expect(second.attempt).toBe(2);
  expect(await queue.done(first.held, { late: true })).toBe(false);
  expect(queue.isLive('w1', first.token)).toBe(false);
  expect(await queue.done(second.held, {})).toBe(true);
  expect(await queue.done(second.held, {})).toBe(false);
  expect(done).toHaveBeenCalledTimes(1);
});

test('after the house was down, a worker still has a whole lease to say that it is there', async () => {
  await add('a');
  await add('b');
  const [here, away] = [(await take())!, (await take())!];
  clock += 25_000;
  const again = createQueue({ db: house.db, ends: { preview: { done, failed }, probe: { done, failed } }, leaseMs: 10_000, now: () => clock });
  expect(await again.reap()).toBe(0);
  clock += 9000;
  expect(await again.extend(here.held)).toBe(true);
  clock += 2000;
  expect(await again.reap()).toBe(1);
  expect(await again.extend(away.held)).toBe(false);
  expect(await again.done(here.held, {})).toBe(true);
  again.stop();
});

test('the clock of the house may jump: a lease lasts as long as it lasts', async () => {
  let passed = 0;
  const jumpy = createQueue({ db: house.db, ends: { preview: { done, failed }, probe: { done, failed } }, leaseMs: 10_000, now: () => clock, steady: () => passed });
  await add('a');
  const first = (await jumpy.lease('w1', ['preview'], 0))!;
  clock += 56 * 365 * 86_400_000; // a small computer without a battery has heard what time it is
  expect(await jumpy.reap()).toBe(0);
  passed += 9000;
  expect(await jumpy.extend({ worker: 'w1', id: first.id, token: first.token })).toBe(true);
  clock -= 3600_000;
  passed += 9000;
  expect(await jumpy.reap()).toBe(0);
  passed += 2000;
  expect(await jumpy.reap()).toBe(1);
  const second = (await jumpy.lease('w2', ['preview'], 0))!;
  clock += 86_400_000;
  passed += 4000;
  expect(await jumpy.done({ worker: 'w2', id: second.id, token: second.token }, {})).toBe(true);
  expect(house.db.sql.get('select ms from node_kind')).toEqual({ ms: 4000 });
  jumpy.stop();
});

test('a lease of a job that is no more ends, too', async () => {
  await add('a');
  const job = (await take())!;
  await house.db.writeSql((sql) => sql.run('delete from job'));
  expect(queue.isLive('w1', job.token)).toBe(true);
  clock += 11_000;
  expect(await queue.reap()).toBe(0);
  expect(queue.isLive('w1', job.token)).toBe(false);
});

test('extending keeps a lease alive; a cancelled or lost one answers false', async () => {
  await add('a');
  const job = (await take())!;
  clock += 9000;
  expect(await queue.extend(job.held)).toBe(true);
  clock += 9000;
  expect(await queue.reap()).toBe(0);
  clock += 2000;
  expect(await queue.reap()).toBe(1);
  expect(await queue.extend(job.held)).toBe(false);
});

test('failures come back later and are given up after five; a permanent one at once', async () => {
  await add('a');
  for (let attempt = 1; attempt <= 5; attempt++) {
    const job = (await take())!;
    expect(job.attempt).toBe(attempt);
    await queue.fail(job.held, failure());
    expect(await take()).toBeNull();
    clock += 2 ** attempt * 1000 + 1;
  }
  expect(await take()).toBeNull();
  expect(failed).toHaveBeenCalledTimes(1);
  await add('b');
  await queue.fail((await take())!.held, failure({ permanent: true, code: 'undecodable' }));
  expect(failed).toHaveBeenCalledTimes(2);
  expect(await queue.retry('preview', () => 0)).toBe(2);
  expect((await take())?.attempt).toBe(1);
});

test('a delayed job wakes a poll that waits', async () => {
  const real = createQueue({ db: house.db, ends: { preview: { done, failed }, probe: { done, failed } } });
  await house.db.writeSql((sql) => {
    insertJob(sql, { kind: 'preview', key: 'soon', libraryId: null, payload: {} });
    sql.run('update job set not_before = ?', Date.now() + 150);
  });
  const poll = real.lease('w1', ['preview'], 10_000);
  real.wake();
  expect((await poll)?.key).toBe('soon');
  real.stop();
});

test('a worker that is gone wins nothing any more and loses what it had', async () => {
  await add('a');
  const job = (await take('gone'))!;
  const poll = queue.lease('gone', ['preview'], 60_000);
  expect(await queue.gone('gone')).toBe(1);
  expect(await poll).toBeNull();
  expect(await queue.done(job.held, {})).toBe(false);
  expect((await take('w2'))?.id).toBe(job.id);
});

test('broken connections use up no attempts: the job waits ever longer, and one that ends every worker is given up all the same', async () => {
  await add('a');
  await take();
  await queue.gone('w1');
  expect(await take()).not.toBeNull(); // the first time at once
  await queue.gone('w1');
  expect(await take()).toBeNull();
  clock += 2000;
  for (let lost = 3; lost <= 10; lost++) {
    expect(await take()).not.toBeNull();
    if (lost % 2) await queue.gone('w1');
    else {
      clock += 11_000;
      await queue.reap();
    }
    clock += 60_000;
  }
  expect(failed).not.toHaveBeenCalled();
  for (let attempt = 1; attempt <= 5; attempt++) {
    await queue.fail((await take())!.held, failure());
    expect(failed).toHaveBeenCalledTimes(attempt === 5 ? 1 : 0);
    clock += 2 ** attempt * 1000;
  }
  await add('b');
  for (let lost = 1; lost <= 20; lost++) {
    expect((await take())?.key).toBe('b');
    await queue.gone('w1');
    expect(failed).toHaveBeenCalledTimes(lost === 20 ? 2 : 1);
    clock += 60_000;
  }
  expect(await queue.retry('preview', () => 0)).toBe(2);
  await take();
  await queue.gone('w1');
  expect(failed).toHaveBeenCalledTimes(2);
});
test('what was lost is tried elsewhere first', async () => {
  await take('w2'); // it is there
  await add('a');
  await take('w1');
  await queue.gone('w1');
  expect(await take('w1')).toBeNull();
  expect((await take('w2'))?.key).toBe('a');
});

test('released jobs do not lose an attempt; after waits for the job before; paused kinds rest', async () => {
  const a = await add('a');
  await add('b', { after: a });
  const job = (await take())!;
  expect(await queue.release(job.held)).toBe(true);
  const again = (await take())!;
  expect([again.id, again.attempt]).toEqual([a, 1]);
  expect(await take()).toBeNull();
  await queue.done(again.held, {});
  await queue.pause('preview', true);
  expect(await take()).toBeNull();
  await queue.pause('preview', false);
  expect((await take())?.key).toBe('b');
});
