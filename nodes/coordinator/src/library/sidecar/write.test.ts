import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
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

describe('what other programs wrote stays as they wrote it', () => {
  /** A sidecar with these tags, read by the house, written with what it understood (changed by `more`), and read again by anybody. */
  const through = async (tags: Tags, more: (facts: SidecarRead['facts']) => Partial<SidecarContent> = () => ({})): Promise<{ before: Tags; after: Tags; facts: SidecarRead['facts'] }> => {
    const path = join(dir, 'a.jpg.xmp');
    const stamp = await elsewhere(path, { 'XMP-xmp:Label': 'Red', ...tags });
    const before = await tagsOf(path);
    const { facts } = (await reader(path))!;
    const known = { title: facts.title ?? null, description: facts.description ?? null, tags: facts.tags ?? [], people: facts.people ?? [], known: facts.tags };
    const one = await writer.write(path, content(known), stamp);
    await writer.write(path, content({ ...known, ...more(facts) }), one);
    return { before, after: await tagsOf(path), facts };
  };
  const [FLAT, DEEP, DIGIKAM] = ['XMP-dc:Subject', 'XMP-lr:HierarchicalSubject', 'XMP-digiKam:TagsList'] as const;
  const many = Array.from({ length: 300 }, (_, i) => `kw${i}`);
  test('long words: whole until somebody changes them here', async () => {
    const { before, after, facts } = await through({ 'XMP-dc:Description': 'x'.repeat(12_000), 'XMP-dc:Title': 'y'.repeat(700) }, () => ({ rating: 3 }));
    expect([facts.description?.length, facts.title?.length]).toEqual([10_000, 500]);
    expect([after['XMP-dc:Description'], after['XMP-dc:Title'], after['XMP-xmp:Rating']]).toEqual([before['XMP-dc:Description'], before['XMP-dc:Title'], '3']);
    await rm(join(dir, 'a.jpg.xmp'));
    expect((await through({ 'XMP-dc:Description': 'x'.repeat(12_000) }, () => ({ description: 'new' }))).after['XMP-dc:Description']).toBe('new');
  });
  test('300 keywords: those that we do not take stay, also when others are taken away here, again and again', async () => {
    const { after, facts } = await through({ [FLAT]: many }, ({ tags }) => ({ tags: tags!.slice(1) }));
    expect(facts.tags).toEqual(many.slice(0, 200));
    for (const name of [FLAT, DEEP, DIGIKAM]) expect(after[name]).toEqual(many.slice(1));
    const path = join(dir, 'a.jpg.xmp');
    let [tags, known] = [many.slice(1, 200), many.slice(1, 200)];
    for (const n of [40, 3, 0]) {
      tags = tags.slice(0, n);
      await writer.write(path, content({ tags, known }), await stampOf(path));
      known = tags;
      expect((await tagsOf(path))[DIGIKAM]).toEqual([...tags, ...many.slice(200)]);
    }
  });
  test('a crowd is not cut', async () => {
    const { before, after } = await through({ 'XMP-iptcExt:PersonInImage': many }, () => ({ rating: 1 }));
    expect(after['XMP-iptcExt:PersonInImage']).toEqual(before['XMP-iptcExt:PersonInImage']);
  });
  test('a / in a word or a level', async () => {
    const { after, facts } = await through({ [FLAT]: ['B/W', 'sea'], [DEEP]: ['Bands|AC/DC'] }, ({ tags }) => ({ tags: [...tags!, 'new'] }));
    expect(facts.tags).toEqual(['Bands/AC-DC', 'B-W', 'sea']);
    expect(after[FLAT]).toEqual(['AC-DC', 'B/W', 'sea', 'new']);
    expect(after[DEEP]).toEqual(['Bands|AC/DC', 'B-W', 'sea', 'new']);
    const again = (await reader(join(dir, 'a.jpg.xmp')))!.facts;
    expect(again.tags).toEqual(['Bands/AC-DC', 'B-W', 'sea', 'new']);
    expect(again.tagLists).toEqual({ digikam: again.tags, deep: again.tags, flat: ['AC-DC', 'B-W', 'sea', 'new'] });
  });
  test('digiKam keeps people among its tags: they stay as long as they are in the picture', async () => {
    const theirs = { [DIGIKAM]: ['People/Anna', 'sea', 'People/Unknown'], [DEEP]: ['People|Anna', 'sea'], [FLAT]: ['Anna', 'sea'] };
    const { after, facts } = await through(theirs, () => ({ rating: 2 }));
    expect([facts.tags, facts.people]).toEqual([['sea'], [{ name: 'Anna', region: null }]]);
    expect([after[DIGIKAM], after[DEEP], after[FLAT]]).toEqual([['sea', 'People/Anna', 'People/Unknown'], ['sea', 'People|Anna'], ['sea', 'Anna']]);
    await rm(join(dir, 'a.jpg.xmp'));
    const without = (await through(theirs, () => ({ people: [] }))).after;
    expect([without[DIGIKAM], without[DEEP], without[FLAT]]).toEqual([['sea', 'People/Unknown'], ['sea'], ['sea']]);
  });
  test('what looks like a number or a truth value is text', async () => {
    const { before, after, facts } = await through({ [FLAT]: ['2.10', 'True', '007'], 'XMP-dc:Title': '1.50' }, () => ({ rating: 2 }));
    expect([facts.tags, facts.title]).toEqual([['2.10', 'True', '007'], '1.50']);
    expect([after[FLAT], after['XMP-dc:Title']]).toEqual([before[FLAT], '1.50']);
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
