import { describe, expect, test } from 'vitest';
import { deal, isRaw, type Part, partition } from './pairing.ts';
import { partName } from './part-name.ts';

const MIMES: Record<string, string> = { mov: 'video/quicktime', mp4: 'video/mp4', mp: 'video/mp4', heic: 'image/heic', dng: 'image/x-adobe-dng', cr3: 'image/x-canon-cr3', nef: 'image/tiff', png: 'image/png' };
let count = 0;
/** A file taken at noon with an iPhone, unless said otherwise; `at`: seconds after noon on its wall clock. */
function part(name: string, o: Partial<Part> & { at?: number; zone?: number } = {}): Part {
  const id = ++count;
  const mime = o.mime ?? MIMES[/\.(\w+)(~\d)?$/.exec(name)?.[1]!.toLowerCase() ?? 'mp4'] ?? 'image/jpeg';
  const type = mime.startsWith('video/') ? 'video' : 'image';
  const wall = Date.UTC(2019, 4, 5, 12) + (o.at ?? 0) * 1000;
  return { id, name, type, mime, sha256: `${name} ${id}`, contentId: null, durationMs: type === 'video' ? 2500 : null, takenAt: wall - (o.zone ?? 0) * 60_000, local: new Date(wall).toISOString().slice(0, 19), offsetMinutes: o.zone ?? null, dated: true, make: 'Apple', model: 'iPhone 11', users: [1], ...o };
}
const names = (parts: Part[]): string[][] => partition(parts).map((g) => g.map((p) => p.name)).toSorted();

test.each([
  ['IMG_4120.HEIC', 'img_4120', 0], ['IMG_E4120.JPG', 'img_4120', 1], ['img_e4120(1).jpg', 'img_4120(1)', 1], ['IMG_EDIT.jpg', 'img_edit', 0],
  ['X-edited.jpg', 'x', 1], ['X-bearbeitet.jpg', 'x', 1], ['X-modifié.jpg', 'x', 1], ['X-modifié.jpg', 'x', 1], ['X-編集済み.jpg', 'x', 1], ['X-ha editado.jpg', 'x', 1], ['X-отредактировано.jpg', 'x', 1], ['X-edited(1).jpg', 'x(1)', 1],
  ['IMG_1 (edited).jpg', 'img_1', 1], ['IMG_1 (Edited).PNG', 'img_1', 1], ['IMG_1_edited.jpg', 'img_1', 1], ['unedited.jpg', 'unedited', 0], ['edited.jpg', 'edited', 0], ['-edited.jpg', '-edited', 0],
  ['IMG_1~2.jpg', 'img_1', 2], ['IMG_1~12.jpg', 'img_1', 12], ['IMG_20200101_120000-01.jpeg', 'img_20200101_120000', 1], ['IMG_20200101_120000-01.jpg', 'img_20200101_120000-01', 0],
  ['IMG_1(1).jpg', 'img_1(1)', 0], ['IMG_1 (2).jpg', 'img_1 (2)', 0], ['00000IMG_00000_BURST20190505120000000_COVER.jpg', '00000img_00000_burst20190505120000000_cover', 0], ['X-COLLAGE.jpg', 'x-collage', 0], ['X-ANIMATION.gif', 'x-animation', 0],
  ['PXL_1.MP.jpg', 'pxl_1', 0], ['PXL_1.MP', 'pxl_1', 0], ['PXL_1.MP~2.jpg', 'pxl_1', 2], ['PXL_1.MP~2', 'pxl_1', 2], ['MVIMG_1', 'mvimg_1', 0], ['PXL_1.MV', 'pxl_1', 0],
  ['PXL_1.RAW-01.MP.COVER.jpg', 'pxl_1', 0], ['PXL_1.RAW-02.ORIGINAL.dng', 'pxl_1', 0], ['PXL_1.PORTRAIT-01.COVER.jpg', 'pxl_1', 1], ['PXL_1.PORTRAIT-02.ORIGINAL.jpg', 'pxl_1', 0], ['.hidden', '.hidden', 0], ['', '', 0],
])('%s is a part of %s', (name, stem, edit) => {
  expect(partName(name)).toMatchObject({ stem, edit });
});

test.each([['image/x-canon-cr2', 'a.CR2', true], ['image/x-adobe-dng', 'a', true], ['image/tiff', 'a.nef', true], ['image/tiff', 'a.tif', false], ['image/jpeg', 'a.dng', false], ['image/x-icon', 'a.ico', false], ['image/x-ms-bmp', 'a.bmp', false], ['video/mp4', 'a.mp4', false]])('%s %s raw: %s', (mime, name, raw) => {
  expect(isRaw(mime, name)).toBe(raw);
});

