import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { describe, expect, test } from 'vitest';
import type { Facts } from './facts/facts.ts';
import { mergeHints, withHints, withZone } from './hints.ts';

const facts = (f: Partial<Facts> = {}): Facts => {
  const local = f.takenAtLocal ?? '2019-08-12T10:11:12';
  return {
    takenAt: Date.parse(`${local}Z`) - (f.offsetMinutes ?? 0) * 60_000, takenAtLocal: local, takenAtSource: 'exif', offsetMinutes: null, lat: null, lon: null, altitude: null, width: 640, height: 480, durationMs: null,
    make: null, model: null, lens: null, iso: null, fNumber: null, exposureTime: null, focalLength: null, orientation: null, colourSpace: null, videoCodec: null, audioCodec: null, rating: null, title: null, description: null, tags: [], people: [],
    contentId: null, motion: null, sources: { takenAt: f.takenAtSource ?? 'exif' }, problems: [], ...f,
  };
};
const utc = (text: string): number => Date.parse(text);
const said = async (own: Partial<Facts>, hints: SourceHints, name = 'X.jpg'): Promise<Facts> => withHints(facts(own), await withZone(facts(own), mergeHints(null, hints)), name);
const when = async (own: Partial<Facts>, hints: SourceHints, name?: string): Promise<unknown[]> => {
  const f = await said(own, hints, name);
  return [new Date(f.takenAt).toISOString(), f.takenAtLocal, f.takenAtSource, f.offsetMinutes, f.sources.offset ?? null];
};

describe('the moment that the source knows', () => {
  test.each<[string, Partial<Facts>, SourceHints, unknown[], string?]>([
    ['the wall clock of the file beside it tells the zone', {}, { takenAt: utc('2019-08-12T09:11:12Z') }, ['2019-08-12T09:11:12.000Z', '2019-08-12T10:11:12', 'import', 60, 'exif']],
    ['zones of a quarter', { takenAtLocal: '2017-10-10T07:00:00' }, { takenAt: utc('2017-10-10T01:15:00Z') }, ['2017-10-10T01:15:00.000Z', '2017-10-10T07:00:00', 'import', 345, 'exif']],
    ['ten hours behind', { takenAtLocal: '2018-12-31T19:00:00' }, { takenAt: utc('2019-01-01T05:00:00Z') }, ['2019-01-01T05:00:00.000Z', '2018-12-31T19:00:00', 'import', -600, 'exif']],
    ['further than any zone: it was corrected', {}, { takenAt: utc('1999-07-20T10:00:00Z') }, ['1999-07-20T10:00:00.000Z', '1999-07-20T10:00:00', 'import', null, null]],
    ['seven minutes are no zone', {}, { takenAt: utc('2019-08-12T10:04:12Z') }, ['2019-08-12T10:04:12.000Z', '2019-08-12T10:04:12', 'import', null, null]],
    ['the zone that the file states holds, also when the moment was corrected', { offsetMinutes: 120, sources: { takenAt: 'exif', offset: 'exif' } }, { takenAt: utc('1999-07-20T10:00:00Z') }, ['1999-07-20T10:00:00.000Z', '1999-07-20T12:00:00', 'import', 120, 'exif']],
    ['the zone of the source goes before all', {}, { takenAt: utc('2019-08-12T09:11:12Z'), offsetMinutes: -300 }, ['2019-08-12T09:11:12.000Z', '2019-08-12T04:11:12', 'import', -300, 'import']],
    ['the place, where the clock says nothing', { takenAtSource: 'upload' }, { takenAt: utc('2019-04-01T00:30:00Z'), gps: { lat: 35.68, lon: 139.69 } }, ['2019-04-01T00:30:00.000Z', '2019-04-01T09:30:00', 'import', 540, 'gps']],
    ['QuickTime counts in UTC: it tells no zone', { takenAtSource: 'quicktime' }, { takenAt: utc('2019-08-12T10:11:12Z') }, ['2019-08-12T10:11:12.000Z', '2019-08-12T10:11:12', 'import', null, null]],
    ['a name that is a wall clock', { takenAtSource: 'name' }, { takenAt: utc('2019-08-12T08:11:12Z') }, ['2019-08-12T08:11:12.000Z', '2019-08-12T10:11:12', 'import', 120, 'name'], 'IMG_20190812_101112.jpg'],
    ['before 1970', { takenAtSource: 'upload', problems: ['no_date'] }, { takenAt: utc('1958-06-15T12:00:00Z') }, ['1958-06-15T12:00:00.000Z', '1958-06-15T12:00:00', 'import', null, null]],
    ['the fraction of the second stays', { takenAt: utc('2019-08-12T10:11:12.340Z') }, { takenAt: utc('2019-08-12T10:11:12Z') }, ['2019-08-12T10:11:12.340Z', '2019-08-12T10:11:12', 'import', 0, 'exif']],
    ['only the minute: the seconds of the file hold', { takenAtLocal: '2022-06-04T14:11:37' }, { takenAt: utc('2022-06-04T12:11:00Z'), takenAtMinute: true }, ['2022-06-04T12:11:37.000Z', '2022-06-04T14:11:37', 'import', 120, 'exif']],
    ['only the minute, and another than that of the file', { takenAtLocal: '2022-06-04T14:15:37' }, { takenAt: utc('2022-06-04T12:11:00Z'), takenAtMinute: true }, ['2022-06-04T12:11:00.000Z', '2022-06-04T12:11:00', 'import', null, null]],
    ['no moment that a timeline can hold is none', {}, { takenAt: utc('0001-01-01T00:00:00Z') }, ['2019-08-12T10:11:12.000Z', '2019-08-12T10:11:12', 'exif', null, null]],
    ['only the place is news: the file\'s clock gets its zone', {}, { gps: { lat: 41.15, lon: -8.61 } }, ['2019-08-12T09:11:12.000Z', '2019-08-12T10:11:12', 'exif', 60, 'gps']],
  ])('%s', async (_what, own, hints, expected, name) => {
    expect(await when(own, hints, name)).toEqual(expected);
  });
});

