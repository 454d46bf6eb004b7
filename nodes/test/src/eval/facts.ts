/**
 * Every fact of a file that exiftool reads, against what we say. Which facts apply, and when exiftool's reading is not taken literally:
 *
 * - `date`: the first that is a real date of DateTimeOriginal, CreateDate, CreationDate (videos: CreationDate first, it has the zone). exiftool shows fields that were never set as zeros, blanks, month 13
 *   or QuickTime's 1904: those are no dates, and a file that has only such must not get one from its tags. Wall clock to the second; where the manifest has a zone, the instant too. QuickTime's CreateDate is UTC by
 *   definition, so there the instant counts alone. A date that stands in the name or folder only (`ours`) counts with its source.
 * - `offset`: OffsetTimeOriginal, OffsetTime, or the zone in the date itself. The `+00:00` of QuickTime dates is how exiftool writes UTC and says nothing about where it was filmed.
 * - `place`: when exiftool read both coordinates; 0.00001 degrees. · `altitude`: beside a place; to 0.01 m. A video's 0 does not count: the field is always there, and 0 is what writers put who do not know.
 * - `size`: as displayed: the stored size, turned by Orientation 5 to 8; in HEIC, AVIF and video by the container's Rotation (there EXIF Orientation is
 *   not to be applied, except that a HEIC without any Rotation may be turned by it: programs throw the container's turn away). Of a raw photo exiftool names the first picture, which may be a preview: more pixels are right too.
 * - `make`, `model`, `lens`: trimmed; a bare number is a code that exiftool did not translate and does not count. · `iso`, `aperture`, `exposure`, `focal`: to 1 %; 0 means "unknown". A list counts by its first value that is not 0.
 * - `orientation`: EXIF, 1 to 8, of pictures. · `rating`. · `duration`: of videos, to 0.15 s or 5 %; not of ASF, where exiftool adds the preroll. · `codec`: CompressorID in ffmpeg's words.
 * - `title`. · `description`: one field in three places (Description, ImageDescription, Caption-Abstract), any of them is right; what a camera writes into every picture by itself must not be there.
 * - `tags`: all of Subject, or of Keywords where there is no Subject (MWG: IPTC is the older copy), and each HierarchicalSubject with its levels. A flat keyword that is a level of one of those is there,
 *   and so is the name of somebody who is among the people: digiKam keeps people as tags.
 * - `people`: names of regions (MWG, Microsoft) and PersonInImage. · `clip`: the notes say whether a clip lies inside. · `pair`: a clip with Apple's ContentIdentifier is part of a live photo; the note "part: raw" or "part: edited" names another one.
 * - The manifest's notes are facts too: "no date", "no place" or "offset must be ignored".
 *
 * A fact that exiftool does not have does not count, not even when we have it. What a sidecar says counts for its photo, instead of what the photo says itself. A part of an asset (clip, edited, raw) is
 * counted by its own size, duration and place in the group: the other facts are those of the main file. What is no photo or video by exiftool's word has no facts; a photo that is missing misses all of its.
 */
import type { Asset } from '@mantel/contracts/models/asset.ts';
import { expectedDate } from './dates.ts';
import type { ManifestFile } from './manifest.ts';

export type Reading = Pick<Asset, 'takenAt' | 'takenAtLocal' | 'takenAtSource' | 'offset' | 'gps' | 'altitude' | 'width' | 'height' | 'durationMs' | 'make' | 'model' | 'lens' | 'iso' | 'fNumber' | 'exposureTime' | 'focalLength' | 'orientation'
  | 'videoCodec' | 'rating' | 'title' | 'description' | 'tags'> & { people: readonly { name: string }[]; /** A clip lies inside. */ motion: boolean; role: 'original' | 'live' | 'edited' | 'raw' };
export interface Fact { file: string; fact: string; expected: string; found: string; ok: boolean }

