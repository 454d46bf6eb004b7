import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { keepGainMap, withoutGainMap } from './gain-map.ts';
import { renderImage } from './image.ts';
import { near, QUADRANTS, quadrants, seen, stored, wrong } from '../../testing/pictures.ts';
import type { Derived } from './outputs.ts';
import { sniff, type PictureKind } from './sniff.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const render = (file: Buffer): Promise<Derived> => renderImage(file, sniff(file) as PictureKind);
const failure = (file: Buffer): Promise<string> => render(file).then(() => 'no error', errorCode);

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('shows EXIF orientation %i upright, with the displayed size', async (orientation) => {
    const upright = await quadrants(320, 200);
    const file = await sharp(await stored(upright, orientation)).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).withMetadata({ orientation }).toBuffer();
    const made = await render(file);
    expect([made.width, made.height]).toEqual([320, 200]);
    for (const output of [made.preview, made.thumb]) {
      const colours = await seen(output);
      QUADRANTS.forEach((want, i) => expect(near(colours[i]!, want), `quadrant ${i}: ${colours[i]}`).toBe(true));
    }
    expect((await sharp(made.preview).metadata()).orientation ?? 1).toBe(1);
  });
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('shows orientation %i that stands elsewhere than in the picture', async (orientation) => {
    const file = await sharp(await stored(await quadrants(320, 200), orientation)).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 3 }).toBuffer();
    const made = await renderImage(file, 'jpeg', { orientation });
    expect([made.width, made.height]).toEqual([320, 200]);
    expect(await wrong(made.preview)).toEqual([]);
  });
});

