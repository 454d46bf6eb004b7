import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceAlbum, SourceEntry, SourceItem, Store } from '@mantel/plugin-sdk';
import { runConformance } from '@mantel/plugin-sdk/conformance.ts';
import { memoryStore, testContext } from '@mantel/plugin-sdk/testing.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { details, list, picture, write, zipOf } from '../fixtures/make.ts';
import icloud from './index.ts';
import { scan } from './scan.ts';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-icloud-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });
const minute = (day: number, at = 0): number => Date.UTC(2022, 5, day, 12, at);
const PART1 = 'iCloud Photos Part 1 of 2.zip';
const PART2 = 'iCloud Photos Part 2 of 2.zip';
/** Two parts, with all that real ones were seen to hold. */
function twoParts(): void {
  write(dir, {
    [PART1]: zipOf({
      'iCloud Photos/Photos/IMG_0001.HEIC': picture('1'), 'iCloud Photos/Photos/IMG_0001.MOV': picture('1m'), 'iCloud Photos/Photos/IMG_0002.JPG': picture('2'), 'iCloud Photos/Photos/IMG_0009.JPG': picture('9a'), 'iCloud Photos/Photos/old.PNG': picture('old'),
      'iCloud Photos/Photos/Photo Details.csv': details([{ name: 'IMG_0001.HEIC', at: minute(4), favourite: true }, { name: 'IMG_0001.MOV', at: minute(4) }, { name: 'IMG_0002.JPG', at: minute(5), hidden: true }]), 'iCloud Photos/Photos/Photo Details-1.csv': details([{ name: 'IMG_0009.JPG', at: minute(6) }], true),
      'iCloud Photos/Albums/Wedding.csv': list('Images', ['IMG_0001.HEIC', 'IMG_0003.JPG', 'IMG_0009.JPG', 'gone.jpg']), 'iCloud Photos/Albums/Favorites.csv': list('imgName', ['IMG_0003.JPG']), 'iCloud Photos/Albums/RAW.csv': list('imgName', ['IMG_0002.JPG']), 'iCloud Photos/Albums/Empty.csv': '',
      'iCloud Photos/Memories/Summer.csv': list('imageName', ['IMG_0002.JPG']), 'iCloud Photos/iCloud Shared Albums.zip': zipOf({}), 'iCloud Photos/icloud-photos-iCloudUsageData.zip': 'x', 'iCloud Photos/Photos/IMG_0002.AAE': '<plist/>', '__MACOSX/._x': 'x',
    }),
    [PART2]: zipOf({
      'iCloud Photos/Photos/IMG_0003.JPG': picture('3'), 'iCloud Photos/Photos/IMG_0009.JPG': picture('9b'), 'iCloud Photos/Photos/clip.mp4': '', 'iCloud Photos/Photos/clip-1.mp4': picture('clip'), 'iCloud Photos/Photos/twice.MOV': picture('t0'), 'iCloud Photos/Photos/twice-1.MOV': picture('t1'),
      'iCloud Photos/Photos/Photo Details.csv': details([{ name: 'IMG_0003.JPG', at: minute(7), deleted: true }, { name: 'IMG_0009.JPG', at: Date.UTC(2012, 1, 1, 1, 1) }, { name: 'clip.mp4', at: minute(8) }, { name: 'twice.MOV', at: minute(9) }, { name: 'twice.MOV', at: minute(10), favourite: true }]),
      'iCloud Photos/Recently Deleted/bin.JPG': picture('bin'), 'iCloud Photos/Photos/none.JPG': '',
    }),
  });
}
interface Scanned { items: SourceItem[]; entries: SourceEntry[]; albums: SourceAlbum[]; of: (path: string) => SourceItem | undefined; told: (path: string) => string | undefined }
async function scanned(paths: string[] = [dir], store: Store = memoryStore()): Promise<Scanned> {
  const out: Pick<Scanned, 'items' | 'entries' | 'albums'> = { items: [], entries: [], albums: [] };
  for await (const e of icloud.scan({ paths }, testContext({ store }))) {
    if (e.type === 'item') out.items.push(e.item);
    else if (e.type === 'entry') out.entries.push(e.entry);
    else if (e.type === 'album') out.albums.push(e.album);
  }
  return { ...out, of: (path) => out.items.find((i) => i.id.endsWith(path)), told: (path) => { const e = out.entries.find((x) => x.path.endsWith(path)); return e && `${e.outcome} ${e.reason}: ${e.detail}`; } };
}

