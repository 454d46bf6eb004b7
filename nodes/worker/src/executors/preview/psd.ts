// The flattened picture that Photoshop keeps at the end of every PSD and PSB (unless its owner switched that off: then it is white).
import { setImmediate as breathe } from 'node:timers/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { withBytes } from './byte-source.ts';
import { heavy } from './gate.ts';
import { usableProfile } from './icc.ts';
import { renderImage } from './image.ts';
import { checkPixels } from './limits.ts';
import type { Derived } from './outputs.ts';
import { renderPixels } from './pixels.ts';
import { inksAsTiff, labAsTiff } from './plain-tiff.ts';

const damaged = (detail: string): MantelError => new MantelError('undecodable', `This Photoshop picture cannot be decoded: ${detail}.`);

interface Head { large: boolean; width: number; height: number; channels: number; depth: number; mode: number; palette: Buffer; icc: Buffer | undefined; pixelsAt: number }

/** Image resource 1039 is the colour profile. */
function profileOf(resources: Buffer): Buffer | undefined {
  for (let at = 0, n = 0; n < 1000 && at + 12 <= resources.length && resources.toString('latin1', at, at + 4) === '8BIM'; n++) {
    const name = 1 + resources[at + 6]!;
    const body = at + 6 + name + (name % 2) + 4;
    if (body > resources.length) return undefined;
    const length = resources.readUInt32BE(body - 4);
    if (resources.readUInt16BE(at + 4) === 1039) return resources.subarray(body, body + length);
    at = body + length + (length % 2);
  }
  return undefined;
}

function headOf(bytes: ByteSource): Head {
  const b = bytes.read(0, 26);
  if (b.length < 26) throw damaged('it ends too early');
  const large = b.readUInt16BE(4) === 2;
  let at = 26;
  const section = (wide: boolean, most: number): Buffer => {
    const size = bytes.read(at, wide ? 8 : 4);
    if (size.length < (wide ? 8 : 4)) throw damaged('it ends too early');
    const length = wide ? Number(size.readBigUInt64BE(0)) : size.readUInt32BE(0);
    const body = bytes.read(at + size.length, Math.min(length, most));
    at += size.length + length;
    return body;
  };
  const palette = section(false, 768);
  const icc = profileOf(section(false, 4 << 20));
  section(large, 0); // layers and masks
  return { large, channels: b.readUInt16BE(12), height: b.readUInt32BE(14), width: b.readUInt32BE(18), depth: b.readUInt16BE(22), mode: b.readUInt16BE(24), palette, icc, pixelsAt: at };
}

/** PackBits: writes at most `to - from` bytes into `out`. */
function unpack(packed: Buffer, out: Buffer, from: number, to: number): void {
  for (let at = 0, o = from; at < packed.length && o < to;) {
    const n = packed.readInt8(at++);
    if (n === -128) continue;
    if (n >= 0) { o += packed.copy(out, o, at, Math.min(at + n + 1, at + to - o)); at += n + 1; } else { const end = Math.min(to, o + 1 - n); out.fill(packed[at++] ?? 0, o, end); o = end; }
  }
}

/** Best packing is 128 bytes in 2: less than that, and the picture is a header that asks for memory. A cut file keeps a sixteenth of itself. */
const LEAST_SHARE = 1 / 64 / 16;
/** Bytes read and pixels changed before others have their turn. */
const AT_ONCE = 4e6;

/** The first `count` channels in eight bits (or one), one after the other, row by row; `truncated` where the file ends before them. */
async function planes(bytes: ByteSource, { large, width, height, channels, depth, pixelsAt }: Head, count: number, signal: AbortSignal): Promise<{ data: Buffer; truncated: boolean }> {
  const rowBytes = depth === 1 ? Math.ceil(width / 8) : width;
  const [rows, stored] = [height * count, depth === 16 ? rowBytes * 2 : rowBytes];
  const method = bytes.read(pixelsAt, 2);
  if (method.length < 2 || bytes.length - pixelsAt < stored * rows * LEAST_SHARE) throw damaged('it ends before its pixels');
  if (method[1] !== 0 && method[1] !== 1) throw damaged('its pixels are packed in a way that is not known here');
  const packed = method[1] === 1;
  const wide = large ? 4 : 2;
  const lengths = packed ? bytes.read(pixelsAt + 2, height * channels * wide) : Buffer.alloc(0);
  const data = Buffer.alloc(rowBytes * rows, 0xff);
  const line = Buffer.alloc(stored);
  let at = pixelsAt + 2 + (packed ? height * channels * wide : 0);
  for (let row = 0, done = 0; row < rows; row++, done += stored) {
    if (done >= AT_ONCE) { done = 0; await breathe(); signal.throwIfAborted(); }
    if (packed && (row + 1) * wide > lengths.length) return { data, truncated: true };
    const length = packed ? lengths.readUIntBE(row * wide, wide) : stored;
    if (packed && length > stored * 2 + 64) throw damaged('a row of it is longer than it can be');
    const part = bytes.read(at, length);
    if (packed && part.length < length) return { data, truncated: true };
    line.fill(0xff);
    if (packed) unpack(part, line, 0, stored); else part.copy(line);
    if (depth === 16) for (let x = 0; x < width; x++) data[row * rowBytes + x] = line[x * 2]!; else line.copy(data, row * rowBytes);
    if (part.length < length) return { data, truncated: true };
    at += length;
  }
  return { data, truncated: false };
}

