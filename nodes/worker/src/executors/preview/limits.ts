import { MantelError } from '@mantel/contracts/errors.ts';
import type { ForeignKind, PictureKind } from './sniff.ts';

type Counted = PictureKind | ForeignKind | 'psd';

/** Originals up to this size are read into memory, larger ones into a temporary file. */
export const IN_MEMORY_BYTES = 100 * 2 ** 20;
export const MAX_PICTURE_BYTES = 2 * 2 ** 30;
export const TIME_LIMIT_MS = 60_000;

const MEGAPIXEL = 1e6;
// Baseline JPEG is read line by line and shrunk while it is decoded, so that today's 200-megapixel phones fit; the others must be held whole, in 4 to 8 bytes per pixel.
const MEGAPIXELS: Record<Counted, number> = { jpeg: 268, png: 120, tiff: 120, webp: 64, gif: 64, avif: 40, heic: 64, jxl: 64, jp2: 120, bmp: 64, psd: 64, qoi: 64, netpbm: 64 };
const PROGRESSIVE_JPEG = 120;

export const maxPixels = (kind: Counted, progressive = false): number => (kind === 'jpeg' && progressive ? PROGRESSIVE_JPEG : MEGAPIXELS[kind]) * MEGAPIXEL;

export function checkPixels(kind: Counted, width: number, height: number, progressive = false): void {
  const max = maxPixels(kind, progressive);
  if (width * height > max) throw tooManyPixels(`${width}×${height}`, max);
}

export const tooManyPixels = (size: string, max: number): MantelError =>
  new MantelError('too_large', `This picture has too many pixels to be shown safely (${size}; at most ${Math.round(max / MEGAPIXEL)} megapixels). The original is kept.`);
