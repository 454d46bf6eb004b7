import type { DateSource } from '@mantel/contracts/models/asset.ts';
import { dateOfFolder, dateOfName, type Guess } from './date-names.ts';
import { formatLocal, parseDate, rankDates, type Taken } from './dates.ts';
import type { FactsHint } from './facts.ts';
import type { RawTags } from './tags.ts';
import { nearestOffset, offsetAt, offsetAtWall, zoneOf } from './zones.ts';

/** `offsetSource`: who said the zone; `odd`: the date is hardly the true one, and nothing better was found; `known` false: only the file's time or that of the upload. */
export interface When { takenAt: number; local: string; source: DateSource; offsetMinutes: number | null; offsetSource: DateSource | null; odd: boolean; known: boolean }
interface Place { lat: number; lon: number }

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * When a picture was taken. The tags first, best group first (dates.ts); a doubtful one (a clock that was never set, the future) gives way to a firm
 * one of another group, then to the satellites' date, the name, the folder, and holds with `odd` only when there is none. Without any: the satellites,
 * the name, the folder, the file's own time, now. A file time inside what name or folder say makes these finer.
 * The zone: what the tag says; else the satellites' UTC beside the wall clock, else the place, else a name in UTC. The wall clock is never changed.
 */
export async function whenTaken(tags: RawTags, hint: FactsHint, place: Place | null, now = Date.now()): Promise<When> {
  const zone = async (): Promise<string | null> => (place ? zoneOf(place.lat, place.lon) : null);
  const name = dateOfName(hint.name, now);
  const ranked = rankDates(tags.dates, hint.type);
  const firm = ranked.find((t) => !doubtful(t.wall, now));
  const satellites = satelliteTime(tags, now);
  if (firm) return zoned(firm, { name, satellites, zone, tags });

  if (satellites && (satellites.exact || !name)) return fromUtc(satellites.utc, 'gps', satellites.exact ? await zone() : null);
  const filed = hint.modifiedAt !== undefined && hint.modifiedAt > 0 && hint.modifiedAt < now + DAY ? Math.floor(hint.modifiedAt) : null; // 0 and the far future are clocks that were not set
  const guessed: [Guess, DateSource] | null = name ? [name, 'name'] : folderGuess(hint.folder, now);
  if (guessed) return fromGuess(...guessed, filed, await zone());
  if (ranked[0]) return { ...(await zoned(ranked[0], { name, satellites, zone, tags })), odd: true };
  return { takenAt: filed ?? now, local: formatLocal(filed ?? now), source: filed ? 'file' : 'upload', offsetMinutes: null, offsetSource: null, odd: false, known: false };
}

const folderGuess = (folder: string | undefined, now: number): [Guess, DateSource] | null => {
  const guess = folder ? dateOfFolder(folder, now) : null;
  return guess && [guess, 'folder'];
};

/** The future, and where clocks begin that were never set: 1904 and 1970 (also seen from another zone), the first hour of 1980 and 2000, the first second of other years about then. */
function doubtful(wall: number, now: number): boolean {
  if (wall > now + 2 * DAY) return true;
  const d = new Date(wall);
  const year = d.getUTCFullYear();
  if (Math.abs(wall) < DAY) return true;
  if (d.getUTCMonth() !== 0 || d.getUTCDate() !== 1 || d.getUTCHours() !== 0) return false;
  return year === 1980 || year === 2000 || (d.getUTCMinutes() === 0 && d.getUTCSeconds() === 0 && (year === 1904 || (year >= 1990 && year <= 2020)));
}

interface Around { name: Guess | null; satellites: { utc: number; exact: boolean } | null; zone: () => Promise<string | null>; tags: RawTags }

async function zoned(t: Taken, around: Around): Promise<When> {
  const { offset, source } = await zoneFor(t, around);
  // What was UTC keeps its moment and gets a wall clock; what was a wall clock keeps it and gets a moment.
  const wall = t.utc === null || !(await trustsUtc(t, around)) ? t.wall : t.utc + (offset ?? 0) * MINUTE;
  return { takenAt: wall - (offset ?? 0) * MINUTE + t.ms, local: formatLocal(wall), source: t.source, offsetMinutes: offset, offsetSource: source, odd: false, known: true };
}

