// Every rule by its number (fixtures/generator and its page of expectations use the same), each as small as it can be. What only the house decides (zones, what a file says of itself) is tested there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScanEvent, SourceAlbum, SourceEntry, SourceHints, SourceItem } from '@mantel/plugin-sdk';
import { testContext } from '@mantel/plugin-sdk/testing.ts';
import { afterAll, expect, test } from 'vitest';
import plugin from './plugin.ts';
import { rawTgz, rawZip } from './testing/raw-zip.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-rules-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const ASSETS = new URL('../fixtures/generator/assets/', import.meta.url);
const still = readFileSync(new URL('b01.jpg', ASSETS));
const film = readFileSync(new URL('v1.mp4', ASSETS));

/** Text is a sidecar or other text; a number makes the bytes of a photo, a negative one those of a video: equal numbers, equal bytes. */
type Files = Record<string, string | number | object>;
let serial = 0;
const side = (title: string, more: object = {}): object => ({ title, photoTakenTime: { timestamp: '1600000000' }, ...more });
async function scan(files: Files, o: { root?: string; tgz?: boolean } = {}): Promise<{ items: SourceItem[]; albums: SourceAlbum[]; entries: SourceEntry[] }> {
  const root = o.root ?? 'Takeout/Google Photos/';
  const list = Object.entries(files).map(([name, v]) => ({ name: name.startsWith('/') ? name.slice(1) : root + name, data: typeof v === 'number' ? Buffer.concat([v < 0 ? film : still, Buffer.from(`#${v}`)]) : Buffer.from(typeof v === 'string' ? v : JSON.stringify(v)) }));
  const path = join(dir, `takeout-20200101T000000Z-${String(++serial).padStart(3, '0')}.${o.tgz ? 'tgz' : 'zip'}`);
  writeFileSync(path, o.tgz ? rawTgz(list) : rawZip(list));
  const all: ScanEvent[] = [];
  for await (const e of plugin.scan({ paths: [path] }, testContext())) all.push(e);
  return { items: all.flatMap((e) => (e.type === 'item' ? [e.item] : [])), albums: all.flatMap((e) => (e.type === 'album' ? [e.album] : [])), entries: all.flatMap((e) => (e.type === 'entry' ? [e.entry] : [])) };
}
const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** `name of the photo < its entry | live clip | edited rendition`; `?` for one without a sidecar. */
const shown = (i: SourceItem): string => `${i.alone ? '' : '?'}${i.files[0].name} < ${i.files.map((f) => `${f.role === 'original' ? '' : `${f.role} `}${base(f.copies[0].path)}`).join(' | ')}`;
const Y = 'Photos from 2020/';
const year = (files: Files): Files => Object.fromEntries(Object.entries(files).map(([k, v]) => [Y + k, v]));

