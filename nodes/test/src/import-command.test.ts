// `mantel import` against a real house: folders and exports that it reads itself, and parts that are sent by somebody who may not name its folders.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from '@mantel/cli/program.ts';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import { ROOT } from '@mantel/runtime/build.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig } from './rig.ts';
import { makeSet, score } from './rig/takeout.ts';
import type { Album } from '@mantel/contracts/models/album.ts';

/** What the plugin makes its own exports with. */
interface Maker { zipOf: (files: Record<string, Buffer | string>) => Buffer; details: (rows: { name: string; at?: number; favourite?: boolean; hidden?: boolean }[]) => string; list: (head: string, names: string[]) => string }
const { zipOf, details, list } = (await import(join(ROOT, 'plugins/icloud-export/fixtures/make.ts'))) as Maker;

let rig: Rig;
let ann: Person;
let bob: Person;
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.admin();
  bob = await rig.addUser(ann, 'Bob');
});
afterAll(() => rig.stop());

const picture = (n: number, date = `2021:07:08 09:${String(n % 60).padStart(2, '0')}:37`): Promise<Buffer> => sharp({ create: { width: 40, height: 30, channels: 3, background: { r: n % 256, g: (n * 7) % 256, b: n % 13 } } }).withExif({ IFD2: { DateTimeOriginal: date } }).jpeg().toBuffer();
const put = (path: string, content: Buffer | string): void => { mkdirSync(dirname(join(rig.dir, path)), { recursive: true }); writeFileSync(join(rig.dir, path), content); };
const mantel = async (who: Person, args: string[], signal = new AbortController().signal): Promise<{ code: number; out: string; err: string }> => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const said = { out: '', err: '' };
  out.on('data', (d: Buffer) => { said.out += d.toString(); });
  err.on('data', (d: Buffer) => { said.err += d.toString(); });
  const code = await run(['--url', `http://127.0.0.1:${rig.port}`, ...args, ...(args[0] === 'import' ? ['--options', ...OPTIONS] : [])], { out, err, in: Readable.from(['']), env: { HOME: rig.temp, MANTEL_TOKEN: who.token }, live: false, signal });
  return { code, ...said };
};
let OPTIONS = ['previews=no'];
const lines = async (who: Person, library?: string): Promise<ExportLine[]> => must(await rig.api('GET', `/assets/export${library ? `?library=${library}` : ''}`, undefined, { token: who.token }), 200).bytes.toString().trim().split('\n').filter(Boolean).map((l) => JSON.parse(l) as ExportLine);
const named = async (who: Person, name: string): Promise<ExportLine[]> => (await lines(who)).filter((l) => l.originalName === name);
const report = (file: string): { path: string; outcome: string; reason: string | null; detail: string | null }[] => (JSON.parse(readFileSync(file, 'utf8')) as { entries: never }).entries;

const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">On the pier</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`;

