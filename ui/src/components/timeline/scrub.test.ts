import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monthAt, scrubStep, scrubTicks } from './scrub.ts';

const months = [202305, 202303, 202212, 202206, 202101];
const ys = [0, 500, 900, 2000, 5000];

test('monthAt', () => {
  expect([0, 499, 500, 4999, 5000, 9999].map((y) => monthAt(months, ys, y))).toEqual([202305, 202305, 202303, 202206, 202101, 202101]);
  expect(monthAt([], [], 3)).toBe(0);
});

describe('scrubStep', () => {
  const step = (y: number, key: string): number | null => scrubStep(months, ys, y, 6000, key);
  test('months', () => {
    expect(step(0, 'ArrowDown')).toBe(500);
    expect(step(700, 'ArrowUp')).toBe(500);
    expect(step(500, 'ArrowUp')).toBe(0);
    expect(step(5000, 'ArrowDown')).toBe(5000);
  });
  test('years', () => {
    expect(step(0, 'PageDown')).toBe(900);
    expect(step(900, 'PageDown')).toBe(5000);
    expect(step(5000, 'PageUp')).toBe(900);
    expect(step(2500, 'PageUp')).toBe(900);
    expect(step(900, 'PageUp')).toBe(0);
  });
  test('ends, and other keys are left alone', () => {
    expect(step(900, 'Home')).toBe(0);
    expect(step(900, 'End')).toBe(6000);
    expect(step(900, 'a')).toBeNull();
    expect(scrubStep([], [], 0, 0, 'End')).toBeNull();
  });
});

test('labels never overlap', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 300 }), fc.integer({ min: 100, max: 1200 }), (gaps, height) => {
    let sum = 0;
    const raw = gaps.map((g) => (sum += g));
    const at = raw.map((y) => (y / Math.max(1, sum)) * height);
    const list = gaps.map((_, i) => { const m = 24_000 - i; return Math.floor(m / 12) * 100 + (m % 12) + 1; });
    const { years, ticks } = scrubTicks(list, at, height);
    for (let i = 1; i < years.length; i++) expect(years[i]!.at - years[i - 1]!.at).toBeGreaterThanOrEqual(20);
    for (const y of ticks) for (const label of years) expect(Math.abs(label.at - y)).toBeGreaterThanOrEqual(12);
  }));
});