const LONG = 'Screenshot_2024-08-31-00-53-48-647_com.snapchat.jpg';
const SHARED = 'wedding_ceremony_photographer_studio_gallery_final-';
const names: [rule: string, files: Files, expected: string[]][] = [
  ['R01 new name', { 'a.jpg': 1, 'a.jpg.supplemental-metadata.json': side('a.jpg') }, ['a.jpg < a.jpg']],
  ['R02 old name', { 'a.jpg': 1, 'a.jpg.json': side('a.jpg') }, ['a.jpg < a.jpg']],
  ['R03 suffix cut to 46', { 'MVIMG_20191230_232926.jpg': 1, 'MVIMG_20191230_232926.jpg.supplemental-metadat.json': side('MVIMG_20191230_232926.jpg') }, ['MVIMG_20191230_232926.jpg < MVIMG_20191230_232926.jpg']],
  ['R04 title and picture cut', { [LONG.slice(0, 47) + LONG.slice(-4)]: 1, [`${LONG.slice(0, 46)}.json`]: side(LONG) }, [`${LONG} < ${LONG.slice(0, 47)}.jpg`]],
  ['R05 two dots, one letter', { 'exactly-forty-five-characters-of-title-01.jpg': 1, [`${'exactly-forty-five-characters-of-title-01.jpg.supplemental-metadata'.slice(0, 46)}.json`]: side('exactly-forty-five-characters-of-title-01.jpg') }, ['exactly-forty-five-characters-of-title-01.jpg < exactly-forty-five-characters-of-title-01.jpg']],
  ['R06 R07 counters, new and old', { 'a.jpg': 1, 'a(1).jpg': 2, 'b(2).jpg': 3, 'a.jpg.supplemental-metadata.json': side('a.jpg'), 'a.jpg.supplemental-metadata(1).json': side('a.jpg', { url: 'x' }), 'b.jpg(2).json': side('b.jpg') }, ['a.jpg < a(1).jpg', 'a.jpg < a.jpg', 'b.jpg < b(2).jpg']],
  ['R08 counter outside of the cut', { 'Screenshot_20231027_123303_Facebook(1).jpg': 1, 'Screenshot_20231027_123303_Facebook.jpg.supple(1).json': side('Screenshot_20231027_123303_Facebook.jpg') }, ['Screenshot_20231027_123303_Facebook.jpg < Screenshot_20231027_123303_Facebook(1).jpg']],
  ['R09 (1) of the title', { 'scan(1).jpg': 1, 'scan.jpg': 2, 'scan(1).jpg.supplemental-metadata.json': side('scan(1).jpg'), 'scan.jpg.supplemental-metadata.json': side('scan.jpg') }, ['scan(1).jpg < scan(1).jpg', 'scan.jpg < scan.jpg']],
  ['R10 edited', { 'a.jpg': 1, 'a-edited.jpg': 2, 'a.jpg.json': side('a.jpg') }, ['a.jpg < a.jpg | edited a-edited.jpg']],
  ['R11 edited, localised and unknown', { 'a.jpg': 1, 'a-bearbeitet.jpg': 2, 'b.jpg': 3, 'b-ha editado.jpg': 4, 'c.jpg': 5, 'c-zobbed.jpg': 6, 'a.jpg.json': side('a.jpg'), 'b.jpg.json': side('b.jpg'), 'c.jpg.json': side('c.jpg') }, ['a.jpg < a.jpg | edited a-bearbeitet.jpg', 'b.jpg < b.jpg | edited b-ha editado.jpg', 'c.jpg < c.jpg | edited c-zobbed.jpg']],
  ['R12 edited with counter', { 'a.jpg': 1, 'a(1).jpg': 2, 'a-edited(1).jpg': 3, 'a.jpg.json': side('a.jpg'), 'a.jpg(1).json': side('a.jpg', { url: 'x' }) }, ['a.jpg < a(1).jpg | edited a-edited(1).jpg', 'a.jpg < a.jpg']],
  ['R13 edited, suffix cut', { 'a_name_of_forty_three_characters__abcdefghij.jpg': 1, 'a_name_of_forty_three_characters__abcdefghij-ed.jpg': 2, 'a_name_of_forty_three_characters__abcdefghij.jp.json': side('a_name_of_forty_three_characters__abcdefghij.jpg') }, ['a_name_of_forty_three_characters__abcdefghij.jpg < a_name_of_forty_three_characters__abcdefghij.jpg | edited a_name_of_forty_three_characters__abcdefghij-ed.jpg']],
  ['R14 edited, suffix gone', { 'original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg': 1, 'original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg': 2, 'original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json': side('original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_1.jpg') }, ['original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_1.jpg < original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg | edited original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg']],
  ['R15 title without extension', { '2234.jpg': 1, '2234.supplemental-metadata.json': side('2234'), '2234-edited.jpg': 2 }, ['2234 < 2234.jpg | edited 2234-edited.jpg']],
  ['R16 picture without extension', { '03.03.13 - 1': 1, '03.03.13 - 1.supplemental-metadata.json': side('03.03.13 - 1') }, ['03.03.13 - 1 < 03.03.13 - 1']],
  ['R17 characters that no disk takes', { 'where _ when_.jpg': 1, 'where _ when_.jpg.json': side('where & when?.jpg'), '27_06_12 - 1.jpg': 2, '27_06_12 - 1.jpg.json': side('27/06/12 - 1.jpg') }, ['27/06/12 - 1.jpg < 27_06_12 - 1.jpg', 'where & when?.jpg < where _ when_.jpg']],
  ['R18 R19 live photos', { 'a.HEIC': 1, 'a.MP4': -1, 'a.HEIC.json': side('a.HEIC'), 'b.JPG': 2, 'b.MOV': -2, 'b.JPG.json': side('b.JPG') }, ['a.HEIC < a.HEIC | live a.MP4', 'b.JPG < b.JPG | live b.MOV']],
  ['R20 live photos with counters', { 'a.HEIC': 1, 'a.MP4': -1, 'a(1).HEIC': 2, 'a(1).MP4': -2, 'a.HEIC.json': side('a.HEIC'), 'a.HEIC(1).json': side('a.HEIC', { url: 'x' }) }, ['a.HEIC < a(1).HEIC | live a(1).MP4', 'a.HEIC < a.HEIC | live a.MP4']],
  ['R21 HEIC, JPEG and two clips of one name', { 'a.HEIC': 1, 'a.JPG': 2, 'a.MP4': -1, 'a(1).MP4': -2, 'a.HEIC.json': side('a.HEIC'), 'a.JPG.json': side('a.JPG', { url: 'x' }) }, ['a.HEIC < a.HEIC | live a.MP4', 'a.JPG < a.JPG | live a(1).MP4']],
  ['R21 a clip with a sidecar that bears the title of the still', { 'a.HEIC': 1, 'a.MP4': -1, 'a.HEIC.json': side('a.HEIC'), 'a.MP4.json': side('a.HEIC') }, ['a.HEIC < a.HEIC | live a.MP4']],
  ['R22 R23 Pixel', { 'p.MP.jpg': 1, 'p.MP': -1, 'p.MP.jpg.json': side('p.MP.jpg'), 'p.MP~2.jpg': 2, 'p.MP~2': -2, 'p.MP~2.jpg.json': side('p.MP~2.jpg') }, ['p.MP.jpg < p.MP.jpg | live p.MP', 'p.MP~2.jpg < p.MP~2.jpg | live p.MP~2']],
  ['R24 MVIMG', { 'MVIMG_1.jpg': 1, MVIMG_1: -1, 'MVIMG_1.jpg.json': side('MVIMG_1.jpg') }, ['MVIMG_1.jpg < MVIMG_1.jpg | live MVIMG_1']],
  ['R26 two photos of one name', { 'a.jpg': 1, 'a.mp4': -1, 'a.jpg.json': side('a.jpg'), 'a.mp4.json': side('a.mp4', { photoTakenTime: { timestamp: '1700000000' } }) }, ['a.jpg < a.jpg', 'a.mp4 < a.mp4']],
  ['R36 no sidecar', { 'a.jpg': 1 }, ['?a.jpg < a.jpg']],
  ['R64 NFD', { ['Été.jpg'.normalize('NFD')]: 1, 'Été.jpg.json': side('Été.jpg') }, [`Été.jpg < ${'Été.jpg'.normalize('NFD')}`]],
  ['R65 capitals', { 'a.jpg': 1, 'a.JPG': 2, 'a.HEIC': 3, 'a.jpg.json': side('a.jpg'), 'a.JPG.json': side('a.JPG', { url: 'x' }), 'a.HEIC.json': side('a.HEIC') }, ['a.HEIC < a.HEIC', 'a.JPG < a.JPG', 'a.jpg < a.jpg']],
  ['R72 bursts', { 'B000_COVER.jpg': 1, 'B001.jpg': 2, 'B000_COVER.jpg.json': side('B000_COVER.jpg'), 'B001.jpg.json': side('B001.jpg') }, ['B000_COVER.jpg < B000_COVER.jpg', 'B001.jpg < B001.jpg']],
  ['R73 emoji', { '😀😃.jpg': 1, '😀😃.jpg.json': side('😀😃.jpg') }, ['😀😃.jpg < 😀😃.jpg']],
  ['R74 creations', { 'a.jpg': 1, 'a-COLLAGE.jpg': 2, 'a.jpg.json': side('a.jpg'), 'a-COLLAGE.jpg.json': side('a-COLLAGE.jpg') }, ['a-COLLAGE.jpg < a-COLLAGE.jpg', 'a.jpg < a.jpg']],
  ['R75 RAW and JPEG: the house puts them together', { 'a.DNG': 1, 'a.JPG': 2, 'a.DNG.json': side('a.DNG'), 'a.JPG.json': side('a.JPG') }, ['?a.DNG < a.DNG', '?a.JPG < a.JPG']],
  ['R78 tilde', { 'a.jpg': 1, 'a~2.jpg': 2, 'a.jpg.json': side('a.jpg'), 'a~2.jpg.json': side('a~2.jpg') }, ['a.jpg < a.jpg', 'a~2.jpg < a~2.jpg']],
  ['R79 names cut to the same', Object.fromEntries([371, 381, 402].flatMap((n, i) => { const c = i ? `(${i})` : ''; return [[`${SHARED.slice(0, 47)}${c}.jpg`, i + 1], [`${SHARED.slice(0, 46)}${c}.json`, side(`${SHARED}${n}.jpg`)]]; })), [371, 381, 402].map((n, i) => `${SHARED}${n}.jpg < ${SHARED.slice(0, 47)}${i ? `(${i})` : ''}.jpg`)],
];
test.each(names)('%s', async (_rule, files, expected) => {
  const { items } = await scan(year(files));
  expect(items.map(shown).toSorted()).toEqual(expected.toSorted());
});

