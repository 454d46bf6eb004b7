import { open } from 'node:fs/promises';
import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type';
import type { AssetType } from '@mantel/contracts/models/asset.ts';
import { hasPictureTrack, heifMime } from './isobmff.ts';

/** `ext` without a dot. */
export interface Sniffed { mime: string; type: AssetType; ext: string }
const HEAD = 4100;

/**
 * What a file is, by its content and never by its name; null for everything that is no photo or video: HTML, text, sound, noise, an empty file.
 * A path is looked at more closely than a head (a raw photo's maker, an MP4 that holds only sound). A cut file passes: a family's half photo is still theirs.
 * Errors: those of the file system, when the path cannot be read.
 */
export async function sniff(source: string | Uint8Array): Promise<Sniffed | null> {
  const head = typeof source === 'string' ? await readHead(source) : source;
  const quick = byHead(head);
  const found = quick ?? (await fileTypeQuietly(source));
  if (!found) return null;
  const type = found.mime.startsWith('image/') ? 'image' : found.mime.startsWith('video/') ? 'video' : null;
  if (!type) return null;
  if (typeof source === 'string' && /^video\/(mp4|quicktime|3gpp2?|x-m4v)$/.test(found.mime) && !(await hasPictureTrack(source))) return null;
  return { mime: found.mime, type, ext: found.ext };
}

/** The common kinds, in microseconds; file-type does the rest. */
function byHead(b: Uint8Array): { mime: string; ext: string } | null {
  const ascii = (from: number, to: number): string => Buffer.from(b.buffer, b.byteOffset + from, Math.max(0, Math.min(to, b.length) - from)).toString('latin1');
  if (b.length < 3) return null;
  if (b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff) return { mime: 'image/jpeg', ext: 'jpg' };
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return { mime: 'image/png', ext: 'png' };
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return { mime: 'image/webp', ext: 'webp' };
  return ascii(4, 8) === 'ftyp' ? heifMime(b) : null;
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(HEAD);
    const { bytesRead } = await file.read(buffer, 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function fileTypeQuietly(source: string | Uint8Array): Promise<{ mime: string; ext: string } | undefined> {
  try {
    return typeof source === 'string' ? await fileTypeFromFile(source) : await fileTypeFromBuffer(source);
  } catch {
    return undefined; // it met something it does not expect inside a broken file: not recognised
  }
}

/** Names that go with a content; the first is the usual one. A content that is not listed makes no claim about its name. */
const EXTENSIONS: Record<string, readonly string[]> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo'], 'image/png': ['png', 'apng'], 'image/webp': ['webp'], 'image/gif': ['gif'],
  'image/heic': ['heic', 'heif', 'hif'], 'image/heif': ['heif', 'heic', 'hif'], 'image/heic-sequence': ['heic', 'heics', 'heif'], 'image/heif-sequence': ['heif', 'heifs'], 'image/avif': ['avif', 'avifs'],
  'image/tiff': ['tif', 'tiff', 'nef', 'arw', 'srw', 'pef', '3fr', 'erf', 'kdc', 'dcr', 'mef', 'mos', 'dng', 'raw', 'rwl', 'iiq'],
  'image/jxl': ['jxl'], 'image/jp2': ['jp2', 'j2k', 'jpf'],
  'video/mp4': ['mp4', 'm4v', 'mp', 'mv', 'mov', '3gp', 'insv', 'lrv'], 'video/quicktime': ['mov', 'qt', 'mp4'], 'video/x-m4v': ['m4v', 'mp4'], 'video/3gpp': ['3gp', '3gpp', 'mp4'], 'video/3gpp2': ['3g2', '3gp'],
  'video/matroska': ['mkv', 'webm'], 'video/mp2t': ['mts', 'm2ts', 'ts', 'm2t', 'mod', 'tod'], 'video/x-ms-asf': ['wmv', 'asf'], 'video/mpeg': ['mpg', 'mpeg', 'vob', 'mod', 'm2v'], 'video/mp1s': ['mpg', 'mpeg'], 'video/mp2p': ['mpg', 'mpeg', 'vob', 'mod'],
};

/** Whether the name promises something else than the content keeps. A name without an extension promises nothing. */
export function wrongExtension(name: string, mime: string): boolean {
  const dot = name.lastIndexOf('.');
  if (dot <= 0 || dot === name.length - 1) return false;
  const claimed = name.slice(dot + 1).toLowerCase();
  return EXTENSIONS[mime]?.includes(claimed) === false && /^[a-z0-9]{2,5}$/.test(claimed);
}