export const FACT_NAMES = ['date', 'offset', 'place', 'altitude', 'size', 'make', 'model', 'lens', 'iso', 'aperture', 'exposure', 'focal', 'orientation', 'rating', 'duration', 'codec', 'title', 'description', 'tags', 'people', 'clip', 'pair'] as const;
type FactName = (typeof FACT_NAMES)[number];
const RAW = /^image\/x-(?!ms-bmp)/;
const CAMERA_WORDS = /^(olympus digital camera|samsung( digital camera)?|konica minolta digital camera|minolta digital camera|sony dsc|exif_jpeg_picture|digital camera|default)$/i;
const CODECS: Record<string, string> = { avc1: 'h264', hvc1: 'hevc', hev1: 'hevc', mp4v: 'mpeg4', s263: 'h263', jpeg: 'mjpeg', apco: 'prores' };
/** Sources of a date that are not the file's own tags. */
const NOT_FROM_TAGS = new Set(['sidecar', 'gps', 'name', 'folder', 'file', 'upload']);

const list = (v: unknown): string[] => (Array.isArray(v) ? v : v === undefined || v === null ? [] : [v]).map((x) => String(x).trim()).filter((x) => x !== '');
const plain = (s: string): string => s.normalize('NFC').toLocaleLowerCase('en');
const words = (v: unknown): string => (typeof v === 'string' ? v.replaceAll('\0', '').trim() : '');
const isVideo = (f: ManifestFile): boolean => String(f.expected.MIMEType).startsWith('video/');
export const isMedia = (f: ManifestFile): boolean => /^(image|video)\/|photoshop/.test(String(f.expected.MIMEType ?? ''));
export const isSidecar = (f: ManifestFile): boolean => f.file.toLowerCase().endsWith('.xmp');

function firstNumber(v: unknown): number | null {
  const all = (typeof v === 'string' ? v.split(/[\s,]+/) : Array.isArray(v) ? v : [v]).map(Number).filter((n) => Number.isFinite(n) && n !== 0);
  return all[0] ?? null;
}
function seconds(v: unknown): number | null {
  if (typeof v === 'number') return v;
  if (typeof v === 'object' && v !== null && 'Scale' in v && 'Value' in v) return Number(v.Scale) * Number(v.Value);
  const m = /^(\d+):(\d+):([\d.]+)$/.exec(String(v ?? ''));
  return m ? Number(m[1]) * 3600 + Number(m[2]) * 60 + Number(m[3]) : null;
}
const close = (got: number | null | undefined, want: number, share = 0.01): boolean => typeof got === 'number' && Math.abs(got - want) <= Math.abs(want) * share;

function size(f: ManifestFile): [number, number] | null {
  const { ImageWidth: w, ImageHeight: h, Rotation, Orientation, MIMEType } = f.expected;
  if (typeof w !== 'number' || typeof h !== 'number' || isSidecar(f)) return null;
  const byContainer = isVideo(f) || /hei[cf]|avif/.test(String(MIMEType));
  const turned = byContainer ? [90, 270, 1, 3].includes(Number(Rotation ?? 0)) : Number(Orientation ?? 0) >= 5;
  return turned ? [h, w] : [w, h];
}
function tagsOf(e: Record<string, unknown>): { flat: string[]; paths: string[] } {
  const paths = list(e.HierarchicalSubject).map((p) => p.split('|').map((l) => l.trim()).join('/'));
  return { flat: e.Subject === undefined ? list(e.Keywords) : list(e.Subject), paths };
}