describe('an export in two parts', () => {
  test('dates, marks, albums; every entry once', async () => {
    twoParts();
    const s = await scanned();
    expect(s.of('1 of 2.zip/iCloud Photos/Photos/IMG_0001.HEIC')).toMatchObject({ hints: { takenAt: minute(4), takenAtMinute: true, favourite: true }, albums: ['album:wedding'], files: [{ role: 'original', name: 'IMG_0001.HEIC', copies: [{ part: PART1, here: true, crc32: expect.stringMatching(/^[0-9a-f]{8}$/) }] }] });
    expect(s.of('IMG_0001.MOV')!.hints).toEqual({ takenAt: minute(4), takenAtMinute: true });
    expect(s.of('IMG_0002.JPG')!.hints).toEqual({ takenAt: minute(5), takenAtMinute: true, archived: true });
    expect(s.of('IMG_0003.JPG')).toMatchObject({ hints: { trashed: true, favourite: true }, albums: ['album:wedding'] });
    expect(s.of('old.PNG')!.hints).toEqual({});
    expect(s.of('bin.JPG')!.hints).toEqual({ trashed: true });
    expect(s.albums).toEqual([{ id: 'album:wedding', title: 'Wedding' }, { id: 'memory:summer', title: 'Summer', optional: true }]);
    expect(s.items.every((i) => i.alone === undefined)).toBe(true);
    const places = [...s.items.flatMap((i) => i.files.flatMap((f) => f.copies.map((c) => `${c.part}/${c.path}`))), ...s.entries.map((e) => `${e.part}/${e.path}`)];
    expect(new Set(places).size).toBe(places.length);
    expect(places).toHaveLength(16 + 9);
  });
  test('bytes lie where the span says', async () => {
    twoParts();
    for (const item of (await scanned()).items) {
      const { span, bytes } = item.files[0].copies[0];
      expect(span!.method).toBe('stored');
      expect(readFileSync(span!.path).subarray(span!.start, span!.start + span!.length).subarray(0, 3).toString('hex')).toBe('ffd8ff');
      expect(span!.length).toBe(bytes);
    }
  });
  test('one name for two photos: the one whose date fits goes to the album; dates are never mixed', async () => {
    twoParts();
    const s = await scanned();
    expect(s.of('1 of 2.zip/iCloud Photos/Photos/IMG_0009.JPG')).toMatchObject({ hints: { takenAt: minute(6) }, albums: ['album:wedding'] });
    expect(s.of('2 of 2.zip/iCloud Photos/Photos/IMG_0009.JPG')).toMatchObject({ hints: { takenAt: Date.UTC(2012, 1, 1, 1, 1) }, albums: [] });
    expect(s.told('Wedding.csv')).toBe('metadata album-metadata: a list of 4 photos; 1 are not in the parts that are here');
  });
  test('a camera that counted to 9999 twice: the weeks in which all names of the album have a photo', async () => {
    const name = (n: number): string => `IMG_${n}.JPG`;
    const part = (words: string, numbers: number[], from: number, more: Record<string, string> = {}): Buffer => zipOf({ ...Object.fromEntries(numbers.map((n) => [`Photos/${name(n)}`, picture(`${words}${n}`)])), 'Photos/Photo Details.csv': details(numbers.map((n) => ({ name: name(n), at: from + n * 3_600_000 }))), ...more });
    const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const trip = { 'Albums/Trip.csv': list('Images', ten.map(name)), 'Albums/Unclear.csv': list('Images', ten.slice(0, 5).map(name)) };
    write(dir, { [PART1]: part('a', ten, minute(1), trip), [PART2]: part('b', ten.slice(0, 6), Date.UTC(2015, 0, 1)) });
    const s = await scanned();
    expect(s.items.filter((i) => i.albums.includes('album:trip')).map((i) => i.files[0].copies[0].part)).toEqual(ten.map(() => PART1));
    expect(s.told('Trip.csv')).toBe('metadata album-metadata: a list of 10 photos');
    expect(s.items.some((i) => i.albums.includes('album:unclear'))).toBe(false);
    expect(s.told('Unclear.csv')).toContain('5 names stand for several photos');
  });
  test('a name that is listed twice: only what both rows say is taken, and the clip is called as it was', async () => {
    twoParts();
    const s = await scanned();
    expect([s.of('twice.MOV')!.hints, s.of('twice-1.MOV')!.hints]).toEqual([{}, {}]);
    expect(s.of('twice-1.MOV')!.files[0].name).toBe('twice.MOV');
    expect(s.of('clip-1.mp4')).toMatchObject({ hints: { takenAt: minute(8) }, files: [{ name: 'clip.mp4' }] });
  });
  test('what is no photo is told', async () => {
    twoParts();
    const s = await scanned();
    expect(['clip.mp4', 'none.JPG', 'Shared Albums.zip', 'UsageData.zip', 'IMG_0002.AAE', '._x', 'RAW.csv', 'Photo Details.csv'].map((p) => s.told(p)?.split(':')[0])).toEqual([
      'ignored empty', 'problem empty', 'ignored nested-archive', 'ignored other-product', 'ignored not-a-photo', 'ignored system-file', 'metadata album-metadata', 'metadata metadata',
    ]);
    expect(s.told('Shared Albums.zip')).toContain('unpack this part');
  });
  test('check says what is there and what is missing', async () => {
    twoParts();
    expect(await icloud.check({ paths: [dir] }, testContext())).toEqual({ ok: true, summary: '13 photos and videos in 2 of 2 parts.', collection: 'icloud icloud photos part # of # 2', problems: [] });
    rmSync(join(dir, PART2));
    expect((await icloud.check({ paths: [join(dir, PART1)] }, testContext())).summary).toContain('Not here yet: part 2');
    write(dir, { 'notes/a.txt': 'x' });
    expect(await icloud.check({ paths: [join(dir, 'notes')] }, testContext())).toMatchObject({ ok: false, problems: [{ field: 'paths', message: expect.stringContaining('no export of iCloud Photos') }] });
  });
  test('a Takeout is refused, packed and unpacked, also beside a real export; nothing of it is taken', async () => {
    twoParts();
    const google = { 'Takeout/Google Photos/Locked Folder/secret.jpg': picture('s'), 'Takeout/Google Photos/Locked Folder/secret.jpg.supplemental-metadata.json': '{}' };
    write(dir, { 'takeout-20250921T101500Z-3-001.zip': zipOf(google), ...Object.fromEntries(Object.entries(google).map(([k, v]) => [`open/${k}`, v])) });
    const refusal = { ok: false, problems: [{ field: 'paths', message: expect.stringContaining('with the source "Google Takeout"') }] };
    const file = join(dir, 'takeout-20250921T101500Z-3-001.zip');
    for (const paths of [[file], [join(dir, PART1), file], [join(dir, 'open')]]) expect(await icloud.check({ paths }, testContext())).toMatchObject(refusal);
    const s = await scanned([file]);
    expect(s.items).toEqual([]);
    expect(s.told('secret.jpg')).toContain('ignored other-product');
  });
});