describe('pairs', () => {
  const JPG = (name: string, o = {}): Part => part(name, o);
  test.each<[string, Part[]]>([
    ['Apple by mark, whatever the names', [part('a.HEIC', { contentId: 'x' }), part('b.MOV', { contentId: 'x', at: 3600, durationMs: null })]],
    ['Apple by name and time', [part('IMG_1.HEIC'), part('IMG_1.MP4', { at: 3 })]],
    ['Takeout with a counter', [part('IMG_1(1).HEIC'), part('IMG_1(1).MP4')]],
    ['one of them lost its mark', [part('IMG_1.HEIC', { contentId: 'x' }), part('IMG_1.MP4')]],
    ['names in another case', [part('img_1.jpg'), part('IMG_1.MOV')]],
    ['the clip counts in UTC, the still knows its zone', [part('IMG_1.HEIC', { zone: 120 }), part('IMG_1.MP4', { at: -7200 })]],
    ['the clip counts in UTC, nobody knows the zone', [part('IMG_1.JPG'), part('IMG_1.MP4', { at: -7200 + 2 })]],
    ['an edited still whose original is missing', [part('IMG_E1234.JPG'), part('IMG_1234.MOV')]],
    ['Pixel', [part('PXL_1.MP.jpg', { model: 'Pixel 7' }), part('PXL_1.MP', { model: null, make: null })]],
    ['MVIMG without an extension', [part('MVIMG_1.jpg'), part('MVIMG_1', { make: null, model: null })]],
    ['RAW and JPEG', [JPG('DSC_1.JPG'), part('DSC_1.NEF', { at: 2 })]],
    ['Pixel RAW', [JPG('PXL_1.RAW-01.COVER.jpg'), part('PXL_1.RAW-02.ORIGINAL.dng')]],
    ['edited RAW', [part('DSC_1.NEF'), JPG('DSC_1-edited.jpg')]],
    ['Google', [JPG('a.jpg'), JPG('a-edited.jpg')]],
    ['another kind of file', [part('a.HEIC'), JPG('a-bearbeitet.jpg')]],
    ['an edit that lost the camera', [JPG('a.jpg'), JPG('a (edited).jpg', { make: null, model: null })]],
    ['Android', [JPG('a.jpg'), JPG('a~2.jpg')]],
    ['Snapseed', [JPG('a.jpg'), JPG('a-01.jpeg')]],
    ['an edited video', [part('IMG_1234.MOV', { durationMs: 60_000 }), part('IMG_E1234.MOV', { durationMs: 30_000 })]],
  ])('%s', (_what, parts) => {
    expect(partition(parts)).toHaveLength(1);
    expect(partition(parts.toReversed())).toHaveLength(1);
  });
});

describe('not pairs', () => {
  test.each<[string, Part[]]>([
    ['two originals of one name from different cameras', [part('IMG_1.JPG'), part('IMG_1.JPG', { model: 'Canon' })]],
    ['two originals of one name and moment', [part('IMG_1.HEIC'), part('IMG_1.JPG')]],
    ['other marks', [part('IMG_1.HEIC', { contentId: 'x' }), part('IMG_1.MOV', { contentId: 'y' })]],
    ['a film of the same name', [part('IMG_1.HEIC'), part('IMG_1.MOV', { durationMs: 11_000 })]],
    ['a clip of unknown length', [part('IMG_1.HEIC'), part('IMG_1.MOV', { durationMs: null })]],
    ['a clip of another moment', [part('IMG_1.HEIC'), part('IMG_1.MOV', { at: 4 })]],
    ['whole quarters of an hour, but both zones are known', [part('IMG_1.HEIC', { zone: 0 }), part('IMG_1.MOV', { zone: 0, at: 900 })]],
    ['whole quarters of an hour, but the clip knows its zone', [part('IMG_1.HEIC'), part('IMG_1.MOV', { zone: 120, at: 900 })]],
    ['a clip from another camera', [part('IMG_1.HEIC'), part('IMG_1.MOV', { model: 'Canon' })]],
    ['other people\'s', [part('IMG_1.HEIC'), part('IMG_1.MOV', { users: [2] })]],
    ['dates that nobody wrote', [part('IMG_1.HEIC', { dated: false }), part('IMG_1.MOV', { dated: false })]],
    ['another counter', [part('IMG_1.HEIC'), part('IMG_1(1).MP4')]],
    ['RAW of another camera', [part('DSC_1.JPG'), part('DSC_1.NEF', { model: 'Nikon' })]],
    ['RAW of a camera that nobody knows', [part('DSC_1.JPG', { model: null }), part('DSC_1.NEF', { model: null })]],
    ['RAW of another moment', [part('DSC_1.JPG'), part('DSC_1.NEF', { at: 3 })]],
    ['two RAW', [part('DSC_1.NEF'), part('DSC_1.dng')]],
    ['a burst', [part('IMG_1.jpg'), part('IMG_1(1).jpg'), part('IMG_1_BURST2.jpg')]],
    ['an edit of another moment', [part('a.jpg'), part('a-edited.jpg', { at: 3 })]],
    ['an edit from another camera', [part('a.jpg'), part('a-edited.jpg', { model: 'Canon' })]],
    ['an Android copy without the camera', [part('a.jpg'), part('a~2.jpg', { model: null })]],
    ['two edits without their original', [part('a~2.jpg'), part('a~3.jpg')]],
    ['an edit of the one with the counter', [part('a.jpg'), part('a-edited(1).jpg')]],
    ['a still cut from a film', [part('IMG_1.MOV', { durationMs: 60_000 }), part('IMG_1-edited.jpg')]],
    ['a collage', [part('a.jpg'), part('a-COLLAGE.jpg')]],
    ['a date that is none', [part('IMG_1.HEIC', { local: 'never' }), part('IMG_1.MOV')]],
  ])('%s', (_what, parts) => {
    expect(partition(parts)).toHaveLength(parts.length);
    expect(partition(parts.toReversed())).toHaveLength(parts.length);
  });
});

