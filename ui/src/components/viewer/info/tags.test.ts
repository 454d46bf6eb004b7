import { expect, test } from 'vitest';
import { newTags } from './tags.ts';

test('commas divide, levels are tidied, nothing twice', () => {
  expect(newTags(' beach , Places / Portugal//Lisbon/, Beach', ['sun'])).toEqual(['beach', 'Places/Portugal/Lisbon']);
  expect(newTags('Sun,/ ,', ['sun'])).toEqual([]);
});