describe('parts that come one after the other', () => {
  const facts = (s: Scanned): unknown => s.items.map((i) => [i.id, i.hints, i.albums, i.files.map((f) => f.name)]).toSorted();
  test('in any order, the end is the same; what is gone is remembered, not lost', async () => {
    twoParts();
    const whole = facts(await scanned());
    for (const order of [[PART1, PART2], [PART2, PART1]]) {
      const store = memoryStore();
      await scanned([join(dir, order[0]!)], store);
      const last = await scanned([join(dir, order[1]!)], store);
      expect(facts(last)).toEqual(whole);
      expect(last.items.filter((i) => !i.files[0].copies[0].here).every((i) => i.files[0].copies[0].part === order[0] && i.files[0].copies[0].span === undefined)).toBe(true);
      expect(last.entries.every((e) => e.part === order[1])).toBe(true);
    }
  });
});

describe('exports that have as many parts, and photos of the same names', () => {
  const NAME = 'iCloud Photos/Photos/IMG_0042.HEIC';
  /** Mum's: her photo is in the bin, and in the album of a hospital. */
  const mum = (): void => write(dir, {
    [`mum/${PART1}`]: zipOf({ 'iCloud Photos/Photos/a.JPG': picture('mum a'), 'iCloud Photos/Albums/Hospital.csv': list('Images', ['IMG_0042.HEIC']) }),
    [`mum/${PART2}`]: zipOf({ [NAME]: picture('mum'), 'iCloud Photos/Photos/Photo Details.csv': details([{ name: 'IMG_0042.HEIC', at: minute(1), deleted: true, hidden: true }]) }),
  });
  test('stay apart: nothing of one is said of the other, and none passes for the other', async () => {
    mum();
    write(dir, { [`dad/${PART1}`]: zipOf({ [NAME]: picture('dad') }), [`dad/${PART2}`]: zipOf({ 'iCloud Photos/Photos/b.JPG': picture('dad b'), 'iCloud Photos/Albums/Bike.csv': list('Images', ['IMG_0042.HEIC']) }) });
    const store = memoryStore();
    await scanned([join(dir, 'mum')], store);
    const first = await scanned([join(dir, 'dad', PART1)], store);
    expect(first.items).toMatchObject([{ hints: {}, albums: [], files: [{ copies: [{ part: `${PART1} (export 2)`, here: true }] }] }]);
    const both = await scanned([join(dir, 'dad', PART2)], store); // which joins dad's, not mum's
    expect(both.items.map((i) => [i.files[0].name, i.hints, i.albums, i.files[0].copies[0].here])).toEqual([['b.JPG', {}, [], true], ['IMG_0042.HEIC', {}, ['album:bike'], false]]);
    const again = await scanned([join(dir, 'mum', PART2)], store); // and hers are where they were
    expect(again.items.map((i) => [i.files[0].copies[0].part, i.albums, i.hints.trashed])).toEqual([[PART2, ['album:hospital'], true], [PART1, [], undefined]]);
  });
  test('a row of another part puts no photo away; a part that comes a season later is of another export', async () => {
    mum();
    write(dir, { [`dad/${PART1}`]: zipOf({ [NAME]: picture('dad'), 'iCloud Photos/Albums/Hidden.csv': list('Images', ['IMG_0042.HEIC']) }), 'hidden/iCloud Photos Part 1 of 3.zip': zipOf({ 'Albums/Hidden.csv': list('Images', ['x.JPG']) }), 'hidden/iCloud Photos Part 2 of 3.zip': zipOf({ 'Photos/x.JPG': picture('x') }) });
    write(dir, { [`rows/${PART2}`]: zipOf({ 'iCloud Photos/Photos/Photo Details.csv': details([{ name: 'IMG_0042.HEIC', at: minute(1), deleted: true, hidden: true, favourite: true }]) }) });
    const store = memoryStore();
    await scanned([join(dir, 'rows', PART2)], store);
    expect((await scanned([join(dir, 'dad', PART1)], store)).of('IMG_0042.HEIC')!.hints).toEqual({ takenAt: minute(1), takenAtMinute: true, archived: true });
    expect((await scanned([join(dir, 'hidden')])).items[0]!.hints).toEqual({});
    const [year, later] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 3, 1)];
    const shelf = memoryStore();
    const run = async (path: string, now: number): Promise<string[]> => { const of: string[] = []; for await (const e of scan({ paths: [path] }, testContext({ store: shelf }), () => now)) if (e.type === 'item') of.push(`${e.item.files[0].copies[0].part}: ${e.item.albums.join()}`); return of; };
    await run(join(dir, 'mum', PART1), year);
    expect(await run(join(dir, 'mum', PART2), later)).toEqual([`${PART2} (export 2): `]);
    expect(await run(join(dir, 'mum', PART1), later)).toEqual([`${PART1}: `]);
  });
  test('a download that broke off and came again is the same part, and a name may be long', async () => {
    const long = `${'Фотографии бабушки, '.repeat(6)}1 of 2.zip`;
    write(dir, { [`a/${long}`]: zipOf({ 'Photos/a.JPG': picture('a') }), [`b/${long}`]: zipOf({ 'Photos/a.JPG': picture('a'), 'Photos/b.JPG': picture('b') }) });
    const store = memoryStore();
    await scanned([join(dir, 'a', long)], store);
    expect((await scanned([join(dir, 'b', long)], store)).items.map((i) => i.files[0].copies[0].part)).toEqual([long, long]);
  });
});

