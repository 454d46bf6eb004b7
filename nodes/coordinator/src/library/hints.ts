import type { DateSource } from '@mantel/contracts/models/asset.ts';
import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { dateOfName } from './facts/date-names.ts';
import { formatLocal } from './facts/dates.ts';
import type { Facts } from './facts/facts.ts';
import { nearestOffset, offsetAt, offsetAtWall, zoneOf } from './facts/zones.ts';

/** What a source said about a photo, as it is kept beside its file. `zone`: minutes east of UTC where and when it was taken, looked up once. */
export type Hints = Pick<SourceHints, 'takenAt' | 'takenAtMinute' | 'takenAtLocal' | 'offsetMinutes' | 'gps' | 'title' | 'description' | 'rating' | 'tags' | 'people'> & { zone?: number | null };
const KEPT = ['takenAt', 'takenAtMinute', 'takenAtLocal', 'offsetMinutes', 'gps', 'title', 'description', 'rating', 'tags', 'people'] as const;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** What a timeline can hold. */
const [FIRST, END] = [Date.UTC(1800, 0, 1), Date.UTC(2200, 0, 1)];
const held = (ms: number): boolean => ms >= FIRST && ms < END;
/** Offsets that a file states itself; those from places and names were worked out. */
const STATED: readonly (DateSource | undefined)[] = ['exif', 'xmp', 'iptc', 'quicktime'];
/** Dates that are wall clocks; QuickTime counts in UTC. */
const CLOCKS: readonly DateSource[] = ['exif', 'xmp', 'iptc'];
/** Dates that stand in the file, not in what it is called and where it lay. */
const IN_FILE: readonly DateSource[] = ['user', 'sidecar', 'exif', 'xmp', 'iptc', 'quicktime', 'png', 'gps'];

const fold = (s: string): string => s.normalize('NFC').toLocaleLowerCase('en');
const union = (first: readonly string[], then: readonly string[]): string[] => { const known = new Set(first.map(fold)); return [...first, ...then.filter((t) => !known.has(fold(t)) && known.add(fold(t)))]; };
const wordsOf = (text: string | undefined, max: number): string | null => text?.trim().slice(0, max).toWellFormed() || null;

/** What was known of a photo with what a source says now: the newer word holds, lists grow. The same again changes nothing. */
export function mergeHints(before: Hints | null, now: SourceHints | Hints): Hints {
  const out: Hints = { ...before };
  for (const key of KEPT) if (now[key] !== undefined) Object.assign(out, { [key]: now[key] });
  for (const list of ['tags', 'people'] as const) if (before?.[list] && now[list]) out[list] = union(before[list], now[list]);
  if (now.takenAt !== undefined && !now.takenAtMinute) delete out.takenAtMinute;
  delete out.zone;
  return out;
}

/** The wall clocks that `2019-08` and its like stand for: `[from, to)` and the middle, as if UTC; null for a day that does not exist. */
function span(text: string): { from: number; to: number; middle: number } | null {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number?, number?];
  const from = Date.parse(`${text.length === 19 ? text : `${text}${'-01-01'.slice(text.length - 4)}T00:00:00`}Z`);
  if (Number.isNaN(from) || !held(from) || (day !== undefined && new Date(from).getUTCDate() !== day)) return null;
  if (text.length === 19) return { from, to: from + 1000, middle: from };
  if (day !== undefined) return { from, to: from + DAY, middle: from + DAY / 2 };
  if (month !== undefined) return { from, to: Date.UTC(year, month, 1), middle: from + 14.5 * DAY };
  return { from, to: Date.UTC(year + 1, 0, 1), middle: Date.UTC(year, 6, 1, 12) };
}

/** The file knows no date of its own, or only one that can hardly be true. */
const undated = (facts: Facts): boolean => !IN_FILE.includes(facts.takenAtSource) || facts.problems.includes('odd_date');
const wallOf = (local: string): number => Date.parse(`${local}Z`);

/** The moment that the source says; where it knows it only to the minute, with the seconds that the file says about that minute (its clock may stand in any zone). */
function instantOf(facts: Facts, hints: Hints): number | null {
  if (hints.takenAt === undefined || !Number.isFinite(hints.takenAt) || !held(hints.takenAt)) return null;
  const said = Math.trunc(hints.takenAt);
  if (!hints.takenAtMinute || undated(facts)) return said;
  const finer = Math.floor(said / MINUTE) * MINUTE + facts.takenAt - Math.floor(facts.takenAt / MINUTE) * MINUTE;
  const zones = (facts.takenAt - finer) / MINUTE;
  return zones % 15 === 0 && zones >= -840 && zones <= 840 ? finer : said;
}

/** The same with the zone at its place, where the place and the time are known. */
export async function withZone(facts: Facts, hints: Hints): Promise<Hints> {
  const place = hints.gps === undefined ? (facts.lat !== null && facts.lon !== null ? { lat: facts.lat, lon: facts.lon } : null) : hints.gps;
  const zone = place && (await zoneOf(place.lat, place.lon));
  if (!zone) return hints;
  const instant = instantOf(facts, hints);
  const local = hints.takenAtLocal !== undefined && undated(facts) ? span(hints.takenAtLocal)?.middle : undefined;
  const utc = instant ?? (local === undefined && facts.takenAtSource === 'quicktime' ? facts.takenAt : null);
  return { ...hints, zone: utc === null ? offsetAtWall(zone, local ?? wallOf(facts.takenAtLocal)) : offsetAt(zone, utc) };
}

