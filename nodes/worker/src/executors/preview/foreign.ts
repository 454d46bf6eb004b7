import { copyFile, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError, errorCode } from '@mantel/contracts/errors.ts';
import { PREVIEW_OUTPUTS } from '@mantel/contracts/models/job.ts';
import { asFile, runBounded, type Desk } from './bounded.ts';
import { withBytes } from './byte-source.ts';
import { heavy } from './gate.ts';
import { profileFromHeader, sizeFromHeader } from './headers.ts';
import { usableProfile } from './icc.ts';
import { checkPixels, maxPixels } from './limits.ts';
import type { Derived, Size } from './outputs.ts';
import { readNetpbm, renderPixels, type Pixels } from './pixels.ts';
import type { ForeignKind } from './sniff.ts';

/** What ffmpeg calls them; named, so that it never guesses by the name or opens a list of other files. */
const DEMUXERS: Record<ForeignKind | 'jpeg', string> = { jxl: 'jpegxl_pipe', jp2: 'j2k_pipe', bmp: 'bmp_pipe', qoi: 'qoi_pipe', netpbm: 'ppm_pipe', jpeg: 'jpeg_pipe' };
const HEAD_BYTES = 4 << 20;
/** What a cut file may be filled with. */
const MAX_FILL_BYTES = 64 << 20;
/** Pixels leave ffmpeg at twice the size of a preview at most: a panorama's thumbnail needs them. */
const EDGE = 2 * PREVIEW_OUTPUTS.preview.edge;

const said = (stderr: string): string => (stderr.trim().split('\n').pop() ?? '').replace(/^\[[^\]]*\]\s*/, '').slice(0, 300);
const undecodable = (stderr: string): MantelError => new MantelError('undecodable', `This picture cannot be decoded: ${said(stderr) || 'its data are damaged'}`);

function demuxer(kind: ForeignKind | 'jpeg', head: Buffer): string {
  if (kind === 'netpbm') return { 0x34: 'pbm_pipe', 0x35: 'pgm_pipe' }[head[1]!] ?? 'ppm_pipe';
  return DEMUXERS[kind];
}

/** First picture of the file, at most EDGE wide and high. */
async function byFfmpeg(file: string, kind: ForeignKind | 'jpeg', { head, reduce }: { head: Buffer; reduce: number }, signal: AbortSignal): Promise<Pixels> {
  const fit = `scale=w='min(iw,${EDGE})':h='min(ih,${EDGE})':force_original_aspect_ratio=decrease:flags=area+accurate_rnd+full_chroma_int`;
  const ran = await runBounded('ffmpeg', ['-nostdin', '-v', 'error', '-threads', '1', '-protocol_whitelist', 'file', '-max_pixels', String(maxPixels(kind)), ...(reduce ? ['-lowres', String(reduce)] : []),
    '-f', demuxer(kind, head), '-i', `file:${file}`, '-frames:v', '1', '-vf', `${fit},format=rgba`, '-c:v', 'pam', '-f', 'image2pipe', 'pipe:1'], signal);
  if (ran.stdout.length === 0) throw undecodable(ran.stderr);
  return readNetpbm(ran.stdout);
}

interface Decoded { pixels: Pixels; icc?: Buffer | undefined; truncated: boolean }

/** djxl keeps the profile and shows what is there of a cut file, but takes 50 bytes per pixel of large pictures; ffmpeg takes a third of that. */
async function jxl(file: string, folder: string, head: Buffer, signal: AbortSignal): Promise<Decoded> {
  const [out, icc] = [join(folder, 'out.ppm'), join(folder, 'out.icc')];
  const djxl = (...more: string[]): Promise<boolean> => runBounded('djxl', [file, out, `--icc_out=${icc}`, '--bits_per_sample=8', '--num_threads=1', '--quiet', ...more], signal).then((ran) => ran.code === 0);
  const read = async (truncated: boolean): Promise<Decoded> => ({ pixels: readNetpbm(await readFile(out)), icc: await readFile(icc).catch(() => undefined), truncated });
  if (await djxl()) return read(false);
  try { return { pixels: await byFfmpeg(file, 'jxl', { head, reduce: 0 }, signal), truncated: false }; } catch (e) {
    if (errorCode(e) !== 'undecodable' || !await djxl('--allow_partial_files')) throw e;
    return read(true);
  }
}

