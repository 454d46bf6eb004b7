// Pixels in inks or in Lab as a TIFF, which knows how to say what they are; sharp takes raw pixels as RGB only.
import { setImmediate as breathe } from 'node:timers/promises';
import type { Size } from './outputs.ts';

/** Numbers changed before others have their turn. */
const AT_ONCE = 4e6;

interface Layout { photometric: 5 | 8; channels: 3 | 4; bits: 8 | 16; icc?: Buffer | undefined }

function tiff(pixels: Buffer, { width, height }: Size, { photometric, channels, bits, icc }: Layout): Buffer {
  const head = Buffer.alloc(256);
  const depths = 200;
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(icc ? 11 : 10, 8);
  let at = 10;
  const entry = (tag: number, type: 3 | 4 | 7, count: number, value: number): void => { head.writeUInt16LE(tag, at); head.writeUInt16LE(type, at + 2); head.writeUInt32LE(count, at + 4); head.writeUInt32LE(value, at + 8); at += 12; };
  entry(256, 4, 1, width); entry(257, 4, 1, height); entry(258, 3, channels, depths); entry(259, 3, 1, 1); entry(262, 3, 1, photometric);
  entry(273, 4, 1, 256); entry(277, 3, 1, channels); entry(278, 4, 1, height); entry(279, 4, 1, pixels.length); entry(284, 3, 1, 1);
  if (icc) entry(34675, 7, icc.length, 256 + pixels.length);
  for (let c = 0; c < channels; c++) head.writeUInt16LE(bits, depths + 2 * c);
  return Buffer.concat([head, pixels, ...(icc ? [icc] : [])]);
}

/** Four inks, 255 = full. */
export const inksAsTiff = (pixels: Buffer, size: Size, icc?: Buffer): Buffer => tiff(pixels, size, { photometric: 5, channels: 4, bits: 8, icc });

/** Eight-bit Lab as TIFF writes it: L 0 to 255, a and b signed. Written with 16 bits, because libvips 8.18 refuses eight. */
export async function labAsTiff(pixels: Buffer, size: Size, signal: AbortSignal): Promise<Buffer> {
  const wide = Buffer.alloc(pixels.length * 2);
  for (let from = 0; from < pixels.length; from += AT_ONCE) {
    await breathe();
    signal.throwIfAborted();
    for (let i = from; i < Math.min(pixels.length, from + AT_ONCE); i++) if (i % 3 === 0) wide.writeUInt16LE(pixels[i]! * 257, i * 2); else wide.writeInt16LE(pixels.readInt8(i) * 256, i * 2);
  }
  return tiff(wide, size, { photometric: 8, channels: 3, bits: 16 });
}
