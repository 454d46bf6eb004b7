// What the boxes of a HEIF file (HEIC, AVIF) say about its primary picture, before anything is decoded (ISO 14496-12, 23008-12).
import type { Size } from './outputs.ts';

interface Box { kind: string; body: number; end: number }

const MAX_BOXES = 5000;
const MAX_EXTENTS = 50_000;
/** Of one kind beside each other; writers use one. */
const MAX_TWINS = 4;

/** Boxes between two places; one that says it is longer than its surroundings keeps its word in `end`, so that cut files are noticed. */
function boxes(b: Buffer, from: number, to: number): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= Math.min(to, b.length) && found.length < MAX_BOXES;) {
    const short = b.readUInt32BE(at);
    const large = short === 1 && at + 16 <= b.length;
    const length = large ? Number(b.readBigUInt64BE(at + 8)) : short === 0 ? to - at : short;
    if (length < (large ? 16 : 8)) break;
    found.push({ kind: b.toString('latin1', at + 4, at + 8), body: at + (large ? 16 : 8), end: at + length });
    at += length;
  }
  return found;
}

/** `size`: as stored (ispe); `turns`: the container has a rotation or mirror for it, so that nothing else may turn it; `length`: bytes that the file should have; `sequence`: pictures only in a track, as in a video. */
export interface HeifFacts { size: Size | undefined; turns: boolean; length: number; sequence: boolean }

/** Property indices (from 1) that belong to the item. */
function associations(b: Buffer, ipma: Box, item: number): number[] {
  const [version, wide] = [b[ipma.body]!, (b[ipma.body + 3]! & 1) === 1];
  const count = b.readUInt32BE(ipma.body + 4);
  for (let n = 0, at = ipma.body + 8; n < count && n < MAX_BOXES; n++) {
    const id = version < 1 ? b.readUInt16BE(at) : b.readUInt32BE(at);
    at += version < 1 ? 2 : 4;
    const properties = b[at]!;
    at += 1;
    if (id === item) return Array.from({ length: properties }, (_, i) => (wide ? b.readUInt16BE(at + 2 * i) & 0x7fff : b[at + i]! & 0x7f));
    at += properties * (wide ? 2 : 1);
  }
  return [];
}

/** End of the last byte that any item of the file has (extents in the file itself only). */
function dataEnd(b: Buffer, iloc: Box): number {
  const version = b[iloc.body]!;
  const [offsetSize, lengthSize, baseSize, indexSize] = [b[iloc.body + 4]! >> 4, b[iloc.body + 4]! & 15, b[iloc.body + 5]! >> 4, version > 0 ? b[iloc.body + 5]! & 15 : 0];
  let at = iloc.body + 6;
  const take = (size: number): number => { const value = size === 8 ? Number(b.readBigUInt64BE(at)) : size === 0 ? 0 : b.readUIntBE(at, size); at += size; return value; };
  let end = 0;
  let left = MAX_EXTENTS;
  const items = take(version < 2 ? 2 : 4);
  for (let n = 0; n < items && n < MAX_BOXES; n++) {
    at += version < 2 ? 2 : 4;
    const method = version > 0 ? take(2) & 15 : 0;
    at += 2;
    const base = take(baseSize);
    const extents = take(2);
    for (let e = 0; e < extents && left > 0; e++, left--) {
      at += indexSize;
      const to = base + take(offsetSize) + take(lengthSize);
      if (method === 0) end = Math.max(end, to);
    }
  }
  return end;
}

function read(b: Buffer): HeifFacts {
  const top = boxes(b, 0, b.length);
  const meta = top.find((x) => x.kind === 'meta');
  const last = top.at(-1);
  let length = last && last.kind !== 'free' && last.kind !== 'skip' ? Math.max(b.length, last.end) : b.length;
  if (!meta) return { size: undefined, turns: false, length, sequence: top.some((x) => x.kind === 'moov') };
  const inside = boxes(b, meta.body + 4, meta.end);
  const child = (kind: string, of = inside): Box | undefined => of.find((x) => x.kind === kind);
  const [iloc, pitm, iprp] = [child('iloc'), child('pitm'), child('iprp')];
  if (iloc) length = Math.max(length, dataEnd(b, iloc));
  const primary = pitm ? (b[pitm.body] === 0 ? b.readUInt16BE(pitm.body + 4) : b.readUInt32BE(pitm.body + 4)) : undefined;
  const below = iprp ? boxes(b, iprp.body, iprp.end) : [];
  const all = below.filter((x) => x.kind === 'ipco').slice(0, MAX_TWINS).flatMap((x) => boxes(b, x.body, x.end));
  const own = primary === undefined ? [] : below.filter((x) => x.kind === 'ipma').slice(0, MAX_TWINS).flatMap((x) => associations(b, x, primary)).flatMap((i) => all[i - 1] ?? []);
  const ispe = child('ispe', own);
  const size = ispe && { width: b.readUInt32BE(ispe.body + 4), height: b.readUInt32BE(ispe.body + 8) };
  return { size, turns: own.some((x) => x.kind === 'irot' || x.kind === 'imir'), length, sequence: !pitm && top.some((x) => x.kind === 'moov') };
}

/** Never throws: what is damaged counts as not said. */
export function heifFacts(file: Buffer): HeifFacts {
  try { return read(file); } catch (e) {
    if (e instanceof RangeError) return { size: undefined, turns: true, length: file.length, sequence: false };
    throw e;
  }
}
