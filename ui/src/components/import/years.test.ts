import { expect, test } from 'vitest';
import { barsOf } from './years.ts';

test('years stand in order, a short gap is empty years, a long one a single gap, and what has no date is last', () => {
  expect(barsOf([{ year: null, items: 3 }, { year: 2023, items: 5 }, { year: 2021, items: 7 }, { year: 1969, items: 1 }])).toEqual([
    { year: 1969, items: 1 }, { year: null, items: 0, gap: true }, { year: 2021, items: 7 }, { year: 2022, items: 0 }, { year: 2023, items: 5 }, { year: null, items: 3 },
  ]);
});
test('nothing is nothing', () => expect([barsOf([]), barsOf([{ year: 2020, items: 0 }])]).toEqual([[], []]));