describe('a wall clock, as far as the source knows it', () => {
  test.each<[string, Partial<Facts>, SourceHints, unknown[]]>([
    ['stands behind a date in the file', {}, { takenAtLocal: '2011' }, ['2019-08-12T10:11:12', 'exif']],
    ['but before one that can hardly be true', { takenAtLocal: '2000-01-01T00:00:00', problems: ['odd_date'] }, { takenAtLocal: '2011-05' }, ['2011-05-15T12:00:00', 'import']],
    ['and before names and folders', { takenAtSource: 'folder', takenAtLocal: '2004-07-01T12:00:00' }, { takenAtLocal: '2011-05-06' }, ['2011-05-06T12:00:00', 'import']],
    ['which hold where they say the same, only finer', { takenAtSource: 'name', takenAtLocal: '2011-05-06T07:08:09' }, { takenAtLocal: '2011' }, ['2011-05-06T07:08:09', 'name']],
    ['the time of the file makes it finer', { takenAtSource: 'file', takenAtLocal: '2011-05-06T07:08:09', problems: ['no_date'] }, { takenAtLocal: '2011' }, ['2011-05-06T07:08:09', 'import']],
    ['a year', { takenAtSource: 'upload', problems: ['no_date'] }, { takenAtLocal: '2005' }, ['2005-07-01T12:00:00', 'import']],
    ['to the second', { takenAtSource: 'upload', problems: ['no_date'] }, { takenAtLocal: '2014-09-09T09:09:09' }, ['2014-09-09T09:09:09', 'import']],
    ['a day that does not exist is none', { takenAtSource: 'upload', problems: ['no_date'] }, { takenAtLocal: '2014-02-31' }, ['2019-08-12T10:11:12', 'upload']],
  ])('%s', async (_what, own, hints, expected) => {
    const f = await said(own, hints);
    expect([f.takenAtLocal, f.takenAtSource]).toEqual(expected);
    expect(f.problems.includes('no_date')).toBe(f.takenAtSource === 'upload' && own.problems !== undefined);
  });
});

test('words of the source go before those of the file; tags and people are united; each says where it is from', async () => {
  const f = await said(
    { description: 'camera', tags: ['Beach'], people: [{ name: 'Ann', region: { x: 0, y: 0, w: 0.1, h: 0.1 } }], lat: 1, lon: 2, sources: { takenAt: 'exif', tags: 'xmp', people: 'xmp', gps: 'exif', description: 'exif' } },
    { description: ' by hand ', tags: ['beach', 'Sun'], people: ['ann', 'Bob'], gps: null, rating: 4 });
  expect(f).toMatchObject({ description: 'by hand', rating: 4, tags: ['Beach', 'Sun'], lat: null, lon: null, people: [{ name: 'Ann', region: { w: 0.1 } }, { name: 'Bob', region: null }] });
  expect(f.sources).toMatchObject({ description: 'import', tags: 'import', people: 'import', gps: 'import', rating: 'import', takenAt: 'exif' });
});
test('what is said again changes nothing; what is new comes beside it', () => {
  const first = mergeHints(null, { takenAt: 1, takenAtMinute: true, tags: ['A'], description: 'x', favourite: true, folder: '/a' });
  expect(first).toEqual({ takenAt: 1, takenAtMinute: true, tags: ['A'], description: 'x' });
  expect(mergeHints(first, { takenAt: 1, takenAtMinute: true, tags: ['a'] })).toEqual(first);
  expect(mergeHints(first, { takenAt: 2, tags: ['B'], people: ['Ann'] })).toEqual({ takenAt: 2, tags: ['A', 'B'], description: 'x', people: ['Ann'] });
});