const hints: [rule: string, json: object, expected: Partial<SourceHints>][] = [
  ['R39 taken 0 is unknown', side('a.jpg', { photoTakenTime: { timestamp: '0' } }), { takenAt: undefined }],
  ['R39 taken is missing', { title: 'a.jpg', geoData: {}, imageViews: '1' }, { takenAt: undefined }],
  ['R40 before 1970', side('a.jpg', { photoTakenTime: { timestamp: '-86400' } }), { takenAt: -86_400_000 }],
  ['R41 creationTime is the upload', side('a.jpg', { creationTime: { timestamp: '1700000000' } }), { takenAt: 1_600_000_000_000 }],
  ['R43 geoDataExif where geoData is empty', side('a.jpg', { geoData: { latitude: 0, longitude: 0 }, geoDataExif: { latitude: 1.5, longitude: 2.5, altitude: 3 } }), { gps: { lat: 1.5, lon: 2.5, altitude: 3 } }],
  ['R44 geoData first', side('a.jpg', { geoData: { latitude: 9, longitude: 8, altitude: 0 }, geoDataExif: { latitude: 1.5, longitude: 2.5 } }), { gps: { lat: 9, lon: 8 } }],
  ['R45 no place is left to the file', side('a.jpg', { geoData: { latitude: 0, longitude: 0 }, geoDataExif: { latitude: 95, longitude: 2 } }), { gps: undefined }],
  ['R46 the equator', side('a.jpg', { geoData: { latitude: 0, longitude: 9.5 } }), { gps: { lat: 0, lon: 9.5 } }],
  ['R48 people', side('a.jpg', { people: [{ name: 'Ana' }, {}, { name: ' ' }, { name: 'Ana' }, { name: 'Tom' }] }), { people: ['Ana', 'Tom'] }],
  ['R49 favourite, description', side('a.jpg', { favorited: true, description: 'Tram 28' }), { favourite: true, description: 'Tram 28' }],
  ['R50 archived', side('a.jpg', { archived: true }), { archived: true }],
  ['R51 trashed', side('a.jpg', { trashed: true }), { trashed: true }],
  ['R53 partner', side('a.jpg', { googlePhotosOrigin: { fromPartnerSharing: {} } }), { partner: true }],
];
test.each(hints)('%s', async (_rule, json, expected) => {
  const { items } = await scan(year({ 'a.jpg': 1, 'a.jpg.json': json }));
  expect(items).toHaveLength(1);
  for (const [k, v] of Object.entries(expected)) expect(items[0]!.hints[k as keyof SourceHints]).toEqual(v);
});