/** The offset that belongs to an instant: what source or file state, the file's wall clock beside it, the place, a name that is a wall clock. */
function offsetFor(facts: Facts, hints: Hints, instant: number, name: string): { offset: number | null; from: DateSource | null } {
  if (hints.offsetMinutes !== undefined) return { offset: hints.offsetMinutes, from: 'import' };
  if (facts.offsetMinutes !== null && STATED.includes(facts.sources.offset)) return { offset: facts.offsetMinutes, from: facts.sources.offset! };
  const minutes = (wallOf(facts.takenAtLocal) - Math.floor(instant / 1000) * 1000) / MINUTE;
  if (CLOCKS.includes(facts.takenAtSource) && minutes % 15 === 0 && minutes >= -720 && minutes <= 840) return { offset: minutes, from: facts.takenAtSource };
  if (hints.zone !== undefined && hints.zone !== null) return { offset: hints.zone, from: 'gps' };
  const named = dateOfName(name, Date.now());
  const offset = named?.exact && !named.utc ? nearestOffset(named.wall - instant, 1000) : null;
  return { offset, from: offset === null ? null : 'name' };
}

function setDate(out: Facts, at: { local: string; takenAt: number; source: DateSource | null; offset: number | null; from: DateSource | null }): void {
  Object.assign(out, { takenAtLocal: at.local, takenAt: at.takenAt, offsetMinutes: at.offset });
  if (at.source) out.takenAtSource = out.sources.takenAt = at.source;
  if (at.from) out.sources.offset = at.from;
  else delete out.sources.offset;
  if (at.source) out.problems = out.problems.filter((p) => p !== 'no_date' && p !== 'odd_date');
}

function hintedDate(out: Facts, facts: Facts, hints: Hints, name: string): void {
  const instant = instantOf(facts, hints);
  if (instant !== null) {
    const { offset, from } = offsetFor(facts, hints, instant, name);
    // the file may know the fraction of that very second
    const takenAt = Math.floor(facts.takenAt / 1000) === Math.floor(instant / 1000) ? facts.takenAt : instant;
    return setDate(out, { local: formatLocal(instant + (offset ?? 0) * MINUTE), takenAt, source: 'import', offset, from });
  }
  const said = hints.takenAtLocal !== undefined && undated(facts) ? span(hints.takenAtLocal) : null;
  const [wall, offset] = [wallOf(facts.takenAtLocal), hints.offsetMinutes ?? hints.zone ?? null];
  if (said) {
    const inside = wall >= said.from && wall < said.to;
    if (inside && (facts.takenAtSource === 'name' || facts.takenAtSource === 'folder')) return; // it says the same, and more exactly
    const local = inside && facts.takenAtSource === 'file' ? wall : said.middle;
    return setDate(out, { local: formatLocal(local), takenAt: local - (offset ?? 0) * MINUTE, source: 'import', offset, from: offset === null ? null : hints.offsetMinutes === undefined ? 'gps' : 'import' });
  }
  // only the zone is news
  if (offset === null || STATED.includes(facts.sources.offset) || offset === facts.offsetMinutes || (hints.offsetMinutes === undefined && !hints.gps)) return;
  const from = hints.offsetMinutes === undefined ? 'gps' : 'import';
  if (facts.takenAtSource === 'quicktime') setDate(out, { local: formatLocal(facts.takenAt + offset * MINUTE), takenAt: facts.takenAt, source: null, offset, from });
  else setDate(out, { local: facts.takenAtLocal, takenAt: facts.takenAt + ((facts.offsetMinutes ?? 0) - offset) * MINUTE, source: null, offset, from });
}

/**
 * What a source says goes before what the file says of itself, and after sidecars and people. A `takenAtLocal` only stands in where the file knows no date, but it goes before guesses from names, folders and the file's time.
 * Tags and people are united. `called`: what the file was called, whose wall clock may tell the zone.
 */
export function withHints(facts: Facts, hints: Hints | null, called = ''): Facts {
  if (!hints) return facts;
  const out: Facts = { ...facts, sources: { ...facts.sources }, problems: [...facts.problems] };
  hintedDate(out, facts, hints, called);
  if (hints.gps !== undefined) {
    Object.assign(out, hints.gps ? { lat: hints.gps.lat, lon: hints.gps.lon, altitude: hints.gps.altitude ?? null } : { lat: null, lon: null, altitude: null });
    out.sources.gps = 'import';
  }
  const words = { title: wordsOf(hints.title, 500), description: wordsOf(hints.description, 10_000), rating: hints.rating ?? null };
  for (const fact of ['title', 'description', 'rating'] as const) {
    if (words[fact] === null || words[fact] === facts[fact]) continue;
    Object.assign(out, { [fact]: words[fact] });
    out.sources[fact] = 'import';
  }
  const tags = union(facts.tags, (hints.tags ?? []).map((t) => t.trim()).filter(Boolean));
  if (tags.length > facts.tags.length) Object.assign(out, { tags, sources: { ...out.sources, tags: 'import' } });
  const known = facts.people.map((p) => p.name);
  const people = union(known, (hints.people ?? []).map((p) => p.trim()).filter(Boolean)).slice(known.length);
  if (people.length) Object.assign(out, { people: [...facts.people, ...people.map((name) => ({ name, region: null }))], sources: { ...out.sources, people: 'import' } });
  return out;
}
