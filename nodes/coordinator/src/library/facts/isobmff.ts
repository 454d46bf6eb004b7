import { open, type FileHandle } from 'node:fs/promises';

/** HEIF and AVIF by the brands in `ftyp`; null for the other users of this container (MP4, MOV, CR3 …). Writers differ in which brand they put first. */
export function heifMime(head: Uint8Array): { mime: string; ext: string } | null {
  const b = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (b.length < 16 || b.toString('latin1', 4, 8) !== 'ftyp') return null;
  const major = b.toString('latin1', 8, 12);
  const brands = [major];
  for (let at = 16; at + 4 <= Math.min(b.readUInt32BE(0), b.length); at += 4) brands.push(b.toString('latin1', at, at + 4));
  if (/^(heic|heix|heim|heis)$/.test(major)) return { mime: 'image/heic', ext: 'heic' };
  if (/^(hevc|hevx|hevm|hevs)$/.test(major)) return { mime: 'image/heic-sequence', ext: 'heic' };
  if (/^avi[fs]$/.test(major)) return { mime: 'image/avif', ext: 'avif' };
  if (!/^(mif1|mif2|msf1)$/.test(major)) return null;
  if (brands.includes('avif')) return { mime: 'image/avif', ext: 'avif' };
  if (brands.some((x) => /^hei[cx]$/.test(x))) return { mime: 'image/heic', ext: 'heic' };
  return { mime: 'image/heif', ext: 'heif' };
}

const MAX_BOXES = 200;
const MAX_TRACKS = 64;

/**
 * Whether an MP4 or MOV shows pictures: false only when its index is whole and lists sound alone. A file without an index (cut, still being
 * written) gets the benefit of the doubt.
 */
export async function hasPictureTrack(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const moov = await findBox(file, 'moov', 0, (await file.stat()).size);
    if (!moov) return true;
    const kinds: string[] = [];
    for (let at = moov.from, n = 0; n < MAX_TRACKS; n++) {
      const trak = await findBox(file, 'trak', at, moov.to);
      if (!trak) break;
      at = trak.to;
      const mdia = await findBox(file, 'mdia', trak.from, trak.to);
      const hdlr = mdia && (await findBox(file, 'hdlr', mdia.from, mdia.to));
      if (!hdlr) return true;
      const { buffer } = await file.read(Buffer.alloc(12), 0, 12, hdlr.from);
      kinds.push(buffer.toString('latin1', 8, 12));
    }
    return kinds.length === 0 || kinds.some((k) => k !== 'soun' && k !== 'text' && k !== 'sbtl' && k !== 'meta' && k !== 'tmcd');
  } finally {
    await file.close();
  }
}

/** The first box of a kind among the siblings from `from` to `to`; its content as positions in the file. */
export async function findBox(file: FileHandle, kind: string, from: number, to: number): Promise<{ from: number; to: number } | null> {
  const head = Buffer.alloc(16);
  for (let at = from, n = 0; at + 8 <= to && n < MAX_BOXES; n++) {
    const { bytesRead } = await file.read(head, 0, 16, at);
    if (bytesRead < 8) return null;
    const short = head.readUInt32BE(0);
    const start = at + (short === 1 ? 16 : 8);
    const end = short === 0 ? to : at + (short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short);
    if (end < start) return null;
    if (head.toString('latin1', 4, 8) === kind) return end > to ? null : { from: start, to: end };
    at = end;
  }
  return null;
}
