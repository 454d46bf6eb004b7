import { describe, expect, it } from 'vitest';
import { median, percentile, seeded, spread } from './stats.ts';

describe('statistics of a bench', () => {
  it('interpolates between neighbours and does not reorder what it is given', () => {
    const values = [40, 10, 30, 20];
    expect(median(values)).toBe(25);
    expect(percentile(values, 0)).toBe(10);
    expect(percentile(values, 1)).toBe(40);
    expect(percentile(values, 0.9)).toBeCloseTo(37);
    expect(values).toEqual([40, 10, 30, 20]);
  });
  it('sorts by size, not by spelling', () => { expect(median([9, 100, 11])).toBe(11); });
  it('does not make a number of nothing', () => { expect(() => median([])).toThrow('nothing was measured'); });
  it('tells how far the rounds lie apart', () => { expect(spread([90, 100, 120])).toBeCloseTo(0.15); });
  it('draws the same numbers for the same seed, spread over 0 to 1', () => {
    const draw = (seed: number): number[] => { const r = seeded(seed); return Array.from({ length: 2000 }, r); };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(median(draw(1))).toBeGreaterThan(0.45);
    expect(median(draw(1))).toBeLessThan(0.55);
    expect(Math.max(...draw(1))).toBeLessThan(1);
  });
});
