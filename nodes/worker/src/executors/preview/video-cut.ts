// Whether a video is shorter than its container says: what was lost in a transfer plays to the point where it ends, and nothing else tells a person why.
export type ReadAt = (from: number, length: number) => Promise<Buffer>;

const MAX_BOXES = 60;
/** File Properties Object of WMV: its identifier, and the size of the file 16 bytes behind object size and file identifier. */
const ASF_PROPERTIES = Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex');

/** Boxes of MP4 and QuickTime at the top level, by their heads only. */
async function boxesCut(size: number, read: ReadAt): Promise<boolean> {
  let at = 0;
  for (let n = 0; n < MAX_BOXES && at + 8 <= size; n++) {
    const head = await read(at, Math.min(16, size - at));
    if (head.length < 8) return false;
    const short = head.readUInt32BE(0);
    const kind = head.toString('latin1', 4, 8);
    if (!/^[ -~\xa9]{4}$/.test(kind) || (short === 1 && head.length < 16)) return false; // padding behind the last box
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (length < 8) return false; // 0: to the end of the file
    if (at + length > size) return kind === 'mdat' || kind === 'moov' || kind === 'moof';
    at += length;
  }
  return false;
}

/** A number of EBML with its length mark; all ones: not known. */
function ebmlSize(b: Buffer, at: number): { value: number; bytes: number } | undefined {
  const first = b[at];
  if (first === undefined || first === 0) return undefined;
  const bytes = Math.clz32(first) - 23;
  if (at + bytes > b.length) return undefined;
  let value = first & (0xff >> bytes);
  let unknown = value === 0xff >> bytes;
  for (let i = 1; i < bytes; i++) { value = value * 256 + b[at + i]!; unknown &&= b[at + i] === 0xff; }
  return unknown ? undefined : { value, bytes };
}

function matroskaCut(head: Buffer, size: number): boolean {
  const header = ebmlSize(head, 4);
  const at = header ? 4 + header.bytes + header.value : head.length;
  if (at + 12 > head.length || head.readUInt32BE(at) !== 0x18538067) return false;
  const segment = ebmlSize(head, at + 4);
  return segment !== undefined && at + 4 + segment.bytes + segment.value > size;
}

function asfCut(head: Buffer, size: number): boolean {
  const at = head.indexOf(ASF_PROPERTIES);
  return at >= 0 && at + 48 <= head.length && Number(head.readBigUInt64LE(at + 40)) > size;
}

export async function isCut(head: Buffer, size: number, read: ReadAt): Promise<boolean> {
  const start = head.toString('latin1', 0, 4);
  if (start === 'RIFF') return head.readUInt32LE(4) + 8 > size + 1; // one byte of padding may be missing
  if (start === '\x1a\x45\xdf\xa3') return matroskaCut(head, size);
  if (start === '\x30\x26\xb2\x75') return asfCut(head, size);
  return /^(ftyp|moov|mdat|wide|free|skip|pnot)$/.test(head.toString('latin1', 4, 8)) && boxesCut(size, read);
}
