import type { SourceHints } from '@mantel/plugin-sdk';
import type { Media, Part } from './index-part.ts';
import { dirOf, fold, nameOf, renamed } from './names.ts';
import type { Row, Table } from './tables.ts';

/** A photo with what the tables say of it. `name`: what it was called on the phone. */
export interface Known { media: Media; name: string; rows: Row[] }
type Lists = Map<string, Row[]>;
const keyOf = (part: string | null, dir: string): string => `${part ?? ''}\0${fold(dir)}`;

/** All photos of all parts with their rows: those of their own folder first, then of the one above, then of anywhere, where a name is met only once. */
export function matchRows(parts: readonly Part[]): Known[] {
  const byDir = new Map<string, Lists>();
  const everywhere: Lists = new Map();
  const put = (to: Lists, row: Row): void => { const key = fold(row.name); const list = to.get(key); if (list) list.push(row); else to.set(key, [row]); };
  for (const part of parts) {
    for (const table of part.tables) {
      if (table.kind !== 'details') continue;
      const key = keyOf(part.name, dirOf(table.path));
      const here = byDir.get(key) ?? byDir.set(key, new Map()).get(key)!;
      for (const row of table.rows) { put(here, row); put(everywhere, row); }
    }
  }
  const names = new Map<string, number>();
  const photos = parts.flatMap((p) => p.media);
  const there = new Set(photos.map((m) => `${keyOf(m.part, dirOf(m.path))}/${fold(nameOf(m.path))}`));
  for (const m of photos) names.set(fold(nameOf(m.path)), (names.get(fold(nameOf(m.path))) ?? 0) + 1);

  const near = (m: Media, name: string): Row[] => byDir.get(keyOf(m.part, dirOf(m.path)))?.get(fold(name)) ?? byDir.get(keyOf(m.part, dirOf(dirOf(m.path))))?.get(fold(name)) ?? [];
  const has = (m: Media, name: string): boolean => there.has(`${keyOf(m.part, dirOf(m.path))}/${fold(name)}`);
  return photos.map((media): Known => {
    const name = nameOf(media.path);
    const own = near(media, name);
    const hevc = /^(.+)_HEVC(\.mov)$/i.exec(name); // how icloudpd names the clip of a live photo
    const shown = hevc && ['.HEIC', '.heic', '.JPG', '.jpg'].some((ext) => has(media, hevc[1]! + ext)) ? hevc[1]! + hevc[2]! : name;
    if (own.length) return { media, name: shown, rows: own };
    const before = renamed(name);
    const listed = before ? near(media, before.name) : [];
    if (before && (listed.length > 1 || (listed.length === 1 && !has(media, before.name)))) return { media, name: before.name, rows: listed };
    const far = everywhere.get(fold(name)) ?? [];
    // a name alone, from anywhere, is good enough for a date, and not for putting a photo away
    return { media, name: shown, rows: far.length === 1 && names.get(fold(name)) === 1 ? far.map((r) => ({ ...r, favourite: false, hidden: false, deleted: false })) : [] };
  });
}

const all = <T>(rows: readonly Row[], of: (row: Row) => T): T | undefined => (rows.length > 0 && rows.every((r) => of(r) === of(rows[0]!)) ? of(rows[0]!) : undefined);

/** What is sure. Where several rows may be meant, only what all of them say. */
export function hintsOf({ media, rows }: Known): SourceHints {
  const at = all(rows, (r) => r.at) ?? null;
  return {
    ...(at === null ? {} : { takenAt: at, ...(all(rows, (r) => r.minute) ? { takenAtMinute: true } : {}) }),
    ...(all(rows, (r) => r.favourite) ? { favourite: true } : {}), ...(all(rows, (r) => r.hidden) ? { archived: true } : {}), ...(all(rows, (r) => r.deleted) || inTrash(media.path) ? { trashed: true } : {}),
  };
}
const inTrash = (path: string): boolean => dirOf(path).split('/').some((d) => fold(d) === 'recently deleted');

