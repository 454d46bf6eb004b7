import { expect, test } from 'vitest';
import { relocate } from './timeline-anchor.ts';
import type { TimelineLayout } from './timeline-layout.ts';

const of = (...days: [number, number][]): TimelineLayout => {
  const first = new Uint32Array(days.length + 1);
  days.forEach(([, n], i) => { first[i + 1] = first[i]! + n; });
  return { version: 1, total: first[days.length]!, days: Uint32Array.from(days.map(([d]) => d)), first, ratios: new Uint8Array(first[days.length]!) };
};
const old = of([20230514, 3], [20230510, 4], [20230401, 2]);

test.each([
  ['nothing changed', old, 4, 4],
  ['newer photos came', of([20230601, 5], [20230514, 3], [20230510, 4], [20230401, 2]), 4, 9],
  ['the day lost its last photos', of([20230514, 3], [20230510, 1], [20230401, 2]), 6, 3],
  ['the day is gone', of([20230514, 3], [20230401, 2]), 4, 3],
  ['everything older is gone', of([20230514, 3]), 8, 2],
  ['all is gone', of(), 4, 0],
])('%s', (_, next, index, want) => expect(relocate(old, next, index)).toBe(want));
