import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from './check.ts';
import { createHost } from './testing/host.ts';
import { type RawEntry, rawTgz, rawZip } from './testing/raw-zip.ts';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-hostile-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ROOT = 'Takeout/Google Photos/';
const YEAR = `${ROOT}Photos from 2020/`;
const jpeg = (n: number): Buffer => Buffer.concat([readFileSync(new URL('../fixtures/generator/assets/b01.jpg', import.meta.url)), Buffer.from(`number ${n}`)]);
const sidecar = (title: string, more: object = {}): string => JSON.stringify({ title, photoTakenTime: { timestamp: '1600000000' }, geoData: { latitude: 0, longitude: 0 }, ...more });
const good = (n: number): RawEntry[] => [{ name: `${YEAR}good${n}.jpg`, data: jpeg(n) }, { name: `${YEAR}good${n}.jpg.supplemental-metadata.json`, data: sidecar(`good${n}.jpg`, { photoTakenTime: { timestamp: String(1_600_000_000 + n) } }), deflate: true }];
const part = (n: number, bytes: Buffer, ext = 'zip'): string => {
  const file = join(dir, `takeout-20250921T101500Z-00${n}.${ext}`);
  writeFileSync(file, bytes);
  return file;
};
/** What is told of each entry: `imported`, or why not. */
async function told(paths: string[]): Promise<{ names: string[]; why: Record<string, string>; times: number[] }> {
  const run = await createHost().run(paths);
  return { names: run.items.map((i) => i.files[0].name).toSorted(), why: Object.fromEntries(run.entries.filter((e) => e.reason !== 'metadata').map((e) => [e.path.replace(YEAR, ''), e.reason])), times: [...run.accounted.values()] };
}

test('names that lead out, links and locked entries are told and never used', async () => {
  const bad: RawEntry[] = [
    { name: '../../etc/cron.d/x.jpg', data: jpeg(90) }, { name: `${YEAR}../../../../up.jpg`, data: jpeg(91) }, { name: '/root/abs.jpg', data: jpeg(92) }, { name: 'C:\\Windows\\x.jpg', data: jpeg(93) }, { name: '..\\..\\y.jpg', data: jpeg(94) },
    { name: `${YEAR}link.jpg`, data: '/etc/passwd', mode: 0o120777 }, { name: `${YEAR}locked.jpg`, data: jpeg(95), flags: 1 }, { name: Buffer.concat([Buffer.from(`${YEAR}zero`), Buffer.from([0]), Buffer.from('.jpg')]), data: jpeg(96) }, { name: '', data: jpeg(97) },
  ];
  const { names, why, times } = await told([part(1, rawZip([...good(1), ...bad, ...good(2)]))]);
  expect(names).toEqual(['good1.jpg', 'good2.jpg']);
  expect(Object.values(why).toSorted()).toEqual(['encrypted', ...Array.from({ length: 8 }, () => 'unsafe-path')]);
  expect(times.every((n) => n === 1)).toBe(true);
});

test('sizes and checksums that lie, bytes that belong to two entries, bombs', async () => {
  const zeros = Buffer.alloc(60 * 1024 * 1024);
  const { names, why } = await told([part(1, rawZip([
    ...good(1), { name: `${YEAR}bomb.jpg`, data: zeros, deflate: true }, { name: `${YEAR}lies.jpg`, data: jpeg(3), bytes: 5 }, { name: `${YEAR}twice.jpg`, sameAs: 0, data: jpeg(1) },
    { name: `${YEAR}crc.json`, data: sidecar('crc.jpg'), crc: 1, deflate: true }, { name: `${YEAR}size.json`, data: sidecar('size.jpg'), bytes: 3, deflate: true },
  ]))]);
  expect(names).toContain('good1.jpg');
  expect(why).toMatchObject({ 'bomb.jpg': 'too-large', 'lies.jpg': 'damaged', 'twice.jpg': 'damaged', 'crc.json': 'corrupt-metadata', 'size.json': 'corrupt-metadata' });
}, 60_000);

