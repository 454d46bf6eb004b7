import type { SourceFile, SourceItem } from '@mantel/contracts/models/source.ts';
import { expect, test } from 'vitest';
import { entryKey, failedMarks, FLAG, flagsOf, marksOf, readable, unwanted, wantedHints, wantsAlbum, yearOf } from './plan.ts';

const file = (more: Partial<SourceFile> = {}): SourceFile => ({
  role: 'original', name: 'a.jpg', copies: [{ part: '1.zip', path: 'x/a.jpg', bytes: 5, here: false, ref: '0' }, { part: '2.zip', path: 'x/a.jpg', bytes: 5, here: true, ref: '1', crc32: '00000001' }, { part: '2.zip', path: 'album/a.jpg', bytes: 5, here: true, ref: '2', crc32: '00000001' }, { part: '2.zip', path: 'other/a.jpg', bytes: 4, here: true }], ...more,
});
const item = (more: Partial<SourceItem> = {}): SourceItem => ({ id: 'a', files: [file()], hints: {}, albums: [], ...more });

test('copies that can be read are those that are here and have a way to their bytes', () => {
  expect(readable(file()).map((c) => c.path)).toEqual(['x/a.jpg', 'album/a.jpg']);
});

test('every copy that is here is told: the one that was taken, the same picture elsewhere, and one that was damaged', () => {
  const f = file();
  const got = { assetUuid: 'u', sha256: 's', created: true };
  const same = new Map([[f.copies[2]!, 's']]);
  expect(marksOf(f, got, f.copies[1]!, new Map(), same).map((m) => [m.path, m.outcome, m.sha256])).toEqual([['x/a.jpg', 'imported', 's'], ['album/a.jpg', 'copy', 's'], ['other/a.jpg', 'copy', null]]);
  expect(marksOf(f, got, f.copies[1]!, new Map(), new Map([[f.copies[2]!, 'other']])).map((m) => [m.sha256, m.detail?.slice(0, 10) ?? null])).toEqual([['s', null], ['other', 'The source'], [null, 'The source']]);
  expect(marksOf(f, { ...got, created: false }, f.copies[1]!, new Map(), same).map((m) => m.outcome)).toEqual(['duplicate', 'copy', 'copy']);
  expect(marksOf(f, { ...got, created: false }, f.copies[0]!, new Map(), same).map((m) => m.outcome)).toEqual(['copy', 'copy', 'copy']); // known by a copy of an earlier part
  expect(marksOf({ ...f, role: 'live' }, got, f.copies[1]!, new Map(), same)[0]!.outcome).toBe('live');
  const bad = new Map([[f.copies[1]!, { reason: 'damaged' as const, detail: 'It is damaged.' }]]);
  expect(marksOf(f, got, f.copies[2]!, bad, same).map((m) => [m.path, m.outcome])).toEqual([['x/a.jpg', 'problem'], ['album/a.jpg', 'imported'], ['other/a.jpg', 'copy']]);
  expect(failedMarks(f, bad, { reason: 'unreadable', detail: 'No way to it.' }).map((m) => m.reason)).toEqual(['damaged', 'unreadable', 'unreadable']);
});

test('flags and year say what the preview counts', () => {
  expect(flagsOf(item({ files: [file({ name: 'x.MP4' }), file({ role: 'live' })], hints: { favourite: true } }))).toBe(FLAG.video | FLAG.live | FLAG.favourite | FLAG.bare);
  expect(flagsOf(item({ hints: { takenAtLocal: '2019', locked: true } }))).toBe(FLAG.locked);
  expect([yearOf(item()), yearOf(item({ hints: { takenAtLocal: '1968-02' } })), yearOf(item({ hints: { takenAt: -1 } }))]).toEqual([null, 1968, 1969]);
  expect(yearOf(item({ hints: { takenAt: 1e300 } }))).toBeNull();
});

test('what the person does not want is left out, with its reason', () => {
  expect(unwanted({ trashed: true }, { trashed: false })).toMatch(/trash/);
  expect(unwanted({ trashed: true, locked: true, partner: true }, {})).toBeNull();
  expect(wantedHints({ people: ['A'], favourite: true, archived: true, title: 't' }, { people: false, favourites: false, archived: false })).toEqual({ title: 't' });
  expect([wantsAlbum({ id: '1', title: 'T' }, {}), wantsAlbum({ id: '1', title: 'T', optional: true }, {}), wantsAlbum({ id: '1', title: 'T', optional: true }, { untitled: true }), wantsAlbum({ id: '1', title: 'T' }, { albums: false })]).toEqual([true, false, true, false]);
});

test('an entry is known by its part and path, and by what tells that it is the same file still', () => {
  const keys = [{ part: null, path: 'a/b', bytes: 1 }, { part: 'a', path: 'b', bytes: 1 }, { part: null, path: 'a/b', bytes: 1, modifiedAt: 5 }, { part: 'a', path: 'b', bytes: 1, crc32: '00000001' }].map(entryKey);
  expect(new Set(keys).size).toBe(4);
});
