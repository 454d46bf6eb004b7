import { motionUrl, originalUrl } from '../../data/assets.ts';
import type { Asset, AssetFile } from '../../data/types.ts';

/** What browsers show by themselves, so that zooming in may load the original. All other formats are zoomed in their preview. */
export const SHOWABLE = /^image\/(jpeg|png|apng|webp|gif|avif|avif-sequence|bmp|x-ms-bmp)$/;
/** Beyond this a browser would take more than half a gigabyte to decode it. */
const MOST_PIXELS = 150e6;
export const sharpEnough = (width: number, height: number): boolean => width * height <= MOST_PIXELS;

const MOVING = /^image\/(gif|webp|png|apng|avif|avif-sequence)$/;
const MOST_BYTES = 40e6;
/** Formats that can move by themselves; only the file itself tells whether it does. */
export const mayMove = (file: Pick<AssetFile, 'mime' | 'bytes'>): boolean => MOVING.test(file.mime) && file.bytes <= MOST_BYTES;

/** The clip of a live or motion photo: a file of its own, or inside of the picture. */
export function clipOf(asset: Pick<Asset, 'type' | 'files'> | undefined): { src: string; download: string } | null {
  if (!asset || asset.type === 'video') return null;
  const live = asset.files.find((f) => f.role === 'live'), inside = asset.files.find((f) => f.motion);
  if (live) return { src: originalUrl(live.id), download: originalUrl(live.id, true) };
  return inside ? { src: motionUrl(inside.id), download: motionUrl(inside.id) } : null;
}
