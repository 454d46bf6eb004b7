/**
 * What a picture looks like to other programs: the mean colours of a grid of 4 × 4, and its shape. Pictures through Debian's libvips (vipsthumbnail: upright, profile converted to sRGB) and, where that gives up,
 * heif-convert or ffmpeg; raw photos developed by LibRaw (dcraw_emu); videos as frames of ffmpeg. Our own decoders have no part in it.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { ManifestFile } from './manifest.ts';

const run = promisify(execFile);
const LIMIT_MS = 30_000;
export const CELLS = 4;
const EDGE = 1024;
const LEAST = 0.02; // bytes per pixel: no camera packs a sensor's picture smaller

/** `cells`: 16 colours (sRGB, 0 to 255), row by row. */
export interface Look { width: number; height: number; cells: number[][] }
/** `exact`: colours may be compared; otherwise (raw development, tone-mapped video) only where it is light and dark. Several looks: frames, one of which has to agree. */
export interface Reference { by: string; exact: boolean; looks: Look[] }

export async function look(picture: Buffer | string): Promise<Look> {
  const { data, info } = await sharp(picture, { failOn: 'none', limitInputPixels: false }).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const sums = Array.from({ length: CELLS * CELLS }, () => [0, 0, 0, 0]);
  for (let y = 0; y < info.height; y++) for (let x = 0; x < info.width; x++) {
    const cell = sums[Math.floor((y * CELLS) / info.height) * CELLS + Math.floor((x * CELLS) / info.width)]!;
    const at = (y * info.width + x) * info.channels;
    for (let c = 0; c < 3; c++) cell[c]! += data[info.channels < 3 ? at : at + c]!;
    cell[3]!++;
  }
  return { width: info.width, height: info.height, cells: sums.map(([r, g, b, n]) => (n ? [r! / n, g! / n, b! / n] : [0, 0, 0])) };
}

const RAW = /^image\/x-(?!ms-bmp)/;
const HDR = /hlg|pq|hdr10/i;

