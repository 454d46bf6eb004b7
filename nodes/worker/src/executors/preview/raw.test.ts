import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { PIXELS, quadrants, stored, tiff, wrong, type Entry } from '../../testing/pictures.ts';
import type { Desk } from './bounded.ts';
import { bestJpeg, embeddedJpegs, withOrientation } from './embedded-jpeg.ts';
import type { Derived } from './outputs.ts';
import { renderPicture } from './picture.ts';
import { renderRaw } from './raw.ts';
import { sniff } from './sniff.ts';

let temp: string;
let desk: Desk;
beforeAll(() => { temp = mkdtempSync(join(tmpdir(), 'mantel-raw-')); desk = { temp, signal: new AbortController().signal }; });
afterAll(() => { rmSync(temp, { recursive: true, force: true }); });

const jpeg = async (width: number, height: number, orientation = 1): Promise<Buffer> => sharp(await stored(await quadrants(width, height), orientation)).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer();
const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7919) % 251));
/** A sensor of `width`×`height` in a packing of Nikon, with whatever stands behind its data. */
const nef = (width: number, height: number, orientation: number, behind: Buffer[], data = noise(width * height)): Buffer => tiff([
  [0x100, 4, [width]], [0x101, 4, [height]], [0x103, 3, [34713]], [0x106, 3, [32803]], [0x111, 4, [PIXELS]], [0x112, 3, [orientation]], [0x117, 4, [data.length]],
], Buffer.concat([data, ...behind]));
const render = (file: Buffer): Promise<Derived> => renderPicture(file, sniff(file) as 'tiff', desk);

describe('a RAW with previews inside', () => {
  it.each([1, 3, 6, 8])('is shown upright (orientation %i) from the smallest that is large enough, with the size of the sensor', async (orientation) => {
    const turned = orientation > 4;
    const [w, h] = turned ? [1080, 1620] : [1620, 1080];
    const made = await render(nef(2440, 1630, orientation, [await jpeg(w / 10, h / 10, orientation), await jpeg(w, h, orientation), await jpeg(w * 1.5, h * 1.5, orientation)]));
    expect(await wrong(made.preview)).toEqual([]);
    expect(await wrong(made.thumb)).toEqual([]);
    expect([made.width, made.height, made.truncated]).toEqual(turned ? [1630, 2440, false] : [2440, 1630, false]);
    expect(readdirSync(temp)).toEqual([]);
  });
  it('tells the size of a sensor that is larger than its preview', async () => {
    const made = await render(nef(3008, 2000, 6, [await jpeg(1080, 1620, 6)]));
    expect([made.width, made.height]).toEqual([2000, 3008]);
  });
  it('does not turn a preview that the camera turned already', async () => {
    const made = await render(nef(1640, 1090, 6, [await jpeg(1080, 1620)]));
    expect(await wrong(made.preview)).toEqual([]);
  });
  it('uses the orientation of the preview where the container has none (Fujifilm)', async () => {
    const inner = await sharp(await stored(await quadrants(1080, 1620), 6)).jpeg({ quality: 92 }).withMetadata({ orientation: 6 }).toBuffer();
    const file = Buffer.concat([Buffer.from('FUJIFILMCCD-RAW 0201FF000000'), Buffer.alloc(200), inner, noise(5000)]);
    expect(sniff(file)).toBe('raw');
    const made = await render(file);
    expect([made.width, made.height]).toEqual([1080, 1620]);
    expect(await wrong(made.preview)).toEqual([]);
  });
  it('says that the data of the sensor end too early, and shows the preview', async () => {
    const inner = await jpeg(1620, 1080);
    const file = nef(1640, 1090, 1, [], Buffer.concat([inner, noise(1640 * 1090)]));
    const made = await render(file.subarray(0, inner.length + 200_000));
    expect(made.truncated).toBe(true);
    expect(await wrong(made.preview)).toEqual([]);
  });
  it('is read from a file on the disk in the same way', async () => {
    const path = join(temp, 'large.nef');
    writeFileSync(path, nef(1640, 1090, 1, [await jpeg(1620, 1080)]));
    try { expect(await wrong((await renderRaw(path, desk)).preview)).toEqual([]); } finally { rmSync(path); }
  });
});