describe('colours', () => {
  it('keeps a Display P3 profile in the preview, and converts the thumbnail to sRGB', async () => {
    const file = await sharp({ create: { width: 600, height: 400, channels: 3, background: '#e01010' } }).withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
    const made = await render(file);
    const original = await sharp(file).metadata();
    expect((await sharp(made.preview).metadata()).icc).toEqual(original.icc);
    expect((await sharp(made.thumb).metadata()).icc).toBeUndefined();
    expect(near((await seen(made.thumb))[0]!, [0xe0, 0x10, 0x10], 12)).toBe(true);
  });
  it('shows CMYK as RGB that every browser knows', async () => {
    const { space, channels } = await sharp((await render(fixture('cmyk.jpg'))).preview).metadata();
    expect([space, channels]).toEqual(['srgb', 3]);
  });
  it('brings 16-bit grey to 8 bits without clipping', async () => {
    const made = await render(fixture('gray16.png'));
    const stats = await sharp(made.preview).stats();
    expect(stats.channels[0]!.max - stats.channels[0]!.min).toBeGreaterThan(150);
  });
  it('puts white behind what is transparent', async () => {
    const file = await sharp({ create: { width: 300, height: 300, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
    const made = await render(file);
    for (const output of [made.preview, made.thumb]) {
      expect((await sharp(output).metadata()).hasAlpha).toBe(false);
      expect(near((await seen(output))[0]!, [255, 255, 255], 2)).toBe(true);
    }
  });
});

describe('high dynamic range', () => {
  const bright = async (orientation: number): Promise<Buffer> => {
    const hdr = sharp(await sharp(await quadrants(800, 600)).jpeg().toBuffer()) as Sharp & { withGainMap(): Sharp };
    const file = await hdr.withGainMap().jpeg({ quality: 90 }).toBuffer();
    return orientation === 1 ? file : keepGainMap(sharp(file)).withMetadata({ orientation }).toBuffer();
  };
  const map = async (file: Buffer): Promise<Buffer | undefined> => (await sharp(file).metadata()).gainMap?.image;
  it('keeps the gain map in the preview', async () => {
    const file = await bright(1);
    expect(await map(file)).toBeDefined();
    const made = await render(file);
    expect(await map(made.preview)).toBeDefined();
    const base = await seen(withoutGainMap(file, (await map(file))!)); // what screens without high dynamic range show
    (await seen(made.preview)).forEach((c, i) => expect(near(c, base[i]!), `quadrant ${i}: ${c}`).toBe(true));
    expect(made.truncated).toBe(false);
  });
  it('shows a turned one upright, without the map', async () => {
    const file = await bright(6);
    expect(await map(file)).toBeDefined();
    const made = await render(file);
    expect([made.width, made.height, made.truncated]).toEqual([600, 800, false]);
    expect(await map(made.preview)).toBeUndefined();
  });
});

describe('sizes', () => {
  it('makes a 1440 px JPEG and a WebP with a short side of 250 px', async () => {
    const made = await render(await sharp(await quadrants(3000, 2000)).jpeg().toBuffer());
    const [preview, thumb] = await Promise.all([sharp(made.preview).metadata(), sharp(made.thumb).metadata()]);
    expect([preview.format, preview.width, preview.height]).toEqual(['jpeg', 1440, 960]);
    expect([thumb.format, thumb.width, thumb.height]).toEqual(['webp', 375, 250]);
    expect([made.width, made.height]).toEqual([3000, 2000]);
  });
  it('does not enlarge', async () => {
    const made = await render(await quadrants(40, 20));
    expect(await sharp(made.preview).metadata()).toMatchObject({ width: 40, height: 20 });
  });
  it('gives a panorama a thumbnail that is not thinner than its short side allows', async () => {
    const made = await render(await sharp(await quadrants(4000, 500)).jpeg().toBuffer());
    expect(await sharp(made.preview).metadata()).toMatchObject({ width: 1440, height: 180 });
    expect(await sharp(made.thumb).metadata()).toMatchObject({ width: 2000, height: 250 });
  });
  it('shows the first frame of an animation', async () => {
    const made = await render(fixture('anim.webp'));
    expect([made.width, made.height]).toEqual([120, 90]);
  });
});

describe('hashes', () => {
  it('differ little after recompression and much between pictures', async () => {
    const picture = await sharp(fixture('cmyk.jpg')).toColourspace('srgb').jpeg({ quality: 95 }).toBuffer();
    const [a, b, c] = await Promise.all([render(picture), render(await sharp(picture).resize(200).jpeg({ quality: 50 }).toBuffer()), render(await sharp(picture).flop().toBuffer())]);
    const distance = (x: string, y: string): number => [...(BigInt(`0x${x}`) ^ BigInt(`0x${y}`)).toString(2)].filter((bit) => bit === '1').length;
    expect(a.dhash).toMatch(/^[0-9a-f]{16}$/);
    expect(distance(a.dhash, b.dhash)).toBeLessThanOrEqual(6);
    expect(distance(a.dhash, c.dhash)).toBeGreaterThan(16);
    expect(Buffer.from(a.thumbhash, 'base64').length).toBeGreaterThan(10);
  });
  it('counts a rising grey ramp as all ones', async () => {
    const ramp = Buffer.from(Array.from({ length: 90 * 80 }, (_, i) => Math.floor((i % 90) / 10) * 28));
    expect((await render(await sharp(ramp, { raw: { width: 90, height: 80, channels: 1 } }).png().toBuffer())).dhash).toBe('ffffffffffffffff');
  });
});

describe('damage', () => {
  it('shows a truncated JPEG as far as it goes and says so', async () => {
    const made = await render(fixture('truncated.jpg'));
    expect([made.width, made.height, made.truncated]).toEqual([640, 480, true]);
    expect((await sharp(made.preview).stats()).channels[0]!.stdev).toBeGreaterThan(20);
  });
  it('does not call a whole picture truncated', async () => { expect((await render(fixture('cmyk.jpg'))).truncated).toBe(false); });
  it('gives up on a header without pixels', async () => {
    expect(await failure(fixture('cmyk.jpg').subarray(0, 200))).toBe('undecodable');
  });
});

describe('bombs', () => {
  const sized = async (build: () => Promise<Buffer>, patch: (file: Buffer) => void): Promise<Buffer> => { const file = await build(); patch(file); return file; };
  const small = (): Sharp => sharp({ create: { width: 64, height: 64, channels: 3, background: '#777' } });
  const sof = (file: Buffer, marker: number): number => file.indexOf(Buffer.from([0xff, marker]));
  const bombs: [string, () => Promise<Buffer>][] = [
    ['PNG with 900 megapixels in 107 kB', async () => fixture('bomb-real-30000.png')],
    ['progressive JPEG', () => sized(() => small().jpeg({ progressive: true }).toBuffer(), (f) => { f.writeUInt16BE(13_000, sof(f, 0xc2) + 5); f.writeUInt16BE(13_000, sof(f, 0xc2) + 7); })],
    ['baseline JPEG', () => sized(() => small().jpeg().toBuffer(), (f) => { f.writeUInt16BE(65_000, sof(f, 0xc0) + 5); f.writeUInt16BE(65_000, sof(f, 0xc0) + 7); })],
    ['WebP', () => sized(() => small().webp().toBuffer(), (f) => { const at = f.indexOf('\x9d\x01\x2a', 'latin1') + 3; f.writeUInt16LE(16_000, at); f.writeUInt16LE(16_000, at + 2); })],
  ];
  it.each(bombs)('%s is refused at once, in little memory', async (_name, make) => {
    const file = await make();
    const [before, start] = [process.memoryUsage.rss(), performance.now()];
    expect(await failure(file)).toBe('too_large');
    expect(performance.now() - start).toBeLessThan(5000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });
});