const DAY = 86_400_000;
const NEAR = 14 * DAY;
const FAR = 60 * DAY;
export type List = Exclude<Table, { kind: 'details' }>;

/** The photos that a list names. Several of one name: the one whose date is near those of the others, or that lies in the weeks in which nearly all names have a photo. `unsure`: names that could be more than one; `missing`: names of no photo, which may come with a later part. */
export function membersOf(list: List, byName: ReadonlyMap<string, Known[]>): { members: Known[]; unsure: number; missing: number } {
  const members: Known[] = [];
  const open: Known[][] = [];
  let missing = 0;
  for (const name of list.names) {
    const found = byName.get(fold(name)) ?? [];
    if (found.length === 0) missing++;
    else if (found.length === 1) members.push(found[0]!);
    else open.push(found);
  }
  const season = open.length ? weeksOf([...members.map((m) => [m]), ...open]) : null;
  const dates = members.map(dateOf).filter((d) => d !== null).toSorted((a, b) => a - b);
  const distance = (k: Known): number => { const at = dateOf(k); return at === null ? Infinity : nearest(dates, at); };
  let unsure = 0;
  for (const candidates of open) {
    const inside = season ? candidates.filter((k) => within(dateOf(k), season)) : [];
    const [first, second] = candidates.map((k) => ({ k, far: distance(k) })).toSorted((a, b) => a.far - b.far);
    if (inside.length === 1) members.push(inside[0]!);
    else if (first!.far <= NEAR && second!.far > FAR) members.push(first!.k);
    else unsure++;
  }
  return { members, unsure, missing };
}
const dateOf = (k: Known): number | null => all(k.rows, (r) => r.at) ?? null;
const within = (at: number | null, [from, to]: readonly [number, number]): boolean => at !== null && at >= from && at <= to;

const NEARLY_ALL = 0.95;
const MUCH_LESS = 0.8;
/** The two months in which nearly every name has a photo, if there are such, and nowhere else are there as many: names come again when a camera has counted to 9999. */
function weeksOf(names: readonly Known[][]): readonly [number, number] | null {
  const points = names.flatMap((found, name) => found.flatMap((k) => { const at = dateOf(k); return at === null ? [] : [{ at, name }]; })).toSorted((a, b) => a.at - b.at);
  const counts = (skip: readonly [number, number] | null): { names: number; span: readonly [number, number] } => {
    const seen = new Map<number, number>();
    let best = { names: 0, span: [0, 0] as readonly [number, number] };
    let from = 0;
    for (const [n, p] of points.entries()) {
      if (skip && within(p.at, skip)) { seen.clear(); from = n + 1; continue; }
      seen.set(p.name, (seen.get(p.name) ?? 0) + 1);
      for (let old = points[from]!; p.at - old.at > FAR; old = points[++from]!) { const left = (seen.get(old.name) ?? 1) - 1; if (left > 0) seen.set(old.name, left); else seen.delete(old.name); }
      if (seen.size > best.names) best = { names: seen.size, span: [points[from]!.at, p.at] };
    }
    return best;
  };
  const first = counts(null);
  if (first.names < names.length * NEARLY_ALL) return null;
  return counts(first.span).names <= names.length * MUCH_LESS ? first.span : null;
}

function nearest(sorted: readonly number[], at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) { const mid = (low + high) >> 1; if (sorted[mid]! < at) low = mid + 1; else high = mid; }
  return Math.min(Math.abs((sorted[low] ?? Infinity) - at), Math.abs((sorted[low - 1] ?? Infinity) - at));
}

/** By the name on the phone, and by that in the export where it differs. A live photo's clip goes with its still, so lists name stills. */
export function byNames(known: readonly Known[]): Map<string, Known[]> {
  const out = new Map<string, Known[]>();
  const put = (name: string, k: Known): void => { const key = fold(name); const list = out.get(key); if (!list) out.set(key, [k]); else if (!list.includes(k)) list.push(k); };
  for (const k of known) { put(k.name, k); put(nameOf(k.media.path), k); }
  return out;
}
