// Pictures with a known look, and bare containers around them. For tests.
import sharp from 'sharp';

export type Rgb = [number, number, number];
export const QUADRANTS: readonly Rgb[] = [[230, 20, 20], [20, 180, 20], [20, 20, 230], [230, 220, 20]];

/** Red, green / blue, yellow as a person sees it. */
export async function quadrants(width: number, height: number): Promise<Buffer> {
  const block = ([r, g, b]: Rgb): Promise<Buffer> => sharp({ create: { width: width / 2, height: height / 2, channels: 3, background: { r, g, b } } }).png().toBuffer();
  const parts = await Promise.all(QUADRANTS.map(block));
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite(parts.map((input, i) => ({ input, left: (i % 2) * (width / 2), top: Math.floor(i / 2) * (height / 2) }))).png().toBuffer();
}

/** The four colours in the middles of the quadrants. */
export async function seen(file: Buffer): Promise<Rgb[]> {
  const { data, info } = await sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]].map(([x, y]) => {
    const at = (Math.floor(y! * info.height) * info.width + Math.floor(x! * info.width)) * 3;
    return [data[at]!, data[at + 1]!, data[at + 2]!];
  });
}

export const near = (a: Rgb, b: Rgb, tolerance = 25): boolean => a.every((v, i) => Math.abs(v - b[i]!) <= tolerance);
/** The quadrants that do not look as they should; empty when all is well. */
export const wrong = async (file: Buffer, tolerance = 25): Promise<string[]> => (await seen(file)).flatMap((c, i) => (near(c, QUADRANTS[i]!, tolerance) ? [] : [`${i}: ${c.join(',')}`]));

/** Pixels as they are stored in a file that is displayed as `upright` by this EXIF orientation: the inverse of what a viewer does. */
export async function stored(upright: Buffer, orientation: number): Promise<Buffer> {
  const turned = async (angle: number): Promise<Buffer> => sharp(upright).rotate(angle).png().toBuffer();
  switch (orientation) {
    case 2: return sharp(upright).flop().png().toBuffer();
    case 3: return turned(180);
    case 4: return sharp(upright).flip().png().toBuffer();
    case 5: return sharp(await turned(90)).flop().png().toBuffer();
    case 6: return turned(270);
    case 7: return sharp(await turned(270)).flop().png().toBuffer();
    case 8: return turned(90);
    default: return upright;
  }
}

/** Tag, type (3 = 16 bit, 4 = 32 bit, 1 = byte, 2 = text, 5 = fraction), values. */
export type Entry = [number, 1 | 2 | 3 | 4 | 5, number[]];

/** A little-endian TIFF with one directory; `PIXELS` as a value becomes the place of `pixels`. */
export const PIXELS = -1;
export function tiff(entries: Entry[], pixels: Buffer): Buffer {
  const sizes = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };
  const sorted = [...entries].sort((a, b) => a[0] - b[0]);
  const extraAt = 8 + 2 + sorted.length * 12 + 4;
  const lengths = sorted.map(([, type, v]) => (type === 5 ? v.length / 2 : v.length) * sizes[type]);
  const extra = lengths.reduce((sum, n) => sum + (n > 4 ? n + (n % 2) : 0), 0);
  const head = Buffer.alloc(extraAt + extra);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(sorted.length, 8);
  let free = extraAt;
  sorted.forEach(([tag, type, values], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(type === 5 ? values.length / 2 : values.length, at + 4);
    let to = at + 8;
    if (lengths[i]! > 4) { head.writeUInt32LE(free, at + 8); to = free; free += lengths[i]! + (lengths[i]! % 2); }
    values.forEach((value, n) => {
      const v = value === PIXELS ? head.length : value;
      if (type <= 2) head.writeUInt8(v, to + n); else if (type === 3) head.writeUInt16LE(v, to + 2 * n); else if (v < 0) head.writeInt32LE(v, to + 4 * n); else head.writeUInt32LE(v, to + 4 * n);
    });
  });
  return Buffer.concat([head, pixels]);
}
