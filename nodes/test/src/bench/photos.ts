// Photos to measure with: 4000×3000 JPEG, quality 90, 3 to 4 MB, with EXIF. Smooth areas, textures and the noise of a sensor, because the work of a decoder depends on the content.
import sharp from 'sharp';
import { seeded } from './stats.ts';

const WIDTH = 4000;
const HEIGHT = 3000;
const DATE = '2001:01:01 00:00:00';
const FIRST_DAY = Date.UTC(2012, 0, 1);
const APART_MS = 3 * 24 * 3600 * 1000 + 61_000;
/** How much of the picture is leaves rather than sky, and how noisy the sensor is. */
const SCENES = [{ texture: 0.6, noise: 6 }, { texture: 0.9, noise: 7 }, { texture: 0.4, noise: 8 }, { texture: 1, noise: 6 }, { texture: 0.7, noise: 8 }, { texture: 0.5, noise: 7 }];

/** A coarse grid of random colours, blown up to the whole picture. */
function layer(random: () => number, width: number, height: number): Promise<Buffer> {
  const cells = Uint8Array.from({ length: width * height * 3 }, () => random() * 256);
  return sharp(cells, { raw: { width, height, channels: 3 } }).resize(WIDTH, HEIGHT, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
}

async function scene(seed: number, { texture, noise }: { texture: number; noise: number }): Promise<Buffer> {
  const random = seeded(seed);
  const light = await layer(random, 8, 6);
  const shapes = await layer(random, 50, 38);
  const leaves = await layer(random, 500, 375);
  const grain = await layer(random, 1600, 1200);
  const pixels = Buffer.allocUnsafe(WIDTH * HEIGHT * 3);
  let state = seed;
  for (let p = 0; p < pixels.length; p += 3) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const rough = Math.max(0, (shapes[p]! - 110) / 145) * texture;
    const detail = rough * ((leaves[p]! - 128) * 0.8 + (grain[p]! - 128) * 0.6) + ((state >> 24) / 128) * noise + 15;
    for (let c = p; c < p + 3; c++) pixels[c] = Math.max(0, Math.min(255, light[c]! * 0.6 + shapes[c]! * 0.3 + detail));
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).jpeg({ quality: 90 })
    .withExif({ IFD0: { Make: 'Mantel', Model: 'Bench' }, IFD2: { DateTimeOriginal: DATE, ISOSpeedRatings: '200', FNumber: '18/10' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '16/1 22/1 0/1' } }).toBuffer();
}

/** The Display P3 profile as a JPEG segment, taken from a tiny picture. */
async function p3Segment(): Promise<Buffer> {
  const { icc } = await sharp(await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).withIccProfile('p3').jpeg().toBuffer()).metadata();
  if (!icc) throw new Error('sharp gave no Display P3 profile');
  const head = Buffer.from('\0\0\0\0ICC_PROFILE\0\x01\x01', 'latin1');
  head.writeUInt16BE(0xffe2, 0);
  head.writeUInt16BE(icc.length + head.length - 2, 2);
  return Buffer.concat([head, icc]);
}

export interface Photo { name: string; bytes: Buffer }
export interface Photos {
  /** The next ones: each with bytes, name and day of its own. With `p3` the same pictures carry a Display P3 profile, and nothing else differs. */
  take(count: number, p3?: boolean): Photo[];
  /** Bytes of one photo, on average. */
  mean: number;
}

/** Draws the pictures (some seconds); the same in every run. */
export async function makePhotos(): Promise<Photos> {
  sharp.cache(false);
  const scenes: Buffer[] = [];
  for (const [i, s] of SCENES.entries()) scenes.push(await scene(i + 1, s));
  const profile = await p3Segment();
  let made = 0;
  return {
    mean: scenes.reduce((n, s) => n + s.length, 0) / scenes.length,
    take: (count, p3 = false) => Array.from({ length: count }, (_, i) => {
      const bytes = Buffer.from(scenes[i % scenes.length]!);
      const at = bytes.indexOf(DATE, 0, 'latin1');
      const date = new Date(FIRST_DAY + made * APART_MS).toISOString();
      bytes.write(date.slice(0, 19).replaceAll('-', ':').replace('T', ' '), at, 'latin1');
      const name = `IMG_${String(++made).padStart(5, '0')}.jpg`;
      return { name, bytes: p3 ? Buffer.concat([bytes.subarray(0, 2), profile, bytes.subarray(2)]) : bytes };
    }),
  };
}
