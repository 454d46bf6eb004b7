import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PictureRetry } from './picture-retry.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

test('a picture is asked for again with growing pauses, and then left alone', () => {
  const asked: number[] = [];
  const start = Date.now();
  const retry = new PictureRetry(() => { asked.push((Date.now() - start) / 1000); retry.failed('a'); });
  retry.failed('a');
  vi.advanceTimersByTime(600_000);
  expect(asked).toEqual([2, 6, 14, 30, 62]);
});
test('many failures make one round; a connection that came back starts it at once and forgets the count', () => {
  let rounds = 0;
  const retry = new PictureRetry(() => { rounds++; });
  retry.now();
  expect(rounds).toBe(0);
  retry.failed('a');
  retry.failed('b');
  retry.now();
  expect(rounds).toBe(1);
  vi.advanceTimersByTime(600_000);
  expect(rounds).toBe(1);
  retry.failed('a');
  vi.advanceTimersByTime(2000);
  expect(rounds).toBe(2);
});
