import { open, type FileHandle } from 'node:fs/promises';
import { number } from './tags.ts';
import type { Struct, Xmp } from './xmp.ts';

/** A clip as its bytes lie in the file. */
export interface Clip { offset: number; bytes: number }
const MAX_BOXES = 64;
const MARK = 'MotionPhoto_Data';
const CHUNK = 1024 * 1024;
const MAX_SCAN = 64 * CHUNK;

/** How far before the end of the file the clip begins, as XMP says it: Google's motion photo (a list of what lies in the file) and its older micro video. */
export function announcedClips(xmp: Xmp): number[] {
  const out: number[] = [];
  const items = Object.values(xmp.structs.get('Container:Directory') ?? {}).slice(0, 50).map((i): Struct => (typeof i === 'object' ? (typeof i.item === 'object' ? i.item : i) : {}));
  const at = items.findIndex((i) => i.semantic === 'MotionPhoto' || String(i.mime ?? '').startsWith('video/'));
  if (at > 0) out.push(items.slice(at).reduce((sum, i, n) => sum + (number(i.length, 0, 1e12) ?? 0) + (n === 0 ? 0 : (number(i.padding, 0, 1e9) ?? 0)), 0));
  const micro = number(xmp.properties.get('GCamera:MicroVideoOffset')?.[0], 1, 1e12);
  if (micro !== null) out.push(micro);
  return out;
}

/**
 * The clip inside a motion photo, or null. What XMP or a maker's trailer announces is checked against the file: a whole clip (`ftyp` and `moov`) must
 * lie there. For any other photo this is one look at its last bytes.
 */
export async function findClip(path: string, mime: string, announced: readonly number[]): Promise<Clip | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const { size } = await file.stat();
    for (const fromEnd of announced) {
      const clip = await clipAt(file, size - fromEnd, size);
      if (clip) return clip;
    }
    if (/^image\/(hei[cf]|avif)/.test(mime)) return await boxedClip(file, size);
    return mime === 'image/jpeg' ? await trailingClip(file, size) : null;
  } catch {
    return null; // the file went away or cannot be read on: no clip that could be played
  } finally {
    await file.close();
  }
}

/** The boxes of a clip from here on; whatever follows them (a maker's trailer) is not part of it. */
async function clipAt(file: FileHandle, offset: number, limit: number): Promise<Clip | null> {
  const kinds: string[] = [];
  let at = offset;
  for (let n = 0; n < MAX_BOXES && at > 0 && at + 8 <= limit; n++) {
    const box = await boxAt(file, at, limit);
    if (!box || (n === 0 && box.kind !== 'ftyp')) break;
    kinds.push(box.kind);
    at = box.end;
  }
  return kinds[0] === 'ftyp' && kinds.includes('moov') ? { offset, bytes: at - offset } : null;
}

async function boxAt(file: FileHandle, at: number, limit: number): Promise<{ kind: string; start: number; end: number } | null> {
  const { buffer: head, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, at);
  const kind = head.toString('latin1', 4, 8);
  if (bytesRead < 8 || !/^[a-zA-Z0-9 ]{4}$/.test(kind)) return null;
  const short = head.readUInt32BE(0);
  const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? limit - at : short;
  const start = at + (short === 1 ? 16 : 8);
  return at + size > limit || at + size < start ? null : { kind, start, end: at + size };
}

/** In HEIF the clip has a box of its own at the end. */
async function boxedClip(file: FileHandle, size: number): Promise<Clip | null> {
  for (let at = 0, n = 0; n < MAX_BOXES && at + 8 <= size; n++) {
    const box = await boxAt(file, at, size);
    if (!box) return null;
    if (box.kind === 'mpvd') return clipAt(file, box.start, box.end);
    at = box.end;
  }
  return null;
}

/** Samsung's trailer: a table of what was hung on behind the picture. Without the table (a copy that lost it) the mark of the clip is searched for. */
async function trailingClip(file: FileHandle, size: number): Promise<Clip | null> {
  const { buffer: tail, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, Math.max(0, size - 8));
  if (bytesRead < 8 || tail.readUInt16BE(6) === 0xffd9) return null;
  if (tail.toString('latin1', 4, 8) !== 'SEFT') return marked(file, size);
  const length = tail.readUInt32LE(0);
  if (length < 12 || length > 65_536 || length + 8 > size) return null;
  const head = size - 8 - length;
  const { buffer: table } = await file.read(Buffer.alloc(length), 0, length, head);
  if (table.toString('latin1', 0, 4) !== 'SEFH') return null;
  for (let i = 0, at = 12; i < Math.min(table.readUInt32LE(8), 500) && at + 12 <= length; i++, at += 12) {
    if (table.readUInt16LE(at + 2) !== 0x0a30) continue;
    const start = head - table.readUInt32LE(at + 4); // a block: two numbers, the length of its name, the name, the clip
    const { buffer: block } = await file.read(Buffer.alloc(8), 0, 8, Math.max(0, start));
    return clipAt(file, start + 8 + block.readUInt32LE(4), Math.min(head, start + table.readUInt32LE(at + 8)));
  }
  return null;
}

async function marked(file: FileHandle, size: number): Promise<Clip | null> {
  const chunk = Buffer.alloc(CHUNK + MARK.length);
  for (let from = Math.max(0, size - MAX_SCAN); from < size; from += CHUNK) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, from);
    const at = chunk.subarray(0, bytesRead).indexOf(MARK, 0, 'latin1');
    if (at >= 0) return clipAt(file, from + at + MARK.length, size);
  }
  return null;
}
