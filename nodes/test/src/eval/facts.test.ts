import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createExiftool } from '@mantel/coordinator/library/exiftool.ts';
import { createFacts, sniff } from '@mantel/coordinator/library/facts/facts.ts';
import { isMedia, judge, judgeAll, photoOf, share, type Fact, type Reading } from './facts.ts';
import { MEDIA, readManifest, type ManifestFile } from './manifest.ts';

const exiftool = createExiftool();
const facts = createFacts({ log: { warn: () => {} }, exiftool });
afterAll(() => exiftool.close());

async function reading(folder: string, f: ManifestFile): Promise<Reading | null> {
  const file = path.join(folder, f.file);
  const found = await sniff(file);
  if (!found) return null;
  const r = await facts.read(file, { name: path.basename(f.file), mime: found.mime, type: found.type, ...(f.folder ? { folder: f.folder } : {}) });
  const minutes = Math.abs(r.offsetMinutes ?? 0);
  const offset = r.offsetMinutes === null ? null : `${r.offsetMinutes < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return { ...r, takenAt: new Date(r.takenAt).toISOString(), offset, gps: r.lat === null || r.lon === null ? null : [r.lat, r.lon], motion: r.motion !== null, role: 'original' };
}
/** Files by themselves: what sidecars and other files add is the matter of the whole house. */
async function score(folder: string): Promise<{ share: number; misses: string }> {
  const files = readManifest(folder).filter(isMedia);
  const readings = new Map<ManifestFile, Reading | null>();
  for (const f of files) readings.set(f, await reading(folder, f));
  const all = judgeAll(files, (f) => readings.get(f) ?? null).filter((f) => f.fact !== 'pair');
  return { share: share(all), misses: all.filter((f) => !f.ok).map((f) => `${f.file}: ${f.fact}: expected ${f.expected}, found ${f.found}`).join('\n') };
}

// The large set is not part of the repository; where somebody has it, it is read too.
const sets = [MEDIA, path.join(process.env.MANTEL_FIXTURES ?? path.join(import.meta.dirname, '../../../../../shared/fixtures'), 'media')].filter((s) => existsSync(path.join(s, 'MANIFEST.json')));
test.each(sets)('at least 98 of 100 facts that exiftool reads: %s', async (folder) => {
  const { share: reached, misses } = await score(folder);
  expect(reached, misses).toBeGreaterThanOrEqual(0.98);
});

describe('the score itself', () => {
  const file = (expected: Record<string, unknown>, more: Partial<ManifestFile> = {}): ManifestFile => ({ file: 'a.jpg', sha256: '', expected: { MIMEType: 'image/jpeg', ...expected }, ...more });
  const good: Reading = {
    takenAt: '2019-06-15T21:45:10.000Z', takenAtLocal: '2019-06-15T23:45:10', takenAtSource: 'exif', offset: '+02:00', gps: [38.7139, -9.1394], altitude: 12.5, width: 480, height: 640, durationMs: null, make: 'Canon', model: null, lens: '35mm',
    iso: 200, fNumber: 2.8, exposureTime: 0.008, focalLength: 35, orientation: 6, videoCodec: null, rating: null, title: 'A', description: 'B', tags: ['Places/Lisbon', 'sea'], people: [{ name: 'Ana' }], motion: false, role: 'original',
  };
  const wrong = (f: ManifestFile, r: Reading | null): string[] => judge(f, r).filter((x: Fact) => !x.ok).map((x) => x.fact);
  const whole = file({
    DateTimeOriginal: '2019:06:15 23:45:10', OffsetTimeOriginal: '+02:00', GPSLatitude: 38.7139, GPSLongitude: -9.1394, GPSAltitude: 12.5, ImageWidth: 640, ImageHeight: 480, Orientation: 6, Make: 'Canon ', LensModel: '35mm', ISO: '0 200', FNumber: 2.8, ExposureTime: 0.008,
    FocalLength: 35, Title: 'A', ImageDescription: 'B', Keywords: ['old'], Subject: ['sea', 'Lisbon'], HierarchicalSubject: 'Places|Lisbon', RegionName: 'Ana',
  });

  test('right is right', () => expect(wrong(whole, good)).toEqual([]));
  test.each<[string, Partial<Reading>]>([
    ['date', { takenAt: '2019-06-15T22:45:10.000Z' }], ['date', { takenAtSource: 'file' }], ['offset', { offset: null }], ['place', { gps: [38.7139, 9.1394] }], ['altitude', { altitude: null }], ['size', { width: 640, height: 480 }], ['make', { make: null }],
    ['lens', { lens: null }], ['iso', { iso: 100 }], ['aperture', { fNumber: 4 }], ['exposure', { exposureTime: null }], ['focal', { focalLength: 36 }], ['orientation', { orientation: 1 }], ['title', { title: null }], ['description', { description: 'A' }],
    ['tags', { tags: ['sea', 'Lisbon'] }], ['tags', { tags: ['Places/Lisbon'] }], ['people', { people: [] }],
  ])('a wrong %s is a miss: %j', (fact, change) => expect(wrong(whole, { ...good, ...change })).toEqual([fact]));
  test('a missing file misses everything', () => expect(wrong(whole, null)).toHaveLength(judge(whole, good).length));
  test('no date and no place must be none; names and folders may say one', () => {
    expect(wrong(file({ DateTimeOriginal: '2019:13:32 25:61:61' }), good)).toEqual(['date']);
    expect(wrong(file({ DateTimeOriginal: '0000:00:00 00:00:00' }, { note: 'no date' }), { ...good, takenAtSource: 'upload' })).toEqual([]);
    expect(wrong(file({ GPSLatitude: 0, GPSLongitude: 0 }, { note: '0,0: treat as no place' }), good)).toEqual(['place']);
    expect(wrong(file({}, { ours: { taken: '2019-06-15', source: 'name' } }), good)).toEqual(['date']);
    expect(wrong(file({}, { ours: { taken: '2019-06-15', source: 'name' } }), { ...good, takenAtSource: 'name' })).toEqual([]);
  });
  test('a video is compared by the instant; a zone of our own must fit its wall clock', () => {
    const video = file({ MIMEType: 'video/mp4', CreateDate: '2019:06:15 21:45:10+00:00' });
    expect(wrong(video, { ...good, takenAtLocal: '2019-06-15T21:45:10', offset: null })).toEqual([]);
    expect(wrong(video, { ...good, takenAt: '2019-06-15T23:45:10.000Z' })).toEqual(['date']);
    const zoneless = file({ DateTimeOriginal: '2019:06:15 23:45:10' });
    expect([wrong(zoneless, good), wrong(zoneless, { ...good, offset: null })]).toEqual([[], ['date']]);
  });
  test('what a sidecar says is not asked of the photo; parts count by their own size', () => {
    const photo = file({ Rating: 2, ImageWidth: 480, ImageHeight: 640 });
    const sidecar: ManifestFile = { file: 'a.jpg.xmp', sha256: '', expected: { MIMEType: 'application/rdf+xml', Rating: 5 } };
    expect(photoOf(sidecar, [photo, sidecar])).toBe(photo);
    expect(judgeAll([photo, sidecar], () => ({ ...good, rating: 5 })).map((f) => [f.file, f.fact, f.ok])).toEqual([['a.jpg', 'size', true], ['a.jpg.xmp', 'rating', true]]);
    expect(judge(whole, { ...good, role: 'edited' }).map((f) => f.fact)).toEqual(['size']);
  });
});