test('R38 the year of the folder, in other digits too', async () => {
  expect((await scan({ 'Photos from 2005/orphan.png': 1 })).items[0]!.hints.folder).toBe('Photos from 2005');
  expect((await scan({ 'صور من ٢٠٠٥/a.jpg': 1, 'صور من ٢٠٠٥/a.jpg.json': { title: 'a.jpg', imageViews: '1' } }, { root: 'Takeout/صور Google/' })).items[0]!.hints.takenAtLocal).toBe('2005');
});

test('R27 R28 R29 R33 R34 copies: equal bytes, a copy written anew, another photo of that name, the same entry twice, a member known by its sidecar', async () => {
  const { items, entries } = await scan({
    ...year({ 'a.jpg': 1, 'a.jpg.json': side('a.jpg'), 'b.jpg': 2, 'b.jpg.json': side('b.jpg'), 'c.jpg': 3, 'c.jpg.json': side('c.jpg'), 'd.jpg': 4, 'd.jpg.json': side('d.jpg', { url: 'd' }) }),
    'Trip/metadata.json': { title: 'Trip', access: 'x' }, 'Trip/a.jpg': 1, 'Trip/b.jpg': 20, 'Trip/b.jpg.json': side('b.jpg'), 'Trip/c.jpg': 30, 'Trip/c.jpg.json': side('c.jpg', { photoTakenTime: { timestamp: '1500000000' } }), 'Trip/d.jpg.json': side('d.jpg', { url: 'd' }),
  });
  expect(items.map((i) => [i.files[0].name, i.files[0].copies.map((c) => c.path.split('/').at(-2)), i.albums.length]).toSorted()).toEqual([['a.jpg', ['Photos from 2020', 'Trip'], 1], ['b.jpg', ['Photos from 2020', 'Trip'], 1], ['c.jpg', ['Photos from 2020'], 0], ['c.jpg', ['Trip'], 1], ['d.jpg', ['Photos from 2020'], 1]]);
  expect(entries.filter((e) => e.outcome === 'problem')).toEqual([]);
});

