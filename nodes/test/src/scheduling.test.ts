// How soon and how fairly: the real queue and the real loop of a worker in one process, with executors that only take time. Limits are of this machine and this run.
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayName, GatewayParams } from '@mantel/contracts/actions/index.ts';
import { INTERACTIVE, type Lease } from '@mantel/contracts/models/job.ts';
import { type House, openHouse } from '@mantel/coordinator/testing/house.ts';
import { insertJob } from '@mantel/coordinator/services/jobs/queue.repository.ts';
import { createQueue, type Queue } from '@mantel/coordinator/services/jobs/queue.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { Execute } from '@mantel/worker/executors/context.ts';
import type { Gateway } from '@mantel/worker/gateway.ts';
import { type JobLoop, startJobLoop } from '@mantel/worker/job-loop.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MANY = 100_000;
const log = createLogger('test', { level: 'silent' });
const RESULT = { sha256: '0'.repeat(64), getMs: 0, workMs: 0, putMs: 0 };
let house: House;
let queue: Queue;
let loops: JobLoop[];
beforeEach(async () => {
  house = await openHouse();
  const end = { done: () => undefined, failed: () => undefined };
  queue = createQueue({ db: house.db, ends: { preview: end, probe: end } });
  loops = [];
});
afterEach(async () => {
  await Promise.all(loops.map((l) => l.drain()));
  queue.stop();
  await house.close();
});
const add = (from: number, to: number, prio = 0): Promise<void> => house.db.writeSql((sql) => {
  for (let i = from; i < to; i++) insertJob(sql, { kind: 'probe', key: `${prio}-${i}`, libraryId: null, payload: { bytes: 1, rounds: 1, holdMs: 0 }, prio });
});

/** A worker of this house without a network in between. */
function worker(id: string, slots: number, execute: Execute): void {
  const call = async (action: GatewayName, params: object): Promise<unknown> => {
    const p = params as GatewayParams<'jobs.lease'> & { id: number; token: string };
    const held = { worker: id, id: p.id, token: p.token };
    if (action === 'jobs.lease') {
      const job = await queue.lease(id, p.kinds, p.waitMs, p.interactive);
      return job && ({ id: job.id, kind: 'probe', attempt: job.attempt, token: job.token, leaseMs: job.leaseMs, payload: JSON.parse(job.payload) as object, get: '/', put: {} });
    }
    if (action === 'jobs.done') return { ok: await queue.done(held, {}) };
    if (action === 'jobs.release') return { ok: await queue.release(held) };
    if (action === 'jobs.extend') return { ok: await queue.extend(held) };
    if (action === 'nodes.bye') queue.endPolls(id);
    return { ok: true, proto: 1, id };
  };
  loops.push(startJobLoop(call as Gateway, execute, { name: id, version: '1', kinds: ['probe'], slots, waitMs: 4000, drainMs: 0, log }));
}

test('100,000 jobs are queued in two seconds and 50 MB, and somebody who waits does not wait behind them', async () => {
  await add(MANY, MANY + 5000); // a house that has been up for a while: its code is compiled, its heap is there
  await house.db.writeSql((sql) => sql.run('delete from job'));
  const fill = async () => {
    const [rss, began, cpu] = [process.memoryUsage().rss, performance.now(), process.cpuUsage()];
    for (let i = 0; i < MANY; i += 1000) await add(i, i + 1000);
    const [took, grown, { user, system }] = [performance.now() - began, process.memoryUsage().rss - rss, process.cpuUsage(cpu)];
    console.log(`enqueue ${Math.round(took)} ms (${Math.round((user + system) / 1000)} ms of CPU), ${Math.round(grown / 1e6)} MB`);
    return { took, grown };
  };
  const first = await fill();
  expect(first.grown).toBeLessThan(50e6);
  let best = first.took;
  for (let round = 1; round < 3 && best >= 2000; round++) { // the clock runs for others too
    await house.db.writeSql((sql) => sql.run('delete from job'));
    best = Math.min(best, (await fill()).took);
  }
  expect(best).toBeLessThan(2000);

  const started = new Map<number, number>();
  const urgent = new Set<number>();
  worker('w1', 2, async (lease: Lease, signal) => { // 300 ms each, as long as photos take; what somebody waits for is quick
    started.set(lease.id, performance.now());
    await sleep(urgent.has(lease.id) ? 50 : 300, undefined, { signal }).catch(() => undefined);
    return RESULT;
  });
  await expect.poll(() => started.size).toBeGreaterThan(4);
  const waits: number[] = [];
  for (let i = 0; i < 40; i++) {
    await sleep(20 + ((i * 37) % 130)); // bursts and pauses
    const asked = performance.now();
    await add(i, i + 1, INTERACTIVE);
    const { id } = house.db.sql.get<{ id: number }>('select max(id) id from job')!;
    urgent.add(id);
    queue.wake();
    await expect.poll(() => started.has(id), { interval: 2, timeout: 5000 }).toBe(true);
    waits.push(started.get(id)! - asked);
  }
  waits.sort((a, b) => a - b);
  console.log(`interactive start p50 ${Math.round(waits[20]!)} ms, p95 ${Math.round(waits[37]!)} ms`);
  expect(waits[37]).toBeLessThan(250);
  expect(house.db.sql.get(`select count(*) n from job where state = 'done' and prio = 0`)).not.toEqual({ n: 0 }); // the others did not stand still
}, 60_000);