test('metadata of every kind of brokenness keeps its photo', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const umlaut = sidecar('Köln.jpg', { description: 'Schöne Grüße' });
  const huge = Buffer.alloc(200 * 1024 * 1024, ' ');
  const photos = ['deep', 'huge', 'cut', 'empty', 'binary'];
  const { names, why } = await told([part(1, rawZip([
    ...good(1), ...photos.map((p, i) => ({ name: `${YEAR}${p}.jpg`, data: jpeg(10 + i) })),
    { name: `${YEAR}deep.jpg.json`, data: `{"title":"deep.jpg","photoTakenTime":${deep}`, deflate: true }, { name: `${YEAR}huge.jpg.json`, data: huge, deflate: true }, { name: `${YEAR}cut.jpg.json`, data: sidecar('cut.jpg').slice(0, 40) },
    { name: `${YEAR}empty.jpg.json`, data: '' }, { name: `${YEAR}binary.jpg.json`, data: jpeg(7) },
    { name: `${YEAR}Köln.jpg`, data: jpeg(20) }, { name: `${YEAR}Köln.jpg.json`, data: Buffer.from(umlaut, 'latin1') },
    { name: `${YEAR}bom.jpg`, data: jpeg(21) }, { name: `${YEAR}bom.jpg.json`, data: `\ufeff${sidecar('bom.jpg', { description: 'bom' })}` },
    { name: `${YEAR}wide.jpg`, data: jpeg(22) }, { name: `${YEAR}wide.jpg.json`, data: Buffer.from(`\ufeff${sidecar('wide.jpg', { description: 'weit' })}`, 'utf16le') },
  ]))]);
  expect(names).toEqual(['Köln.jpg', 'bom.jpg', 'good1.jpg', 'wide.jpg', ...photos.map((p) => `${p}.jpg`)].toSorted());
  expect(why).toEqual({ 'deep.jpg.json': 'corrupt-metadata', 'huge.jpg.json': 'too-large', 'cut.jpg.json': 'corrupt-metadata', 'empty.jpg.json': 'corrupt-metadata', 'binary.jpg.json': 'corrupt-metadata' });
  const host = createHost();
  const run = await host.run([join(dir, 'takeout-20250921T101500Z-001.zip')]);
  expect(Object.fromEntries(run.items.map((i) => [i.files[0].name, i.hints.description ?? '']))).toMatchObject({ 'Köln.jpg': 'Schöne Grüße', 'bom.jpg': 'bom', 'wide.jpg': 'weit' });
}, 60_000);

test('a part that breaks off, one that is none and one that is empty do not stop the others', async () => {
  const whole = rawZip([...good(1), ...good(2), ...good(3)]);
  const tar = rawTgz([{ name: `${YEAR}t1.jpg`, data: jpeg(31) }, { name: `${YEAR}t1.jpg.json`, data: sidecar('t1.jpg') }, { name: `${YEAR}t2.jpg`, data: Buffer.concat([jpeg(32), Buffer.alloc(100_000, 7)]) }]);
  const paths = [part(1, rawZip(good(9))), part(2, whole.subarray(0, whole.length - 400)), part(3, Buffer.from('this is no zip at all')), part(4, Buffer.alloc(0)), part(5, tar.subarray(0, tar.length - 60), 'tgz')];
  const { names, why } = await told(paths);
  expect(names).toEqual(expect.arrayContaining(['good1.jpg', 'good2.jpg', 'good9.jpg', 't1.jpg']));
  expect(Object.entries(why).filter(([, w]) => w === 'damaged-part').map(([p]) => p.slice(-7)).toSorted()).toEqual(['002.zip', '003.zip', '004.zip', '005.tgz']);
  expect(why['t2.jpg']).toBe('damaged');
  const said = check(paths);
  expect(said.ok).toBe(true);
  expect(said.problems.map((p) => p.message)).toEqual([expect.stringMatching(/002.*breaks off/), expect.stringMatching(/003.*damaged/), expect.stringMatching(/004.*empty/)]);
});

