import { words } from './words.ts';

type Value = string | number | number[] | Uint8Array;
export type Ifd = ReadonlyMap<number, Value>;
/** The parts of EXIF that hold facts. Rationals are numbers already; `makerNote` as it lies there. */
export interface Exif { ifd0: Ifd; exif: Ifd; gps: Ifd; interop: Ifd; makerNote: Uint8Array | null }

const SIZE: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4 };
const MAX_ENTRIES = 500;
const MAX_NUMBERS = 16;
const NONE: Ifd = new Map();

/**
 * EXIF by hand: a few microseconds, text in whatever character set, bounds everywhere. The block comes with or without its six-byte head, depending
 * on the container. null: this is no EXIF, or its first directory lies outside: let exiftool try. Never throws.
 */
export function parseExif(block: Uint8Array): Exif | null {
  const all = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const b = all.toString('latin1', 0, 4) === 'Exif' ? all.subarray(6) : all;
  const order = b.toString('latin1', 0, 4);
  if (b.length < 8 || (order !== 'II*\0' && order !== 'MM\0*')) return null;
  const little = order.startsWith('I');
  const ifd0 = readIfd(b, little ? b.readUInt32LE(4) : b.readUInt32BE(4), little);
  if (!ifd0) return null;
  const sub = (from: Ifd, tag: number): Ifd | null => {
    const at = from.get(tag);
    return typeof at === 'number' ? readIfd(b, at, little) : NONE;
  };
  const [exif, gps] = [sub(ifd0, 0x8769), sub(ifd0, 0x8825)];
  if (!exif || !gps) return null;
  const note = exif.get(0x927c);
  return { ifd0, exif, gps, interop: sub(exif, 0xa005) ?? NONE, makerNote: note instanceof Uint8Array ? note : null };
}

/** One directory; null when it lies outside. Values that lie outside are left out. Also for maker notes, which are written the same way. */
export function readIfd(b: Buffer, at: number, little: boolean): Ifd | null {
  if (at < 0 || at + 2 > b.length) return null;
  const u16 = (o: number): number => (little ? b.readUInt16LE(o) : b.readUInt16BE(o));
  const u32 = (o: number): number => (little ? b.readUInt32LE(o) : b.readUInt32BE(o));
  const out = new Map<number, Value>();
  for (let i = 0, o = at + 2; i < Math.min(u16(at), MAX_ENTRIES) && o + 12 <= b.length; i++, o += 12) {
    const [type, count] = [u16(o + 2), u32(o + 4)];
    const bytes = (SIZE[type] ?? 0) * count;
    const from = bytes <= 4 ? o + 8 : u32(o + 8);
    if (bytes === 0 || from + bytes > b.length || out.has(u16(o))) continue;
    const value = valueOf(b, type, from, count, little);
    if (value !== null) out.set(u16(o), value);
  }
  return out;
}

function valueOf(b: Buffer, type: number, from: number, count: number, little: boolean): Value | null {
  if (type === 2) return words(b.subarray(from, from + count));
  if (type === 1 || type === 6 || type === 7) return b.subarray(from, from + count);
  const read: Record<number, (o: number) => number> = little
    ? { 3: (o) => b.readUInt16LE(o), 4: (o) => b.readUInt32LE(o), 5: (o) => b.readUInt32LE(o) / b.readUInt32LE(o + 4), 8: (o) => b.readInt16LE(o), 9: (o) => b.readInt32LE(o), 10: (o) => b.readInt32LE(o) / b.readInt32LE(o + 4), 11: (o) => b.readFloatLE(o), 12: (o) => b.readDoubleLE(o), 13: (o) => b.readUInt32LE(o) }
    : { 3: (o) => b.readUInt16BE(o), 4: (o) => b.readUInt32BE(o), 5: (o) => b.readUInt32BE(o) / b.readUInt32BE(o + 4), 8: (o) => b.readInt16BE(o), 9: (o) => b.readInt32BE(o), 10: (o) => b.readInt32BE(o) / b.readInt32BE(o + 4), 11: (o) => b.readFloatBE(o), 12: (o) => b.readDoubleBE(o), 13: (o) => b.readUInt32BE(o) };
  const one = read[type];
  if (!one) return null;
  const numbers = Array.from({ length: Math.min(count, MAX_NUMBERS) }, (_, i) => one(from + i * SIZE[type]!));
  return count === 1 ? numbers[0]! : numbers;
}
