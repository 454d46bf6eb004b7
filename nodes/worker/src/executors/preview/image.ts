import { MantelError } from '@mantel/contracts/errors.ts';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { loadSharp } from '../../sharp.ts';
import { heavy } from './gate.ts';
import { keepGainMap, keepsGainMap, withoutGainMap } from './gain-map.ts';
import { usableProfile } from './icc.ts';
import { checkPixels, maxPixels, tooManyPixels } from './limits.ts';
import { sideways, upright } from './orient.ts';
import { fromPreview, panoramaThumb, toPreview, type Derived } from './outputs.ts';
import type { PictureKind } from './sniff.ts';

type Source = Buffer | string;

const said = (e: unknown): string => (e as Error).message.split('\n')[0]!.slice(0, 300);
const undecodable = (e: unknown): MantelError => new MantelError('undecodable', `This picture cannot be decoded: ${said(e)}`);

/** What the header says. Throws `too_large`, `undecodable`. */
export async function measure(source: Source, kind: PictureKind): Promise<Metadata> {
  const sharp = await loadSharp();
  let meta: Metadata;
  try { meta = await sharp(source, { failOn: 'none', limitInputPixels: maxPixels(kind) }).metadata(); } catch (e) {
    if (/exceeds pixel limit/.test((e as Error).message)) throw tooManyPixels('more than allowed', maxPixels(kind));
    throw undecodable(e);
  }
  checkPixels(kind, meta.width, meta.height, meta.isProgressive);
  return meta;
}

/** Keeping the profile is 2.8 times faster than converting a full-size picture to sRGB (measured), and shows the same colours; only where the preview has the channels of the profile. */
const keepsProfile = (meta: Metadata): boolean => meta.hasProfile === true && (meta.space === 'srgb' || meta.space === 'rgb16') && usableProfile(meta.icc);

/** Formats that are not read line by line: 18 bytes per pixel in AVIF, 4 to 6 in the others. */
const heldWhole = (kind: PictureKind, meta: Metadata): boolean => kind === 'avif' || kind === 'webp' || kind === 'gif' || (kind === 'jpeg' && meta.isProgressive === true);
const WHOLE_PIXELS = 8e6;

interface How { orientation?: number | undefined; signal?: AbortSignal }

/**
 * JPEG, PNG, WebP, GIF, TIFF, AVIF: first frame, upright, opaque (white behind what was transparent).
 * A file that ends too early is shown as far as it goes, with `truncated`. Throws `too_large` before decoding, `undecodable` where nothing can be shown.
 * `orientation` (EXIF, 1 to 8) takes the place of the one in the file; with `signal` large ones wait for their turn.
 */
export async function renderImage(source: Source, kind: PictureKind, how: How = {}): Promise<Derived> {
  const meta = await measure(source, kind);
  const pixels = meta.width * meta.height;
  return how.signal && pixels >= WHOLE_PIXELS && heldWhole(kind, meta) ? heavy(how.signal, pixels, () => renderMeasured(source, kind, meta, how)) : renderMeasured(source, kind, meta, how);
}

async function renderMeasured(source: Source, kind: PictureKind, meta: Metadata, { orientation }: How): Promise<Derived> {
  const sharp = await loadSharp();
  const map = meta.gainMap?.image;
  const alone = map && typeof source !== 'string' ? withoutGainMap(source, map) : source;
  const open = (failOn: SharpOptions['failOn'], from = alone): Sharp => {
    const stored = sharp(from, { failOn, limitInputPixels: maxPixels(kind) });
    const picture = (orientation === undefined ? stored.autoOrient() : upright(stored, orientation)).flatten({ background: '#ffffff' });
    return keepsProfile(meta) ? picture.keepIccProfile() : picture;
  };
  let failOn: SharpOptions['failOn'] = 'truncated';
  let preview: Buffer | undefined;
  if (keepsGainMap(meta, orientation ?? meta.orientation ?? 1)) preview = await toPreview(keepGainMap(open(failOn, source))).toBuffer().catch(() => undefined);
  try { preview ??= await toPreview(open(failOn)).toBuffer(); } catch (strict) {
    if (/timeout/i.test(said(strict))) throw new MantelError('timeout', 'This picture took too long to decode.');
    failOn = 'none';
    try { preview = await toPreview(open(failOn)).toBuffer(); } catch (e) { throw undecodable(e); }
  }
  const { width, height } = orientation === undefined ? meta.autoOrient : sideways(orientation) ? { width: meta.height, height: meta.width } : meta;
  const wide = panoramaThumb({ width, height });
  const pixels = wide && await open(failOn).resize({ ...wide, fit: 'fill' }).png({ compressionLevel: 1 }).toBuffer();
  return { preview, width, height, truncated: failOn === 'none', ...(await fromPreview(preview, pixels)) };
}
