import type { AssetType } from '@mantel/contracts/models/asset.ts';
import { describe, expect, test } from 'vitest';
import { formatLocal, parseDate, parseOffset, rankDates, type DateCandidate } from './dates.ts';

const best = (c: DateCandidate[], type: AssetType) => {
  const taken = rankDates(c, type)[0];
  return taken ? { ...taken, local: formatLocal(taken.wall) } : null;
};
const image = (...c: DateCandidate[]) => best(c, 'image');

describe('parseDate', () => {
  test.each([
    ['2019:06:15 23:45:10', '2019-06-15T23:45:10.000Z'], ['2019-06-15T23:45:10.5+02:00', '2019-06-15T23:45:10.000Z'],
    ['2004: 1: 2  3:04:05', '2004-01-02T03:04:05.000Z'], ['1950', '1950-01-01T00:00:00.000Z'], ['1887:05:04 12:00:00', '1887-05-04T12:00:00.000Z'], ['2019:04:24 22:24:00+02:00 DST', '2019-04-24T22:24:00.000Z'],
  ])('%s', (text, iso) => expect(parseDate(text) && new Date(parseDate(text)!.wall).toISOString()).toBe(iso));
  test.each(['0000:00:00 00:00:00', '    :  :     :  :  ', '2019:13:32 25:61:61', '2019:02:30 10:00:00', '2019:02:28 24:00:00', '0001:01:01 00:00:00', '', 'yesterday', null, {}, []])('%j is no date', (text) => expect(parseDate(text)).toBeNull());
});

test('offsets: quarter hours are zones, +99:99 is not', () => {
  expect(['+05:45', '-0330', 'Z', '+13:00', '+14:00', '-12:00', '+00:00'].map(parseOffset)).toEqual([345, -210, 0, 780, 840, -720, 0]);
  expect(['+99:99', '+14:15', '-12:01', '+05:60', '', '   ', 'UTC', null].map(parseOffset)).toEqual(Array(8).fill(null));
});

describe('rankDates', () => {
  test('EXIF goes before XMP, XMP before what a scanner stamped', () => {
    const taken = image({ kind: 'exif.digitized', text: '2020:01:01 10:00:00' }, { kind: 'xmp.original', text: '1987-06-05T10:00:00' });
    expect(taken).toMatchObject({ local: '1987-06-05T10:00:00', source: 'xmp' });
    expect(image({ kind: 'xmp.original', text: '1987-06-05T10:00:00' }, { kind: 'exif.original', text: '2001:01:01 10:00:00' })?.source).toBe('exif');
  });
  test('a date that is none does not hide a good one behind it', () => expect(image({ kind: 'exif.original', text: '0000:00:00 00:00:00' }, { kind: 'xmp.digitized', text: '2010-04-13T09:37:22+02:00' })).toMatchObject({ utc: null, local: '2010-04-13T09:37:22', source: 'xmp', offsetMinutes: 120 }));
  test('a separate zone counts; nonsense there leaves the wall clock as UTC', () => {
    expect(image({ kind: 'exif.original', text: '2019:06:15 23:45:10', offset: '-03:30' })).toMatchObject({ local: '2019-06-15T23:45:10', offsetMinutes: -210 });
    expect(image({ kind: 'exif.original', text: '2019:06:15 23:45:10', offset: '+99:99' })).toMatchObject({ utc: null, offsetMinutes: null });
  });
  test('the fraction of a second, in the date or in a field of its own', () => {
    expect(image({ kind: 'exif.original', text: '2019:06:15 23:45:10', fraction: '0831' })?.ms).toBe(83);
    expect(image({ kind: 'exif.original', text: '2019:06:15 23:45:10', fraction: 835 })?.ms).toBe(835);
    expect(image({ kind: 'xmp.original', text: '2019-06-15T23:45:10.5' })?.ms).toBe(500);
    expect(image({ kind: 'exif.original', text: '2019:06:15 23:45:10', fraction: 'x\0' })?.ms).toBe(0);
  });
  test("the editor's zone is not borrowed from XMP", () => expect(image({ kind: 'exif.original', text: '2009:06:24 09:41:07' }, { kind: 'xmp.digitized', text: '2009-06-24T09:41:07+01:00' })?.offsetMinutes).toBeNull());
  test('a bare day takes the time of day from another field of the same day', () => expect(image({ kind: 'iptc.created', text: '2022:01:10' }, { kind: 'xmp.created', text: '2022-01-10T15:15:44' })?.local).toBe('2022-01-10T15:15:44'));
  test('videos: the zoned creation date first; the UTC date has no zone; counters that were never set are no dates', () => {
    const utc: DateCandidate = { kind: 'quicktime.create', text: '2019:06:15 21:45:10+00:00' };
    expect(best([utc, { kind: 'quicktime.creation', text: '2019:06:15 23:45:10+02:00' }], 'video')).toMatchObject({ utc: null, local: '2019-06-15T23:45:10', source: 'quicktime', offsetMinutes: 120 });
    expect(best([utc], 'video')).toMatchObject({ utc: Date.UTC(2019, 5, 15, 21, 45, 10), local: '2019-06-15T21:45:10', offsetMinutes: null });
    expect(best([{ kind: 'quicktime.create', text: '1953:06:14 21:45:10+00:00' }], 'video')?.local).toBe('2019-06-15T21:45:10');
    expect(best([{ kind: 'quicktime.create', text: '1904:01:01 00:00:00+00:00' }, { kind: 'quicktime.create', text: '1970:01:01 00:00:00+00:00' }], 'video')).toBeNull();
  });
});
