import { expect, test } from 'vitest';
import { formatOffset, wallClock, zoneOffsets } from './zones.ts';

test('offsets as the server takes them, from west to east', () => {
  expect([formatOffset(0), formatOffset(-570), formatOffset(345)]).toEqual(['+00:00', '-09:30', '+05:45']);
  const all = zoneOffsets(null);
  expect(all[0]).toBe('-12:00');
  expect(all.at(-1)).toBe('+14:00');
  expect(new Set(all).size).toBe(all.length);
  expect(zoneOffsets('+00:19')[0]).toBe('+00:19');
  expect(zoneOffsets('+02:00')).toEqual(all);
});

test('fields make a wall clock, or none', () => {
  expect(wallClock('2023-05-14', '18:20')).toBe('2023-05-14T18:20:00');
  expect(wallClock('2023-05-14', '18:20:07')).toBe('2023-05-14T18:20:07');
  for (const [date, time] of [['', '18:20'], ['2023-02-30', '10:00'], ['2023-05-14', ''], ['0000-01-01', '00:00'], ['2023-05-14', '25:00']] as const) expect(wallClock(date, time), `${date} ${time}`).toBeNull();
});
