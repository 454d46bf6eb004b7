import { MantelError, errorCode } from '@mantel/contracts/errors.ts';
import { PREVIEW_OUTPUTS } from '@mantel/contracts/models/job.ts';
import { asFile, runBounded, type Desk } from './bounded.ts';
import { withBytes, type ByteSource } from './byte-source.ts';
import { bestJpeg, embeddedJpegs, withOrientation, type EmbeddedJpeg } from './embedded-jpeg.ts';
import { heavy } from './gate.ts';
import { renderImage } from './image.ts';
import { sideways } from './orient.ts';
import type { Derived, Size } from './outputs.ts';
import { readNetpbm, renderPixels } from './pixels.ts';
import { isCutOff, readDirectories, TAG, type Directory } from './tiff-tags.ts';
import { isCut } from './video-cut.ts';

/** Below this length an embedded preview is a thumbnail, and the sensor's own data are developed instead. */
const LEAST_EDGE = 1000;
const HEAD_BYTES = 1 << 20;
const MAX_PREVIEW_BYTES = 64 << 20;
/** Sensors need at least a third of a byte per pixel, however packed: a file with a small part of that is a header without a picture, and LibRaw would develop noise. */
const LEAST_BYTES_PER_PIXEL = 0.04;

/** What the container says: `orientation` undefined where it says nothing (then the preview's own holds), `size` as stored, without the borders of the sensor where that is known; `cut`: the sensor's data end beyond the file. */
interface Container { orientation: number | undefined; size: Size | undefined; cut: boolean }

const first = (directories: Directory[], tag: number): number | undefined => directories.find((d) => d.has(tag))?.get(tag)?.[0];
const area = ({ width, height }: Size): number => width * height;

function sizeOf(directories: Directory[]): Size | undefined {
  const crop = directories.map((d) => d.get(TAG.cropSize)).find((c) => c?.length === 2 && c[0]! > 0 && c[1]! > 0);
  if (crop) return { width: Math.round(crop[0]!), height: Math.round(crop[1]!) };
  const pairs = directories.flatMap((d) => [
    [d.get(TAG.exifWidth)?.[0], d.get(TAG.exifHeight)?.[0]],
    [(d.get(TAG.sensorRight)?.[0] ?? 0) - (d.get(TAG.sensorLeft)?.[0] ?? 0), (d.get(TAG.sensorBottom)?.[0] ?? 0) - (d.get(TAG.sensorTop)?.[0] ?? 0)],
  ]);
  const said = pairs.flatMap(([width, height]) => (width && height && width > 0 && height > 0 ? [{ width, height }] : []));
  const stored = directories.flatMap((d) => { const [width, height] = [d.get(TAG.width)?.[0], d.get(TAG.height)?.[0]]; return width && height ? [{ width, height }] : []; });
  const largest = (sizes: Size[]): Size | undefined => sizes.reduce<Size | undefined>((a, b) => (a && area(a) >= area(b) ? a : b), undefined);
  const [exif, whole] = [largest(said), largest(stored)];
  // the stored size includes the borders; a written one that is much smaller is of the preview
  return exif && (!whole || area(exif) > area(whole) / 2) ? exif : whole;
}

async function containerOf(bytes: ByteSource): Promise<Container> {
  const head = bytes.read(0, Math.min(bytes.length, HEAD_BYTES));
  const kind = head.toString('latin1', 0, 16);
  if (kind.startsWith('FUJIFILMCCD-RAW')) return { orientation: undefined, size: undefined, cut: false }; // its preview is a whole camera JPEG
  const canon3 = kind.slice(4, 12) === 'ftypcrx ' ? head.indexOf('CMT1') : -1;
  const directories = readDirectories(bytes, canon3 >= 0 ? canon3 + 4 : 0);
  const cut = canon3 >= 0 ? await isCut(head, bytes.length, (from, length) => Promise.resolve(bytes.read(from, length))) : isCutOff(directories, bytes.length);
  return { orientation: first(directories, TAG.orientation), size: sizeOf(directories), cut };
}

