// The flattened picture that Photoshop keeps at the end of every PSD and PSB (unless its owner switched that off: then it is white).
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { withBytes } from './byte-source.ts';
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

/** The first `count` channels, one after the other, row by row; `truncated` where the file ends before them. */
function planes(bytes: ByteSource, { large, width, height, channels, depth, pixelsAt }: Head, count: number): { data: Buffer; truncated: boolean } {
  const rowBytes = depth === 1 ? Math.ceil(width / 8) : width * (depth / 8);
  const rows = height * count;
  const data = Buffer.alloc(rowBytes * rows, 0xff);
  const method = bytes.read(pixelsAt, 2);
  if (method.length < 2) throw damaged('it ends before its pixels');
  if (method[1] === 0) return { data, truncated: bytes.read(pixelsAt + 2, data.length).copy(data) < data.length };
  if (method[1] !== 1) throw damaged('its pixels are packed in a way that is not known here');
  const wide = large ? 4 : 2;
  const lengths = bytes.read(pixelsAt + 2, height * channels * wide);
  const from = pixelsAt + 2 + height * channels * wide;
  const packed = bytes.read(from, Math.min(bytes.length - from, data.length * 2));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    if ((row + 1) * wide > lengths.length) return { data, truncated: true };
    const length = lengths.readUIntBE(row * wide, wide);
    if (at + length > packed.length) return { data, truncated: true };
    unpack(packed.subarray(at, at + length), data, row * rowBytes, (row + 1) * rowBytes);
    at += length;
  }
  return { data, truncated: false };
}

/** Channel after channel in any depth becomes pixel after pixel in eight bits. */
function interleave(data: Buffer, { width, height, depth }: Head, count: number, change: (value: number, channel: number) => number = (v) => v): Buffer {
  const n = width * height;
  const out = Buffer.alloc(n * count);
  const step = depth === 16 ? 2 : 1;
  for (let c = 0; c < count; c++) for (let i = 0; i < n; i++) out[i * count + c] = change(data[(c * n + i) * step]!, c);
  return out;
}

function bits(data: Buffer, { width, height }: Head): Buffer {
  const out = Buffer.alloc(width * height);
  const rowBytes = Math.ceil(width / 8);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[y * width + x] = (data[y * rowBytes + (x >> 3)]! >> (7 - (x & 7)) & 1) ? 0 : 255;
  return out;
}

const MODE = { bitmap: 0, grey: 1, indexed: 2, rgb: 3, cmyk: 4, duotone: 8, lab: 9 } as const;

/** PSD and PSB: grey, two tones, palette, RGB, CMYK and Lab in 1, 8 or 16 bits. Throws `too_large` before decoding, `undecodable`. */
export async function renderPsd(source: Buffer | string): Promise<Derived> {
  return withBytes(source, async (bytes) => {
    const head = headOf(bytes);
    const { width, height, depth, mode } = head;
    if (width < 1 || height < 1 || head.channels < 1 || head.channels > 56) throw damaged('its header is damaged');
    checkPixels('psd', width, height);
    const count = mode === MODE.rgb || mode === MODE.lab ? 3 : mode === MODE.cmyk ? 4 : 1;
    if (![1, 8, 16].includes(depth) || head.channels < count || !(Object.values(MODE) as number[]).includes(mode)) throw damaged('its kind of colours is not known here');
    const { data, truncated } = planes(bytes, head, count);
    const icc = usableProfile(head.icc) ? head.icc : undefined;
    if (mode === MODE.cmyk) return { ...await renderImage(inksAsTiff(interleave(data, head, 4, (v) => 255 - v), head, head.icc), 'tiff'), truncated };
    if (mode === MODE.lab) return { ...await renderImage(labAsTiff(interleave(data, head, 3, (v, c) => (c === 0 ? v : v ^ 0x80)), head), 'tiff'), truncated };
    if (mode === MODE.indexed) return renderPixels({ data: colours(data, head.palette), width, height, channels: 3 }, { icc, truncated });
    const pixels = depth === 1 ? bits(data, head) : interleave(data, head, count);
    return renderPixels({ data: pixels, width, height, channels: count as 1 | 3 }, { icc, truncated });
  });
}

/** A palette holds 256 reds, then greens, then blues. */
function colours(data: Buffer, palette: Buffer): Buffer {
  const out = Buffer.alloc(data.length * 3);
  for (let i = 0; i < data.length; i++) for (let c = 0; c < 3; c++) out[i * 3 + c] = palette[c * 256 + data[i]!] ?? 0;
  return out;
}
