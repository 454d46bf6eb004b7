import { describe, expect, test } from 'vitest';
import type { DateCandidate } from './dates.ts';
import type { FactsHint } from './facts.ts';
import { noTags, type RawTags } from './tags.ts';
import { whenTaken, type When } from './when.ts';

const NOW = Date.UTC(2026, 5, 1);
const FILED = Date.UTC(2020, 8, 13, 12, 26, 40);
const lisbon = { lat: 38.7139, lon: -9.1394 };
const berlin = { lat: 52.52, lon: 13.4 };
const exif = (text: string, more: Partial<DateCandidate> = {}): Partial<RawTags> => ({ dates: [{ kind: 'exif.original', text, ...more }] });
const film = (text: string, more: Partial<RawTags> = {}): Partial<RawTags> => ({ dates: [{ kind: 'quicktime.create', text }], durationMs: 10_000, ...more });

async function when(tags: Partial<RawTags>, hint: Partial<FactsHint> = {}, place: { lat: number; lon: number } | null = null): Promise<string> {
  const w: When = await whenTaken({ ...noTags(), ...tags }, { name: 'IMG_1.jpg', mime: 'image/jpeg', type: 'image', modifiedAt: FILED, ...hint }, place, NOW);
  const utc = new Date(w.takenAt).toISOString().replace('.000Z', 'Z');
  return `${w.local}${w.offsetMinutes === null ? '' : ` ${w.offsetMinutes} by ${w.offsetSource}`} = ${utc} (${w.source}${w.odd ? ', odd' : ''}${w.known ? '' : ', unknown'})`;
}
const video = { name: 'MVI_1.mp4', mime: 'video/mp4', type: 'video' } as const;

describe('the zone', () => {
  test.each<[string, string, Partial<RawTags>, Partial<FactsHint>, typeof lisbon | null]>([
    ['that the tag says', '2019-06-15T23:45:10 345 by exif = 2019-06-15T18:00:10.083Z (exif)', exif('2019:06:15 23:45:10', { offset: '+05:45', fraction: '083' }), {}, lisbon],
    ['of the place, in summer', '2019-06-15T23:45:10 60 by gps = 2019-06-15T22:45:10Z (exif)', exif('2019:06:15 23:45:10'), {}, lisbon],
    ['of the place, in winter', '2019-01-15T23:45:10 0 by gps = 2019-01-15T23:45:10Z (exif)', exif('2019:01:15 23:45:10'), {}, lisbon],
    ['of the place, an hour that there was twice', '2019-10-27T02:30:00 120 by gps = 2019-10-27T00:30:00Z (exif)', exif('2019:10:27 02:30:00'), {}, berlin],
    ['of the place, an hour that there never was', '2019-03-31T02:30:00 60 by gps = 2019-03-31T01:30:00Z (exif)', exif('2019:03:31 02:30:00'), {}, berlin],
    ['of nobody', '2019-06-15T23:45:10 = 2019-06-15T23:45:10Z (exif)', exif('2019:06:15 23:45:10'), {}, null],
    ['by satellites, though the place has another: the camera keeps the time of home', '2019-06-15T23:45:10 120 by gps = 2019-06-15T21:45:10Z (exif)', { ...exif('2019:06:15 23:45:10'), gpsDate: '2019:06:15', gpsTime: '21:44:51' }, {}, lisbon],
    ['by satellites alone', '2019-06-15T23:45:10 -210 by gps = 2019-06-16T03:15:10Z (exif)', { ...exif('2019:06:15 23:45:10'), gpsDate: '2019:06:16', gpsTime: [3, 15, 2] }, {}, null],
    ['not by satellites seen long ago', '2019-06-15T23:45:10 = 2019-06-15T23:45:10Z (exif)', { ...exif('2019:06:15 23:45:10'), gpsDate: '2019:06:15', gpsTime: '21:05:00' }, {}, null],
    ['not by satellites that are a day off, but by the place', '2008-10-22T16:28:39 120 by gps = 2008-10-22T14:28:39Z (exif)', { ...exif('2008:10:22 16:28:39'), gpsDate: '2008:10:23', gpsTime: '14:27:07.24' }, {}, berlin],
    ['by a name in UTC', '2021-01-02T04:04:05 60 by name = 2021-01-02T03:04:05Z (exif)', exif('2021:01:02 04:04:05'), { name: 'PXL_20210102_030405678.jpg' }, null],
  ])('%s', async (_name, expected, tags, hint, place) => expect(await when(tags, hint, place)).toBe(expected));
});

describe('films', () => {
  test.each<[string, string, Partial<RawTags>, Partial<FactsHint>, typeof lisbon | null]>([
    ['UTC alone', '2019-06-15T21:45:10 = 2019-06-15T21:45:10Z (quicktime)', film('2019:06:15 21:45:10+00:00'), video, null],
    ['UTC and a place', '2019-06-15T22:45:10 60 by gps = 2019-06-15T21:45:10Z (quicktime)', film('2019:06:15 21:45:10+00:00'), video, lisbon],
    ['UTC and a name with the wall clock of its beginning', '2019-06-15T23:45:20 120 by name = 2019-06-15T21:45:20Z (quicktime)', film('2019:06:15 21:45:20+00:00'), { ...video, name: 'VID_20190615_234510.mp4' }, null],
    ['a wall clock that pretends to be UTC, as the name and the place show', '2019-06-15T23:45:10 120 by gps = 2019-06-15T21:45:10Z (quicktime)', film('2019:06:15 23:45:10+00:00'), { ...video, name: 'VID_20190615_234505.mp4' }, berlin],
    ['a name in UTC where the place is in UTC', '2019-01-15T23:45:10 0 by gps = 2019-01-15T23:45:10Z (quicktime)', film('2019:01:15 23:45:10+00:00'), { ...video, name: 'VID_20190115_234505.mp4' }, lisbon],
    ['a camera that writes its wall clock', '2019-06-15T21:45:10 120 by gps = 2019-06-15T19:45:10Z (quicktime)', film('2019:06:15 21:45:10+00:00', { make: 'GoPro' }), video, berlin],
    ['a name of another day says nothing', '2019-06-15T21:45:10 = 2019-06-15T21:45:10Z (quicktime)', film('2019:06:15 21:45:10+00:00'), { ...video, name: 'VID_20190617_234510.mp4' }, null],
  ])('%s', async (_name, expected, tags, hint, place) => expect(await when(tags, hint, place)).toBe(expected));
});

