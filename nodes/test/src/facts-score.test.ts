import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createExiftool } from '@mantel/coordinator/library/exiftool.ts';
import { createFacts, sniff } from '@mantel/coordinator/library/facts/facts.ts';
import { FORMATS, formatOf, judge, report, type Fact, type ManifestFile, type Reading } from './facts-score.ts';

const root = path.join(import.meta.dirname, '../../..');
const exiftool = createExiftool();
const facts = createFacts({ log: { warn: () => {} }, exiftool });
afterAll(() => exiftool.close());

async function reading(file: string): Promise<Reading | null> {
  const found = await sniff(file);
  if (!found) return null;
  const f = await facts.read(file, { name: path.basename(file), mime: found.mime, type: found.type });
  const minutes = Math.abs(f.offsetMinutes ?? 0);
  const offset = f.offsetMinutes === null ? null : `${f.offsetMinutes < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return { ...f, takenAt: new Date(f.takenAt).toISOString(), offset, gps: f.lat === null || f.lon === null ? null : [f.lat, f.lon] };
}
async function score(folder: string, manifest: string): Promise<ReturnType<typeof report>> {
  const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: ManifestFile[] };
  const all: Fact[] = [];
  for (const f of files) if ((FORMATS as readonly (string | null)[]).includes(formatOf(f))) all.push(...judge(f, await reading(path.join(folder, f.file))));
  return report(all);
}

test('the committed fixtures are read completely', async () => {
  const fixtures = path.join(root, 'nodes/coordinator/fixtures');
  const { text, share } = await score(fixtures, path.join(fixtures, 'expected.json'));
  expect(text).not.toContain('miss ');
  expect(share).toBe(1);
});

// The large set is not part of the repository; where somebody has it, it is read too.
const large = process.env.MANTEL_FIXTURES ?? path.join(root, '../shared/fixtures');
if (existsSync(path.join(large, 'media/MANIFEST.json'))) {
  test('at least 98 % of the large set', async () => {
    const { text, share } = await score(path.join(large, 'media'), path.join(large, 'media/MANIFEST.json'));
    console.log(text);
    expect(share, text).toBeGreaterThanOrEqual(0.98);
  });
}

describe('the score itself', () => {
  const file = (expected: Record<string, unknown>, note?: string): ManifestFile => ({ file: 'a.jpg', sha256: '', expected: { MIMEType: 'image/jpeg', ...expected }, ...(note ? { note } : {}) });
  const good: Reading = { takenAt: '2019-06-15T21:45:10.000Z', takenAtLocal: '2019-06-15T23:45:10', takenAtSource: 'exif', offset: '+02:00', gps: [38.7139, -9.1394], width: 480, height: 640, make: 'Canon', model: null, rating: null };
  const wrong = (f: ManifestFile, r: Reading | null): string[] => judge(f, r).filter((x) => !x.ok).map((x) => x.fact);
  const whole = file({ DateTimeOriginal: '2019:06:15 23:45:10', OffsetTimeOriginal: '+02:00', GPSLatitude: 38.7139, GPSLongitude: -9.1394, ImageWidth: 640, ImageHeight: 480, Orientation: 6, Make: 'Canon ' });

  test('right is right, each wrong value is a miss, a missing file misses everything', () => {
    expect(wrong(whole, good)).toEqual([]);
    expect(wrong(whole, { ...good, takenAt: '2019-06-15T22:45:10.000Z' })).toEqual(['date']);
    expect(wrong(whole, { ...good, takenAtSource: 'file' })).toEqual(['date']);
    expect(wrong(whole, { ...good, offset: null })).toEqual(['offset']);
    expect(wrong(whole, { ...good, gps: [38.7139, 9.1394] })).toEqual(['place']);
    expect(wrong(whole, { ...good, width: 640, height: 480 })).toEqual(['size']);
    expect(wrong(whole, { ...good, make: null })).toEqual(['make']);
    expect(wrong(whole, null)).toEqual(['date', 'offset', 'place', 'size', 'make']);
  });
  test('no date and no place must be none', () => {
    expect(wrong(file({ DateTimeOriginal: '2019:13:32 25:61:61' }), good)).toEqual(['date']);
    expect(wrong(file({ DateTimeOriginal: '0000:00:00 00:00:00' }, 'no date'), { ...good, takenAtSource: 'upload' })).toEqual([]);
    expect(wrong(file({ GPSLatitude: 0, GPSLongitude: 0 }, '0,0: treat as no place'), good)).toEqual(['place']);
  });
  test('a video is compared by the instant', () => {
    const video = file({ MIMEType: 'video/mp4', CreateDate: '2019:06:15 21:45:10+00:00' });
    expect(wrong(video, { ...good, takenAtLocal: '2019-06-15T21:45:10', offset: null })).toEqual([]);
    expect(wrong(video, { ...good, takenAt: '2019-06-15T23:45:10.000Z' })).toEqual(['date']);
  });
});
