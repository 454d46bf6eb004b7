import type { AssetType, DateSource } from '@mantel/contracts/models/asset.ts';

/** One date as it was written in a file, not yet judged. `offset` is a zone and `fraction` the digits behind the second that stand in fields of their own (EXIF OffsetTimeOriginal, SubSecTimeOriginal). */
export interface DateCandidate { kind: DateKind; text: unknown; offset?: unknown; fraction?: unknown }
export type DateKind =
  | 'exif.original' | 'exif.digitized' | 'xmp.original' | 'xmp.created' | 'xmp.digitized' | 'xmp.other' | 'iptc.created' | 'iptc.digitized'
  | 'quicktime.creation' | 'quicktime.create' | 'quicktime.original' | 'png.created' | 'png.modified';

/** `wall`: what was written, to the second, as if UTC; `ms`: the fraction; `offsetMinutes` null: nobody said which zone. `utc`: the moment (to the second), where the field is UTC by its definition and says no zone. */
export interface Taken { kind: DateKind; wall: number; ms: number; utc: number | null; source: DateSource; offsetMinutes: number | null }

/** Best first, as exiftool reads them: XMP's `photoshop:DateCreated` is a copy of IPTC's, often without its zone. A video's own creation date carries the zone where it was filmed, so there it goes before what an editor wrote into XMP. */
const ORDER: Record<AssetType, readonly DateKind[]> = {
  image: ['exif.original', 'xmp.original', 'iptc.created', 'xmp.created', 'exif.digitized', 'xmp.digitized', 'iptc.digitized', 'quicktime.creation', 'quicktime.original', 'quicktime.create', 'png.created', 'xmp.other', 'png.modified'],
  video: ['quicktime.creation', 'exif.original', 'quicktime.original', 'xmp.original', 'iptc.created', 'xmp.created', 'exif.digitized', 'quicktime.create', 'xmp.digitized', 'iptc.digitized', 'xmp.other'],
};
/** Nobody took a photo before this: what claims so is a camera without a clock (year 0001, 1601 …). */
const FIRST_YEAR = 1800;

/** There were no such films before 1970: writers that count from there appear to have filmed in the fifties. */
const FROM_1904 = 24_107 * 86_400_000;

/** Wall clock as if UTC; `zone`: minutes, 'Z' for a bare Z, null when not written; `hasTime` false for a date without a time. */
interface Parsed { wall: number; ms: number; zone: number | 'Z' | null; hasTime: boolean }

const DATE = /^\s*(\d{4})(?:[:\-/. ]\s?(\d{1,2})(?:[:\-/. ]\s?(\d{1,2})(?:[ T]\s?(\d{1,2}):\s?(\d{1,2})(?::\s?(\d{1,2})(?:[.,](\d*))?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*DST)?)?)?)?\s*$/;

/** `2019:06:15 23:45:10+02:00` and its relatives, also `1950` and `1950-06` (scans); null for anything that is no date: zeros, blanks, month 13. */
export function parseDate(text: unknown): Parsed | null {
  const m = typeof text === 'string' || typeof text === 'number' ? DATE.exec(String(text).replaceAll('\0', '')) : null;
  if (!m) return null;
  const [year, month, day, hour, minute, second] = [Number(m[1]), Number(m[2] ?? 1), Number(m[3] ?? 1), Number(m[4] ?? 0), Number(m[5] ?? 0), Number(m[6] ?? 0)] as const;
  if (year < FIRST_YEAR || hour > 23 || minute > 59 || second > 59) return null;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(wall);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return null;
  return { wall, ms: fraction(m[7]), zone: m[8] === 'Z' ? 'Z' : parseOffset(m[8]), hasTime: m[4] !== undefined };
}

/** The digits behind the second → ms. */
function fraction(digits: unknown): number {
  const s = typeof digits === 'number' ? String(digits) : typeof digits === 'string' ? digits.replaceAll('\0', '').trim() : '';
  return /^\d{1,9}$/.test(s) ? Math.floor(Number(`0.${s}`) * 1000) : 0;
}

/** `+05:45`, `-0330`, `Z` → minutes; null for nonsense such as `+99:99` (zones reach from -12:00 to +14:00). */
export function parseOffset(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const s = text.replaceAll('\0', '').trim();
  if (s === 'Z') return 0;
  const m = /^([+-])(\d{2}):?(\d{2})?$/.exec(s);
  if (!m || Number(m[3] ?? 0) > 59) return null;
  const minutes = (Number(m[2]) * 60 + Number(m[3] ?? 0)) * (m[1] === '-' ? -1 : 1);
  return minutes < -720 || minutes > 840 ? null : minutes;
}

export const formatLocal = (wall: number): string => new Date(wall).toISOString().replace(/^\+0*/, '').slice(0, 19);

/** The candidates that are dates at all, best first. A bare day takes the time of day from another field of the same day (IPTC keeps the two apart). */
export function rankDates(candidates: readonly DateCandidate[], type: AssetType): Taken[] {
  const order = ORDER[type];
  const dates = candidates
    .map((c) => ({ ...c, parsed: parseDate(c.text), rank: order.indexOf(c.kind) }))
    .filter((c): c is typeof c & { parsed: Parsed } => c.parsed !== null && c.rank >= 0 && !isEpochZero(c.kind, c.parsed.wall))
    .toSorted((a, b) => a.rank - b.rank);
  return dates.map((date) => {
    const best = date.parsed.hasTime ? date : (dates.find((d) => d.parsed.hasTime && sameDay(d.parsed.wall, date.parsed.wall)) ?? date);
    const { zone } = best.parsed;
    const wall = best.kind === 'quicktime.create' && best.parsed.wall < 0 ? best.parsed.wall + FROM_1904 : best.parsed.wall;
    const ms = best.parsed.ms || fraction(best.fraction);
    const source = best.kind.slice(0, best.kind.indexOf('.')) as DateSource;
    if (best.kind === 'quicktime.create' || (source === 'quicktime' && zone === 'Z')) return { kind: best.kind, wall, ms, utc: wall, source, offsetMinutes: null };
    // Only the date's own zone counts. XMP often repeats the EXIF wall clock with a zone, but that is the zone of the editor's computer (seen: +01:00 on a picture from Washington).
    return { kind: best.kind, wall, ms, utc: null, source, offsetMinutes: parseOffset(best.offset) ?? (zone === 'Z' ? 0 : zone) };
  });
}

const sameDay = (a: number, b: number): boolean => Math.floor(a / 86_400_000) === Math.floor(b / 86_400_000);

/** QuickTime counts from 1904, some writers from 1970: a counter that was never set says exactly that day. */
function isEpochZero(kind: DateKind, wall: number): boolean {
  return kind.startsWith('quicktime.') && (sameDay(wall, Date.UTC(1904, 0, 1)) || sameDay(wall, Date.UTC(1970, 0, 1)));
}