test('a clip goes to the nearest, one for each', () => {
  expect(names([part('a.HEIC', { contentId: 'x' }), part('b.HEIC', { contentId: 'x' }), part('b.MOV', { contentId: 'x' })])).toEqual([['a.HEIC'], ['b.HEIC', 'b.MOV']]);
  expect(names([part('a.HEIC', { contentId: 'x', at: 9 }), part('b.HEIC', { contentId: 'x', at: 1 }), part('c.MOV', { contentId: 'x' })])).toEqual([['a.HEIC'], ['b.HEIC', 'c.MOV']]);
  expect(names([part('a.HEIC', { contentId: 'x' }), part('a.MOV', { contentId: 'x' }), part('copy.MOV', { contentId: 'x' })])).toEqual([['a.HEIC', 'a.MOV'], ['copy.MOV']]);
  expect(names([part('a.HEIC'), part('a.JPG'), part('a.MP4')])).toEqual([['a.HEIC', 'a.MP4'], ['a.JPG']]);
});

test('what was taken apart is not put together', () => {
  const [still, clip, raw] = [part('a.HEIC'), part('a.MOV'), part('a.dng')];
  const groups = partition([still, clip, raw], (a, b) => [a, b].includes(clip) && [a, b].includes(still));
  expect(groups.map((g) => g.map((p) => p.name))).toEqual([['a.HEIC', 'a.dng'], ['a.MOV']]);
});

describe('who plays what', () => {
  test.each<[string, Part[], string[]]>([
    ['a photo', [part('a.jpg')], ['original shown']],
    ['a video', [part('a.MOV')], ['original shown']],
    ['a live photo', [part('a.MOV'), part('a.HEIC')], ['live', 'original shown']],
    ['RAW and JPEG', [part('a.NEF'), part('a.JPG')], ['raw', 'original shown']],
    ['RAW alone, edited', [part('a.NEF'), part('a-edited.JPG')], ['original', 'edited shown']],
    ['everything', [part('IMG_E1234.JPG'), part('IMG_1234.MOV'), part('IMG_1234.HEIC'), part('IMG_E1234.MOV'), part('IMG_1234.DNG')], ['edited shown', 'live', 'original', 'edited', 'raw']],
    ['the newest of renditions', [part('a~3.jpg'), part('a.jpg'), part('a~2.jpg')], ['edited shown', 'original', 'edited']],
    ['an edited video', [part('IMG_E1234.MOV'), part('IMG_1234.MOV')], ['edited shown', 'original']],
    ['an edited clip alone', [part('IMG_1234.HEIC'), part('IMG_E1234.MOV')], ['original shown', 'live']],
  ])('%s', (_what, parts, want) => {
    const dealt = deal(parts);
    expect(parts.map((p) => `${dealt.get(p.id)!.role}${dealt.get(p.id)!.shown ? ' shown' : ''}`)).toEqual(want);
    expect(deal(parts.toReversed())).toEqual(dealt);
  });
});
