import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { near, QUADRANTS, quadrants, seen, stored, wrong } from '../../testing/pictures.ts';
import type { Desk } from './bounded.ts';
import { renderDamagedJpeg } from './foreign.ts';
import { sizeFromHeader } from './headers.ts';
import type { Derived } from './outputs.ts';
import { renderPicture } from './picture.ts';
import { sniff } from './sniff.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const [W, H] = [640, 400];
let folder: string;
let desk: Desk;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mantel-foreign-'));
  desk = { temp: mkdtempSync(join(folder, 'temp-')), signal: new AbortController().signal };
  writeFileSync(join(folder, 'q.png'), await quadrants(W, H));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const render = (file: Buffer, at = desk): Promise<Derived> => renderPicture(file, sniff(file) as 'bmp', at);
const failure = (file: Buffer): Promise<string> => render(file).then(() => 'no error', errorCode);
function byFfmpeg(name: string, ...options: string[]): Buffer {
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', join(folder, 'q.png'), ...options, join(folder, name)]);
  return readFileSync(join(folder, name));
}

describe('pictures that other programs decode', () => {
  it.each<[string, string, string[]]>([
    ['q.bmp', 'bmp', []], ['q.jp2', 'jp2', ['-c:v', 'jpeg2000', '-pix_fmt', 'rgb24', '-format', 'jp2']], ['q.j2k', 'jp2', ['-c:v', 'jpeg2000', '-pix_fmt', 'rgb24', '-format', 'j2k', '-f', 'image2']],
    ['q.qoi', 'qoi', []], ['q.ppm', 'netpbm', []], ['q.jxl', 'jxl', ['-c:v', 'libjxl', '-pix_fmt', 'rgb24']],
  ])('%s', async (name, kind, options) => {
    const file = byFfmpeg(name, ...options);
    expect(sniff(file)).toBe(kind);
    const made = await render(file);
    expect([made.width, made.height, made.truncated]).toEqual([W, H, false]);
    expect(await wrong(made.preview)).toEqual([]);
    expect(await wrong(made.thumb)).toEqual([]);
    expect(readdirSync(desk.temp)).toEqual([]);
  });
  it('a large JPEG 2000 is decoded in the size that is needed, and tells its own', async () => {
    const file = byFfmpeg('large.jp2', '-vf', 'scale=3200:2000:flags=neighbor', '-c:v', 'jpeg2000', '-pix_fmt', 'rgb24');
    const made = await render(file);
    expect([made.width, made.height]).toEqual([3200, 2000]);
    expect(await sharp(made.preview).metadata()).toMatchObject({ width: 1440, height: 900 });
    expect(await wrong(made.preview)).toEqual([]);
  }, 60_000);
  it('a JPEG that was recompressed as JPEG XL looks as before', async () => {
    const made = await render(fixture('jpeg-recompressed.jxl'));
    expect([made.width, made.height]).toEqual([640, 480]);
    expect((await sharp(made.preview).stats()).channels[1]!.stdev).toBeGreaterThan(20);
  });
  it('grey and black-and-white too', async () => {
    for (const name of ['q.pgm', 'q.pbm']) expect((await render(byFfmpeg(name))).width, name).toBe(W);
  });
  it('stops with the reason of an abort', async () => {
    const why = new Error('lease lost');
    await expect(render(byFfmpeg('a.bmp'), { ...desk, signal: AbortSignal.abort(why) })).rejects.toBe(why);
    expect(readdirSync(desk.temp)).toEqual([]);
  });
});

describe('damage', () => {
  it.each<[string, () => Buffer, number]>([
    ['JPEG XL', () => fixture('real.jxl'), 0.6], ['BMP', () => byFfmpeg('b.bmp'), 0.6],
  ])('a cut %s is shown as far as it goes', async (_name, make, part) => {
    const file = make();
    const made = await render(file.subarray(0, file.length * part));
    expect(made.truncated).toBe(true);
    expect((await sharp(made.preview).stats()).channels[1]!.stdev).toBeGreaterThan(10);
    expect(readdirSync(desk.temp)).toEqual([]);
  });
  it('a JPEG at which the first decoder gave up is shown as far as another one comes, upright', async () => {
    const jpeg = await sharp(await stored(await quadrants(W, H), 3)).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const made = await renderDamagedJpeg(jpeg.subarray(0, scan + Math.floor((jpeg.length - scan) * 0.7)), { size: { width: W, height: H }, orientation: 3 }, desk);
    expect([made.width, made.height, made.truncated]).toEqual([W, H, true]);
    const colours = await seen(made.preview);
    QUADRANTS.slice(2).forEach((want, i) => expect(near(colours[i + 2]!, want), String(colours[i + 2])).toBe(true)); // stored upside down: what comes first is below
    expect(readdirSync(desk.temp)).toEqual([]);
  });
  it.each<[string, () => Buffer]>([
    ['a BMP of noise', () => Buffer.concat([byFfmpeg('d.bmp').subarray(0, 20), Buffer.alloc(3000, 0xa7)])], ['a JPEG XL of noise', () => Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.alloc(3000, 0xa7)])],
    ['a JPEG 2000 header', () => byFfmpeg('e.jp2', '-c:v', 'jpeg2000').subarray(0, 60)],
  ])('%s ends clearly', async (_name, make) => { expect(['undecodable', 'too_large']).toContain(await failure(make())); });
  it.each(['webp', 'avif'] as const)('a cut %s says that the rest is missing', async (format) => {
    const file = await sharp(await quadrants(W, H)).toFormat(format).toBuffer();
    const said = await render(file.subarray(0, file.length - 60)).then(() => '', (e: unknown) => [errorCode(e), (e as Error).message].join());
    expect(said).toMatch(/^undecodable,.*ends too early/);
  });
});

describe('bombs', () => {
  it.each<[string, () => Buffer]>([
    ['BMP', () => { const f = byFfmpeg('f.bmp'); f.writeInt32LE(40_000, 18); f.writeInt32LE(40_000, 22); return f; }],
    ['JPEG 2000', () => { const f = byFfmpeg('g.jp2', '-c:v', 'jpeg2000'); const at = f.indexOf('ihdr'); f.writeUInt32BE(40_000, at + 4); f.writeUInt32BE(40_000, at + 8); return f; }],
    ['QOI', () => { const f = byFfmpeg('h.qoi'); f.writeUInt32BE(40_000, 4); f.writeUInt32BE(40_000, 8); return f; }],
    ['PPM', () => Buffer.concat([Buffer.from('P6 40000 40000 255\n'), Buffer.alloc(100)])],
    ['JPEG XL', () => Buffer.concat([Buffer.from([0xff, 0x0a, 0b1111_1110, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(100)])],
  ])('%s is refused at once', async (_name, make) => {
    const file = make();
    const start = performance.now();
    expect(await failure(file)).toBe('too_large');
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('sizes in headers', () => {
  it('of JPEG XL are read in all their shapes', () => {
    expect(sizeFromHeader('jxl', fixture('real.jxl'))).toEqual({ width: 320, height: 240 });
    expect(sizeFromHeader('jxl', fixture('jpeg-recompressed.jxl'))).toEqual({ width: 640, height: 480 });
  });
  it('that are damaged count as none', () => { for (const kind of ['bmp', 'jp2', 'qoi', 'netpbm'] as const) expect(sizeFromHeader(kind, Buffer.from('BM'))).toEqual({ width: 0, height: 0 }); });
});
