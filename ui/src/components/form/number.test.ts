import { expect, test } from 'vitest';
import { toNumber, typing } from './number.ts';

test('numbers as people write them', () => {
  expect(['12', ' 1,5 ', '-0.25', '.5', '1e3', '1,000,000', 'many', '', '0x10'].map(toNumber)).toEqual([12, 1.5, -0.25, 0.5, '1e3', '1,000,000', 'many', undefined, '0x10']);
});
test('what is being written is left alone', () => {
  expect(['1', '1.', '1.5', '-', '1,5', '007', ''].map(typing)).toEqual([1, '1.', 1.5, '-', '1,5', '007', undefined]);
});
