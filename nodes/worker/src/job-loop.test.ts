import { setTimeout as sleep } from 'node:timers/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Lease, PreviewResult } from '@mantel/contracts/models/job.ts';
import { homeBroker } from '@mantel/runtime/broker.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { ServiceBroker } from 'moleculer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Execute } from './executors/context.ts';
import { gatewayOf } from './gateway.ts';
import { startJobLoop, type JobLoop, type LoopOptions } from './job-loop.ts';

// A gateway of its own kind: real broker, real actions, and a script of what each of them answers.
type Said = { action: string; params: Record<string, unknown> };
const log = createLogger('test', { level: 'silent' });
const RESULT: PreviewResult = { width: 1, height: 1, thumbhash: 'AAAA', dhash: '0'.repeat(16), durationMs: null, problems: [] };
const job = (id: number, leaseMs = 30_000): Lease => ({ id, kind: 'preview', attempt: 1, token: `token-${id}`, leaseMs, get: '/get', put: {}, payload: { fileId: '00000000-0000-4000-8000-000000000000', mime: 'image/jpeg', bytes: 1, name: 'x' } });

class FakeGateway {
  said: Said[] = [];
  queue: Lease[] = [];
  urgent: Lease[] = [];
  answers: Record<string, (params: Record<string, unknown>, count: number) => unknown> = {};
  broker!: ServiceBroker;
  #wake: (() => void)[] = [];