async function zoneFor(t: Taken, around: Around): Promise<{ offset: number | null; source: DateSource | null }> {
  if (t.offsetMinutes !== null) return { offset: t.offsetMinutes, source: t.source };
  const { name, satellites, zone, tags } = around;
  const where = await zone();
  if (t.utc !== null && (await trustsUtc(t, around))) {
    const named = name?.exact && !name.utc ? nearestOffset(name.wall - t.utc, nameSlack(tags)) : null;
    if (named !== null && named !== 0) return { offset: named, source: 'name' };
    const offset = where ? offsetAt(where, t.utc) : null;
    return { offset, source: offset === null ? null : 'gps' };
  }
  const byPlace = where ? offsetAtWall(where, t.wall) : null;
  const bySatellites = satellites?.exact ? nearestOffset(t.wall - satellites.utc, byPlace === null ? 2 * MINUTE : 5 * MINUTE) : null;
  const offset = bySatellites ?? byPlace;
  if (offset !== null) return { offset, source: 'gps' };
  const named = name?.exact && name.utc ? nearestOffset(t.wall - name.wall, 2 * MINUTE) : null;
  return { offset: named, source: named === null ? null : 'name' };
}

/** Makers whose cameras write the wall clock where QuickTime wants UTC. Phones, and Sony, do as they should. */
const LOCAL_CLOCKS = /^(canon|nikon|panasonic|gopro|olympus|om digital|fuji|pentax|ricoh|casio|kodak|eastman|leica|sanyo|jvc|victor)/i;
const nameSlack = (tags: RawTags): number => (tags.durationMs ?? 0) + 3 * MINUTE;

/** Whether a date that should be UTC is: the name's wall clock that equals it, where the place has another zone, or the maker, says no. */
async function trustsUtc(t: Taken, { name, tags, zone }: Around): Promise<boolean> {
  if (t.utc === null) return false;
  if (name?.exact && !name.utc) {
    const offset = nearestOffset(name.wall - t.utc, nameSlack(tags));
    if (offset !== null && offset !== 0) return true;
    const where = offset === 0 ? await zone() : null;
    if (where) return offsetAt(where, t.utc) === 0;
  }
  return !LOCAL_CLOCKS.test(String(tags.make ?? '').trim());
}

/** GPSDateStamp and GPSTimeStamp; without the time the noon of the day. Before 1990 and after tomorrow are receivers that had no fix. */
function satelliteTime({ gpsDate, gpsTime }: RawTags, now: number): { utc: number; exact: boolean } | null {
  const day = parseDate(gpsDate);
  if (!day) return null;
  const parts = typeof gpsTime === 'string' ? gpsTime.split(':') : Array.isArray(gpsTime) ? gpsTime : [];
  const [h, m, s] = parts.map(Number);
  const exact = parts.length === 3 && h! >= 0 && h! < 24 && m! >= 0 && m! < 60 && s! >= 0 && s! < 61;
  const utc = Math.floor(day.wall / DAY) * DAY + (exact ? (h! * 3600 + m! * 60 + Math.floor(s!)) * 1000 : DAY / 2);
  return utc < Date.UTC(1990, 0, 1) || utc > now + DAY ? null : { utc, exact };
}

function fromUtc(utc: number, source: DateSource, zone: string | null): When {
  const offset = zone ? offsetAt(zone, utc) : null;
  return { takenAt: utc, local: formatLocal(utc + (offset ?? 0) * MINUTE), source, offsetMinutes: offset, offsetSource: offset === null ? null : 'gps', odd: false, known: true };
}

function fromGuess(guess: Guess, source: DateSource, filed: number | null, zone: string | null): When {
  if (guess.exact && guess.utc) return fromUtc(guess.wall, source, zone);
  if (!guess.exact && filed !== null && filed >= guess.from && filed < guess.to) return fromUtc(filed, source, zone);
  const offset = zone ? offsetAtWall(zone, guess.wall) : null;
  return { takenAt: guess.wall - (offset ?? 0) * MINUTE, local: formatLocal(guess.wall), source, offsetMinutes: offset, offsetSource: offset === null ? null : 'gps', odd: false, known: true };
}
