import { MantelError } from '@mantel/contracts/errors.ts';
import type { ForeignKind, PictureKind } from './sniff.ts';

/** `inks`, `lab`: they are held several times on their way to a screen's colours. */
type Counted = PictureKind | ForeignKind | 'psd' | 'inks' | 'lab';

/** Originals up to this size are read into memory, larger ones into a temporary file. */
export const IN_MEMORY_BYTES = 100 * 2 ** 20;
/** Kinds whose decoders want the whole file in memory, and copy it (HEIC, AVIF, WebP, Lab): 48 megapixels of a phone are 30 MB. */
export const HELD_BYTES = 128 * 2 ** 20;
export const MAX_PICTURE_BYTES = 2 * 2 ** 30;
export const TIME_LIMIT_MS = 60_000;

const MEGAPIXEL = 1e6;
// Baseline JPEG is read line by line and shrunk while it is decoded, so that today's 200-megapixel phones fit; the others must be held whole, in 4 to 8 bytes per pixel.
const MEGAPIXELS: Record<Counted, number> = { jpeg: 268, png: 120, tiff: 120, webp: 64, gif: 64, avif: 40, heic: 64, jxl: 64, jp2: 120, bmp: 64, psd: 64, inks: 32, lab: 24, qoi: 64, netpbm: 64 };
const PROGRESSIVE_JPEG = 120;

export const maxPixels = (kind: Counted, progressive = false): number => (kind === 'jpeg' && progressive ? PROGRESSIVE_JPEG : MEGAPIXELS[kind]) * MEGAPIXEL;

export function checkPixels(kind: Counted, width: number, height: number, progressive = false): void {
  const max = maxPixels(kind, progressive);
  if (width * height > max) throw tooManyPixels(`${width}×${height}`, max);
}

export const tooManyBytes = (): MantelError => new MantelError('too_large', 'This picture file is too large to be shown. The original is kept.');
export const tooManyPixels = (size: string, max: number): MantelError =>
  new MantelError('too_large', `This picture has too many pixels to be shown safely (${size}; at most ${Math.round(max / MEGAPIXEL)} megapixels). The original is kept.`);
