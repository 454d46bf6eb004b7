import sharp from 'sharp';

const SEED = Number(process.env.MANTEL_TEST_SEED ?? 1);

/** Random numbers in [0, 1) that a run with the same MANTEL_TEST_SEED repeats (mulberry32). */
export function random(salt = 0): () => number {
  let a = (SEED * 2_654_435_761 + salt * 40_503) >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picture `n` of this seed: a small noisy JPEG that no other n gives, taken at `taken` (EXIF, no zone). */
export async function picture(n: number, { width = 48, height = 32, taken = '2023:05:06 07:08:09' }: { width?: number; height?: number; taken?: string | null } = {}): Promise<Buffer> {
  const next = random(n + 1);
  const pixels = Buffer.from({ length: width * height * 3 } as ArrayLike<number>).map(() => Math.floor(next() * 256));
  const image = sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality: 80 });
  return (taken === null ? image : image.withExif({ IFD2: { DateTimeOriginal: taken } })).toBuffer();
}
