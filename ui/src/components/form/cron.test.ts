import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextRun, parseCron } from './cron.ts';
import { rhythmOf, scheduleOf, switchTo } from './rhythm.ts';

const NOW = new Date(2026, 10, 23, 1, 10, 30); // a Monday
const next = (text: string): string | null => {
  const cron = parseCron(text);
  if (!cron) return 'no cron';
  const at = nextRun(cron, NOW);
  return at && `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()} ${at.getHours()}:${at.getMinutes()}`;
};

test('the next run', () => {
  expect(next('0 3 * * *')).toBe('2026-11-23 3:0');
  expect(next('10 1 * * *')).toBe('2026-11-24 1:10'); // this minute has begun
  expect(next('0 3 * * 7')).toBe('2026-11-29 3:0');
  expect(next('0 3 * * SUN')).toBe('2026-11-29 3:0');
  expect(next('5-10/2 3 * jan-mar mon')).toBe('2027-1-4 3:5');
  expect(next('*/20 * * * *')).toBe('2026-11-23 1:20');
  expect(next('0 3 1 * 2')).toBe('2026-11-24 3:0'); // the first of the month, or a Tuesday
  expect(next('0 0 29 2 *')).toBe('2028-2-29 0:0');
  expect(next('0 3 31 2 *')).toBe(null);
});

test('what is no schedule', () => {
  for (const bad of ['', 'a b', '* * * *', '* * * * * *', '60 * * * *', '0 24 * * *', '0 0 0 * *', '0 0 * 13 *', '0 0 * * 8', '*/0 * * * *', '5/15 * * * *', '6-1 * * * *', '0 3 * foo *', '1,,2 * * * *', '@daily']) expect(next(bad), bad).toBe('no cron');
});

test('choices become cron lines and come back', () => {
  expect(rhythmOf(null)).toEqual({ kind: 'never' });
  expect(rhythmOf('15 * * * *')).toEqual({ kind: 'hourly', minute: 15 });
  expect(rhythmOf('5 3 * * *')).toEqual({ kind: 'daily', time: '03:05' });
  expect(rhythmOf('0 22 * * 7')).toEqual({ kind: 'weekly', weekday: 0, time: '22:00' });
  for (const custom of ['*/5 * * * *', '0 3 1 * *', '0 3 * * mon', '99 3 * * *', 'nonsense']) expect(rhythmOf(custom)).toEqual({ kind: 'custom', cron: custom });
  expect(switchTo('weekly', { kind: 'daily', time: '22:15' })).toEqual({ kind: 'weekly', weekday: 0, time: '22:15' });
  expect(switchTo('custom', { kind: 'daily', time: '22:15' })).toEqual({ kind: 'custom', cron: '15 22 * * *' });
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
  fc.assert(fc.property(fc.oneof(
    fc.record({ kind: fc.constant('daily' as const), time }), fc.record({ kind: fc.constant('weekly' as const), weekday: fc.integer({ min: 0, max: 6 }), time }), fc.record({ kind: fc.constant('hourly' as const), minute: fc.integer({ min: 0, max: 59 }) }),
  ), (r) => {
    const line = scheduleOf(r)!;
    expect(rhythmOf(line)).toEqual(r);
    const at = nextRun(parseCron(line)!, NOW)!;
    expect(at.getTime()).toBeGreaterThan(NOW.getTime());
    if ('time' in r) expect(`${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`).toBe(r.time);
  }));
});