describe('a folder that the house reads itself', () => {
  test('photos with their sidecars, albums, a report of every entry; again, only what is new', async () => {
    for (const n of [1, 2, 3]) put(`card/Pier/IMG_000${n}.JPG`, await picture(n));
    put('card/Pier/IMG_0001.xmp', XMP);
    put('card/Pier/@eaDir/x.jpg', 'x');
    put('card/notes.pdf', 'x');
    put('card/Pier/.picasaoriginals/IMG_0003.JPG', await picture(33)); // before Picasa changed it
    OPTIONS = ['previews=no', 'albums=folder'];
    const file = join(rig.temp, 'r.json');
    const ran = await mantel(ann, ['import', 'folder', join(rig.dir, 'card'), '--report', file]);
    expect(ran).toMatchObject({ code: 0, out: '7 entries: 3 brought in, 1 edited versions, 1 read for what they say, 2 left out.\n' });
    expect((await named(ann, 'IMG_0001.JPG'))[0]).toMatchObject({ rating: 4, description: 'On the pier', albums: ['Pier'] });
    expect(report(file).map((e) => `${e.path} ${e.outcome}`).toSorted()).toEqual(['Pier/.picasaoriginals/IMG_0003.JPG imported', 'Pier/@eaDir/ ignored', 'Pier/IMG_0001.JPG imported', 'Pier/IMG_0001.xmp metadata', 'Pier/IMG_0002.JPG imported', 'Pier/IMG_0003.JPG edited', 'notes.pdf ignored']);
    expect((await named(ann, 'IMG_0003.JPG'))[0]!.edited).toHaveLength(1);
    // the card counts from 1 again
    put('card/Pier/IMG_0002.JPG', await picture(50));
    const again = await mantel(ann, ['import', 'folder', join(rig.dir, 'card')]);
    expect(again.out).toContain('1 brought in, 2 here already');
    expect(await named(ann, 'IMG_0002.JPG')).toHaveLength(2);
  });
  test('moving takes away what came in, and leaves everything else', async () => {
    put('move/a.JPG', await picture(70));
    put('move/a.xmp', XMP);
    put('move/b.txt', 'x');
    put('move/broken.jpg', '');
    OPTIONS = ['previews=no', 'mode=move'];
    const ran = await mantel(ann, ['import', 'folder', join(rig.dir, 'move')]);
    expect(ran.out).toContain('1 brought in');
    expect(['a.JPG', 'a.xmp', 'b.txt', 'broken.jpg'].map((f) => existsSync(join(rig.dir, 'move', f)))).toEqual([false, true, true, true]);
    expect((await named(ann, 'a.JPG'))[0]).toMatchObject({ rating: 4 });
  });
});

test('a folder that is watched: what lies there when it begins, and what comes later', async () => {
  put('watched/first.JPG', await picture(90));
  const { id: libraryId } = await rig.library(ann.token, 'personal');
  must(await rig.api('POST', '/sources', { pluginId: 'folder', name: 'Inbox', config: { paths: [join(rig.dir, 'watched')] }, libraryId, watch: true, options: { previews: false } }, { token: ann.token }), 201);
  const arrives = (name: string): Promise<unknown> => expect.poll(async () => (await named(ann, name)).length, { timeout: 60_000, interval: 300 }).toBe(1);
  await arrives('first.JPG');
  put('watched/new folder/second.JPG', await picture(91));
  await arrives('second.JPG');
}, 120_000);

const minute = (day: number): number => Date.UTC(2021, 6, day, 7, 5);
async function export_(dir: string, from: number): Promise<void> {
  const name = (n: number): string => `IMG_9${String(from + n).padStart(3, '0')}.JPG`;
  put(`${dir}/iCloud Photos Part 1 of 2.zip`, zipOf({
    [`iCloud Photos/Photos/${name(1)}`]: await picture(from + 1, '2021:07:01 09:05:37'), [`iCloud Photos/Photos/${name(2)}`]: await picture(from + 2, '2021:07:02 09:05:37'),
    'iCloud Photos/Photos/Photo Details.csv': details([{ name: name(1), at: minute(1), favourite: true }, { name: name(2), at: minute(2), hidden: true }]), 'iCloud Photos/Albums/Lake.csv': list('Images', [name(1), name(3)]), 'iCloud Photos/Memories/June.csv': list('imageName', [name(2)]),
  }));
  put(`${dir}/iCloud Photos Part 2 of 2.zip`, zipOf({ [`iCloud Photos/Photos/${name(3)}`]: await picture(from + 3, '2021:07:03 09:05:37'), [`iCloud Photos/Recently Deleted/${name(4)}`]: await picture(from + 4), 'iCloud Photos/Photos/Photo Details.csv': details([{ name: name(3), at: minute(3) }]) }));
}
const outcome = async (who: Person, from: number): Promise<unknown[]> => Promise.all([1, 2, 3, 4].map(async (n) => (await named(who, `IMG_9${String(from + n).padStart(3, '0')}.JPG`)).map((l) => [l.takenAt, l.offset, l.favorite, l.archived, l.trashed, l.albums])[0]));
const RIGHT = [
  ['2021-07-01T07:05:37.000Z', '+02:00', true, false, false, ['Lake']], ['2021-07-02T07:05:37.000Z', '+02:00', false, true, false, []], ['2021-07-03T07:05:37.000Z', '+02:00', false, false, false, ['Lake']], [expect.any(String), expect.anything(), false, false, true, []],
];