/** All facts of one file, each right or wrong. `found` null: nothing is known of it. `without`: facts that its sidecar tells. */
export function judge(f: ManifestFile, found: Reading | null, without: ReadonlySet<string> = new Set()): Fact[] {
  const e = f.expected;
  const video = isVideo(f);
  const facts: Fact[] = [];
  const part = found !== null && found.role !== 'original';
  const add = (fact: FactName, expected: unknown, got: unknown, ok: boolean): void => {
    if (!without.has(fact)) facts.push({ file: f.file, fact, expected: String(expected), found: found ? JSON.stringify(got) ?? 'nothing' : 'not in the library', ok: found !== null && ok });
  };
  const wh = size(f);
  if (wh) {
    const is = (w: number, h: number): boolean => found?.width === w && found.height === h;
    const forgotten = /hei[cf]/.test(String(e.MIMEType)) && e.Rotation === undefined && Number(e.Orientation ?? 0) >= 5 && is(wh[1], wh[0]);
    const sensor = RAW.test(String(e.MIMEType)) && Number(found?.width) * Number(found?.height) > wh[0] * wh[1];
    add('size', wh.join('x'), `${found?.width}x${found?.height}`, is(...wh) || forgotten || sensor);
  }
  const long = video && !/wmv|asf/i.test(String(e.FileType)) ? seconds(e.Duration) : null;
  if (long) add('duration', long, found?.durationMs, Math.abs((found?.durationMs ?? NaN) / 1000 - long) <= Math.max(0.15, long * 0.05));
  if (video && e.ContentIdentifier !== undefined) add('pair', 'live', found?.role, found?.role === 'live');
  const group = /^part: (\w+)$/.exec(f.note ?? '')?.[1];
  if (group) add('pair', group, found?.role, found?.role === group);
  if (f.note?.startsWith('embedded clip')) add('clip', true, found?.motion, found?.motion === true);
  if (f.note === 'XMP announces a video that is not there') add('clip', false, found?.motion, found?.motion === false);
  if (part) return facts;
  dates(f, found, add);
  const [lat, lon] = [e.GPSLatitude, e.GPSLongitude];
  if (f.note !== undefined && /no (valid )?place/.test(f.note)) add('place', 'none', found?.gps, found?.gps === null);
  else if (typeof lat === 'number' && typeof lon === 'number') {
    add('place', `${lat},${lon}`, found?.gps, !!found?.gps && Math.abs(found.gps[0] - lat) < 1e-5 && Math.abs(found.gps[1] - lon) < 1e-5);
    if (typeof e.GPSAltitude === 'number' && !(video && e.GPSAltitude === 0)) add('altitude', e.GPSAltitude, found?.altitude, Math.abs((found?.altitude ?? NaN) - e.GPSAltitude) <= 0.01);
  }
  for (const [fact, tag] of [['make', 'Make'], ['model', 'Model'], ['lens', 'LensModel']] as const) if (words(e[tag]) !== '') add(fact, words(e[tag]), found?.[fact], found?.[fact] === words(e[tag]));
  for (const [fact, tag, ours] of [['iso', 'ISO', 'iso'], ['aperture', 'FNumber', 'fNumber'], ['exposure', 'ExposureTime', 'exposureTime'], ['focal', 'FocalLength', 'focalLength']] as const) {
    const n = firstNumber(e[tag]);
    if (n !== null && !isSidecar(f)) add(fact, n, found?.[ours], close(found?.[ours], n));
  }
  if (!video && !isSidecar(f) && typeof e.Orientation === 'number' && e.Orientation >= 1 && e.Orientation <= 8) add('orientation', e.Orientation, found?.orientation, found?.orientation === e.Orientation);
  if (typeof e.Rating === 'number') add('rating', e.Rating, found?.rating, found?.rating === e.Rating);
  const codec = video ? CODECS[String(e.CompressorID)] : undefined;
  if (codec) add('codec', codec, found?.videoCodec, found?.videoCodec === codec);
  if (words(e.Title) !== '') add('title', words(e.Title), found?.title, found?.title === words(e.Title));
  const described = [e.Description, e.ImageDescription, e['Caption-Abstract']].map(words).filter((d) => d !== '');
  if (described.length > 0) {
    const own = described.filter((d) => !CAMERA_WORDS.test(d));
    add('description', own[0] ?? 'none', found?.description, own.length > 0 ? own.includes(found?.description ?? '') : found?.description === null);
  }
  const { flat, paths } = tagsOf(e);
  if (flat.length + paths.length > 0) {
    const ours = new Set((found?.tags ?? []).map(plain));
    const levels = new Set([...ours].flatMap((t) => t.split('/')));
    const named = new Set((found?.people ?? []).map((p) => plain(p.name)));
    const person = (t: string): boolean => named.has(plain(t.split('/').at(-1)!));
    add('tags', [...flat, ...paths].join(', '), found?.tags, paths.every((p) => ours.has(plain(p)) || person(p)) && flat.every((t) => ours.has(plain(t)) || levels.has(plain(t)) || person(t)));
  }
  const people = [...list(e.RegionName), ...list(e.RegionPersonDisplayName), ...list(e.PersonInImage)];
  if (people.length > 0) add('people', people.join(', '), found?.people.map((p) => p.name), people.every((p) => found?.people.some((q) => plain(q.name) === plain(p))));
  return facts;
}