/** Channel after channel becomes pixel after pixel. */
async function interleave(data: Buffer, { width, height }: Head, count: number, signal: AbortSignal, change: (value: number, channel: number) => number = (v) => v): Promise<Buffer> {
  const n = width * height;
  const out = Buffer.alloc(n * count);
  for (let c = 0; c < count; c++) for (let from = 0; from < n; from += AT_ONCE) {
    await breathe();
    signal.throwIfAborted();
    for (let i = from; i < Math.min(n, from + AT_ONCE); i++) out[i * count + c] = change(data[c * n + i]!, c);
  }
  return out;
}

function bits(data: Buffer, { width, height }: Head): Buffer {
  const out = Buffer.alloc(width * height);
  const rowBytes = Math.ceil(width / 8);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[y * width + x] = (data[y * rowBytes + (x >> 3)]! >> (7 - (x & 7)) & 1) ? 0 : 255;
  return out;
}

const MODE = { bitmap: 0, grey: 1, indexed: 2, rgb: 3, cmyk: 4, duotone: 8, lab: 9 } as const;

/** PSD and PSB: grey, two tones, palette, RGB, CMYK and Lab in 1, 8 or 16 bits. Throws `too_large` before decoding, `undecodable`; on abort the signal's reason. */
export async function renderPsd(source: Buffer | string, signal: AbortSignal): Promise<Derived> {
  return withBytes(source, async (bytes) => {
    const head = headOf(bytes);
    const { width, height, depth, mode } = head;
    if (width < 1 || height < 1 || head.channels < 1 || head.channels > 56) throw damaged('its header is damaged');
    checkPixels(mode === MODE.cmyk ? 'inks' : mode === MODE.lab ? 'lab' : 'psd', width, height);
    const count = mode === MODE.rgb || mode === MODE.lab ? 3 : mode === MODE.cmyk ? 4 : 1;
    if (![1, 8, 16].includes(depth) || head.channels < count || !(Object.values(MODE) as number[]).includes(mode)) throw damaged('its kind of colours is not known here');
    return heavy(signal, width * height, () => decode(bytes, head, count, signal));
  });
}

async function decode(bytes: ByteSource, head: Head, count: number, signal: AbortSignal): Promise<Derived> {
  const { width, height, depth, mode } = head;
  const { data, truncated } = await planes(bytes, head, count, signal);
  const icc = usableProfile(head.icc) ? head.icc : undefined;
  if (mode === MODE.cmyk) return { ...await renderImage(inksAsTiff(await interleave(data, head, 4, signal, (v) => 255 - v), head, head.icc), 'tiff'), truncated };
  if (mode === MODE.lab) return { ...await renderImage(await labAsTiff(await interleave(data, head, 3, signal, (v, c) => (c === 0 ? v : v ^ 0x80)), head, signal), 'tiff'), truncated };
  if (mode === MODE.indexed) return renderPixels({ data: colours(data, head.palette), width, height, channels: 3 }, { icc, truncated });
  const pixels = depth === 1 ? bits(data, head) : await interleave(data, head, count, signal);
  return renderPixels({ data: pixels, width, height, channels: count as 1 | 3 }, { icc, truncated });
}

/** A palette holds 256 reds, then greens, then blues. */
function colours(data: Buffer, palette: Buffer): Buffer {
  const out = Buffer.alloc(data.length * 3);
  for (let i = 0; i < data.length; i++) for (let c = 0; c < 3; c++) out[i * 3 + c] = palette[c * 256 + data[i]!] ?? 0;
  return out;
}
