import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { near, quadrants, seen, wrong, type Rgb } from '../../testing/pictures.ts';
import { renderPsd } from './psd.ts';
import { sniff } from './sniff.ts';

const [W, H] = [120, 90];
const never = new AbortController().signal;
interface How { channels: number; depth?: number; large?: boolean; method?: number; palette?: Buffer; resources?: Buffer }

function psd(mode: number, pixels: Buffer, { channels, depth = 8, large = false, method = 0, palette = Buffer.alloc(0), resources = Buffer.alloc(0) }: How): Buffer {
  const head = Buffer.alloc(26);
  head.write('8BPS');
  head.writeUInt16BE(large ? 2 : 1, 4);
  [channels, 0].forEach((v, i) => head.writeUInt16BE(v, 12 + i * 2));
  head.writeUInt32BE(H, 14);
  head.writeUInt32BE(W, 18);
  head.writeUInt16BE(depth, 22);
  head.writeUInt16BE(mode, 24);
  const section = (body: Buffer): Buffer => { const length = Buffer.alloc(4); length.writeUInt32BE(body.length); return Buffer.concat([length, body]); };
  return Buffer.concat([head, section(palette), section(resources), Buffer.alloc(large ? 8 : 4), Buffer.from([0, method]), pixels]);
}
const flat = (...values: number[]): Buffer => Buffer.concat(values.map((v) => Buffer.alloc(W * H, v)));
async function planar(): Promise<Buffer> {
  const rgb = await sharp(await quadrants(W, H)).removeAlpha().raw().toBuffer();
  return Buffer.concat([0, 1, 2].map((c) => Buffer.from(Array.from({ length: W * H }, (_, i) => rgb[i * 3 + c]!))));
}
/** PackBits with runs, literals and the byte that means nothing. */
function packed(pixels: Buffer, channels: number): Buffer {
  const rows = Array.from({ length: H * channels }, (_, r) => {
    const row = pixels.subarray(r * W, (r + 1) * W);
    const parts: number[] = [0x80, 2, row[0]!, row[1]!, row[2]!];
    for (let at = 3; at < W;) { let n = 1; while (at + n < W && row[at + n] === row[at] && n < 128) n++; parts.push(n === 1 ? 0 : 257 - n, row[at]!); at += n; }
    return Buffer.from(parts);
  });
  const lengths = Buffer.alloc(rows.length * 2);
  rows.forEach((row, i) => lengths.writeUInt16BE(row.length, i * 2));
  return Buffer.concat([lengths, ...rows]);
}
const colour = async (file: Buffer): Promise<Rgb> => (await seen((await renderPsd(file, never)).preview))[0]!;
const failure = (file: Buffer): Promise<string> => renderPsd(file, never).then(() => 'no error', errorCode);

describe('PSD', () => {
  it('shows the flattened picture, plain and packed', async () => {
    const pixels = await planar();
    for (const file of [psd(3, pixels, { channels: 3 }), psd(3, packed(pixels, 3), { channels: 3, method: 1 }), psd(3, pixels, { channels: 3, large: true })]) {
      expect(sniff(file)).toBe('psd');
      const made = await renderPsd(file, never);
      expect([made.width, made.height, made.truncated]).toEqual([W, H, false]);
      expect(await wrong(made.preview)).toEqual([]);
    }
  });
  it.each<[string, Buffer, Rgb]>([
    ['CMYK', psd(4, flat(255, 0, 0, 255), { channels: 4 }), [235, 20, 20]],
    ['Lab', psd(9, flat(138, 208, 195), { channels: 3 }), [255, 10, 0]],
    ['grey', psd(1, flat(100), { channels: 1 }), [100, 100, 100]],
    ['16 bits', psd(3, Buffer.concat([200, 50, 100].map((v) => Buffer.alloc(W * H * 2, v))), { channels: 3, depth: 16 }), [200, 50, 100]],
    ['a palette', psd(2, flat(7), { channels: 1, palette: Buffer.concat([10, 200, 30].map((v) => Buffer.alloc(256, v))) }), [10, 200, 30]],
    ['black and white', psd(0, Buffer.alloc(15 * H, 0xff), { channels: 1, depth: 1 }), [0, 0, 0]],
  ])('knows %s', async (_name, file, want) => { expect(near(await colour(file), want, 30), String(await colour(file))).toBe(true); });
  it('keeps the profile', async () => {
    const icc = (await sharp(await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } }).withIccProfile('p3').jpeg().toBuffer()).metadata()).icc!;
    const head = Buffer.from('8BIM\x04\x0f\0\0\0\0\0\0', 'latin1');
    head.writeUInt32BE(icc.length, 8);
    const made = await renderPsd(psd(3, flat(200, 50, 50), { channels: 3, resources: Buffer.concat([head, icc, Buffer.alloc(icc.length % 2)]) }), never);
    expect((await sharp(made.preview).metadata()).icc).toEqual(icc);
  });
  it('shows a cut file as far as it goes', async () => {
    const pixels = await planar();
    for (const file of [psd(3, pixels, { channels: 3 }).subarray(0, W * H * 2), psd(3, packed(pixels, 3), { channels: 3, method: 1 })].map((f, i) => (i === 0 ? f : f.subarray(0, f.length - 200)))) {
      expect((await renderPsd(file, never)).truncated).toBe(true);
    }
  });
  it.each<[string, Buffer, string]>([
    ['pixels packed in an unknown way', psd(3, Buffer.alloc(100), { channels: 3, method: 2 }), 'undecodable'], ['more channels than it has', psd(4, flat(1, 2), { channels: 2 }), 'undecodable'],
    ['a header only', psd(3, Buffer.alloc(0), { channels: 3 }).subarray(0, 30), 'undecodable'],
  ])('refuses %s', async (_name, file, code) => { expect(await failure(file)).toBe(code); });
  it('refuses a bomb before it reserves memory', async () => {
    const file = psd(3, Buffer.alloc(100), { channels: 3 });
    file.writeUInt32BE(30_000, 14);
    file.writeUInt32BE(30_000, 18);
    expect(await failure(file)).toBe('too_large');
  });
  it.each([[3, 8], [9, 16], [1, 16]])('reserves nothing for a header that says 5000 by 4800 without pixels (mode %i, %i bits)', async (mode, depth) => {
    const file = psd(mode, Buffer.alloc(16), { channels: 3, depth });
    file.writeUInt32BE(5000, 14);
    file.writeUInt32BE(4800, 18);
    const from = performance.now();
    expect(await failure(file)).toBe('undecodable');
    expect(performance.now() - from).toBeLessThan(200);
  });
  it('stops with the reason of an abort', async () => {
    const why = new Error('lease lost');
    await expect(renderPsd(psd(3, await planar(), { channels: 3 }), AbortSignal.abort(why))).rejects.toBe(why);
  });
});