test('most classes not for this worker: a lease is an index lookup all the same', async () => {
  await house.db.writeSql((sql) => {
    for (let i = 0; i < MANY; i++) insertJob(sql, { kind: 'probe', key: `x${i}`, libraryId: null, payload: {}, needs: { require: [`node:w${i % 200}`] } });
    insertJob(sql, { kind: 'probe', key: 'mine', libraryId: null, payload: {}, needs: { require: ['node:me'] } });
  });
  const began = performance.now();
  for (let i = 0; i < 20; i++) expect(await queue.lease('nobody', ['probe'], 0)).toBeNull();
  const each = (performance.now() - began) / 20;
  const scanned = performance.now();
  house.db.sql.all(`select id from job where state = 'queued' and payload <> ?`, '');
  const scan = performance.now() - scanned;
  console.log(`a lease over 201 classes ${each.toFixed(2)} ms; reading all jobs ${scan.toFixed(0)} ms`);
  expect(each).toBeLessThan(scan / 4);
  expect((await queue.lease('me', ['probe'], 0))?.key).toBe('mine');
}, 60_000);

/** Worked off by two workers: how long it took, and how long it would have at best. */
async function race(round: number): Promise<{ ratio: number; fast: number; slow: number }> {
  const jobs = 150;
  const spent = { fast: [] as number[], slow: [] as number[] };
  const timed = (who: 'fast' | 'slow', ms: number): Execute => async (_lease, signal) => {
    const from = performance.now();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    spent[who].push(performance.now() - from);
    return RESULT;
  };
  await add(round * jobs, (round + 1) * jobs);
  const began = performance.now();
  worker(`fast${round}`, 1, timed('fast', 40));
  worker(`slow${round}`, 1, timed('slow', 160));
  await expect.poll(() => house.db.sql.get(`select 1 from job where state in ('queued', 'leased')`), { interval: 10, timeout: 50_000 }).toBeUndefined();
  const took = performance.now() - began;
  await Promise.all(loops.splice(0).map((l) => l.drain()));
  const mean = (all: number[]): number => all.reduce((a, b) => a + b, 0) / all.length; // a timer of a busy machine is late
  const ideal = jobs / (1 / mean(spent.fast) + 1 / mean(spent.slow));
  console.log(`${jobs} jobs in ${Math.round(took)} ms, possible ${Math.round(ideal)} ms (${(took / ideal).toFixed(2)}); ${spent.fast.length} fast, ${spent.slow.length} slow`);
  return { ratio: took / ideal, fast: spent.fast.length, slow: spent.slow.length };
}
test('two unequal workers, one four times slower: together within 1.15 of what is possible', async () => {
  let best = await race(0);
  for (let round = 1; round < 3 && best.ratio > 1.15; round++) best = await race(round); // others work on this machine, too
  expect(best.ratio).toBeLessThanOrEqual(1.15);
  expect(best.fast).toBeGreaterThan(best.slow * 3);
}, 90_000);
