import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 as zlibCrc } from 'node:zlib';

/** An entry as the list at the end of a zip names it. `at`: where its local header stands. */
export interface ZipEntry { path: string; method: number; crc: number; packed: number; bytes: number; at: number; modifiedAt: number; link: boolean; encrypted: boolean; nameBytes: number; extraBytes: number; /** The file ends before it does. */ broken?: boolean }
/** `cut`: the list at the end is not there, so the entries have to be found one by one (`walkZip`); what stood behind the last of them is lost. */
export interface Zip { fd: number; size: number; entries: ZipEntry[]; cut: boolean; stamp: string }

const EOCD = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_LIST = 1024 * 1024 * 1024;
const FAR = 0xffffffff;

export const readAt = (fd: number, at: number, length: number): Buffer => {
  const b = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const n = readSync(fd, b, got, length - got, at + got);
    if (n === 0) break;
    got += n;
  }
  return b.subarray(0, got);
};
export const closeZip = (zip: Zip): void => closeSync(zip.fd);

/** Opens a zip by the list at its end; where that is missing or nonsense, it has no entries and is `cut`. Throws only what the disk throws. */
export function openZip(path: string): Zip {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const list = readList(fd, size);
    if (list) return { fd, size, ...list, cut: false };
    return { fd, size, entries: [], cut: true, stamp: 'cut' };
  } catch (e) {
    closeSync(fd);
    throw e;
  }
}

function readList(fd: number, size: number): { entries: ZipEntry[]; stamp: string } | null {
  const tailAt = Math.max(0, size - 22 - 65_535);
  const tail = readAt(fd, tailAt, size - tailAt);
  for (let i = tail.length - 22; i >= 0; i--) {
    if (tail.readUInt32LE(i) !== EOCD || i + 22 + tail.readUInt16LE(i + 20) > tail.length) continue;
    let [count, bytes, at] = [tail.readUInt16LE(i + 10), tail.readUInt32LE(i + 12), tail.readUInt32LE(i + 16)];
    const end = tailAt + i;
    if (count === 0xffff || bytes === FAR || at === FAR) {
      const locator = end >= 20 ? readAt(fd, end - 20, 20) : Buffer.alloc(0);
      const big = locator.length === 20 && locator.readUInt32LE(0) === 0x07064b50 ? readAt(fd, Number(locator.readBigUInt64LE(8)), 56) : Buffer.alloc(0);
      if (big.length === 56 && big.readUInt32LE(0) === 0x06064b50) [count, bytes, at] = [Number(big.readBigUInt64LE(32)), Number(big.readBigUInt64LE(40)), Number(big.readBigUInt64LE(48))];
    }
    if (bytes > MAX_LIST || at + bytes > end) return null;
    const list = readAt(fd, at, bytes);
    const entries = parseList(list, count, size);
    return entries && { entries, stamp: `${count} ${at} ${crcOf(list)}` };
  }
  return null;
}

const crcOf = (b: Buffer): string => zlibCrc(b).toString(16);

function parseList(b: Buffer, count: number, size: number): ZipEntry[] | null {
  const entries: ZipEntry[] = [];
  let i = 0;
  while (i + 46 <= b.length && b.readUInt32LE(i) === CENTRAL) {
    const [n, m, k] = [b.readUInt16LE(i + 28), b.readUInt16LE(i + 30), b.readUInt16LE(i + 32)];
    if (i + 46 + n + m + k > b.length) return null;
    const flags = b.readUInt16LE(i + 8);
    const [packed, bytes, at] = wide(b.subarray(i + 46 + n, i + 46 + n + m), b.readUInt32LE(i + 20), b.readUInt32LE(i + 24), b.readUInt32LE(i + 42));
    const host = b.readUInt16LE(i + 4) >> 8;
    entries.push({
      path: nameOf(b.subarray(i + 46, i + 46 + n), flags, b.subarray(i + 46 + n, i + 46 + n + m)), method: b.readUInt16LE(i + 10), crc: b.readUInt32LE(i + 16), packed, bytes, at: at > size ? size : at,
      modifiedAt: dosTime(b.readUInt16LE(i + 14), b.readUInt16LE(i + 12)), link: (host === 3 || host === 19) && (b.readUInt32LE(i + 38) >>> 28) === 0xa, encrypted: (flags & 1) === 1, nameBytes: n, extraBytes: m,
    });
    i += 46 + n + m + k;
  }
  // 16-bit counts of big archives wrap around; anything else that is missing means that the list is cut
  return entries.length % 0x10000 === count % 0x10000 ? entries : null;
}

