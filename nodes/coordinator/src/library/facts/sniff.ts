import { open } from 'node:fs/promises';
import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type';
import type { AssetType } from '@mantel/contracts/models/asset.ts';
import { hasPictureTrack, heifMime } from './isobmff.ts';
import { known, usualExtension } from './kinds.ts';
import { type ReadAt, tiffKind } from './tiff-kind.ts';

export { wrongExtension } from './kinds.ts';

/** `ext` without a dot. */
export interface Sniffed { mime: string; type: AssetType; ext: string }
const HEAD = 4100;

/**
 * What a file is, by its content and never by its name; null for everything that is no photo or video: HTML, text, sound, noise, an empty file.
 * A path is looked at more closely than a head (a raw photo's maker, an MP4 that holds only sound). A cut file passes: a family's half photo is still theirs.
 * Errors: those of the file system, when the path cannot be read.
 */
export async function sniff(source: string | Uint8Array): Promise<Sniffed | null> {
  const found = await contentOf(source);
  return found && known(found) ? { mime: found, type: found.startsWith('image/') ? 'image' : 'video', ext: usualExtension(found) } : null;
}

/** The type of whatever it is, as far as the first bytes tell. */
export async function contentOf(source: string | Uint8Array): Promise<string | null> {
  if (typeof source !== 'string') {
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    return byHead(bytes) ?? (await tiffKind((at, n) => Promise.resolve(bytes.subarray(at, at + n)))) ?? (await fileTypeQuietly(source));
  }
  const file = await open(source, 'r');
  try {
    const read: ReadAt = async (at, n) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(n), 0, n, at);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, HEAD);
    const found = byHead(head) ?? (await tiffKind(read)) ?? (await fileTypeQuietly(source));
    return found && /^video\/(mp4|quicktime|3gpp2?|x-m4v)$/.test(found) && !(await hasPictureTrack(source)) ? 'audio/mp4' : found;
  } finally {
    await file.close();
  }
}

const MARKS: [mark: string, mime: string][] = [
  ['\xff\xd8\xff', 'image/jpeg'], ['\x89PNG\r\n\x1a\n', 'image/png'], ['GIF87a', 'image/gif'], ['GIF89a', 'image/gif'], ['FUJIFILMCCD-RAW', 'image/x-fujifilm-raf'], ['FOVb', 'image/x-sigma-x3f'], ['\0MRM', 'image/x-minolta-mrw'],
  ['\xff\x0a', 'image/jxl'], ['\xff\x4f\xff\x51', 'image/j2c'], ['8BPS\0\x01', 'image/vnd.adobe.photoshop'], ['8BPS\0\x02', 'image/vnd.adobe.photoshop'], ['\0\0\x01\xba', 'video/mpeg'], ['\0\0\x01\xb3', 'video/mpeg'], ['FLV\x01', 'video/x-flv'],
];
const BMP_HEADERS = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** What a few bytes tell, in microseconds; file-type knows the other containers. */
function byHead(b: Buffer): string | null {
  const head = b.toString('latin1', 0, 32);
  const found = MARKS.find(([mark]) => head.startsWith(mark))?.[1];
  if (found) return found;
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp';
  if (head.startsWith('BM') && b.length >= 26 && BMP_HEADERS.has(b.readUInt32LE(14))) return 'image/bmp'; // two letters begin many a text
  if (/^\x1f\x07\0[\x3f\xbf]/.test(head) && b.length > 82 && b[80] === 0x3f) return 'video/x-dv';
  if (head.slice(4, 8) !== 'ftyp') return null;
  return head.slice(8, 12) === 'crx ' ? 'image/x-canon-cr3' : (heifMime(b)?.mime ?? null);
}

async function fileTypeQuietly(source: string | Uint8Array): Promise<string | null> {
  try {
    const found = (typeof source === 'string' ? await fileTypeFromFile(source) : await fileTypeFromBuffer(source))?.mime;
    if (found === 'image/gif' || found === 'image/bmp' || found === 'video/x-flv') return null; // byHead looks at more of their bytes
    if (found === 'video/vnd.avi') return 'video/x-msvideo'; // as exiftool and everybody else call it
    return found ? (/^video\/mp[12][sp]$/i.test(found) ? 'video/mpeg' : found) : null;
  } catch {
    return null; // it met something it does not expect inside a broken file: not recognised
  }
}