test('two photos that somebody gave one name and one date stay two, in whatever folders they lie', async () => {
  const scanned = (url: string): object => side('scan0001.jpg', { photoTakenTime: { timestamp: '315532800' }, url });
  const { items, entries } = await scan({
    'Photos from 1980/scan0001.jpg': 1, 'Photos from 1980/scan0001.jpg.json': scanned('https://photos.google.com/photo/AAA'), 'Archive/scan0001.jpg': 2, 'Archive/scan0001.jpg.json': scanned('https://photos.google.com/photo/BBB'),
    'Trip/metadata.json': { title: 'Trip', access: 'x' }, 'Trip/scan0001.jpg': 3, 'Trip/scan0001.jpg.json': scanned('https://photos.google.com/photo/CCC'), 'Other/metadata.json': { title: 'Other', access: 'x' }, 'Other/scan0001.jpg': 4, 'Other/scan0001.jpg.json': scanned('https://photos.google.com/photo/AAA'),
  });
  expect(items.map((i) => [i.id.slice(-3), i.files[0].copies.map((c) => c.path.split('/').at(-2)), i.hints.archived ?? false, i.albums]).toSorted()).toEqual([
    ['AAA', ['Photos from 1980', 'Other'], false, ['album Other']], ['BBB', ['Archive'], true, []], ['CCC', ['Trip'], false, ['album Trip']],
  ]);
  expect(entries.filter((e) => e.outcome === 'problem')).toEqual([]);
});

test('an edit of the same name with other bytes is another one; equal bytes are one, whatever they are called', async () => {
  const json = side('p.jpg', { url: 'p' });
  const { items } = await scan({ ...year({ 'p.jpg': 1, 'p-edited.jpg': 20, 'p.jpg.json': json }), 'Trip/metadata.json': { title: 'Trip', access: 'x' }, 'Trip/p.jpg': 1, 'Trip/p-edited.jpg': 21, 'Trip/p.jpg.json': json, 'Home/metadata.json': { title: 'Home', access: 'x' }, 'Home/p.jpg': 1, 'Home/p-edited.jpg': 20, 'Home/p.jpg.json': json });
  expect(items.map((i) => i.files.map((f) => [f.role, f.copies.length]))).toEqual([[['original', 3], ['edited', 2], ['edited', 1]]]);
});

test('folders of the bin, of the archive and of what is locked are no albums, also where album data lies in them', async () => {
  const folder = (name: string, n: number, more: object): Files => ({ [`${name}/metadata.json`]: { title: name }, [`${name}/${n}.jpg`]: n, [`${name}/${n}.jpg.json`]: side(`${n}.jpg`, more) });
  const { items, albums } = await scan({ ...folder('Trash', 1, { trashed: true }), ...folder('Archive', 2, { archived: true }), ...folder('Locked Folder', 3, { locked: true }), ...folder('Mine', 4, { locked: true }), ...folder('Bin', 5, {}) });
  expect(albums.map((a) => a.title)).toEqual(['Bin']);
  expect(items.map((i) => [i.files[0].name, i.albums.length, i.hints.trashed ?? false, i.hints.archived ?? false, i.hints.locked ?? false]).toSorted()).toEqual([['1.jpg', 0, true, false, false], ['2.jpg', 0, false, true, false], ['3.jpg', 0, false, false, true], ['4.jpg', 0, false, false, true], ['5.jpg', 1, false, false, false]]);
});