describe('without a date in the tags', () => {
  test.each<[string, string, Partial<RawTags>, Partial<FactsHint>, typeof lisbon | null]>([
    ['the satellites', '2019-06-15T22:45:10 60 by gps = 2019-06-15T21:45:10Z (gps)', { gpsDate: '2019:06:15', gpsTime: '21:45:10' }, {}, lisbon],
    ['the satellites without a place', '2019-06-15T21:45:10 = 2019-06-15T21:45:10Z (gps)', { gpsDate: '2019:06:15', gpsTime: '21:45:10' }, {}, null],
    ['receivers without a fix are none', '2020-09-13T12:26:40 = 2020-09-13T12:26:40Z (file, unknown)', { gpsDate: '1980:01:06', gpsTime: '00:00:00' }, {}, null],
    ['the name', '2019-06-15T23:45:10 = 2019-06-15T23:45:10Z (name)', {}, { name: 'IMG_20190615_234510.jpg' }, null],
    ['the name, with the zone of the place', '2019-06-15T23:45:10 60 by gps = 2019-06-15T22:45:10Z (name)', {}, { name: 'IMG_20190615_234510.jpg' }, lisbon],
    ['a name in UTC', '2021-01-02T04:04:05 60 by gps = 2021-01-02T03:04:05Z (name)', {}, { name: 'PXL_20210102_030405678.jpg' }, berlin],
    ['the day of a name', '2019-01-02T12:00:00 = 2019-01-02T12:00:00Z (name)', {}, { name: 'IMG-20190102-WA0003.jpg' }, null],
    ['the day of a name, and the file is of that day', '2020-09-13T12:26:40 = 2020-09-13T12:26:40Z (name)', {}, { name: 'IMG-20200913-WA0003.jpg' }, null],
    ['the folder', '2004-05-15T12:00:00 = 2004-05-15T12:00:00Z (folder)', {}, { folder: 'Photos/2004/2004-05 Italy' }, null],
    ['a bare year', '2004-07-01T12:00:00 = 2004-07-01T12:00:00Z (folder)', {}, { folder: 'Pictures/2004' }, null],
    ['a bare year, and the file is of that year', '2020-09-13T12:26:40 = 2020-09-13T12:26:40Z (folder)', {}, { folder: '2020' }, null],
    ['the name before the folder', '2019-06-15T12:00:00 = 2019-06-15T12:00:00Z (name)', {}, { name: '2019-06-15.jpg', folder: '2004' }, null],
    ['the file', '2020-09-13T12:26:40 = 2020-09-13T12:26:40Z (file, unknown)', {}, {}, null],
    ['the upload', '2026-06-01T00:00:00 = 2026-06-01T00:00:00Z (upload, unknown)', {}, { modifiedAt: undefined }, null],
  ])('%s', async (_name, expected, tags, hint, place) => expect(await when(tags, hint, place)).toBe(expected));
});

describe('doubtful dates', () => {
  const odd = ['2099:06:15 10:00:00', '2107:01:01 00:00:00', '1970:01:01 00:00:00', '1970:01:01 03:00:12', '1969:12:31 17:00:00', '1904:01:01 00:00:00', '1980:01:01 00:03:00', '2000:01:01 00:00:07', '2010:01:01 00:00:00'];
  test.each(odd)('%s alone is kept and said to be odd', async (text) => expect(await when(exif(text))).toMatch(/^\S+ = \S+ \(exif, odd\)$/));
  test.each(odd)('%s gives way to the name, the folder, another group', async (text) => {
    expect(await when(exif(text), { name: 'IMG_20190615_234510.jpg' })).toMatch(/^2019-06-15T23:45:10 .*\(name\)$/);
    expect(await when(exif(text), { folder: 'Photos/2004' })).toMatch(/^2004-07-01T12:00:00 .*\(folder\)$/);
    expect(await when({ dates: [{ kind: 'exif.original', text }, { kind: 'xmp.original', text: '2011-02-03T04:05:06' }] })).toMatch(/^2011-02-03T04:05:06 .*\(xmp\)$/);
  });
  test.each(['2026:06:02 10:00:00', '1887:05:04 12:00:00', '2000:01:01 01:00:00', '2010:01:01 00:00:10', '2025:01:01 00:00:00', '1971:01:01 00:00:00'])('%s is none of these', async (text) => expect(await when(exif(text), { name: 'IMG_20190615_234510.jpg' })).toMatch(/\(exif\)$/));
  test('no date at all is not odd', async () => expect(await when(exif('0000:00:00 00:00:00'))).toMatch(/\(file, unknown\)$/));
});
