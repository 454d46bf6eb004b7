import type { ByteSource } from './byte-source.ts';
import { loadSharp } from '../../sharp.ts';
import { heavy } from './gate.ts';
import { measure, renderImage } from './image.ts';
import { checkPixels } from './limits.ts';
import type { Derived } from './outputs.ts';
import { labAsTiff } from './plain-tiff.ts';
import { readDirectories, TAG } from './tiff-tags.ts';

const LAB = 8;
const RGB = 2;

/** libvips 8.18 refuses Lab with eight bits (16 work). */
export function isEightBitLab(bytes: ByteSource): boolean {
  const first = readDirectories(bytes)[0];
  return first?.get(TAG.photometric)?.[0] === LAB && first.get(TAG.bits)?.[0] === 8 && first.get(TAG.bits)?.length === 3;
}

/** Reads the pixels as if they were RGB (unpacking is the same), and says then what they are. */
export async function renderLabTiff(file: Buffer, orientation: number, signal: AbortSignal): Promise<Derived> {
  const [little, copy] = [file[0] === 0x49, Buffer.from(file)];
  const at = little ? file.readUInt32LE(4) : file.readUInt32BE(4);
  const u16 = (from: number): number => (little ? file.readUInt16LE(from) : file.readUInt16BE(from));
  for (let n = 0, count = u16(at); n < count; n++) {
    const entry = at + 2 + 12 * n;
    if (u16(entry) === TAG.photometric) { if (little) copy.writeUInt16LE(RGB, entry + 8); else copy.writeUInt16BE(RGB, entry + 8); }
  }
  const { width, height } = await measure(copy, 'tiff');
  checkPixels('lab', width, height);
  const sharp = await loadSharp();
  return heavy(signal, width * height, async () => {
    const pixels = await sharp(copy, { failOn: 'none', limitInputPixels: width * height }).raw().toBuffer();
    return renderImage(await labAsTiff(pixels, { width, height }, signal), 'tiff', { orientation });
  });
}
