import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckResult, ScanEvent, SourceAlbum, SourceContext, SourceEntry, SourceItem } from '@mantel/plugin-sdk';
import { runConformance } from '@mantel/plugin-sdk/conformance.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from './config.ts';
import folder from './index.ts';
import { scan } from './scan.ts';

const JPEG = Buffer.from('ffd8ffe000104a464946', 'hex');
let root: string;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'mantel-folder-')); });
afterEach(() => { rmSync(root, { recursive: true, force: true }); });

const OLD = new Date('2024-05-01T10:00:00Z');
/** A file that was written long ago. */
function put(name: string | Buffer, content: Buffer | string = JPEG, at = OLD): void {
  const path = typeof name === 'string' ? join(root, name) : Buffer.concat([Buffer.from(`${root}/`), name]);
  mkdirSync(dirname(path.toString()), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, at, at);
}
const context = (signal = new AbortController().signal): SourceContext => ({ signal, log: () => undefined, fetch: () => Promise.reject(new Error('no network')), store: { get: async () => null, set: async () => undefined, delete: async () => undefined, keys: async () => [] } });
interface Scanned { items: SourceItem[]; entries: SourceEntry[]; albums: SourceAlbum[]; events: ScanEvent[] }
async function scanned(over: Partial<Config> = {}, settleMs = 1): Promise<Scanned> {
  const out: Scanned = { items: [], entries: [], albums: [], events: [] };
  for await (const e of scan({ paths: [root], ...over }, new AbortController().signal, { settleMs, now: Date.now })) {
    out.events.push(e);
    if (e.type === 'item') out.items.push(e.item);
    else if (e.type === 'entry') out.entries.push(e.entry);
    else if (e.type === 'album') out.albums.push(e.album);
  }
  return out;
}
const told = (s: Scanned): Record<string, string> => Object.fromEntries(s.entries.map((e) => [e.path, `${e.outcome} ${e.reason}`]));
const names = (s: Scanned): string[] => s.items.map((i) => i.id);
const checked = (over: Partial<Config> = {}): Promise<CheckResult> => folder.check({ paths: [root], ...over }, context());

