import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createExiftool } from '../exiftool.ts';
import { createFacts, sniff, type Facts, type FactsReader } from './facts.ts';

const fixtures = path.join(import.meta.dirname, '../../../fixtures');
const temp = mkdtempSync(path.join(tmpdir(), 'mantel-facts-'));
let facts: FactsReader;
const warnings: string[] = [];
const exiftool = createExiftool();
beforeAll(() => { facts = createFacts({ exiftool, log: { warn: (_data, message) => { warnings.push(message); } } }); });
afterAll(async () => { await exiftool.close(); rmSync(temp, { recursive: true }); });

async function read(file: string, modifiedAt?: number): Promise<Facts> {
  const found = await sniff(file);
  if (!found) throw new Error(`${file} is no photo`);
  return facts.read(file, { name: path.basename(file), mime: found.mime, type: found.type, ...(modifiedAt === undefined ? {} : { modifiedAt }) });
}
const of = (name: string, modifiedAt?: number): Promise<Facts> => read(path.join(fixtures, name), modifiedAt);
const exiftools = (): number[] => readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
  .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('exiftool'));

describe('dates', () => {
  test('with a zone', async () => expect(await of('tz-0330.jpg')).toMatchObject({ takenAt: Date.UTC(2019, 5, 16, 3, 15, 10, 123), takenAtLocal: '2019-06-15T23:45:10', takenAtSource: 'exif', offsetMinutes: -210, problems: [] }));
  test('a nonsense zone is ignored', async () => expect(await of('offset-bogus.jpg')).toMatchObject({ takenAtLocal: '2019-03-03T03:03:03', offsetMinutes: null }));
  test('HEIC', async () => expect(await of('real.heic')).toMatchObject({ takenAtLocal: '2019-08-08T08:08:08', offsetMinutes: 120, width: 320, height: 240 }));
  test('only digitized', async () => expect(await of('create-only.jpg')).toMatchObject({ takenAtLocal: '2019-07-01T10:00:00', takenAtSource: 'exif' }));
  test('a video knows where it was filmed', async () => expect(await of('apple-creationdate.mov')).toMatchObject({ takenAt: Date.UTC(2020, 0, 1, 7, 30), takenAtLocal: '2019-12-31T23:30:00', takenAtSource: 'quicktime', offsetMinutes: -480, durationMs: 2000, make: 'Apple', lat: 38.7139 }));
  test('a video with UTC and a place: the wall clock there', async () => expect(await of('h264-aac.mp4')).toMatchObject({ takenAt: Date.UTC(2019, 5, 15, 21, 45, 10), takenAtLocal: '2019-06-15T22:45:10', offsetMinutes: 60, takenAtSource: 'quicktime', videoCodec: 'h264', audioCodec: 'aac', sources: { takenAt: 'quicktime', offset: 'gps', gps: 'quicktime' } }));
  test('name and folder', async () => {
    const hint = { mime: 'image/jpeg', type: 'image', modifiedAt: Date.UTC(2024, 0, 1) } as const;
    const file = path.join(fixtures, 'blank-date.jpg');
    expect(await facts.read(file, { ...hint, name: 'IMG_20190615_234510.jpg', folder: '2004' })).toMatchObject({ takenAtLocal: '2019-06-15T23:45:10', takenAtSource: 'name', sources: { takenAt: 'name' }, problems: [] });
    expect(await facts.read(file, { ...hint, name: 'a.jpg', folder: 'Photos/2004/2004-05 Italy' })).toMatchObject({ takenAtLocal: '2004-05-15T12:00:00', takenAtSource: 'folder', problems: [] });
  });
  test('the future is kept', async () => expect(await of('future.jpg')).toMatchObject({ takenAtLocal: '2107-01-01T00:00:00', takenAtSource: 'exif', problems: ['odd_date'] }));
  test.each(['blank-date.jpg', 'zero-date.jpg', 'modify-only.jpg', 'plain.png', 'rotate90.mp4'])('%s has none: the time of the file stands in', async (name) => {
    const f = await of(name, Date.UTC(2015, 1, 2, 3, 4, 5));
    expect(f).toMatchObject({ takenAt: Date.UTC(2015, 1, 2, 3, 4, 5), takenAtLocal: '2015-02-02T03:04:05', takenAtSource: 'file' });
    expect(f.problems).toContain('no_date');
  });
  test.each([undefined, 0, -1, Date.now() + 10 * 86_400_000])('a file time that cannot be (%s): the time of the upload', async (modifiedAt) => {
    const before = Date.now();
    const f = await of('blank-date.jpg', modifiedAt);
    expect(f.takenAtSource).toBe('upload');
    expect(f.takenAt).toBeGreaterThanOrEqual(before);
  });
});

