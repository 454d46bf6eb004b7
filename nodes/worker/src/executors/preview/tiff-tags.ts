// The directories of a TIFF, as far as they say what kind of file it is and how it lies: DNG, NEF, ARW, PEF, SRW, CR2, RW2 and ORF are all built this way.
import type { ByteSource } from './byte-source.ts';

/** One directory: tag → its numbers (at most the first eight; of the places of pixels, the first 4096). */
export type Directory = Map<number, number[]>;

export const TAG = {
  subfile: 0xfe, width: 0x100, height: 0x101, bits: 0x102, compression: 0x103, photometric: 0x106, orientation: 0x112, subDirectories: 0x14a, stripOffsets: 0x111, stripBytes: 0x117, tileOffsets: 0x144, tileBytes: 0x145, exif: 0x8769, dngVersion: 0xc612, cropSize: 0xc620,
  exifWidth: 0xa002, exifHeight: 0xa003, sensorTop: 4, sensorLeft: 5, sensorBottom: 6, sensorRight: 7,
} as const;

const PLACES: number[] = [TAG.stripOffsets, TAG.stripBytes, TAG.tileOffsets, TAG.tileBytes];
const SIZES: Record<number, number> = { 1: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 9: 4, 13: 4 };
const MAX_DIRECTORIES = 40;
const MAX_ENTRIES = 400;

/** Directories of the TIFF that starts at `base`: the chain first, then those below, EXIF included. Damage ends the reading, it throws nothing. */
export function readDirectories(bytes: ByteSource, base = 0): Directory[] {
  const head = bytes.read(base, 8);
  const little = head.toString('latin1', 0, 2) === 'II';
  if (head.length < 8 || (!little && head.toString('latin1', 0, 2) !== 'MM')) return [];
  const u16 = (b: Buffer, at: number): number => (little ? b.readUInt16LE(at) : b.readUInt16BE(at));
  const u32 = (b: Buffer, at: number): number => (little ? b.readUInt32LE(at) : b.readUInt32BE(at));

  function values(tag: number, type: number, count: number, field: Buffer): number[] {
    const size = SIZES[type];
    if (!size) return [];
    const n = Math.min(count, PLACES.includes(tag) ? 4096 : 8);
    const from = count * size <= 4 ? field : bytes.read(base + u32(field, 0), n * size);
    const found: number[] = [];
    for (let at = 0; at + size <= from.length && found.length < n; at += size) {
      if (type === 5) { const below = u32(from, at + 4); found.push(below ? u32(from, at) / below : 0); } else found.push(size === 1 ? from[at]! : size === 2 ? u16(from, at) : u32(from, at));
    }
    return found;
  }

  const queue = [u32(head, 4)];
  const seen = new Set<number>();
  const directories: Directory[] = [];
  while (queue.length > 0 && directories.length < MAX_DIRECTORIES) {
    const at = queue.shift()!;
    if (at < 8 || base + at + 2 > bytes.length || seen.has(at)) continue;
    seen.add(at);
    const start = bytes.read(base + at, 2);
    if (start.length < 2) continue;
    const count = Math.min(u16(start, 0), MAX_ENTRIES);
    const block = bytes.read(base + at + 2, count * 12 + 4);
    const directory: Directory = new Map();
    for (let e = 0; e + 12 <= block.length && e < count * 12; e += 12) directory.set(u16(block, e), values(u16(block, e), u16(block, e + 2), u32(block, e + 4), block.subarray(e + 8, e + 12)));
    directories.push(directory);
    const nextAt = block.length >= count * 12 + 4 ? u32(block, count * 12) : 0;
    if (nextAt) queue.unshift(nextAt);
    queue.push(...(directory.get(TAG.subDirectories) ?? []), ...(directory.get(TAG.exif) ?? []).slice(0, 1));
  }
  return directories;
}

/** Ways of storing that only cameras use: Panasonic, Sony, Samsung, Nikon, Pentax. */
const CAMERA_COMPRESSIONS = [34316, 32767, 32770, 34713, 65535];
/** Colour filter array, and linear RAW. */
const CAMERA_PIXELS = [32803, 34892];

export const isCameraRaw = (directories: Directory[]): boolean => directories.some((d) => d.has(TAG.dngVersion)
  || CAMERA_COMPRESSIONS.includes(d.get(TAG.compression)?.[0] ?? 0) || CAMERA_PIXELS.includes(d.get(TAG.photometric)?.[0] ?? 0));

/** Whether pixels that a directory names lie beyond the end of the file. */
export const isCutOff = (directories: Directory[], length: number): boolean => directories.some((d) => ([[TAG.stripOffsets, TAG.stripBytes], [TAG.tileOffsets, TAG.tileBytes]] as const)
  .some(([offsets, counts]) => { const sizes = d.get(counts) ?? []; return (d.get(offsets) ?? []).some((at, i) => sizes[i] !== undefined && at + sizes[i] > length); }));