  async start(): Promise<void> {
    this.broker = homeBroker(log);
    const act = (action: string, otherwise: (params: Record<string, unknown>) => unknown) => (ctx: { params: Record<string, unknown> }): unknown => {
      this.said.push({ action, params: ctx.params });
      const scripted = this.answers[action];
      return scripted ? scripted(ctx.params, this.times(action)) : otherwise(ctx.params);
    };
    const ok = (): object => ({ ok: true });
    this.broker.createService({ name: 'nodes', actions: { hello: act('hello', () => ({ ok: true, proto: 1, id: 'w1' })), bye: act('bye', () => { for (const w of this.#wake.splice(0)) w(); return { ok: true }; }) } });
    this.broker.createService({ name: 'jobs', actions: { lease: act('lease', (p) => this.#lease(Number(p.waitMs), p.interactive === true)), extend: act('extend', ok), done: act('done', ok), fail: act('fail', ok), release: act('release', ok) } });
    await this.broker.start();
  }
  async #lease(waitMs: number, interactive: boolean): Promise<Lease | null> {
    if ((interactive ? this.urgent : this.queue).length === 0) await new Promise<void>((resolve) => { this.#wake.push(resolve); setTimeout(resolve, waitMs).unref(); });
    return (interactive ? this.urgent : this.queue).shift() ?? null;
  }
  urge(...jobs: Lease[]): void { this.urgent.push(...jobs); for (const w of this.#wake.splice(0)) w(); }
  add(...jobs: Lease[]): void { this.queue.push(...jobs); for (const w of this.#wake.splice(0)) w(); }
  of(action: string): Record<string, unknown>[] { return this.said.filter((s) => s.action === action).map((s) => s.params); }
  times(action: string): number { return this.of(action).length; }
  async until(action: string, times = 1): Promise<void> { await vi.waitFor(() => { expect(this.times(action)).toBeGreaterThanOrEqual(times); }, { timeout: 8000, interval: 5 }); }
}

let gateway: FakeGateway;
let loop: JobLoop | undefined;
beforeEach(async () => { gateway = new FakeGateway(); await gateway.start(); loop = undefined; });
afterEach(async () => { await loop?.drain(); await gateway.broker.stop(); });

function start(execute: Execute, options: Partial<LoopOptions> = {}): JobLoop {
  return loop = startJobLoop(gatewayOf(gateway.broker, 'secret'), execute, { name: 'pc', version: '1', kinds: ['preview'], slots: 1, waitMs: 300, drainMs: 300, log, ...options });
}
/** Works until told otherwise, and hears an abort. */
const endless: Execute = (_lease, signal) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }); });

describe('job loop', () => {
  it('says hello once, then hands in results with its token and the lease', async () => {
    gateway.queue = [job(1), job(2), job(3)];
    start(async () => RESULT, { slots: 2 });
    await gateway.until('done', 3);
    expect(gateway.of('hello')).toEqual([{ auth: 'secret', run: expect.any(String), proto: { min: 1, max: 1 }, version: '1', name: 'pc', kinds: ['preview'] }]);
    expect(gateway.of('done').map((p) => p.id).sort()).toEqual([1, 2, 3]);
    expect(gateway.of('done')[0]).toEqual({ auth: 'secret', id: 1, token: 'token-1', result: RESULT });
  });
  it('keeps as many jobs in flight as it has slots', async () => {
    let now = 0, most = 0;
    const { promise: both, resolve } = Promise.withResolvers<void>();
    gateway.queue = [job(1), job(2), job(3)];
    start(async () => { most = Math.max(most, ++now); if (now === 2) resolve(); await both; now--; return RESULT; }, { slots: 2 });
    await gateway.until('done', 3);
    expect(most).toBe(2);
  });
  it('waits for a coordinator that is not there yet, and says hello again after it was away', async () => {
    gateway.answers.hello = (_p, n) => { if (n < 3) throw new MantelError('internal'); return { ok: true, proto: 1, id: 'w1' }; };
    start(async () => RESULT);
    await loop!.ready;
    expect(gateway.times('hello')).toBe(3);
    await gateway.until('lease');
    gateway.answers.lease = (_p, n) => { if (n === 2) throw new MantelError('internal'); return null; };
    await gateway.until('hello', 4);
  });
  it('without anything that it could do it says hello all the same, and asks for no work', async () => {
    gateway.answers.hello = (_p, n) => { if (n < 3) throw new MantelError('internal'); return { ok: true, proto: 1, id: 'w1' }; };
    start(async () => RESULT, { kinds: [], caps: { missing: ['sharp does not load'] } as never });
    await loop!.ready;
    expect(gateway.of('hello')[2]).toMatchObject({ kinds: [], caps: { missing: ['sharp does not load'] } });
    expect(await loop!.drain()).toBe(true);
    expect([gateway.times('hello'), gateway.times('lease'), gateway.times('bye')]).toEqual([3, 0, 1]);
  });
  it('leaving is said again until it is heard; a stop is said once', async () => {
    start(async () => RESULT);
    await loop!.ready;
    gateway.answers.bye = (_p, n) => { if (n < 3) throw new MantelError('internal'); return { ok: true }; };
    expect(await loop!.drain('leave')).toBe(true);
    expect(gateway.times('bye')).toBe(3);
    gateway.answers.bye = () => { throw new MantelError('internal'); };
    expect(await start(async () => RESULT).drain()).toBe(false);
    expect(gateway.times('bye')).toBe(4);
  });
  it('does not lease when the coordinator speaks another protocol', async () => {
    gateway.answers.hello = () => ({ ok: false, proto: 0, id: 'w1', upgrade: 'worker' });
    start(async () => RESULT);
    await gateway.until('hello', 2);
    expect(gateway.times('lease')).toBe(0);
  });
  it('does not storm a coordinator that answers at once that there is nothing', async () => {
    gateway.answers.lease = () => null;
    start(async () => RESULT);
    await gateway.until('lease', 2);
    const [from, before] = [performance.now(), gateway.times('lease')];
    await gateway.until('lease', before + 3);
    expect(performance.now() - from).toBeGreaterThan(400);
  });
});

describe('a lease', () => {
  it('is extended at a third of its time', async () => {
    gateway.queue = [job(1, 900)];
    start(endless);
    await gateway.until('extend', 3);
    expect(gateway.of('extend')[0]).toEqual({ auth: 'secret', id: 1, token: 'token-1' });
  });
  it('that is lost stops the job, and nothing is reported for it', async () => {
    gateway.answers.extend = () => ({ ok: false });
    gateway.queue = [job(1, 600), job(2)];
    start((lease, signal) => (lease.id === 1 ? endless(lease, signal) : Promise.resolve(RESULT)));
    await gateway.until('done');
    expect(gateway.of('done').map((p) => p.id)).toEqual([2]);
    expect(gateway.times('fail') + gateway.times('release')).toBe(0);
  });
  it('outlives a coordinator that is silent for twice its length', async () => {
    gateway.answers.extend = () => { throw new MantelError('internal'); };
    gateway.queue = [job(1, 300)];
    start(async (_lease, signal) => { await sleep(600, undefined, { signal }); return RESULT; });
    await gateway.until('done');
    expect(gateway.of('done').map((p) => p.id)).toEqual([1]);
  });
  it('counts as lost when the coordinator was silent for four times its length', async () => {
    gateway.answers.extend = () => { throw new MantelError('internal'); };
    gateway.queue = [job(1, 300), job(2)];
    start((lease, signal) => (lease.id === 1 ? endless(lease, signal) : Promise.resolve(RESULT)));
    await gateway.until('done');
    expect(gateway.of('done').map((p) => p.id)).toEqual([2]);
  });
  it('that the byte side refuses is dropped quietly', async () => {
    gateway.queue = [job(1), job(2)];
    start(async (lease) => { if (lease.id === 1) throw new MantelError('lease_lost'); return RESULT; });
    await gateway.until('done');
    expect(gateway.times('fail')).toBe(0);
  });
});

describe('an answer', () => {
  it('is offered until it is taken', async () => {
    gateway.answers.done = (_p, n) => { if (n < 3) throw new MantelError('internal'); return { ok: true }; };
    gateway.queue = [job(1), job(2)];
    start(async () => RESULT);
    await gateway.until('done', 4);
    expect(gateway.of('done').map((p) => p.id)).toEqual([1, 1, 1, 2]);
  });
  it('that the coordinator finds unusable becomes a failure', async () => {
    gateway.answers.done = () => { throw new MantelError('bad_result'); };
    gateway.queue = [job(1)];
    start(async () => RESULT);
    await gateway.until('fail');
    expect(gateway.of('fail')[0]).toMatchObject({ id: 1, failure: { code: 'internal', permanent: false } });
    expect(gateway.times('done')).toBe(1);
  });
  it.each([
    [new MantelError('undecodable', 'no'), { code: 'undecodable', message: 'no', permanent: true }],
    [new MantelError('too_large', 'no'), { code: 'too_large', message: 'no', permanent: true }],
    [new MantelError('timeout', 'no'), { code: 'timeout', message: 'no', permanent: false }],
    [new Error('ECONNRESET'), { code: 'internal', message: 'ECONNRESET', permanent: false }],
  ])('%s is reported as it is', async (error, failure) => {
    gateway.queue = [job(1)];
    start(async () => { throw error; });
    await gateway.until('fail');
    expect(gateway.of('fail')[0]).toEqual({ auth: 'secret', id: 1, token: 'token-1', failure });
  });
});

describe('trouble of the house', () => {
  it.each(['storage_full', 'storage_missing', 'rate_limited'] as const)('%s: the job goes back and no try is lost; the next one is not asked for at once', async (code) => {
    const at: number[] = [];
    gateway.answers.release = () => { at.push(performance.now()); return { ok: true }; };
    gateway.queue = [job(1), job(2), job(3)];
    start(async (lease) => { if (lease.id < 3) throw new MantelError(code); return RESULT; });
    await gateway.until('done');
    expect([gateway.of('release').map((p) => p.id), gateway.of('done').map((p) => p.id), gateway.times('fail')]).toEqual([[1, 2], [3], 0]);
    expect(at[1]! - at[0]!).toBeGreaterThan(300);
  });
});

describe('drain', () => {
  it('says bye, lets a running job finish and takes no other', async () => {
    const { promise: finish, resolve } = Promise.withResolvers<void>();
    gateway.queue = [job(1), job(2)];
    start(async () => { await finish; return RESULT; }, { drainMs: 5000 });
    await gateway.until('lease');
    const drained = loop!.drain();
    await gateway.until('bye');
    resolve();
    await drained;
    expect(gateway.of('done').map((p) => p.id)).toEqual([1]);
    expect(gateway.queue.map((j) => j.id)).toEqual([2]);
  });
  it('hands a job back that does not finish in time', async () => {
    gateway.queue = [job(1)];
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    start((lease, signal) => { resolve(); return endless(lease, signal); });
    await begun;
    await loop!.drain();
    expect(gateway.of('release')).toEqual([{ auth: 'secret', id: 1, token: 'token-1' }]);
    expect(gateway.times('fail')).toBe(0);
  });
  it('hands back what an open poll still wins', async () => {
    const { promise: polled, resolve: isPolled } = Promise.withResolvers<void>();
    const { promise: give, resolve: giveNow } = Promise.withResolvers<void>();
    gateway.answers.lease = async (p) => { if (p.interactive) return null; isPolled(); await give; return job(7); };
    gateway.answers.bye = () => { giveNow(); return { ok: true }; };
    start(async () => RESULT);
    await polled;
    await loop!.drain();
    expect(gateway.of('release').map((p) => p.id)).toEqual([7]);
    expect(gateway.times('done')).toBe(0);
  });
  it('ends although nobody answers', async () => {
    gateway.answers = { hello: () => new Promise(() => undefined), bye: () => new Promise(() => undefined) };
    start(async () => RESULT);
    await gateway.until('hello');
    const from = performance.now();
    await loop!.drain();
    expect(performance.now() - from).toBeLessThan(4000);
  });
});

describe('the slot for work that somebody waits for', () => {
  it('is one more, asks for nothing else, and works while the others are busy', async () => {
    gateway.queue = [job(1)];
    start((lease, signal) => (lease.id === 1 ? endless(lease, signal) : Promise.resolve(RESULT)));
    await gateway.until('lease', 2);
    gateway.urge(job(2));
    await gateway.until('done');
    expect(gateway.of('done').map((p) => p.id)).toEqual([2]);
    expect(gateway.of('lease').filter((p) => !p.interactive)).toHaveLength(1);
  });
});

describe('a pause', () => {
  it('hands back what runs at once, asks for nothing, and goes on after it', async () => {
    gateway.queue = [job(1)];
    start(endless, { drainMs: 5000 });
    await gateway.until('lease', 2);
    const from = performance.now();
    loop!.pause();
    await gateway.until('release');
    expect(performance.now() - from).toBeLessThan(300);
    await new Promise((resolve) => setTimeout(resolve, 700)); // longer than the poll that was open
    const asked = gateway.times('lease');
    gateway.add(job(2));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(gateway.times('lease')).toBe(asked);
    loop!.resume();
    await gateway.until('lease', asked + 2);
    expect([gateway.of('release').map((p) => p.id), gateway.times('fail')]).toEqual([[1], 0]);
  });
  it('hands back what an open poll still wins', async () => {
    start(async () => RESULT, { waitMs: 3000 });
    await gateway.until('lease', 2);
    loop!.pause();
    gateway.add(job(3));
    await gateway.until('release');
    expect([gateway.of('release').map((p) => p.id), gateway.times('done')]).toEqual([[3], 0]);
  });
  it('does not wait for an executor that hears nothing', async () => {
    gateway.queue = [job(1)];
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    start(() => { resolve(); return new Promise(() => undefined); });
    await begun;
    const from = performance.now();
    loop!.pause();
    await gateway.until('release');
    expect(performance.now() - from).toBeLessThan(1000);
  });
});