describe('the rest', () => {
  test('place', async () => {
    expect(await of('gps-Lisbon.jpg')).toMatchObject({ lat: expect.closeTo(38.7139, 5), lon: expect.closeTo(-9.1394, 5) });
    expect(await of('gps-noref.jpg')).toMatchObject({ lat: expect.closeTo(38.7139, 5), lon: expect.closeTo(9.1394, 5) });
    for (const name of ['gps-null-island.jpg', 'gps-out-of-range.jpg']) expect(await of(name)).toMatchObject({ lat: null, lon: null, altitude: null });
  });
  test('size as displayed', async () => {
    expect(await of('orient-6.jpg')).toMatchObject({ width: 480, height: 640 });
    expect(await of('rotate90.mp4')).toMatchObject({ width: 240, height: 320, durationMs: 2000 });
  });
  test('words of people', async () => {
    expect(await of('tags.jpg')).toMatchObject({ rating: 4, title: 'A title', description: 'Beschreibung mit Ümläuten', tags: ['Places/Europe/Lisbon', 'beach', 'été ☀', 'family'] });
    expect(await of('iptc-latin1.jpg')).toMatchObject({ description: 'Café à Genève', tags: ['Zürich'] });
    expect((await of('rating-rejected.jpg')).rating).toBe(-1);
    expect((await of('name with spaces & ünïcödé 日本 😀.jpg')).description).toBe('named');
  });
  test('people', async () => expect(await of('mwg-faces.jpg')).toMatchObject({ people: [{ name: 'Ana Silva', region: { x: 0.25, y: 0.25, w: 0.25, h: 0.25 } }], sources: { people: 'xmp' } }));
  test('where each fact came from, and nothing about those that are not there', async () => expect((await of('tags.jpg', 5)).sources).toEqual({ takenAt: 'file', rating: 'xmp', title: 'xmp', description: 'xmp', tags: 'xmp', people: 'xmp' }));
  test('what is odd about a file is said', async () => {
    expect((await of('heic-as.jpg')).problems).toContain('wrong_extension');
    expect((await of('no-moov.mp4')).problems).toContain('truncated');
    expect(await of('truncated.jpg')).toMatchObject({ width: 640, height: 480 });
  });
});

test('whatever is done to a file, the reader answers', async () => {
  let seed = Number(process.env.MANTEL_TEST_SEED ?? 7) >>> 0;
  const random = (n: number): number => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed % n; };
  for (const name of ['tags.jpg', 'gps-Lisbon.jpg', 'real.heic', 'anim.webp', 'plain.png', 'apple-creationdate.mov']) {
    const whole = readFileSync(path.join(fixtures, name));
    for (let round = 0; round < 4; round++) {
      const bytes = Buffer.from(whole.subarray(0, round === 0 ? 300 : whole.length));
      for (let i = 0; i < 30; i++) bytes[16 + random(Math.min(bytes.length, 4000) - 16)] = random(256);
      const file = path.join(temp, `${round}-${name}`);
      writeFileSync(file, bytes);
      const f = await facts.read(file, { name, mime: name.endsWith('.mov') ? 'video/quicktime' : `image/${name.split('.')[1]!.replace('jpg', 'jpeg')}`, type: name.endsWith('.mov') ? 'video' : 'image' });
      expect(Number.isFinite(f.takenAt) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(f.takenAtLocal)).toBe(true);
    }
  }
});

test('a file that nobody understands, or that is gone: no facts, no error', async () => {
  expect(await facts.read(path.join(temp, 'gone.jpg'), { name: 'gone.jpg', mime: 'image/jpeg', type: 'image' })).toMatchObject({ width: null, problems: expect.arrayContaining(['no_facts', 'no_date']) });
  expect(await facts.read(path.join(fixtures, 'garbage.jpg'), { name: 'garbage.jpg', mime: 'image/jpeg', type: 'image' })).toMatchObject({ problems: expect.arrayContaining(['no_facts']) });
});

test('a line break in a path is no way into exiftool, which is asked line by line', async () => {
  const before = warnings.length;
  const file = path.join(temp, 'a\n-ver\n.png');
  copyFileSync(path.join(fixtures, 'plain.png'), file);
  expect(await read(file)).toMatchObject({ width: 320, height: 240 });
  expect(warnings.length).toBe(before + 1); // refused, not asked
});

test('one process, replaced when it dies, ended on close', async () => {
  await of('plain.png');
  const [first, ...more] = exiftools();
  expect(more).toEqual([]);
  process.kill(first!, 'SIGKILL');
  expect(await of('rotate90.mp4')).toMatchObject({ width: 240, height: 320 });
  expect(exiftools()).toHaveLength(1);
  await exiftool.close();
  expect(exiftools()).toEqual([]);
  expect(await of('plain.png', 1000)).toMatchObject({ width: 320, takenAtSource: 'file' }); // sharp still answers
});

test('questions at the same time share the process; closing ends it, also while it starts', async () => {
  const otherTool = createExiftool();
  const other = createFacts({ log: { warn: () => {} }, exiftool: otherTool });
  const ask = (): Promise<Facts> => other.read(path.join(fixtures, 'rotate90.mp4'), { name: 'rotate90.mp4', mime: 'video/mp4', type: 'video' });
  expect(new Set((await Promise.all(Array.from({ length: 8 }, ask))).map((f) => f.width))).toEqual(new Set([240]));
  expect(exiftools()).toHaveLength(1);
  await otherTool.close();
  expect(exiftools()).toEqual([]);
  for (let ticks = 0; ticks < 12; ticks++) { // closed at every step of the way to the first question
    const lateTool = createExiftool();
    const late = createFacts({ log: { warn: () => {} }, exiftool: lateTool });
    const reading = late.read(path.join(fixtures, 'rotate90.mp4'), { name: 'rotate90.mp4', mime: 'video/mp4', type: 'video' });
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    await lateTool.close();
    expect((await reading).takenAtSource).toBe('upload');
  }
  expect(exiftools()).toEqual([]);
});
