import { describe, expect, it } from 'vitest';
import { heavy, heavyRunning } from './gate.ts';

const never = new AbortController().signal;
const SMALL = 1e6, LARGE = 48e6;

/** Work that ends when it is told to, and notes how many ran beside it. */
function job(pixels: number, signal = never): { done: Promise<number>; started: Promise<void>; end: () => void } {
  const start = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const done = heavy(signal, pixels, async () => { start.resolve(); await finish.promise; return pixels; });
  return { done, started: start.promise, end: finish.resolve };
}

describe('turns of heavy decoders', () => {
  it('come in the order of asking, and a large picture runs alone', async () => {
    const first = job(SMALL);
    await first.started;
    const [large, last] = [job(LARGE), job(SMALL)];
    const order: string[] = [];
    void large.started.then(() => order.push('large'));
    void last.started.then(() => order.push('last'));
    first.end();
    await large.started;
    expect(order).toEqual(['large']);
    large.end();
    await last.started;
    last.end();
    expect(await Promise.all([first.done, large.done, last.done])).toEqual([SMALL, LARGE, SMALL]);
    expect(order).toEqual(['large', 'last']);
    expect(heavyRunning()).toBe(0);
  });
  it('are given up by an abort, and the next one comes', async () => {
    const abort = new AbortController();
    const first = job(LARGE);
    await first.started;
    const [gone, next] = [job(LARGE, abort.signal), job(SMALL)];
    const why = new Error('lease lost');
    abort.abort(why);
    await expect(gone.done).rejects.toBe(why);
    first.end();
    await next.started;
    next.end();
    await next.done;
    expect(heavyRunning()).toBe(0);
  });
  it('are free again after a failure', async () => {
    await expect(heavy(never, LARGE, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await heavy(never, LARGE, () => Promise.resolve('fine'))).toBe('fine');
  });
});