test('ten thousand folders in one another, names that come twice, links in a .tgz', async () => {
  const nested = Array.from({ length: 2000 }, (_, n) => ({ name: `${'d/'.repeat(n)}x${n}.jpg`, data: 'x' }));
  const { names, why, times } = await told([
    part(1, rawZip([...good(1), ...nested, { name: `${'e/'.repeat(10_000)}deep.jpg`, data: jpeg(40) }, { name: `${YEAR}same.jpg`, data: jpeg(41) }, { name: `${YEAR}same.jpg`, data: jpeg(42) }])),
    part(2, rawTgz([{ name: `${YEAR}link.jpg`, type: '2' }, { name: `${YEAR}hard.jpg`, type: '1' }, { name: `${YEAR}dev`, type: '3' }, { name: `${YEAR}ok.jpg`, data: jpeg(43) }]), 'tgz'),
  ]);
  expect(names).toEqual(['good1.jpg', 'ok.jpg', 'same.jpg', 'same.jpg']);
  expect(why).toMatchObject({ 'link.jpg': 'unsafe-path', 'hard.jpg': 'unsafe-path', dev: 'unsafe-path' });
  expect(times.reduce((a, b) => a + b, 0)).toBe(2 + 2000 + 1 + 2 + 4);
});

test('an unpacked export: links out of it are not followed, folders of the system are left out', async () => {
  const year = join(dir, 'mine', YEAR);
  mkdirSync(join(year, '@eaDir'), { recursive: true });
  writeFileSync(join(year, 'a.jpg'), jpeg(50));
  writeFileSync(join(year, 'a.jpg.json'), sidecar('a.jpg'));
  writeFileSync(join(year, '@eaDir', 'thumb.jpg'), jpeg(51));
  symlinkSync('/etc/passwd', join(year, 'b.jpg'));
  symlinkSync('/', join(year, 'root'));
  const { names, why } = await told([join(dir, 'mine')]);
  expect(names).toEqual(['a.jpg']);
  expect(why).toEqual({ '@eaDir': 'thumbnail', 'b.jpg': 'link', root: 'link' });
});

test('parts that a browser or a file manager named anew are read, also one folder down; what lies beside them is told', async () => {
  const zip = (name: string, n: number): string => { const file = join(dir, name); writeFileSync(file, rawZip(good(n))); return file; };
  mkdirSync(join(dir, 'second'));
  for (const [i, name] of ['-001.zip', '-3-002 2.zip', '-003 - Kopie.zip', '-004 (1).zip'].entries()) zip(`takeout-20250921T101500Z${name}`, i);
  zip('second/takeout-20250921T101500Z-005.zip', 5);
  const others = [zip('backup.zip', 6), zip('second/takeout-20110101T101500Z-001.zip', 7), zip('takeout-20250921T101500Z-006.zip.crdownload', 8)];
  const { names, why } = await told([dir, join(dir, 'gone.zip')]);
  expect(names).toEqual(['good0.jpg', 'good1.jpg', 'good2.jpg', 'good3.jpg', 'good5.jpg']);
  expect(why).toEqual({ [others[0]!]: 'nested-archive', [others[1]!]: 'nested-archive', [others[2]!]: 'damaged-part', [join(dir, 'gone.zip')]: 'unreadable' });
  const said = check([dir]);
  expect([said.ok, said.summary, said.problems.map((p) => p.message)]).toEqual([true, expect.stringMatching(/^5 parts/), [expect.stringMatching(/backup\.zip.*2011.*crdownload/)]]);
});

test('parts in folders of their own are the export; two of one name are told', async () => {
  for (const [i, folder] of ['a', 'b'].entries()) {
    mkdirSync(join(dir, folder));
    writeFileSync(join(dir, folder, `takeout-20250921T101500Z-00${i + 1}.zip`), rawZip(good(i)));
  }
  expect((await told([dir])).names).toEqual(['good0.jpg', 'good1.jpg']);
  writeFileSync(join(dir, 'b', 'takeout-20250921T101500Z-001.zip'), rawZip(good(7)));
  const { names, why } = await told([dir]);
  expect([names, why]).toEqual([['good0.jpg', 'good1.jpg'], { [join(dir, 'b', 'takeout-20250921T101500Z-001.zip')]: 'unreadable' }]);
});

test('the name of an archive may be as long as a disk takes it', async () => {
  const file = join(dir, `${'Фотографии из Гугл фото бабушки, '.repeat(4).trim()}.zip`);
  writeFileSync(file, rawZip(good(1)));
  expect((await told([file])).names).toEqual(['good1.jpg']);
});
