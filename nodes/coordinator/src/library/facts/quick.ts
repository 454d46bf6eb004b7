import sharp, { type Metadata } from 'sharp';
import { overburdened } from './burden.ts';
import { exifColour, iccName } from './colour.ts';
import { rankDates } from './dates.ts';
import { parseIptc } from './iptc.ts';
import { barPaths, slashPaths } from './keywords.ts';
import { appleContentId } from './maker-apple.ts';
import { announcedClips, findClip } from './motion.ts';
import { microsoftPeople, mwgPeople } from './regions.ts';
import { noTags, percentStars, type RawTags } from './tags.ts';
import { type Exif, type Ifd, parseExif } from './tiff.ts';
import { NO_XMP, parseXmp, type Xmp } from './xmp.ts';

/** What sharp finds the size of without help. PNG is never complete: sharp does not see dates in its text, nor EXIF behind its pixels. */
const KNOWN = new Set(['image/jpeg', 'image/webp', 'image/heic', 'image/heif', 'image/avif', 'image/png', 'image/gif']);
/** More than this in one block is no description of a picture: exiftool would take minutes over it. */
const MAX_BLOCK = 4 * 1024 * 1024;
const NO_EXIF: Exif = { ifd0: new Map(), exif: new Map(), gps: new Map(), interop: new Map(), makerNote: null };

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
  const exif = meta.exif ? parseExif(meta.exif) : NO_EXIF;
  const xmp = meta.xmp ? parseXmp(meta.xmp) : NO_XMP;
  const iptc = meta.iptc ? parseIptc(meta.iptc) : null;
  if (exif) fromExif(tags, exif);
  fromXmp(tags, xmp);
  if (iptc) {
    tags.title.push({ value: iptc.title, from: 'iptc' });
    tags.description.push({ value: iptc.description, from: 'iptc' });
    tags.tags.push({ value: iptc.keywords, from: 'iptc' });
  }
  tags.title.push({ value: utf16(exif?.ifd0.get(0x9c9b)), from: 'exif' });
  tags.description.push({ value: exif?.ifd0.get(0x010e), from: 'exif' }, { value: utf16(exif?.ifd0.get(0x9c9c)), from: 'exif' });
  tags.tags.push({ value: utf16(exif?.ifd0.get(0x9c9e)).split(';'), from: 'exif' });
  tags.colourSpace = (meta.icc ? iccName(meta.icc) : null) ?? exifColour(exif?.exif.get(0xa001), exif?.interop.get(1));
  tags.contentId = appleContentId(exif?.makerNote ?? null);
  tags.clip = await findClip(path, mime, announcedClips(xmp));
  return { tags, complete: isComplete(mime, meta, exif, xmp, tags) || (mime === 'image/jpeg' && (await overburdened(path))) };
}

function isComplete(mime: string, meta: Metadata, exif: Exif | null, xmp: Xmp, tags: RawTags): boolean {
  if ([meta.exif, meta.xmp, meta.iptc].some((block) => block && block.length > MAX_BLOCK)) return true;
  // A picture that a messenger has stripped: nothing that exiftool could read either.
  if (/^image\/(jpeg|webp)$/.test(mime) && !meta.exif && !meta.xmp && !meta.iptc) return true;
  const placeElsewhere = tags.lat === null && (xmp.properties.has('exif:GPSLatitude') || exif?.gps.has(2) === true);
  return mime !== 'image/png' && exif !== null && rankDates(tags.dates, 'image')[0]?.kind === 'exif.original' && !placeElsewhere && !wordsElsewhere(xmp);
}

/** A packet that did not fit goes on in other segments. Google's phones keep their own notes and depth maps there, in every photo; others what people wrote. */
const wordsElsewhere = ({ properties, structs }: Xmp): boolean => properties.has('xmpNote:HasExtendedXMP') && !structs.has('Container:Directory') && ![...properties.keys()].some((name) => /^(GCamera|GDepth|GImage):/.test(name));