function dates(f: ManifestFile, found: Reading | null, add: (fact: FactName, expected: unknown, got: unknown, ok: boolean) => void): void {
  const date = expectedDate(f.expected, isVideo(f));
  const said = `${found?.takenAtLocal}${found?.offset ?? ''} (${found?.takenAt}, ${found?.takenAtSource})`;
  if (f.ours) add('date', `${f.ours.taken} by ${f.ours.source}`, said, found?.takenAtSource === f.ours.source && found.takenAtLocal.startsWith(f.ours.taken));
  else if (date.when) {
    const { local, zone, utcOnly } = date.when;
    // where the manifest has no zone, ours (from the place) may be any, but instant and wall clock must belong together
    const instant = Date.parse(local + (utcOnly ? 'Z' : (zone ?? found?.offset ?? 'Z')));
    const same = Math.abs(Date.parse(found?.takenAt ?? '') - instant) < 1000;
    const own = isSidecar(f) || !NOT_FROM_TAGS.has(found?.takenAtSource ?? '');
    add('date', local + (zone ?? (utcOnly ? 'Z' : '')), said, own && same && (utcOnly || found?.takenAtLocal === local));
    if (zone && !utcOnly) add('offset', zone, found?.offset, found?.offset === zone);
  } else if (date.written || f.note === 'no date') add('date', 'none', said, NOT_FROM_TAGS.has(found?.takenAtSource ?? ''));
  if (f.note === 'offset must be ignored') add('offset', 'none', found?.offset, found?.offset === null);
}

/** What a sidecar tells, so that its photo is not asked for it. */
export const told = (sidecar: ManifestFile, reading: Reading | null): Set<string> => {
  const facts = new Set(judge(sidecar, reading).map((f) => f.fact));
  if (facts.has('date')) facts.add('offset');
  if (facts.has('place')) facts.add('altitude');
  return facts;
};
/** The photo that a sidecar belongs to: `X.ext.xmp` or `X.xmp` in the same folder. */
export function photoOf(sidecar: ManifestFile, files: readonly ManifestFile[]): ManifestFile | null {
  const base = sidecar.file.slice(0, -4);
  const photos = files.filter((f) => !isSidecar(f));
  return photos.find((f) => f.file === base) ?? photos.find((f) => f.file.replace(/\.[^./]+$/, '') === base) ?? null;
}
/** The facts of a whole set; `readings`: by sha256, null or missing: not in the library. */
export function judgeAll(files: readonly ManifestFile[], reading: (f: ManifestFile) => Reading | null): Fact[] {
  return files.flatMap((f) => {
    if (isSidecar(f)) {
      const photo = photoOf(f, files);
      if (!photo) return [];
      // two photos with the same bytes are one asset: what the sidecars of both tell, only one can be
      const rivals = files.filter((o) => o !== f && isSidecar(o) && photoOf(o, files)?.sha256 === photo.sha256).flatMap((o) => [...told(o, null)]);
      return judge(f, reading(photo), new Set([...rivals, 'make', 'model', 'lens']));
    }
    if (!isMedia(f)) return [];
    const sidecar = files.find((s) => isSidecar(s) && photoOf(s, files) === f);
    return judge(f, reading(f), sidecar ? told(sidecar, reading(f)) : undefined);
  });
}
export const share = (facts: readonly Fact[]): number => (facts.length === 0 ? 0 : facts.filter((f) => f.ok).length / facts.length);