describe('what is taken', () => {
  test('photos of a card, in the order of their names, with time, size and place', async () => {
    for (const f of ['DCIM/100CANON/IMG_0002.CR2', 'DCIM/100CANON/IMG_0001.JPG', 'DCIM/101CANON/MVI_0003.MP4', 'a.heic']) put(f);
    const s = await scanned();
    expect(names(s)).toEqual(['a.heic', 'DCIM/100CANON/IMG_0001.JPG', 'DCIM/100CANON/IMG_0002.CR2', 'DCIM/101CANON/MVI_0003.MP4']);
    expect(s.items[1]).toEqual({
      id: 'DCIM/100CANON/IMG_0001.JPG', albums: [], hints: { folder: join(root, 'DCIM/100CANON') },
      files: [{ role: 'original', name: 'IMG_0001.JPG', copies: [{ part: null, path: 'DCIM/100CANON/IMG_0001.JPG', bytes: JPEG.length, here: true, modifiedAt: OLD.getTime(), ref: expect.any(String), span: { path: join(root, 'DCIM/100CANON/IMG_0001.JPG'), start: 0, length: JPEG.length, method: 'stored' } }] }],
    });
    expect(s.entries).toEqual([]);
    expect(s.events.at(-1)).toEqual({ type: 'progress', done: 4, total: 4 });
    expect(s.items.every((i) => i.alone === undefined)).toBe(true);
  });
  test('a name that says nothing: the first bytes decide', async () => {
    put('MVIMG_20190101', JPEG);
    put('clip.MP', Buffer.from('0000001866747970697336d', 'hex'));
    put('song', Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypM4A ')]));
    put('notes.xyz', 'just text');
    const s = await scanned();
    expect(names(s)).toEqual(['MVIMG_20190101', 'clip.MP']);
    expect(told(s)).toEqual({ song: 'ignored not-a-photo', 'notes.xyz': 'ignored not-a-photo' });
  });
  test('a name that is not UTF-8 is read by its bytes, through the plugin', async () => {
    put(Buffer.from('Z\xfcrich.jpg', 'latin1'), Buffer.concat([JPEG, Buffer.from('zurich')]));
    const s = await scanned();
    const copy = s.items[0]!.files[0].copies[0];
    expect([copy.path, copy.span]).toEqual(['Zürich.jpg', undefined]);
    const chunks: Uint8Array[] = [];
    for await (const c of folder.open!(copy.ref!, { paths: [root] }, context())) chunks.push(c);
    expect(Buffer.concat(chunks).subarray(-6).toString()).toBe('zurich');
  });
});

describe('what is left out is named', () => {
  test('systems, thumbnails, trash, hidden things, links, empty files, archives', async () => {
    for (const f of ['@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_M.jpg', '.thumbnails/1.jpg', 'Thumbnails/2.jpg', '@__thumb/3.jpg', '#recycle/4.jpg', '$RECYCLE.BIN/5.jpg', 'Recently Deleted/6.jpg', 'Cat Previews.lrdata/A/7.jpg', '.hidden/8.jpg', 'x.photoslibrary/resources/9.jpg',
      '.DS_Store', 'Thumbs.db', '._IMG_1.jpg', 'SYNOFILE_THUMB_M.jpg', '.secret.jpg', 'old.zip', 'letter.pdf', 'IMG_1.AAE', 'GL010001.LRV', 'MVI_1.THM', 'x.photoslibrary/originals/0/good.heic', 'IMG_1.jpg']) put(f);
    put('empty.jpg', '');
    symlinkSync('/etc/passwd', join(root, 'link.jpg'));
    symlinkSync('/etc', join(root, 'etc'));
    const s = await scanned();
    expect(names(s)).toEqual(['IMG_1.jpg', 'x.photoslibrary/originals/0/good.heic']);
    expect(told(s)).toEqual({
      '@eaDir/': 'ignored thumbnail', '.thumbnails/': 'ignored thumbnail', 'Thumbnails/': 'ignored thumbnail', '@__thumb/': 'ignored thumbnail', '#recycle/': 'ignored unwanted', '$RECYCLE.BIN/': 'ignored unwanted', 'Recently Deleted/': 'ignored unwanted', 'Cat Previews.lrdata/': 'ignored thumbnail',
      '.hidden/': 'ignored system-file', 'x.photoslibrary/resources/': 'ignored unwanted', '.DS_Store': 'ignored system-file', 'Thumbs.db': 'ignored system-file', '._IMG_1.jpg': 'ignored system-file', 'SYNOFILE_THUMB_M.jpg': 'ignored thumbnail', '.secret.jpg': 'ignored system-file',
      'old.zip': 'ignored nested-archive', 'letter.pdf': 'ignored not-a-photo', 'IMG_1.AAE': 'ignored not-a-photo', 'GL010001.LRV': 'ignored thumbnail', 'MVI_1.THM': 'ignored thumbnail', 'empty.jpg': 'problem empty', 'link.jpg': 'ignored link', etc: 'ignored link',
    });
  });
  test('as the source says: names, paths, no subfolders', async () => {
    for (const f of ['a.jpg', 'Screenshots/b.jpg', '2019/Work/c.jpg', '2019/Home/d.jpg', 'e.tif']) put(f);
    const s = await scanned({ skip: ['screenshots', '2019/Work/**', '*.TIF'] });
    expect(names(s)).toEqual(['a.jpg', '2019/Home/d.jpg']);
    expect(told(s)).toEqual({ 'Screenshots/': 'ignored unwanted', '2019/Work/': 'ignored unwanted', 'e.tif': 'ignored unwanted' });
    const flat = await scanned({ subfolders: false });
    expect(names(flat)).toEqual(['a.jpg', 'e.tif']);
    expect(told(flat)).toEqual({ '2019/': 'ignored unwanted', 'Screenshots/': 'ignored unwanted' });
  });
  test('what may not be read', async () => {
    put('dir/x.jpg');
    chmodSync(join(root, 'dir'), 0);
    chmodSync(root, 0o755);
    const asRoot = process.geteuid!() === 0;
    if (asRoot) process.seteuid!(65_534); // root may read everything
    const s = await scanned().finally(() => { if (asRoot) process.seteuid!(0); });
    chmodSync(join(root, 'dir'), 0o755);
    expect(told(s)).toEqual({ 'dir/': 'problem unreadable' });
  });
});

describe('what belongs together', () => {
  test('sidecars go with their photos, or say why not', async () => {
    for (const f of ['a.jpg', 'A.JPG.xmp', 'b.JPG', 'b.XMP', 'c.NEF', 'c.jpg', 'c.xmp', 'd.heic', 'd.mov', 'd.xmp', 'e.jpg', 'e.png', 'e.xmp', 'f.jpg', 'f.jpg.xmp', 'f.xmp', 'g.xmp', 'sub/a.xmp']) put(f);
    put('big.jpg');
    put('big.jpg.xmp', Buffer.alloc(5 * 1024 * 1024 + 1));
    const s = await scanned();
    expect(Object.fromEntries(s.items.map((i) => [i.id, i.files[0].sidecar?.path ?? null]))).toEqual({ 'a.jpg': 'A.JPG.xmp', 'b.JPG': 'b.XMP', 'c.NEF': 'c.xmp', 'c.jpg': null, 'd.heic': 'd.xmp', 'd.mov': null, 'e.jpg': null, 'e.png': null, 'f.jpg': 'f.jpg.xmp', 'big.jpg': null });
    expect(told(s)).toEqual({ 'e.xmp': 'ignored sidecar-without-media', 'f.xmp': 'ignored unwanted', 'g.xmp': 'ignored sidecar-without-media', 'sub/a.xmp': 'ignored sidecar-without-media', 'big.jpg.xmp': 'problem too-large' });
  });
  test('what Picasa put aside is the original; where the changed one is gone, it is a photo of its own', async () => {
    for (const f of ['a.jpg', 'b.jpg', '.picasaoriginals/A.jpg', '.picasaoriginals/gone.jpg', '.picasaoriginals/.picasa.ini']) put(f);
    const s = await scanned();
    expect(s.items.map((i) => [i.id, i.files.map((f) => `${f.role} ${f.copies[0].path}`)])).toEqual([['a.jpg', ['original .picasaoriginals/A.jpg', 'edited a.jpg']], ['b.jpg', ['original b.jpg']], ['.picasaoriginals/gone.jpg', ['original .picasaoriginals/gone.jpg']]]);
    expect(told(s)).toEqual({ '.picasaoriginals/.picasa.ini': 'ignored system-file' });
    for (const f of ['.picasaoriginals/a.JPG', '.picasaoriginals/.picasaoriginals/A.jpg']) put(f); // nothing is lost where two could be meant
    expect((await scanned()).items.flatMap((i) => i.files.map((f) => f.copies[0].path)).toSorted()).toEqual(['.picasaoriginals/.picasaoriginals/A.jpg', '.picasaoriginals/A.jpg', '.picasaoriginals/a.JPG', '.picasaoriginals/gone.jpg', 'a.jpg', 'b.jpg']);
  });
  test('an album for each folder, not for those that cameras number', async () => {
    for (const f of ['2019/Summer/a.jpg', 'DCIM/100APPLE/b.jpg', 'Papers/c.pdf']) put(f);
    const s = await scanned({ albums: 'folder' });
    expect([s.albums, s.items.map((i) => i.albums)]).toEqual([[{ id: 'folder:2019/Summer', title: 'Summer' }], [['folder:2019/Summer'], []]]);
    expect((await scanned({ albums: 'path' })).albums).toEqual([{ id: 'folder:2019/Summer', title: '2019 / Summer' }]);
  });
});

describe('several paths', () => {
  test('each file once; folders of one name are kept apart', async () => {
    for (const f of ['x/pics/a.jpg', 'y/pics/a.jpg', 'z/b.jpg']) put(f);
    const s = await scanned({ paths: [join(root, 'x/pics'), join(root, 'y/pics'), join(root, 'z'), join(root, 'z/b.jpg'), join(root, 'z')] });
    expect(names(s)).toEqual([`${root.slice(1)}/x/pics/a.jpg`, `${root.slice(1)}/y/pics/a.jpg`, 'z/b.jpg']);
    const single = await scanned({ paths: [join(root, 'z/b.jpg'), join(root, 'nothing')] });
    expect(names(single)).toEqual(['b.jpg']);
    expect(told(single)).toEqual({ [join(root, 'nothing')]: 'problem unreadable' });
  });
});

describe('files that are still being written', () => {
  test('one that stands still is taken in the same run, one that grows is left for the next', async () => {
    const soon = new Date();
    put('still.jpg', JPEG, soon);
    put('grows.jpg', JPEG, soon);
    put('gone.jpg', JPEG, soon);
    put('sub/old.jpg');
    const items: string[] = [];
    const entries: SourceEntry[] = [];
    for await (const e of scan({ paths: [root] }, new AbortController().signal, { settleMs: 400, now: Date.now })) {
      if (e.type === 'item') items.push(e.item.id);
      if (e.type === 'entry') entries.push(e.entry);
      if (e.type !== 'item' || e.item.id !== 'sub/old.jpg') continue;
      writeFileSync(join(root, 'grows.jpg'), Buffer.concat([JPEG, JPEG]));
      rmSync(join(root, 'gone.jpg'));
    }
    expect(items).toEqual(['sub/old.jpg', 'still.jpg']);
    expect(entries).toMatchObject([{ path: 'grows.jpg', outcome: 'problem', detail: expect.stringContaining('still being written') }]);
  });
});

describe('taking away', () => {
  test('only the very file that was found, and only in the folders of the source', async () => {
    put('a.jpg');
    put('b.jpg');
    const s = await scanned();
    const ref = (id: string): string => s.items.find((i) => i.id === id)!.files[0].copies[0].ref!;
    await folder.remove!(ref('a.jpg'), { paths: [root] }, context());
    expect(existsSync(join(root, 'a.jpg'))).toBe(false);
    writeFileSync(join(root, 'b.jpg'), 'another picture by now');
    await expect(folder.remove!(ref('b.jpg'), { paths: [root] }, context())).rejects.toThrow('changed');
    rmSync(join(root, 'b.jpg'));
    const outside = mkdtempSync(join(tmpdir(), 'mantel-folder-'));
    writeFileSync(join(outside, 'c.jpg'), JPEG);
    symlinkSync(join(outside, 'c.jpg'), join(root, 'b.jpg'));
    for (const bad of [ref('b.jpg'), `10:0:=${outside}/c.jpg`, `10:0:=${root}/../${outside.split('/').at(-1)}/c.jpg`, 'nonsense']) await expect(folder.remove!(bad, { paths: [root] }, context())).rejects.toThrow();
    expect(readFileSync(join(outside, 'c.jpg')).equals(JPEG)).toBe(true);
    rmSync(outside, { recursive: true });
  });
});

describe('check', () => {
  test('says what lies there, and knows a card', async () => {
    for (const f of ['DCIM/100CANON/1.JPG', 'DCIM/100CANON/2.CR3', 'DCIM/100CANON/3.MP4']) put(f);
    expect(await checked()).toEqual({ ok: true, summary: 'A memory card: 2 photos and 1 video in 3 folders.', collection: expect.stringMatching(/^folder [0-9a-f]{64}$/), problems: [] });
    put('takeout-20240101T000000Z-001.zip');
    expect((await checked()).summary).toContain('Google Takeout');
  });
  test.each(['Takeout/archive_browser.html', 'Photos from 2019/a.jpg.supplemental-metadata.json', 'Takeout/Google Photos/Photos from 2019/a.jpg.json'])('an unpacked Takeout is refused unless it is wanted so: %s', async (sign) => {
    for (const f of ['Locked Folder/secret.jpg', sign]) put(f);
    expect(await checked()).toMatchObject({ ok: false, problems: [{ field: 'anyway', message: expect.stringContaining('source "Google Takeout"') }] });
    expect(await checked({ anyway: true })).toMatchObject({ ok: true, problems: [] });
  });
  test('photos with JSON of other programs are no Takeout', async () => {
    for (const f of ['a.jpg', 'a.jpg.json', 'Takeout/menu.jpg']) put(f);
    expect(await checked()).toMatchObject({ ok: true });
  });
  test('what is wrong is told at its field', async () => {
    expect(await checked({ paths: ['/nowhere/at/all'] })).toEqual({ ok: false, problems: [{ field: 'paths', message: '/nowhere/at/all is not there.' }] });
    expect(await checked({ paths: ['here'] })).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('whole path') }] });
    expect(await checked({ paths: [] })).toMatchObject({ ok: false });
  });
});

test('it is what the house expects of a plugin', async () => {
  for (const f of ['DCIM/100CANON/1.JPG', 'DCIM/100CANON/1.xmp', 'trip/2.heic', 'trip/@eaDir/x.jpg', 'a.pdf', 'b.xmp']) put(f);
  put(Buffer.from('Z\xfcrich.jpg', 'latin1'));
  const manifest: unknown = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'));
  const entries = ['DCIM/100CANON/1.JPG', 'DCIM/100CANON/1.xmp', 'trip/2.heic', 'trip/@eaDir/', 'a.pdf', 'b.xmp', 'Zürich.jpg'].map((path) => ({ part: null, path }));
  expect((await runConformance(folder, manifest, { configs: { good: [{ paths: [root] }, { paths: [root], albums: 'path' }], bad: [{ paths: ['/nowhere'] }, { paths: ['relative'] }] }, entries })).failed).toEqual([]);
});
