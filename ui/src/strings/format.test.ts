import { describe, expect, test } from 'vitest';
import { formatAbout, formatBytes, formatDay, formatDuration, formatExposure, formatLeft, formatLocal, formatMemory, formatMonth, formatSpan, formatTook, formatWhen } from './format.ts';
import { t } from './t.ts';

describe('wall clocks do not move with the zone of the browser', () => {
  test('days and months', () => {
    expect(formatDay(20220514)).toBe('Sat 14 May');
    expect(formatDay(20220514, true)).toBe('Sat 14 May 2022');
    expect(formatDay(10101)).toMatch(/1 Jan$/);
    expect(formatMonth(202305)).toBe('May 2023');
    expect(formatMonth(196901)).toBe('January 1969');
  });
  test.each([['2023-05-14T10:00:00', '2023-05-14T23:00:00', '14 May 2023'], ['2023-05-14T10:00:00', '2023-05-16T10:00:00', 'May 2023'], ['2023-05-14T10:00:00', '2023-08-01T10:00:00', 'May – Aug 2023'], ['0001-01-01T00:00:00', '2023-08-01T10:00:00', '0001 – 2023'], ['nothing', '2023', '']])('%s to %s is %j', (from, to, want) => expect(formatSpan(from, to)).toBe(want));
  test('a photo', () => {
    expect(formatLocal('2023-05-14T18:20:00')).toBe('Sunday 14 May 2023 at 18:20');
    expect(formatLocal('not a date')).toBe('not a date');
  });
});

describe('formatWhen', () => {
  const now = new Date(2023, 4, 14, 18, 0).getTime();
  const at = (...a: [number, number, number, number, number]): string => new Date(...a).toISOString();
  test.each([
    [at(2023, 4, 14, 18, 0), 'just now'], [at(2023, 4, 14, 17, 59), '1 minute ago'], [at(2023, 4, 14, 17, 20), '40 minutes ago'],
    [at(2023, 4, 14, 0, 5), 'today 00:05'], [at(2023, 4, 13, 23, 59), 'yesterday 23:59'], [at(2023, 4, 12, 23, 0), '12 May 2023'], [at(2023, 4, 15, 1, 0), '15 May 2023'],
  ])('%s is %s', (iso, want) => expect(formatWhen(iso, now)).toBe(want));
});

test.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [9_960, '10 kB'], [999_499, '999 kB'], [999_600, '1.0 MB'], [38_000_000_000, '38 GB'], [-5, '0 B']])('%d bytes are %s', (n, want) => expect(formatBytes(n)).toBe(want));
test.each([[0, '0:00'], [7, '0:07'], [62.4, '1:02'], [3723, '1:02:03']])('%d s is %s', (n, want) => expect(formatDuration(n)).toBe(want));
test.each([[0.2, '1 s'], [89, '89 s'], [90, '2 min'], [5340, '89 min'], [12_000, '3 h 20 min'], [32_400, '9 h']])('%d s left is %s', (n, want) => expect(formatLeft(n)).toBe(want));
test.each([[0, 'less than a minute'], [59, 'less than a minute'], [60, 'about 1 min'], [3540, 'about 59 min'], [3600, 'about 1 h'], [4200, 'about 1 h 10 min'], [7000, 'about 2 h'], [32_400, 'about 9 h'], [170_000, 'about 47 h'], [260_000, 'about 3 days']])('a guess of %d s is %s', (n, want) => expect(formatAbout(n)).toBe(want));
test.each([[0, '1 ms'], [85.4, '85 ms'], [100, '0.1 s'], [812, '0.8 s'], [12_300, '12 s'], [120_000, '2 min']])('%d ms took %s', (n, want) => expect(formatTook(n)).toBe(want));
test.each([[512 * 2 ** 20, '512 MB'], [2 ** 30, '1 GB'], [3.84 * 2 ** 30, '3.8 GB'], [15.6 * 2 ** 30, '16 GB']])('%d bytes of memory are %s', (n, want) => expect(formatMemory(n)).toBe(want));
test.each([[0.004, '1/250 s'], [0.3333, '1/3 s'], [2.5, '2.5 s'], [30, '30 s']])('%d is %s', (n, want) => expect(formatExposure(n)).toBe(want));

test('plurals and separators', () => {
  expect(t('did.trashed', { n: 1 })).toBe('1 item moved to the trash.');
  expect(t('did.trashed', { n: 1204 })).toBe('1,204 items moved to the trash.');
  expect(t('upload.progress', { done: 3, total: 1000 })).toBe('3 of 1,000');
});