/** JPEG 2000 holds halves of its picture: as few pixels as a preview needs are decoded. Files with fewer halves than that are decoded whole. */
async function jp2(file: string, head: Buffer, size: Size, signal: AbortSignal): Promise<Pixels> {
  const reduce = Math.max(0, Math.min(4, Math.floor(Math.log2(Math.max(size.width, size.height) / EDGE)) + 1));
  if (reduce > 0) try { return await byFfmpeg(file, 'jp2', { head, reduce }, signal); } catch (e) { if (errorCode(e) !== 'undecodable') throw e; }
  return byFfmpeg(file, 'jp2', { head, reduce: 0 }, signal);
}

/** Most decoders refuse a part that ends too early, but show one that is damaged: zeros take the place of what is missing. */
async function fill(file: string, folder: string, size: Size): Promise<string> {
  const { size: length } = await stat(file);
  const filled = join(folder, 'filled');
  await copyFile(file, filled);
  await truncate(filled, length + Math.min(MAX_FILL_BYTES, Math.max(length, size.width * size.height * 4)));
  return filled;
}

async function decode(file: string, folder: string, kind: ForeignKind, { head, size }: { head: Buffer; size: Size }, signal: AbortSignal): Promise<Decoded> {
  if (kind === 'jxl') return jxl(file, folder, head, signal);
  const icc = profileFromHeader(kind, head);
  const one = (from: string): Promise<Pixels> => (kind === 'jp2' ? jp2(from, head, size, signal) : byFfmpeg(from, kind, { head, reduce: 0 }, signal));
  try { return { pixels: await one(file), icc, truncated: false }; } catch (e) {
    if (errorCode(e) !== 'undecodable') throw e;
    return { pixels: await one(await fill(file, folder, size)), icc, truncated: true };
  }
}

/** Pixels may come smaller and turned: the size to tell is that of the header, lying as they lie. */
function displayed({ width, height }: Size, { width: w, height: h }: Size): Size {
  if (w >= width && h >= height) return { width: w, height: h };
  return (width > height) === (w > h) || w === h ? { width, height } : { width: height, height: width };
}

/** JPEG XL, JPEG 2000, BMP, QOI, PBM to PPM. Throws `too_large` before decoding, `undecodable`, `timeout`, `internal` where the decoder is not installed. */
export async function renderForeign(source: Buffer | string, kind: ForeignKind, desk: Desk): Promise<Derived> {
  const head = await withBytes(source, (bytes) => bytes.read(0, HEAD_BYTES));
  const size = sizeFromHeader(kind, head);
  if (size.width < 1 || size.height < 1) throw new MantelError('undecodable', 'This picture cannot be decoded: its header is damaged.');
  checkPixels(kind, size.width, size.height);
  const { pixels, icc, truncated } = await heavy(desk.signal, size.width * size.height, () => asFile(source, desk, (file, folder) => decode(file, folder, kind, { head, size }, desk.signal)));
  return { ...await renderPixels(pixels, { icc: usableProfile(icc) ? icc : undefined, truncated }), ...displayed(size, pixels) };
}

/** The last rows of a JPEG that ffmpeg could not fill are green; grey says better that nothing is there. */
function greyBelow({ data, width, height, channels }: Pixels): void {
  const empty = (at: number): boolean => data[at]! < 8 && Math.abs(data[at + 1]! - 136) < 8 && data[at + 2]! < 8;
  for (let row = height - 1; row >= 0; row--) {
    const from = row * width * channels;
    for (let at = from; at < from + width * channels; at += channels) if (!empty(at)) return;
    for (let at = from; at < from + width * channels; at += channels) data.fill(0x80, at, at + 3);
  }
}

/** A JPEG at which the first decoder gave up, as far as another one comes. */
export async function renderDamagedJpeg(source: Buffer | string, about: { size: Size; orientation: number; icc?: Buffer | undefined }, desk: Desk): Promise<Derived> {
  const pixels = await heavy(desk.signal, about.size.width * about.size.height, () => asFile(source, desk, (file) => byFfmpeg(file, 'jpeg', { head: Buffer.alloc(2), reduce: 0 }, desk.signal)));
  greyBelow(pixels);
  const made = await renderPixels(pixels, { ...about, truncated: true });
  return { ...made, ...displayed(about.size, made) };
}
