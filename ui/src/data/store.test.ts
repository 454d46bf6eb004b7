import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStore } from './store.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test('the first subscriber loads and follows, five seconds after the last one all ends', async () => {
  let n = 0;
  let changed = (): void => undefined;
  const ended = vi.fn();
  const store = createStore(async () => ++n, (fn) => { changed = fn; return ended; });
  const seen: (number | undefined)[] = [];
  const leave = store.subscribe(() => seen.push(store.data));
  const leaveToo = store.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([1]);
  changed();
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([1, 2]);
  leave();
  leaveToo();
  await vi.advanceTimersByTimeAsync(4999);
  expect(ended).not.toHaveBeenCalled();
  expect(store.data).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledOnce();
  expect(store.data).toBeUndefined();
});

test('coming back within five seconds keeps the data and loads nothing', async () => {
  const load = vi.fn(async () => 'x');
  const store = createStore(load);
  store.subscribe(() => undefined)();
  await vi.advanceTimersByTimeAsync(3000);
  store.subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(load).toHaveBeenCalledOnce();
  expect(store.data).toBe('x');
});

test('many refreshes while one is under way become a single second one', async () => {
  const gates: (() => void)[] = [];
  const load = vi.fn(() => new Promise<number>((resolve) => gates.push(() => resolve(gates.length))));
  const store = createStore(load);
  const first = store.refresh();
  void store.refresh();
  void store.refresh();
  gates[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  gates[1]?.();
  await first;
  expect(load).toHaveBeenCalledTimes(2);
});

test('an error is kept and goes away with the next success', async () => {
  let fail = true;
  const store = createStore(async () => { if (fail) throw new Error('no'); return 1; });
  await store.refresh();
  expect(store.error).toBeInstanceOf(Error);
  fail = false;
  await store.refresh();
  expect(store.error).toBeUndefined();
  expect(store.data).toBe(1);
});
