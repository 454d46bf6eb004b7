import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Desk } from './bounded.ts';
import { closeHeic } from './heic.ts';
import { heifFacts } from './heif-boxes.ts';
import type { Derived } from './outputs.ts';
import { renderPicture } from './picture.ts';
import { sniff } from './sniff.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));
const file = readFileSync(path('real.heic'));
const exiftool = join(createRequire(import.meta.url).resolve('exiftool-vendored.pl'), '..', 'bin', 'exiftool');
let folder: string;
let desk: Desk;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'mantel-heif-')); desk = { temp: folder, signal: new AbortController().signal }; });
afterAll(async () => { await closeHeic(); rmSync(folder, { recursive: true, force: true }); });
const render = (f: Buffer): Promise<Derived> => renderPicture(f, sniff(f) as 'heic', desk);

describe('boxes of a HEIF', () => {
  it('tell size, turns and length', () => {
    expect(heifFacts(file)).toEqual({ size: { width: 320, height: 240 }, turns: false, length: file.length, sequence: false });
    expect(heifFacts(file.subarray(0, 2500))).toMatchObject({ size: { width: 320, height: 240 }, length: file.length });
  });
  it('that are damaged tell nothing, and throw nothing', () => {
    for (let cut = 0; cut < 700; cut += 7) expect(heifFacts(file.subarray(0, cut)).length).toBeGreaterThanOrEqual(cut);
    for (let at = 20; at < 600; at += 3) { const harmed = Buffer.from(file); harmed.writeUInt32BE(0xfffffff0, at); expect(heifFacts(harmed).sequence).toBe(false); }
  });
});

describe('the orientation in the EXIF of a HEIC', () => {
  const withExif = (...tags: string[]): Buffer => {
    const target = join(folder, `${tags.length}${tags.join('').length}.heic`);
    copyFileSync(path('real.heic'), target);
    execFileSync('perl', [exiftool, '-q', '-n', '-overwrite_original', ...tags, target]);
    return readFileSync(target);
  };
  it('is applied where the container says nothing and the sizes are those of unturned pixels', async () => {
    const made = await render(withExif('-IFD0:Orientation=6', '-ExifIFD:ExifImageWidth=320', '-ExifIFD:ExifImageHeight=240'));
    expect([made.width, made.height]).toEqual([240, 320]);
    const [upright, plain] = await Promise.all([sharp(made.preview).greyscale().stats(), sharp((await render(file)).preview).rotate(90).greyscale().stats()]);
    expect(Math.abs(upright.channels[0]!.mean - plain.channels[0]!.mean)).toBeLessThan(2);
  });
  it.each([[['-IFD0:Orientation=6']], [['-IFD0:Orientation=6', '-ExifIFD:ExifImageWidth=240', '-ExifIFD:ExifImageHeight=320']], [['-IFD0:Orientation=3', '-ExifIFD:ExifImageWidth=320', '-ExifIFD:ExifImageHeight=240']]])('is left alone otherwise (%j)', async (tags) => {
    const made = await render(withExif(...tags));
    expect([made.width, made.height]).toEqual([320, 240]);
  });
});

describe('a sequence', () => {
  it('without a picture of its own shows one of its track', async () => {
    const clip = join(folder, 'burst.mp4');
    execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=5:d=2', '-c:v', 'libx265', '-x265-params', 'log-level=error', '-tag:v', 'hvc1', '-pix_fmt', 'yuv420p', clip]);
    const burst = readFileSync(clip);
    burst.write('msf1', 8, 'latin1');
    burst.write('hevc', 16, 'latin1');
    burst.write('pict', burst.indexOf('hdlr') + 12, 'latin1');
    expect(sniff(burst)).toBe('heic');
    const made = await render(burst);
    expect([made.width, made.height]).toEqual([320, 240]);
    expect((await sharp(made.preview).stats()).channels[0]!.stdev).toBeGreaterThan(30);
  });
});