describe('other shapes', () => {
  test('unpacked, with the archives of shared albums beside it', async () => {
    write(dir, {
      'Del 1 av 2/Photos/a.JPG': picture('a'), 'Del 1 av 2/Photos/Photo Details.csv': details([{ name: 'a.JPG', at: minute(1) }]), 'Del 1 av 2/Albums/Tur.csv': list('Images', ['a.JPG', 'b.JPG']), 'Del 2 av 2/Photos/b.JPG': picture('b'), 'Del 2 av 2/Photo Details.csv': details([{ name: 'b.JPG', at: minute(2) }]),
      'Del 1 av 2/iCloud Shared Albums.zip': zipOf({ 'My Albums/Party/AlbumInfo.json': '{}', 'My Albums/Party/p.jpg': picture('p') }), 'Del 1 av 2/tax.zip': zipOf({ 'a.txt': 'x' }),
    });
    const s = await scanned();
    expect(s.items.map((i) => [i.files[0].copies[0].path, i.hints.takenAt ?? null, i.albums])).toEqual([['Del 1 av 2/Photos/a.JPG', minute(1), ['album:tur']], ['Del 2 av 2/Photos/b.JPG', minute(2), ['album:tur']], ['My Albums/Party/p.jpg', null, ['shared:my albums/party']]]);
    expect(s.told('tax.zip')).toContain('ignored nested-archive');
  });
  test('folders of icloudpd: the clip is called like its still, sidecars go along', async () => {
    write(dir, { '2022/IMG_1234.HEIC': picture('h'), '2022/IMG_1234_HEVC.MOV': picture('m'), '2022/IMG_1234.HEIC.xmp': '<x/>', '2022/lonely_HEVC.MOV': picture('l'), '2022/alone.xmp': '<x/>' });
    const s = await scanned();
    expect(s.items.map((i) => [i.files[0].name, i.files[0].sidecar?.path ?? null])).toEqual([['IMG_1234.HEIC', '2022/IMG_1234.HEIC.xmp'], ['IMG_1234.MOV', null], ['lonely_HEVC.MOV', null]]);
    expect(s.told('alone.xmp')).toContain('sidecar-without-media');
    expect((await icloud.check({ paths: [dir] }, testContext())).ok).toBe(true);
  });
});