describe('an export of iCloud', () => {
  test('read where it lies: seconds of the file, marks, trash, an album over two parts; one part at a time is the same', async () => {
    OPTIONS = ['previews=no'];
    await export_('icloud', 100);
    const ran = await mantel(ann, ['import', 'icloud', join(rig.dir, 'icloud')]);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('in 2 of 2 parts') });
    expect(await outcome(ann, 100)).toEqual(RIGHT.map((r) => r.map((x, i) => (i === 1 && x !== '+02:00' ? null : x))));
    await export_('later', 200);
    for (const n of [2, 1]) expect((await mantel(ann, ['import', 'icloud', join(rig.dir, `later/iCloud Photos Part ${n} of 2.zip`)])).code).toBe(0);
    expect(await outcome(ann, 200)).toEqual(await outcome(ann, 100).then((o) => o.map((line, n) => (line as unknown[]).map((x, i) => (i === 0 && n === 3 ? expect.any(String) : x)))));
  });
  test('sent by a member, stopped and gone on with', async () => {
    OPTIONS = ['previews=no'];
    await export_('sent', 300);
    const dry = await mantel(bob, ['import', 'icloud', join(rig.dir, 'sent'), '--dry-run']);
    expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/^4 photos and videos .*\n.*Albums: Lake \(2\)/s), err: expect.stringContaining('only admins') });
    expect(await lines(bob)).toEqual(await lines(bob).then((all) => all.filter((l) => !l.originalName.startsWith('IMG_93'))));
    const stop = new AbortController();
    stop.abort();
    const stopped = await mantel(bob, ['import', 'icloud', join(rig.dir, 'sent')], stop.signal);
    expect(stopped).toMatchObject({ code: 130, err: expect.stringContaining('Run the same command again') });
    const ran = await mantel(bob, ['import', 'icloud', join(rig.dir, 'sent')]);
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('Going on with what was sent before') });
    expect(await outcome(bob, 300)).toEqual(await outcome(ann, 100).then((o) => o.map((line, n) => (line as unknown[]).map((x, i) => (i === 0 && n === 3 ? expect.any(String) : x)))));
    expect((await mantel(bob, ['imports'])).out).toMatch(/iCloud export +icloud-export +done +4 of 4/);
    rmSync(join(rig.dir, 'sent'), { recursive: true });
    expect(await mantel(bob, ['import', 'icloud', join(rig.dir, 'sent')])).toMatchObject({ code: 2, err: expect.stringContaining('it is not there') });
  });
});

test('a Google Takeout: the folder that holds its parts, for somebody else; what the source has wrong is told, and is no failure of the import', async () => {
  OPTIONS = ['previews=no'];
  const set = makeSet(join(rig.dir, 'takeout'));
  const cleo = await rig.addUser(ann, 'Cleo');
  const { id } = await rig.library(cleo.token, 'personal');
  const file = join(rig.temp, 'takeout.json');
  const ran = await mantel(ann, ['import', 'google-takeout', set.dir, '--library', id, '--owner', 'cleo@example.com', '--report', file]);
  expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('with a problem') });
  const albums = (must(await rig.api('GET', '/albums', undefined, { token: cleo.token }), 200).json as unknown as Album[]).filter((a) => a.ownerId === cleo.id);
  expect(score(set, [...await lines(cleo, id), ...(await lines(cleo)).filter((l) => l.locked)], albums)).toBe('');
  for (const p of set.problems) expect(report(file).find((e) => e.path === p.path)?.outcome).toBe('problem');
});
