import type { DateSource, Problem } from '@mantel/contracts/models/asset.ts';
import type { DateCandidate } from './dates.ts';
import type { Clip } from './motion.ts';
import type { RawPerson } from './regions.ts';

/** A value and the group of tags that it stood in. */
export interface Said { value: unknown; from: DateSource }

/** What a reader found, before any rule of ours: values as they were written. Both readers (quick.ts, exiftool.ts) speak this. */
export interface RawTags {
  dates: DateCandidate[];
  /** GPSDateStamp; GPSTimeStamp as `hh:mm:ss` or three numbers. */
  gpsDate: unknown; gpsTime: unknown;
  lat: unknown; lon: unknown; altitude: unknown; placeFrom: DateSource | null;
  /** As displayed. */
  size: { width: number; height: number } | null;
  orientation: unknown; colourSpace: string | null;
  durationMs: number | null; videoCodec: string | null; audioCodec: string | null;
  make: unknown; model: unknown; lens: unknown; cameraFrom: DateSource | null;
  iso: unknown; fNumber: unknown; exposureTime: unknown; focalLength: unknown;
  /** Best first. `tags`: flat words or lists of them; `paths`: levels divided by `/`. */
  rating: Said[]; title: Said[]; description: Said[]; tags: Said[]; paths: string[];
  people: RawPerson[]; names: unknown[]; contentId: string | null; clip: Clip | null;
  problems: Problem[];
}

export const noTags = (): RawTags => ({
  dates: [], gpsDate: null, gpsTime: null, lat: null, lon: null, altitude: null, placeFrom: null, size: null, orientation: null, colourSpace: null, durationMs: null, videoCodec: null, audioCodec: null,
  make: null, model: null, lens: null, cameraFrom: null, iso: null, fNumber: null, exposureTime: null, focalLength: null, rating: [], title: [], description: [], tags: [], paths: [],
  people: [], names: [], contentId: null, clip: null, problems: [],
});

/** A number in range, or null. Takes the first of a list and strings that are numbers, since cameras write both. */
export function number(value: unknown, min: number, max: number): number | null {
  const v: unknown = Array.isArray(value) || ArrayBuffer.isView(value) ? (value as unknown as ArrayLike<unknown>)[0] : value;
  const n = typeof v === 'number' ? v : typeof v === 'string' && v.trim() !== '' ? Number(v) : NaN;
  return Number.isFinite(n) && n >= min && n <= max ? n : null;
}

/** Trimmed text without NULs and control characters, at most `max` UTF-16 units; null when nothing is left. */
export function text(value: unknown, max: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be removed
  const clean = String(value).toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '').trim();
  if (clean === '') return null;
  return clean.length <= max ? clean : clean.slice(0, max).replace(/[\ud800-\udbff]$/, '').trimEnd();
}

/** What cameras write into every picture on their own: no description by a person. */
const CAMERA_WORDS = /^(olympus digital camera|samsung( digital camera)?|konica minolta digital camera|minolta digital camera|sony dsc|dcim[\\/].*|exif_jpeg_picture|digital camera|default|untitled|<?binary data.*)$/i;
export function firstText(values: readonly Said[], max: number): { value: string; from: DateSource } | null {
  for (const { value, from } of values) for (const one of Array.isArray(value) ? value : [value]) {
    const found = text(one, max);
    if (found !== null && !CAMERA_WORDS.test(found)) return { value: found, from };
  }
  return null;
}

/** Microsoft counts stars in percent: 1, 25, 50, 75, 99. */
export const percentStars = (percent: unknown): number | null => {
  const p = number(percent, 0, 100);
  return p === null ? null : p === 0 ? 0 : p < 13 ? 1 : p < 38 ? 2 : p < 63 ? 3 : p < 87 ? 4 : 5;
};

/** A place on earth, or null: out of range, or exactly 0/0, which is how devices without a fix say "nowhere". */
export function place(lat: unknown, lon: unknown): { lat: number; lon: number } | null {
  const [la, lo] = [number(lat, -90, 90), number(lon, -180, 180)];
  return la === null || lo === null || (la === 0 && lo === 0) ? null : { lat: la, lon: lo };
}
