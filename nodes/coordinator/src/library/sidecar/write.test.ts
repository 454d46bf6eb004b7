import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createExiftool, type Exiftool } from '../exiftool.ts';
import { createSidecarReader, type SidecarRead } from './read.ts';
import { createSidecarWriter, setAside, type SidecarContent, type SidecarWriter, type Stamp, stampOf, tempOf } from './write.ts';

let dir: string;
let exiftool: Exiftool;
let writer: SidecarWriter;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-writer-'));
  exiftool = createExiftool();
  writer = createSidecarWriter(exiftool);
});
afterEach(async () => {
  await exiftool.close();
  rmSync(dir, { recursive: true, force: true });
});

const content = (more: Partial<SidecarContent> = {}): SidecarContent => ({
  takenAtLocal: '2020-01-02T03:04:05', takenAtSource: 'exif', offsetMinutes: null, lat: null, lon: null, altitude: null, title: null, description: null, rating: null, tags: [], people: [],
  picture: { width: 4000, height: 3000, orientation: 1 }, asset: 'a', library: { id: 'l', name: 'L' }, files: [], albums: [], favourites: [], ...more,
});
type Tags = Record<string, unknown>;
const tagsOf = async (path: string): Promise<Tags> => (await (await exiftool.tool()).readRaw(path, { readArgs: ['-G1', '-struct', '-n', '-api', 'StructFormat=JSONQ'], useMWG: false })) as Tags;
const reader = (path: string): Promise<SidecarRead | null> => createSidecarReader(exiftool, { warn: () => undefined })(path);
/** Another program writes into it. */
const elsewhere = async (path: string, tags: Tags): Promise<Stamp> => {
  await (await exiftool.tool()).write(path, tags as never, { useMWG: false, struct: 1, writeArgs: ['-n', '-overwrite_original'] });
  return (await stampOf(path))!;
};

describe('names', () => {
  test.each(['100%free %d.jpg', '50%.jpg', '%%e %c', '-q.jpg', 'a*?[b].jpg'])('%s: written, written again and retired, and nothing else appears', async (name) => {
    const folder = join(dir, 'of %f');
    await mkdir(folder);
    const path = join(folder, `${name}.xmp`);
    const first = await writer.write(path, content({ title: 'one' }), null);
    const second = await writer.write(path, content({ title: 'two' }), first);
    expect((await tagsOf(path))['XMP-dc:Title']).toBe('two');
    expect(await readdir(folder)).toEqual([`${name}.xmp`]);
    expect(second).toEqual(await stampOf(path));
    await elsewhere(path, { 'XMP-xmp:Label': 'Red' });
    await writer.retire(path, () => false);
    expect([(await tagsOf(path))['XMP-xmp:Label'], (await tagsOf(path))['XMP-mantel:AssetId']]).toEqual(['Red', undefined]);
    expect(await readdir(dir)).toEqual(['of %f']);
    expect(await readdir(folder)).toEqual([`${name}.xmp`]);
  });
  test('what a crash of exiftool left does not stop the next write', async () => {
    const path = join(dir, 'a.jpg.xmp');
    const first = await writer.write(path, content(), null);
    await writeFile(`${tempOf(path)}_exiftool_tmp`, 'half');
    await writer.write(path, content({ title: 'two' }), first);
    expect(await readdir(dir)).toEqual(['a.jpg.xmp']);
  });
});

