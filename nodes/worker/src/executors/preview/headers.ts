// Sizes and colour profiles of pictures that ffmpeg or djxl decode, from their headers: what is too large is refused before anything is decoded.
import type { Size } from './outputs.ts';
import type { ForeignKind } from './sniff.ts';

function bmp(b: Buffer): Size { return b.readUInt32LE(14) === 12 ? { width: b.readUInt16LE(18), height: b.readUInt16LE(20) } : { width: Math.abs(b.readInt32LE(18)), height: Math.abs(b.readInt32LE(22)) }; }

function netpbm(b: Buffer): Size {
  const m = /^P[4-6]\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s/.exec(b.toString('latin1', 0, 512));
  return { width: Number(m?.[1] ?? 0), height: Number(m?.[2] ?? 0) };
}

function jp2(b: Buffer): Size {
  if (b[0] === 0xff) return { width: b.readUInt32BE(8) - b.readUInt32BE(16), height: b.readUInt32BE(12) - b.readUInt32BE(20) };
  const at = b.subarray(0, 1 << 20).indexOf('ihdr');
  return at < 0 ? { width: 0, height: 0 } : { width: b.readUInt32BE(at + 8), height: b.readUInt32BE(at + 4) };
}

const RATIOS = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];

/** SizeHeader of a JPEG XL codestream (ISO 18181-1): bits, least significant first. As stored, before its orientation. */
function codestream(b: Buffer): Size {
  let bit = 16;
  const take = (n: number): number => {
    let value = 0;
    for (let i = 0; i < n; i++, bit++) value += ((b[bit >> 3] ?? 0) >> (bit & 7) & 1) * 2 ** i;
    return value;
  };
  const small = take(1) === 1;
  const side = (): number => (small ? (take(5) + 1) * 8 : take([9, 13, 18, 30][take(2)]!) + 1);
  const height = side();
  const ratio = take(3);
  return { height, width: ratio ? Math.floor(height * RATIOS[ratio]!) : side() };
}

function jxl(b: Buffer): Size {
  if (b[0] === 0xff) return codestream(b);
  for (let at = 0, n = 0; n < 100 && at + 16 <= b.length; n++) {
    const [size, kind] = [b.readUInt32BE(at), b.toString('latin1', at + 4, at + 8)];
    const body = at + (size === 1 ? 16 : 8);
    if (kind === 'jxlc' || kind === 'jxlp') return codestream(b.subarray(kind === 'jxlp' ? body + 4 : body));
    const length = size === 1 ? Number(b.readBigUInt64BE(at + 8)) : size;
    if (length < 8) break;
    at += length;
  }
  return { width: 0, height: 0 };
}

const READERS: Record<ForeignKind, (b: Buffer) => Size> = {
  bmp, jp2, jxl, netpbm,
  qoi: (b) => ({ width: b.readUInt32BE(4), height: b.readUInt32BE(8) }),
};

/** 0×0 where the header is damaged. */
export function sizeFromHeader(kind: ForeignKind, file: Buffer): Size {
  try { return READERS[kind](file); } catch (e) { if (e instanceof RangeError) return { width: 0, height: 0 }; throw e; }
}

function jp2Profile(b: Buffer): Buffer | undefined {
  const head = b.subarray(0, 1 << 20);
  for (let at = head.indexOf('colr'); at >= 4; at = head.indexOf('colr', at + 4)) if (head[at + 4] === 2) return head.subarray(at + 7, at - 4 + head.readUInt32BE(at - 4));
  return undefined;
}

/** The ICC profile beside the pixels, where the decoder does not hand it out. */
export function profileFromHeader(kind: ForeignKind, file: Buffer): Buffer | undefined {
  try { return kind === 'jp2' ? jp2Profile(file) : undefined; } catch (e) { if (e instanceof RangeError) return undefined; throw e; }
}