function fromExif(tags: RawTags, { ifd0, exif, gps }: Exif): void {
  tags.dates.push({ kind: 'exif.original', text: exif.get(0x9003), offset: firstOf(exif, 0x9011, 0x9010, 0x9012), fraction: exif.get(0x9291) });
  tags.dates.push({ kind: 'exif.digitized', text: exif.get(0x9004), offset: firstOf(exif, 0x9012, 0x9010), fraction: exif.get(0x9292) });
  tags.lat = degrees(gps.get(2), gps.get(1)); tags.lon = degrees(gps.get(4), gps.get(3));
  if (tags.lat !== null && tags.lon !== null) tags.placeFrom = 'exif';
  const [height, below] = [gps.get(6), gps.get(5)];
  tags.altitude = typeof height === 'number' ? (below instanceof Uint8Array && below[0] === 1 ? -height : height) : null;
  tags.gpsDate = gps.get(29); tags.gpsTime = gps.get(7);
  tags.orientation = ifd0.get(0x0112);
  tags.make = ifd0.get(0x010f); tags.model = ifd0.get(0x0110); tags.lens = exif.get(0xa434);
  if (tags.make !== undefined || tags.model !== undefined || tags.lens !== undefined) tags.cameraFrom = 'exif';
  tags.iso = exif.get(0x8827); tags.fNumber = exif.get(0x829d); tags.exposureTime = exif.get(0x829a); tags.focalLength = exif.get(0x920a);
  tags.rating.push({ value: ifd0.get(0x4746), from: 'exif' }, { value: percentStars(ifd0.get(0x4749)), from: 'exif' });
}

function fromXmp(tags: RawTags, { properties, structs }: Xmp): void {
  const all = (name: string): readonly string[] => properties.get(name) ?? [];
  const one = (name: string): string | undefined => properties.get(name)?.[0];
  tags.dates.push({ kind: 'xmp.original', text: one('exif:DateTimeOriginal') }, { kind: 'xmp.created', text: one('photoshop:DateCreated') }, { kind: 'xmp.digitized', text: one('xmp:CreateDate') });
  tags.rating.unshift({ value: one('xmp:Rating'), from: 'xmp' }, { value: percentStars(one('MicrosoftPhoto:Rating')), from: 'xmp' });
  tags.lens ??= one('exifEX:LensModel') ?? one('aux:Lens');
  tags.make ??= one('tiff:Make'); tags.model ??= one('tiff:Model');
  if (tags.make ?? tags.model ?? tags.lens) tags.cameraFrom ??= 'xmp';
  tags.title.push({ value: one('dc:title'), from: 'xmp' });
  tags.description.push({ value: one('dc:description'), from: 'xmp' });
  tags.paths.push(...barPaths(all('lr:hierarchicalSubject')), ...slashPaths([...all('digiKam:TagsList'), ...all('MicrosoftPhoto:LastKeywordXMP')]));
  tags.tags.push({ value: all('dc:subject'), from: 'xmp' });
  const [mwg, microsoft] = [structs.get('mwg-rs:Regions'), structs.get('MP:RegionInfo')];
  tags.people.push(...(mwg ? mwgPeople(mwg) : []), ...(microsoft ? microsoftPeople(microsoft) : []));
  tags.names.push(...all('Iptc4xmpExt:PersonInImage'));
}

/** Three rationals and a letter. Without the letter the number stands as it is (north, east), as exiftool reads it. */
function degrees(parts: unknown, ref: unknown): number | null {
  const list = typeof parts === 'number' ? [parts] : parts;
  if (!Array.isArray(list) || list.length === 0 || !list.every((p) => typeof p === 'number' && Number.isFinite(p))) return null;
  const [d = 0, m = 0, s = 0] = list as number[];
  const value = d + m / 60 + s / 3600;
  return typeof ref === 'string' && /^\s*[sw]/i.test(ref) ? -value : value;
}

const firstOf = (ifd: Ifd, ...tags: number[]): unknown => tags.map((tag) => ifd.get(tag)).find((v) => typeof v === 'string' && v.trim() !== '');
/** Windows writes title, comment and keywords as bytes of UTF-16. */
const utf16 = (value: unknown): string => (value instanceof Uint8Array ? new TextDecoder('utf-16le').decode(value.subarray(0, 65_536)) : '');