export async function reference(file: string, f: ManifestFile): Promise<Reference | null> {
  const temp = await mkdtemp(path.join(tmpdir(), 'mantel-look-'));
  const mime = String(f.expected.MIMEType ?? '');
  const out = path.join(temp, 'out.png');
  const attempt = async (by: string, exact: boolean, make: () => Promise<Look[]>): Promise<Reference | null> => {
    try {
      const looks = await make();
      return looks.length > 0 ? { by, exact, looks } : null;
    } catch {
      return null; // this program does not understand it
    }
  };
  const program = (name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<unknown> => run(name, args, { cwd: temp, timeout: LIMIT_MS, maxBuffer: 64 << 20, env: { PATH: process.env.PATH, VIPS_WARNING: '0', VIPS_CONCURRENCY: '1', ...env } });
  const vips = (from: string): Promise<Reference | null> => attempt('vipsthumbnail', true, async () => {
    // only where there is one: what carries no profile is sRGB already, and lcms would clip it on a detour
    const profiled = await program('vipsheader', ['-f', 'icc-profile-data', from]).then(() => true, () => false);
    await program('vipsthumbnail', [from, '--size', `${EDGE}x${EDGE}>`, ...(profiled ? ['--export-profile', 'srgb', '--intent', 'perceptual'] : []), '-o', out]);
    return [await look(out)];
  });
  try {
    if (mime.startsWith('video/')) {
      return await attempt('ffmpeg', !HDR.test(f.file), async () => {
        await program('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-map', '0:v:0', '-vf', `fps=10,scale='min(480,iw*sar)':-2,setsar=1`, '-frames:v', '60', '-an', path.join(temp, 'f%03d.png')]).catch((e: unknown) => { if (!existsSync(path.join(temp, 'f001.png'))) throw e; });
        const looks: Look[] = [];
        for (let i = 1; existsSync(path.join(temp, `f${String(i).padStart(3, '0')}.png`)); i++) looks.push(await look(path.join(temp, `f${String(i).padStart(3, '0')}.png`)));
        return looks;
      });
    }
    if (RAW.test(mime)) {
      return await attempt('dcraw_emu', false, async () => {
        const pixels = Number(f.expected.ImageWidth) * Number(f.expected.ImageHeight);
        if ((await stat(file)).size < pixels * LEAST) return []; // a header without pixels: LibRaw develops whatever it finds behind it
        await program('dcraw_emu', ['-w', '-h', '-Z', path.join(temp, 'raw.ppm'), file]);
        await program('vipsthumbnail', [path.join(temp, 'raw.ppm'), '--size', `${EDGE}x${EDGE}>`, '-o', out]);
        return [await look(out)].filter((l) => spread(l.cells.map(grey)) > 2);
      });
    }
    if (/hei[cf]/.test(mime) && f.expected.Rotation === undefined && Number(f.expected.Orientation ?? 0) >= 5) {
      // a program threw the container's turn away and left the one in the EXIF, which libvips does not look at in a HEIC: through a JPEG that has it
      const turned = await attempt('heif-convert', true, async () => { await program('heif-convert', [file, path.join(temp, 'exif.jpg')]); return [await look(await readFile(path.join(temp, 'exif.jpg')))]; });
      if (turned) return turned;
    }
    const ffmpeg = (): Promise<Reference | null> => attempt('ffmpeg', true, async () => { await program('ffmpeg', ['-nostdin', '-v', 'error', '-i', file, '-frames:v', '1', '-y', out]); return [await look(await readFile(out))]; });
    // libvips 8.14 takes one of JPEG 2000's small versions, ffmpeg takes sYCC for video
    if (/jp2|jpx/.test(mime)) return await attempt('opj_decompress', true, async () => { await program('opj_decompress', ['-i', file, '-o', out]); return [await look(await readFile(out))]; }) ?? await ffmpeg();
    const first = await vips(file);
    if (first || mime === 'image/jpeg') return first; // a damaged JPEG looks different behind the damage in every decoder: what libvips gives up on has no reference
    return await attempt('heif-convert', true, async () => { await program('heif-convert', [file, out]); return [await look(await readFile(out))]; })
      ?? await ffmpeg();
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

const WORST = 14; // of 255, one channel of one cell: recompression and another scaler; 11 was seen (CMYK)
const MEAN = 7;
const TINY = 16; // pixels: colour in JPEG is shared by blocks of four, so that nothing can be said about so few
const ASPECT = 0.02;
const RAW_ASPECT = 0.06; // cameras cut their own previews a little smaller than the sensor
const ALIKE = 0.85;

const grey = ([r, g, b]: number[]): number => 0.299 * r! + 0.587 * g! + 0.114 * b!;
const mean = (v: number[]): number => v.reduce((s, x) => s + x, 0) / v.length;
const spread = (v: number[]): number => { const m = mean(v); return Math.sqrt(mean(v.map((x) => (x - m) ** 2))); };
function correlation(a: number[], b: number[]): number {
  const [ma, mb, sa, sb] = [mean(a), mean(b), spread(a), spread(b)];
  if (sa < 4 || sb < 4) return Math.abs(sa - sb) < 12 ? 1 : 0; // one flat colour has no pattern to compare
  return mean(a.map((x, i) => (x - ma) * (b[i]! - mb))) / (sa * sb);
}

/** `average`, `worst`: of 255, per channel of a cell, against the frame that fits best. */
export interface Comparison { agrees: boolean; average: number; worst: number; said: string }

function against(ours: Look, theirs: Look, exact: boolean): Comparison {
  const [a, b] = [ours.width / ours.height, theirs.width / theirs.height];
  const rounding = 1 / Math.min(ours.width, ours.height, theirs.width, theirs.height);
  const shape = Math.abs(a / b - 1) <= (exact ? ASPECT : RAW_ASPECT) + rounding;
  const off = ours.cells.flatMap((cell, i) => cell.map((v, c) => Math.abs(v - theirs.cells[i]![c]!)));
  const [worst, average] = [Math.max(...off), mean(off)];
  const like = correlation(ours.cells.map(grey), theirs.cells.map(grey));
  const colours = (worst <= WORST && average <= MEAN) || ours.width * ours.height < TINY || (!exact && like >= ALIKE);
  const said = shape ? `colours differ by ${average.toFixed(0)} on average, ${worst.toFixed(0)} at most; alike ${like.toFixed(2)}` : `shape ${ours.width}×${ours.height}, reference ${theirs.width}×${theirs.height}`;
  return { agrees: shape && colours, average, worst, said };
}
export function compare(ours: Look, { looks, exact }: Reference): Comparison {
  const all = looks.map((theirs) => against(ours, theirs, exact)).toSorted((a, b) => a.average - b.average);
  return all.find((c) => c.agrees) ?? all[0]!;
}
