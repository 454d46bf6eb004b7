import { PREVIEW_OUTPUTS } from '@mantel/contracts/models/job.ts';
import type { Sharp } from 'sharp';
import { loadSharp } from '../../sharp.ts';
import { hashes, type Hashes } from './hashes.ts';
import { TIME_LIMIT_MS } from './limits.ts';

/** Everything that is made of one picture; `width` and `height` are of the original as it is displayed. */
export interface Derived extends Hashes { preview: Buffer; thumb: Buffer; width: number; height: number; truncated: boolean }
export interface Size { width: number; height: number }

const EDGE = PREVIEW_OUTPUTS.preview.edge;
const SHORT = PREVIEW_OUTPUTS.thumb.edge;
/** A panorama keeps its short side in the thumbnail only up to this length of the other one. */
const LONGEST_THUMB = 2048;

const SECONDS = TIME_LIMIT_MS / 1000;

export const toPreview = (picture: Sharp): Sharp => picture
  .resize({ width: EDGE, height: EDGE, fit: 'inside', withoutEnlargement: true, kernel: 'mitchell' })
  .jpeg({ quality: 80, optimiseCoding: false }).timeout({ seconds: SECONDS });

/** Thumbnail and hashes from the preview (converting its colours to sRGB is cheap there), or from `wide` pixels where the preview of a panorama is too thin. */
export async function fromPreview(preview: Buffer, wide?: Buffer): Promise<Pick<Derived, 'thumb' | 'thumbhash' | 'dhash'>> {
  const sharp = await loadSharp();
  const small = sharp(wide ?? preview).toColourspace('srgb').timeout({ seconds: SECONDS });
  if (!wide) small.resize({ width: SHORT, height: SHORT, fit: 'outside', withoutEnlargement: true });
  const { data, info } = await small.raw().toBuffer({ resolveWithObject: true });
  const picture = (): Sharp => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels as 1 | 2 | 3 | 4 } });
  const [thumb, hash] = await Promise.all([picture().webp({ quality: 80, effort: 2 }).toBuffer(), hashes(picture)]);
  return { thumb, ...hash };
}

/** The size of a panorama's own thumbnail, or undefined where the preview has pixels enough. */
export function panoramaThumb({ width, height }: Size): Size | undefined {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const shortInPreview = short * Math.min(1, EDGE / long);
  const scale = Math.min(1, SHORT / short, LONGEST_THUMB / long);
  if (shortInPreview >= SHORT || short * scale <= shortInPreview) return undefined;
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
