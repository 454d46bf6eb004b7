import { expect, test } from 'vitest';
import { formatPlace, parsePlace } from './coordinates.ts';

test('what map services write', () => {
  expect(parsePlace('38.7223, -9.1393')).toEqual([38.7223, -9.1393]);
  expect(parsePlace(' 38.7223 -9.1393 ')).toEqual([38.7223, -9.1393]);
  expect(parsePlace('-54,8019; −68,303')).toEqual([-54.8019, -68.303]);
  expect(parsePlace('38°43\'20.28"N 9°08\'21.48"W')).toEqual([38.7223, -9.1393]);
  expect(parsePlace('9° 8.358’ W, 38° 43.338’ N')).toEqual([38.7223, -9.1393]);
  expect(parsePlace('0, 0')).toEqual([0, 0]);
  expect(formatPlace([38.72230001, -9.1])).toBe('38.7223, -9.1');
});

test('what is no place', () => {
  for (const text of ['', 'Lisbon', '91, 0', '0, 181', '38.7', '38.7, -9.1, 3', '38°N', '48°N 2°O', 'NaN, 0']) expect(parsePlace(text), text).toBeNull();
});
