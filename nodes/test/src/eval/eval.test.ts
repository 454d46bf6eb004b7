import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fact } from './facts.ts';
import { MEDIA, readManifest, type ManifestFile } from './manifest.ts';
import { evaluate, type EvalResult, type EvalSet } from './media.ts';
import { failures, table } from './report.ts';

/** The committed files, and two that are too large for a repository: 48 megapixels of a phone, and the panorama of another. */
async function wholeSet(dir: string): Promise<EvalSet> {
  const files: ManifestFile[] = readManifest(MEDIA);
  for (const f of files) symlinkSync(path.join(MEDIA, f.file), path.join(dir, f.file));
  const draw = async (file: string, width: number, height: number): Promise<void> => {
    const coarse = Buffer.from(Array.from({ length: 8 * 6 * 3 }, (_, i) => (i * 67) % 256));
    const bytes = await sharp(coarse, { raw: { width: 8, height: 6, channels: 3 } }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).jpeg({ quality: 60 }).withExif({ IFD0: { Make: 'Mantel', Model: 'Large' }, IFD2: { DateTimeOriginal: '2024:02:03 04:05:06' } }).toBuffer();
    writeFileSync(path.join(dir, file), bytes);
    files.push({ file, kind: 'large', sha256: createHash('sha256').update(bytes).digest('hex'), expected: { MIMEType: 'image/jpeg', FileType: 'JPEG', ImageWidth: width, ImageHeight: height, Make: 'Mantel', Model: 'Large', DateTimeOriginal: '2024:02:03 04:05:06' } });
  };
  await draw('48mp.jpg', 8000, 6000);
  await draw('panorama.jpg', 16_000, 2400);
  return { dir, files };
}

describe('a house takes one of every kind', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'mantel-eval-'));
  let result: EvalResult;
  beforeAll(async () => {
    mkdirSync(dir, { recursive: true });
    result = await evaluate(await wholeSet(dir));
  }, 240_000);
  afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

  test('every limit holds', () => expect(failures(result), table(result)).toEqual([]));
  test('all of it was looked at', () => {
    expect(result.files.length).toBeGreaterThan(120);
    expect(result.files.flatMap((f) => f.facts).length).toBeGreaterThan(350);
    expect(result.files.filter((f) => f.preview?.state === 'agrees').length).toBeGreaterThan(100);
    expect(result.bombs.map((b) => [b.state, b.attempts])).toEqual([['failed', 1], ['failed', 1]]);
    expect(result.exiftoolPids).toBeGreaterThan(0);
    expect(readFileSync(path.join(MEDIA, 'MANIFEST.json'), 'utf8')).toContain('"sidecar"');
  });
});

describe('the limits', () => {
  const fact = (ok: boolean): Fact => ({ file: 'a.jpg', fact: 'date', expected: '', found: '', ok });
  const good: EvalResult = {
    workerPeakMb: 400, coordinatorPeakMb: 200, exiftoolAtOnce: 1, exiftoolPids: 1, crashes: [], assets: 1, longestJobMs: 100, longestJob: 'a.jpg', bombs: [{ file: 'b.png', ms: 20, state: 'failed', attempts: 1 }], seconds: 1,
    files: [{ file: 'a.jpg', kind: 'jpeg', account: 'asset', facts: Array.from({ length: 100 }, (_, i) => fact(i > 1)), preview: { state: 'agrees', by: 'vipsthumbnail' } }],
  };
  const first = good.files[0]!;
  test('hold', () => expect(failures(good)).toEqual([]));
  test.each<[string, Partial<EvalResult>, RegExp]>([
    ['a file that nobody knows', { files: [{ ...first, account: null, lost: 'answered with 500' }] }, /not accounted for: a\.jpg/], ['facts', { files: [{ ...first, facts: [fact(false), fact(true)] }] }, /facts 50\.0 %/],
    ['a preview', { files: [{ ...first, preview: { state: 'differs', said: 'turned' } }] }, /do not agree: a\.jpg/], ['a crash', { crashes: ['worker ended with 1'] }, /crashes: worker/], ['memory', { workerPeakMb: 1200 }, /1200 MB/],
    ['a process per file', { exiftoolAtOnce: 3 }, /3 exiftool processes/], ['a process for each', { exiftoolPids: 2 }, /2 exiftool processes one after the other/], ['a slow bomb', { bombs: [{ file: 'b.png', ms: 6000, state: 'failed', attempts: 1 }] }, /b\.png took 6000 ms/], ['a bomb twice', { bombs: [{ file: 'b.png', ms: 20, state: 'failed', attempts: 2 }] }, /tried 2 times/],
  ])('are missed by %s, and the table says so', (_name, change, said) => {
    const bad = { ...good, ...change };
    expect(failures(bad).join('\n')).toMatch(said);
    expect(table(bad)).toContain('jpeg');
  });
});