test('R30 R54 R57 R58 R61 albums: only there, enrichments, two of one title, in a wrapper', async () => {
  const { items, albums, entries } = await scan({
    'Shared/x.json': { title: 'Shared', enrichments: [{ narrativeEnrichment: { text: 'First night' } }, { locationEnrichment: { location: [{ name: 'Lisbon', description: 'Portugal', latitudeE7: 387_222_524, longitudeE7: -91_393_366 }] } }], sharedAlbumComments: [{ text: 'So nice!', contentOwnerName: 'Bea' }] },
    'Shared/a.jpg': 1, 'Shared/a.jpg.json': side('a.jpg'), 'Trip/m.json': { title: 'Trip' }, 'Trip(1)/m.json': { albumData: { title: 'Trip', description: 'old' } }, 'Trip(1)/b.jpg': 2, 'Trip(1)/b.jpg.json': side('b.jpg'),
  });
  expect(albums.map((a) => [a.id, a.title, a.description, a.place]).toSorted()).toEqual([['album Shared', 'Shared', 'First night\nLisbon - Portugal', { lat: 38.7222524, lon: -9.1393366 }], ['album Trip(1)', 'Trip', 'old', undefined], ['album Trip', 'Trip', undefined, undefined]]);
  expect(items.map((i) => i.albums)).toEqual([['album Shared'], ['album Trip(1)']]);
  expect(entries.find((e) => e.path.endsWith('Shared/x.json'))?.detail).toContain('So nice!');
});

test('R55 R56 R59 R60 untitled, without data, like a year, data of a year, localised', async () => {
  const { albums } = await scan({
    'Untitled(1)/metadata.json': {}, 'Untitled(1)/a.jpg': 1, 'Untitled(1)/a.jpg.json': side('a.jpg'), 'Blorp/m.json': { title: '' }, 'Blorp/b.jpg': 2, 'Lost/c.jpg': 3, 'Lost/c.jpg.json': side('c.jpg'), '2018/m.json': { title: '2018' }, '2018/d.jpg': 4, 'Photos from vacation/m.json': { title: 'Photos from vacation' },
    'Photos from 2016/metadata.json': { title: 'Photos from 2016', access: '', date: { timestamp: '0' } }, 'Photos from 2016/e.jpg': 5, 'Photos from 2016/e.jpg.json': side('e.jpg'), 'Photos from 2020/a.jpg': 1, 'Photos from 2020/a.jpg.json': side('a.jpg'),
  });
  expect(albums.map((a) => `${a.title}${a.optional ? ' (optional)' : ''}`).toSorted()).toEqual(['2018', 'Blorp (optional)', 'Lost', 'Photos from vacation', 'Untitled(1) (optional)']);
});

test('R35 R52 R62 R63 R66 R67 R68 R70 R76: what is no photo, what is missing, other products, special folders, tgz', async () => {
  const files: Files = {
    ...year({ 'gone.jpg.json': side('gone.jpg'), 'x.aae': '<plist/>', 'empty.jpg': '', 'really-a-png.jpg': 1, 'really-a-png.jpg.json': side('really-a-png.jpg') }),
    'Locked Folder/s.jpg': 2, 'Locked Folder/s.jpg.json': side('s.jpg'), 'Failed Videos/broken.mp4': 'this is not a video', 'print-subscriptions.json': { printSubscriptions: [] }, 'shared_album_comments.json': { sharedAlbumComments: [] }, 'Order/o.json': { title: 'Order', externalOrderId: '1' },
    '/Takeout/archive_browser.html': '<html>', '/Takeout/Contacts/All/Ana.jpg': 3, '/Takeout/Drive/report.json': { title: 'x' },
  };
  for (const tgz of [false, true]) {
    const { items, entries, albums } = await scan(files, { tgz });
    expect(items.map((i) => [i.files[0].name, i.hints.locked ?? false]).toSorted()).toEqual([['really-a-png.jpg', false], ['s.jpg', true]]);
    expect(albums).toEqual([]);
    expect(Object.fromEntries(entries.filter((e) => e.reason !== 'metadata').map((e) => [base(e.path), e.reason]))).toEqual({
      'gone.jpg.json': 'sidecar-without-media', 'x.aae': 'not-a-photo', 'empty.jpg': 'empty', 'broken.mp4': 'damaged', 'print-subscriptions.json': 'not-a-photo', 'shared_album_comments.json': 'not-a-photo', 'o.json': 'not-a-photo', 'archive_browser.html': 'other-product', 'Ana.jpg': 'other-product', 'report.json': 'other-product',
    });
  }
});
