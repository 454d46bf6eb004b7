import exifr from 'exifr';
import sharp from 'sharp';
import { parseIptc } from './iptc.ts';
import { noTags, type RawTags } from './tags.ts';
import { parseXmp, type Xmp } from './xmp.ts';

/** What sharp finds the size of without help. PNG is never complete: sharp does not see dates in its text, nor EXIF behind its pixels. */
const KNOWN = new Set(['image/jpeg', 'image/webp', 'image/heic', 'image/heif', 'image/avif', 'image/png', 'image/gif']);
type Ifd = Record<string, unknown>;

/**
 * The fast reader: headers only, a few CPU ms, no process. `complete` says that nothing more is to be found by the slow one.
 * Size: libheif has applied `irot` already, so EXIF Orientation of HEIC is never applied; sharp reports none there.
 */
export async function readQuick(path: string, mime: string): Promise<{ tags: RawTags; complete: boolean } | null> {
  if (!KNOWN.has(mime)) return null;
  const meta = await sharp(path, { limitInputPixels: false, failOn: 'none' }).metadata().catch(() => null);
  if (!meta) return null;
  const tags = noTags();
  tags.size = { width: meta.autoOrient.width, height: meta.autoOrient.height };
  const exif = meta.exif ? await parseExif(meta.exif) : {};
  const xmp: Xmp = meta.xmp ? parseXmp(meta.xmp) : new Map();
  const iptc = meta.iptc ? parseIptc(meta.iptc) : null;
  if (exif) fromExif(tags, exif);
  fromXmp(tags, xmp);
  tags.title.push(iptc?.title, exif?.ifd0?.XPTitle);
  tags.description.push(iptc?.description, exif?.ifd0?.ImageDescription);
  tags.tags.push(iptc?.keywords ?? [], keywords(exif?.ifd0?.XPKeywords));
  const placeElsewhere = tags.lat === null && (xmp.has('exif:GPSLatitude') || (exif?.gps?.GPSLatitude !== undefined));
  return { tags, complete: mime !== 'image/png' && exif !== null && typeof exif.exif?.DateTimeOriginal === 'string' && !placeElsewhere };
}

/** null: there is EXIF, but exifr cannot read it. The block comes with or without its six-byte head, depending on the container. */
async function parseExif(block: Buffer): Promise<{ ifd0?: Ifd; exif?: Ifd; gps?: Ifd } | null> {
  const tiff = block.toString('latin1', 0, 4) === 'Exif' ? block.subarray(6) : block;
  try {
    return (await exifr.parse(tiff, { tiff: true, exif: true, gps: true, ifd1: false, interop: false, xmp: false, icc: false, iptc: false, mergeOutput: false, reviveValues: false, translateValues: false, sanitize: true })) ?? {};
  } catch {
    return null;
  }
}

function fromExif(tags: RawTags, { ifd0 = {}, exif = {}, gps = {} }: { ifd0?: Ifd; exif?: Ifd; gps?: Ifd }): void {
  tags.dates.push({ kind: 'exif.original', text: exif.DateTimeOriginal, offset: firstOf(exif.OffsetTimeOriginal, exif.OffsetTime, exif.OffsetTimeDigitized) });
  tags.dates.push({ kind: 'exif.digitized', text: exif.DateTimeDigitized ?? exif.CreateDate, offset: firstOf(exif.OffsetTimeDigitized, exif.OffsetTime) });
  tags.lat = degrees(gps.GPSLatitude, gps.GPSLatitudeRef);
  tags.lon = degrees(gps.GPSLongitude, gps.GPSLongitudeRef);
  const below = (gps.GPSAltitudeRef as ArrayLike<number> | undefined)?.[0] === 1;
  tags.altitude = typeof gps.GPSAltitude === 'number' ? (below ? -gps.GPSAltitude : gps.GPSAltitude) : null;
  tags.make = ifd0.Make; tags.model = ifd0.Model; tags.lens = exif.LensModel;
  tags.iso = exif.ISO; tags.fNumber = exif.FNumber; tags.exposureTime = exif.ExposureTime; tags.focalLength = exif.FocalLength;
  tags.rating = ifd0.Rating;
}

function fromXmp(tags: RawTags, xmp: Xmp): void {
  const one = (name: string): string | undefined => xmp.get(name)?.[0];
  tags.dates.push({ kind: 'xmp.original', text: one('exif:DateTimeOriginal') }, { kind: 'xmp.created', text: one('photoshop:DateCreated') }, { kind: 'xmp.digitized', text: one('xmp:CreateDate') });
  tags.rating = one('xmp:Rating') ?? tags.rating;
  tags.lens ??= one('aux:Lens');
  tags.make ??= one('tiff:Make'); tags.model ??= one('tiff:Model');
  tags.title.push(one('dc:title')); tags.description.push(one('dc:description'));
  tags.tags.push(xmp.get('dc:subject') ?? []);
}

/** Three rationals and a letter. Without the letter the number stands as it is (north, east), as exiftool reads it. */
function degrees(parts: unknown, ref: unknown): number | null {
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every((p) => typeof p === 'number' && Number.isFinite(p))) return null;
  const [d = 0, m = 0, s = 0] = parts as number[];
  const value = d + m / 60 + s / 3600;
  return typeof ref === 'string' && /^\s*[sw]/i.test(ref) ? -value : value;
}

const firstOf = (...values: unknown[]): unknown => values.find((v) => typeof v === 'string' && v.trim() !== '');
/** Windows writes its keywords as UTF-16 with semicolons between; exifr gives text or bytes. */
const keywords = (value: unknown): string[] => (typeof value === 'string' ? value : ArrayBuffer.isView(value) ? new TextDecoder('utf-16le').decode(value as Uint8Array) : '').split(';');