function wide(extra: Buffer, packed: number, bytes: number, at: number): [number, number, number] {
  if (packed !== FAR && bytes !== FAR && at !== FAR) return [packed, bytes, at];
  for (let i = 0; i + 4 <= extra.length; i += 4 + extra.readUInt16LE(i + 2)) {
    if (extra.readUInt16LE(i) !== 1) continue;
    let p = i + 4;
    const end = Math.min(extra.length, p + extra.readUInt16LE(i + 2));
    const next = (): number => { const v = p + 8 <= end ? Number(extra.readBigUInt64LE(p)) : FAR; p += 8; return v; };
    if (bytes === FAR) bytes = next();
    if (packed === FAR) packed = next();
    if (at === FAR) at = next();
    break;
  }
  return [packed, bytes, at];
}

/** Names are UTF-8 where the flag says so or where they are; the rest are of old programs. Info-ZIP adds a UTF-8 name beside the old one. */
function nameOf(raw: Buffer, flags: number, extra: Buffer): string {
  for (let i = 0; i + 9 <= extra.length; i += 4 + extra.readUInt16LE(i + 2)) {
    if (extra.readUInt16LE(i) === 0x7075 && extra.readUInt32LE(i + 5) === zlibCrc(raw)) return extra.subarray(i + 9, i + 4 + extra.readUInt16LE(i + 2)).toString('utf8');
  }
  if (flags & 0x800) return raw.toString('utf8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return raw.toString('latin1');
  }
}
const dosTime = (date: number, time: number): number => Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2);

// --- Without the list ---

const WINDOW = 1024 * 1024;
/** Whether a zip begins as one, be its end what it may. */
export const beginsWell = ({ fd }: Zip): boolean => { const h = readAt(fd, 0, 4); return h.length === 4 && h.readUInt32LE(0) === LOCAL; };

/**
 * Finds the entries of a cut zip by their local headers, one behind the other, and puts them into its list. Where a size stands only behind the bytes, these are searched for it, which takes as long as reading them: so it stops at every window
 * to say where it is, and whoever goes through it lets others have a turn.
 */
export function* walkZip(zip: Zip): Generator<number, void> {
  const { fd, size } = zip;
  for (let at = 0, next = 0; next < size;) {
    at = next;
    const h = readAt(fd, at, 30);
    if (h.length < 30 || h.readUInt32LE(0) !== LOCAL) return;
    const [flags, n, m] = [h.readUInt16LE(6), h.readUInt16LE(26), h.readUInt16LE(28)];
    const more = readAt(fd, at + 30, n + m);
    if (more.length < n + m) return;
    const extra = more.subarray(n);
    let [packed, bytes] = wide(extra, h.readUInt32LE(18), h.readUInt32LE(22), 0);
    let crc = h.readUInt32LE(14);
    const start = at + 30 + n + m;
    next = start + packed;
    let broken = false;
    if (flags & 8 && packed === 0) {
      const found = yield* descriptor(fd, start, size);
      broken = found === null;
      [packed, bytes, crc, next] = found ?? [size - start, size - start, -1, size];
    }
    zip.entries.push({ path: nameOf(more.subarray(0, n), flags, extra), method: h.readUInt16LE(8), crc, packed, bytes, at, modifiedAt: dosTime(h.readUInt16LE(12), h.readUInt16LE(10)), link: false, encrypted: (flags & 1) === 1, nameBytes: n, extraBytes: m, broken });
    yield at;
  }
}
/** The record behind an entry's bytes: it is the one whose own size fits the distance. */
function* descriptor(fd: number, start: number, size: number): Generator<number, [packed: number, bytes: number, crc: number, next: number] | null> {
  const MARK = Buffer.from([0x50, 0x4b, 0x07, 0x08]);
  for (let from = start; from < size; from += WINDOW) {
    const b = readAt(fd, from, WINDOW + 24);
    for (let i = b.indexOf(MARK); i >= 0 && i < WINDOW; i = b.indexOf(MARK, i + 1)) {
      const far = from + i - start;
      if (i + 16 <= b.length && b.readUInt32LE(i + 8) === far) return [far, b.readUInt32LE(i + 12), b.readUInt32LE(i + 4), from + i + 16];
      if (i + 24 <= b.length && Number(b.readBigUInt64LE(i + 8)) === far) return [far, Number(b.readBigUInt64LE(i + 16)), b.readUInt32LE(i + 4), from + i + 24];
    }
    yield from;
  }
  return null;
}