/** The size to tell: the sensor's where the shown preview has its shape (cut borders are a few pixels), else the preview's. */
function sizeToTell(size: Size | undefined, shown: Size): Size {
  if (!size || area(size) < area(shown)) return shown;
  const ratio = (size.width / size.height) / (shown.width / shown.height);
  if (Math.abs(ratio - 1) < 0.03) return size;
  return Math.abs(size.height / size.width / (shown.width / shown.height) - 1) < 0.03 ? { width: size.height, height: size.width } : shown;
}

const cutFrom = (source: Buffer | string, jpeg: EmbeddedJpeg, bytes: ByteSource): Buffer =>
  typeof source === 'string' ? bytes.read(jpeg.at, Math.min(bytes.length - jpeg.at, MAX_PREVIEW_BYTES)) : source.subarray(jpeg.at, jpeg.at + MAX_PREVIEW_BYTES);

async function fromEmbedded(source: Buffer | string, jpeg: EmbeddedJpeg, { orientation, size }: Container, bytes: ByteSource, signal: AbortSignal): Promise<Derived> {
  // a preview that stands upright although the sensor lay on its side was turned by the camera already
  const turned = size !== undefined && orientation !== undefined && sideways(orientation) && size.width !== size.height && (size.width > size.height) !== (jpeg.width > jpeg.height);
  const alone = cutFrom(source, jpeg, bytes);
  const made = await renderImage(orientation === undefined ? alone : withOrientation(alone, turned ? 1 : orientation), 'jpeg', { signal });
  return { ...made, ...sizeToTell(size, made) };
}

/** Half the sensor's size in both directions: enough for every preview, and many times faster than the whole. */
async function develop(source: Buffer | string, desk: Desk, size: Size | undefined, length: number): Promise<Derived> {
  if (size && length < area(size) * LEAST_BYTES_PER_PIXEL) throw new MantelError('undecodable', 'This RAW picture is a header only: its pixels are missing.');
  const ran = await heavy(desk.signal, size ? area(size) : 0, () => asFile(source, desk, (file) => runBounded('dcraw_emu', ['-h', '-w', '-Z', '-', file], desk.signal)));
  if (ran.stdout.length === 0) throw new MantelError('undecodable', 'This RAW picture cannot be developed: its camera is not known, or its data are damaged.');
  const made = await renderPixels(readNetpbm(ran.stdout));
  return { ...made, ...sizeToTell(size, made) };
}

/**
 * Camera RAW: the embedded preview where it is large enough, else developed by LibRaw; a thumbnail is better than nothing. Upright as the RAW says.
 * Throws `undecodable` where there is neither, `timeout`, `internal` where LibRaw is not installed.
 */
export async function renderRaw(source: Buffer | string, desk: Desk): Promise<Derived> {
  return withBytes(source, async (bytes) => {
    const container = await containerOf(bytes);
    const jpeg = bestJpeg(await embeddedJpegs(bytes, desk.signal), PREVIEW_OUTPUTS.preview.edge);
    const long = jpeg ? Math.max(jpeg.width, jpeg.height) : 0;
    const sensor = container.size ? Math.max(container.size.width, container.size.height) : Infinity;
    const told = (made: Derived): Derived => ({ ...made, truncated: made.truncated || container.cut });
    const enough = long >= LEAST_EDGE || long >= sensor * 0.9;
    if (jpeg && enough) try { return told(await fromEmbedded(source, jpeg, container, bytes, desk.signal)); } catch (e) { if (errorCode(e) !== 'undecodable' && errorCode(e) !== 'too_large') throw e; }
    try { return told(await develop(source, desk, container.size, bytes.length)); } catch (e) {
      desk.signal.throwIfAborted();
      if (!jpeg || enough) throw e;
      return told(await fromEmbedded(source, jpeg, container, bytes, desk.signal));
    }
  });
}