describe('a RAW without a usable preview', () => {
  /** Red, green / blue, yellow through the filters of a sensor (RGGB), 12 bits. */
  function cfa(width: number, height: number): Buffer {
    const data = Buffer.alloc(width * height * 2);
    const colours = [[3500, 200, 200], [200, 3500, 200], [200, 200, 3500], [3500, 3500, 200]];
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
      const colour = colours[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]!;
      data.writeUInt16LE(colour[(y % 2) + (x % 2)]!, (y * width + x) * 2);
    }
    return data;
  }
  const text = (s: string): number[] => [...Buffer.from(`${s}\0`)];
  const dng = (width: number, height: number, orientation: number, pixels = cfa(width, height), more: Entry[] = []): Buffer => tiff([
    [0xfe, 4, [0]], [0x100, 4, [width]], [0x101, 4, [height]], [0x102, 3, [16]], [0x103, 3, [1]], [0x106, 3, [32803]], [0x10f, 2, text('Mantel')], [0x110, 2, text('Drawn')], [0x111, 4, [PIXELS]],
    [0x112, 3, [orientation]], [0x115, 3, [1]], [0x116, 4, [height]], [0x117, 4, [width * height * 2]], [0x828d, 3, [2, 2]], [0x828e, 1, [0, 1, 1, 2]], [0xc612, 1, [1, 4, 0, 0]], [0xc613, 1, [1, 1, 0, 0]],
    [0xc614, 2, text('Mantel Drawn')], [0xc61a, 3, [0]], [0xc61d, 3, [4095]], [0xc621, 5, [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]], [0xc628, 5, [1, 1, 1, 1, 1, 1]], [0xc65a, 3, [21]], ...more,
  ], pixels);
  const strongest = async (file: Buffer): Promise<number[]> => {
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    return [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75]].map(([x, y]) => { const at = (Math.floor(y! * info.height) * info.width + Math.floor(x! * info.width)) * 3; const p = [...data.subarray(at, at + 3)]; return p.indexOf(Math.max(...p)); });
  };

  it('is developed', async () => {
    const made = await render(dng(640, 400, 1));
    expect([made.width, made.height]).toEqual([640, 400]);
    expect(await strongest(made.preview)).toEqual([0, 1, 2]);
    expect(readdirSync(temp)).toEqual([]);
  });
  it('is developed upright', async () => {
    const made = await render(dng(640, 400, 6));
    expect([made.width, made.height]).toEqual([400, 640]);
    expect((await strongest(made.preview)).slice(0, 2)).toEqual([2, 0]); // a quarter turn to the right brings blue to the top left
  });
  it('is developed where there is only a thumbnail', async () => {
    const made = await render(Buffer.concat([dng(1200, 800, 1), await sharp({ create: { width: 160, height: 120, channels: 3, background: '#888' } }).jpeg().toBuffer()]));
    expect([made.width, made.height]).toEqual([1200, 800]);
    expect(await strongest(made.preview)).toEqual([0, 1, 2]);
  });
  it('shows the thumbnail where it cannot be developed', async () => {
    const made = await render(nef(1640, 1090, 1, [await jpeg(160, 106)]));
    expect(await sharp(made.preview).metadata()).toMatchObject({ width: 160, height: 106 });
  });
  it('is undecodable, and soon, where only its header is there', async () => {
    const start = performance.now();
    expect(await render(dng(6000, 4000, 1, Buffer.alloc(2000))).then(() => 'no error', errorCode)).toBe('undecodable');
    expect(performance.now() - start).toBeLessThan(1000);
  });
  it('is undecodable where the camera is not known', async () => { expect(await render(nef(640, 400, 1, [])).then(() => 'no error', errorCode)).toBe('undecodable'); });
  it('stops with the reason of an abort', async () => {
    const why = new Error('lease lost');
    await expect(renderRaw(dng(640, 400, 1), { temp, signal: AbortSignal.abort(why) })).rejects.toBe(why);
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe('an orientation put into a JPEG', () => {
  it('takes the place of its own', async () => {
    const file = withOrientation(await sharp(await quadrants(64, 48)).jpeg().withMetadata({ orientation: 3 }).toBuffer(), 6);
    expect((await sharp(file).metadata()).orientation).toBe(6);
    expect((await sharp(withOrientation(await jpeg(64, 48), 8)).metadata()).orientation).toBe(8);
  });
});

describe('JPEGs inside a file', () => {
  const of = (file: Buffer, signal = desk.signal): ReturnType<typeof embeddedJpegs> => embeddedJpegs({ length: file.length, read: (from, length) => file.subarray(from, from + length) }, signal);
  it('are found with their sizes, not the tiles of one picture, not what only begins like one', async () => {
    const tile = await jpeg(64, 64);
    const file = Buffer.concat([noise(100), await jpeg(160, 120), Buffer.from([0xff, 0xd8, 0xff, 0xd8, 0xff, 0xe0]), tile, tile, tile, await jpeg(320, 240)]);
    expect((await of(file)).map(({ width, height }) => [width, height])).toEqual([[160, 120], [320, 240]]);
  });
  it('are looked for in bounded time in a file of nothing but starts, in memory and on the disk, and an abort ends it', async () => {
    const bomb = Buffer.alloc(40 << 20, Buffer.from('ffd8ffe000060000', 'hex'));
    bomb.write('IIRO');
    const path = join(temp, 'bomb.orf');
    writeFileSync(path, bomb);
    try {
      for (const source of [bomb, path]) {
        const from = performance.now();
        expect(await renderRaw(source, desk).then(() => 'no error', errorCode)).toBe('undecodable');
        expect(performance.now() - from).toBeLessThan(5000);
      }
    } finally { rmSync(path); }
    const why = new Error('lease lost');
    await expect(of(bomb, AbortSignal.abort(why))).rejects.toBe(why);
  }, 20_000);
  it('of another shape than the largest have black bars', () => {
    const [bars, mid, full] = [{ at: 1, width: 1616, height: 1212 }, { at: 2, width: 1620, height: 1080 }, { at: 3, width: 6000, height: 4000 }];
    expect(bestJpeg([bars, mid, full], 1440)).toBe(mid);
    expect(bestJpeg([bars, full], 1440)).toBe(full);
    expect(bestJpeg([{ at: 0, width: 160, height: 120 }], 1440)).toMatchObject({ width: 160 });
    expect(bestJpeg([], 1440)).toBeUndefined();
  });
});