test('it shows life while it looks', async () => {
  const many = Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`Photos/${n}.JPG`, picture(String(n))]));
  write(dir, { [PART1]: zipOf(many) });
  write(join(dir, 'folder'), many);
  const told: string[] = [];
  for await (const e of scan({ paths: [join(dir, 'folder'), join(dir, PART1)] }, testContext())) { if (e.type === 'item') break; if (e.type === 'progress' && e.what) told.push(`${e.what} ${e.done}`); }
  expect(told.slice(0, -1)).toEqual(['Photos 500', 'Photos 1000', `${PART1} 500`, `${PART1} 1000`, `${PART1} 0`, `${PART1} 500`, `${PART1} 1000`]);
});

describe('what is broken or bad', () => {
  test('a part that is cut off or none at all is told, and the others come in', async () => {
    twoParts();
    truncateSync(join(dir, PART2), Math.floor(statSync(join(dir, PART2)).size / 2));
    writeFileSync(join(dir, 'iCloud Photos Part 3 of 3.zip'), 'this is no zip');
    const s = await scanned();
    expect(s.items.length).toBe(5);
    expect(s.entries.filter((e) => e.reason === 'damaged-part').map((e) => e.path)).toEqual([PART2, 'iCloud Photos Part 3 of 3.zip']);
  });
  test('unsafe paths, repeated paths, tables that are none', async () => {
    write(dir, { [PART1]: zipOf({ '../../evil.jpg': picture('e'), '/etc/evil.jpg': picture('e'), 'C:\\evil.jpg': picture('e'), 'Photos/a.jpg': picture('a'), 'Photos/Photo Details.csv': Buffer.concat([Buffer.from('imgName,hidden\n'), Buffer.alloc(5000, 0xff)]) }) });
    const s = await scanned();
    expect(s.items.map((i) => i.files[0].name)).toEqual(['a.jpg']);
    expect(s.entries.filter((e) => e.reason === 'unsafe-path')).toHaveLength(3);
  });
  test('entries that stand on the bytes of another one are told, and taken once', async () => {
    const zip = zipOf({ 'Photos/a.jpg': picture('a'), 'Photos/b.jpg': picture('b'), 'Photos/c.jpg': picture('c') });
    const entry = zip.indexOf('PK\x01\x02', zip.indexOf('PK\x01\x02') + 1, 'latin1');
    zip.writeUInt32LE(0, entry + 42); // b says that it is where a is
    write(dir, { [PART1]: zip });
    const s = await scanned();
    expect(s.items.map((i) => i.files[0].name)).toEqual(['a.jpg', 'c.jpg']);
    expect(s.told('b.jpg')).toBe('problem damaged: Photos/b.jpg stands on the bytes of another entry (Photos/a.jpg).');
  });
  test('a path that is not there', async () => {
    expect(await icloud.check({ paths: ['/nowhere/a.zip'] }, testContext())).toEqual({ ok: false, problems: [{ field: 'paths', message: '/nowhere/a.zip is not there.' }] });
    expect((await scanned(['/nowhere/a.zip'])).entries).toMatchObject([{ path: '/nowhere/a.zip', outcome: 'problem' }]);
  });
  test('two parts of one name in two folders are two parts', async () => {
    twoParts();
    write(dir, { 'x/keep': '', 'y/keep': '' });
    renameSync(join(dir, PART1), join(dir, 'x', PART1));
    renameSync(join(dir, PART2), join(dir, 'y', PART1));
    const s = await scanned([join(dir, 'x', PART1), join(dir, 'y', PART1)]);
    expect(new Set(s.items.map((i) => i.id)).size).toBe(s.items.length);
    expect(new Set(s.items.map((i) => i.files[0].copies[0].part))).toEqual(new Set([PART1, `y/${PART1}`]));
  });
});

test('it is what the house expects of a plugin', async () => {
  twoParts();
  const manifest: unknown = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'));
  const result = await runConformance(icloud, manifest, { configs: { good: [{ paths: [dir] }, { paths: [join(dir, PART2)] }], bad: [{ paths: ['/nowhere'] }, { paths: ['relative.zip'] }] } });
  expect(result.failed).toEqual([]);
});
