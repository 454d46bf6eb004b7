import type { Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';

export interface Hashes { thumbhash: string; dhash: string }

/**
 * `thumbhash`: base64, from at most 100×100 pixels. `dhash`: 64 bits as hex, row by row from the top left, highest bit first;
 * a bit is 1 where the right pixel of a 9×8 grey picture is brighter than its left neighbour.
 */
export async function hashes(picture: () => Sharp): Promise<Hashes> {
  const [small, grey] = await Promise.all([
    picture().resize(100, 100, { fit: 'inside', kernel: 'linear' }).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true }),
    picture().greyscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true }),
  ]);
  return { thumbhash: Buffer.from(rgbaToThumbHash(small.info.width, small.info.height, small.data)).toString('base64'), dhash: differences(grey.data, grey.info.channels) };
}

function differences(grey: Buffer, channels: number): string {
  let bits = 0n;
  for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) {
    const at = (y * 9 + x) * channels;
    bits = (bits << 1n) | (grey[at + channels]! > grey[at]! ? 1n : 0n);
  }
  return bits.toString(16).padStart(16, '0');
}
