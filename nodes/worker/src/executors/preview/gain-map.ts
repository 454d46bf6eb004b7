import type { Metadata, Sharp } from 'sharp';

/** Larger ones are decoded whole, in memory and time that the picture without its map does not need: 16 megapixels take 0.3 CPU s instead of 0.07. */
const MAX_PIXELS = 16e6;

/** Whether the preview of this HDR picture keeps its gain map (a second, small JPEG behind the first, by which bright screens show more). libvips cannot turn it yet. */
export const keepsGainMap = (meta: Metadata, orientation: number): boolean => meta.gainMap?.image !== undefined && orientation === 1 && meta.width * meta.height <= MAX_PIXELS;

/** The picture alone: without a second JPEG behind it, it is shrunk while it is decoded like every other. */
export function withoutGainMap(file: Buffer, map: Buffer): Buffer {
  const at = file.indexOf(map.subarray(0, 256), 256);
  return at > 0 ? file.subarray(0, at) : file;
}

/** sharp 0.35.5 has it, its types do not say so. */
export const keepGainMap = (picture: Sharp): Sharp => (picture as Sharp & { keepGainMap(): Sharp }).keepGainMap();