describe('what is refused or damaged', () => {
  test('is never written into, and each is kept under a name of its own', async () => {
    const path = join(dir, 'a.jpg.xmp');
    const whole = (await writer.write(path, content(), null)) && (await readFile(path, 'utf8'));
    const bad = [`<!DOCTYPE x [<!ENTITY a "b">]>${whole}`, whole.slice(0, 300), 'no xmp'];
    for (const [i, text] of bad.entries()) {
      await writeFile(path, text);
      expect(await reader(path)).toBeNull();
      await writer.write(path, content({ title: `t${i}` }), await stampOf(path));
      expect((await tagsOf(path))['XMP-dc:Title']).toBe(`t${i}`);
    }
    expect(await Promise.all(['', '-2', '-3'].map((n) => readFile(`${path}.damaged${n}`, 'utf8')))).toEqual(bad);
  });
  test('is not retired', async () => {
    const path = join(dir, 'a.jpg.xmp');
    await writer.write(path, content(), null);
    await writeFile(path, `<!DOCTYPE x []>${await readFile(path, 'utf8')}`);
    await writer.retire(path, () => false);
    expect(await readdir(dir)).toEqual(['a.jpg.xmp']);
  });
  test('an exiftool that dies moves nothing and writes nothing', async () => {
    const path = join(dir, 'a.jpg.xmp');
    const stamp = await writer.write(path, content(), null);
    const dying = createSidecarWriter({ tool: async () => ({ readRaw: () => Promise.reject(new Error('it ended')) }), close: async () => undefined } as unknown as Exiftool);
    await expect(dying.write(path, content({ title: 'x' }), stamp)).rejects.toThrow('it ended');
    expect(await readdir(dir)).toEqual(['a.jpg.xmp']);
    expect(await stampOf(path)).toEqual(stamp);
  });
  test('one that came for a photo goes beside it without replacing any', async () => {
    const path = join(dir, 'a.jpg.xmp');
    await writeFile(`${path}.damaged`, 'first');
    await writeFile(join(dir, 'came'), 'second');
    expect(await setAside(path, join(dir, 'came'))).toBe(`${path}.damaged-2`);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('first');
    expect(await readFile(`${path}.damaged-2`, 'utf8')).toBe('second');
    expect(existsSync(join(dir, 'came'))).toBe(false);
  });
});

describe('what other programs keep in it', () => {
  test.each([{ 'XMP-digiKam:ColorLabel': '3' }, { 'XMP-digiKam:PickLabel': '2' }, { 'XMP-iptcExt:Event': 'Feast' }, { 'XMP-lr:WeightedFlatSubject': ['x', 'y'] }, { 'XMP-mwg-rs:RegionInfo': { RegionList: [{ Name: 'Rex', Type: 'Pet', Area: { X: 0.5, Y: 0.5, W: 0.1, H: 0.1, Unit: 'normalized' } }] } }])('%j is theirs: the file is not taken away', async (tags) => {
    const path = join(dir, 'a.jpg.xmp');
    await writer.write(path, content({ tags: ['a/b'], people: [{ name: 'Ana', region: { x: 0.1, y: 0.1, w: 0.1, h: 0.1 } }], rating: 3, lat: 1, lon: 2, altitude: 3, title: 't', description: 'd', albums: [{ id: 'x', name: 'X' }] }), null);
    expect(await writer.hasForeign(path)).toBe(false);
    await elsewhere(path, tags as Tags);
    expect(await writer.hasForeign(path)).toBe(true);
    await writer.retire(path, () => false);
    expect((await tagsOf(path))[Object.keys(tags)[0]!]).toBeDefined();
    expect((await tagsOf(path))['XMP-mantel:AssetId']).toBeUndefined();
  });
  test('what they write while we look is not taken away', async () => {
    const path = join(dir, 'a.jpg.xmp');
    await writer.write(path, content(), null);
    const tool = await exiftool.tool();
    const slow = createSidecarWriter({ ...exiftool, tool: async () => ({ readRaw: async (file: string, options: object) => {
      const there = await tool.readRaw(file, options);
      await elsewhere(file, { 'XMP-dc:Description': 'written now' });
      return there;
    } }) as never });
    await expect(slow.retire(path, () => false)).rejects.toMatchObject({ type: 'conflict' });
    expect((await tagsOf(path))['XMP-dc:Description']).toBe('written now');
  });
  test('without any, the file goes', async () => {
    const path = join(dir, 'a.jpg.xmp');
    await writer.write(path, content(), null);
    await writer.retire(path, () => true);
    expect(existsSync(path)).toBe(true);
    await writer.retire(path, () => false);
    expect(await readdir(dir)).toEqual([]);
  });
});

test('a sidecar is placed beside its photo, never through a link that lies at the temporary name', async () => {
  const [path, from, elsewhereFile] = [join(dir, 'a.jpg.xmp'), join(dir, 'from'), join(dir, 'precious')];
  await writeFile(from, 'new');
  await writeFile(elsewhereFile, 'precious');
  await symlink(elsewhereFile, tempOf(path));
  await writer.place(from, path, null);
  expect(await readFile(elsewhereFile, 'utf8')).toBe('precious');
  expect((await lstat(path)).isFile()).toBe(true);
  expect(await readFile(path, 'utf8')).toBe('new');
  expect((await stat(path)).mode & 0o777).toBe(0o644);
});
