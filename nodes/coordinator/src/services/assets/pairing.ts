import type { AssetType, FileRole } from '@mantel/contracts/models/asset.ts';
import { splitName } from '../../library/names.ts';
import { partName } from './part-name.ts';

/** A file as pairing sees it. `takenAt`: ms UTC, `local`: wall clock; `dated`: somebody wrote the date into the file or its name (the time of a copy or an upload proves nothing). `users`: who contributed it. */
export interface Part {
  id: number; name: string; type: AssetType; mime: string; sha256: string; contentId: string | null; durationMs: number | null;
  takenAt: number; local: string; offsetMinutes: number | null; dated: boolean; make: string | null; model: string | null; users: number[];
  /** The part that a source says it plays. */
  given?: GivenRole | null;
}
/** `copy`: the same picture written anew, kept because it was here first. */
export type GivenRole = 'live' | 'edited' | 'raw' | 'copy';
export type Apart = (a: Part, b: Part) => boolean;

const CLIP_SECONDS = 3; // between a still and its clip
const SAME_SECONDS = 2; // between RAW and JPEG, original and rendition
const CLIP_MAX_MS = 10_000;
const QUARTER = 900;
const ZONES = 14 * 3600;
const RAW_EXT = /^\.(3fr|arw|cr2|cr3|crw|dcr|dng|erf|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw2|rwl|sr2|srf|srw|x3f)$/i;

/** What a RAW developer would be asked to open; makers' formats that are TIFF inside are told by their names. */
export const isRaw = (mime: string, name: string): boolean => /^image\/x-(?!icon|ms-bmp|bmp|tga|portable|xcf|xbitmap|xpixmap|photoshop|psd|jng)/.test(mime) || (mime === 'image/tiff' && RAW_EXT.test(splitName(name).ext));

const seconds = (p: Part): number => Math.floor(Date.parse(`${p.local}Z`) / 1000);
/** Seconds between two files; Infinity where one of them has no date of its own. Where a zone is not known, the wall clocks are compared. */
function between(a: Part, b: Part): number {
  if (!a.dated || !b.dated) return Infinity;
  const s = a.offsetMinutes !== null && b.offsetMinutes !== null ? Math.abs(a.takenAt - b.takenAt) / 1000 : Math.abs(seconds(a) - seconds(b));
  return Number.isFinite(s) ? s : Infinity;
}
/** A video's counter runs in UTC: where nobody knows the zone, wall clocks that differ by whole quarters of an hour are the same moment somewhere. */
function betweenClip(still: Part, clip: Part): number {
  const s = between(still, clip);
  if (clip.offsetMinutes !== null || s === Infinity) return s;
  if (still.offsetMinutes !== null) return Math.min(s, Math.abs(still.takenAt - clip.takenAt) / 1000);
  return s > ZONES ? s : Math.min(s % QUARTER, QUARTER - (s % QUARTER));
}
const fold = (s: string | null): string => s?.trim().toLowerCase() ?? '';
const sameModel = (a: Part, b: Part): boolean => fold(a.model) === fold(b.model);
const otherCamera = (a: Part, b: Part): boolean => (fold(a.model) && fold(b.model) ? !sameModel(a, b) : Boolean(fold(a.make) && fold(b.make)) && fold(a.make) !== fold(b.make));
const together = (a: Part, b: Part): boolean => a.users.length === 0 || b.users.length === 0 || a.users.some((u) => b.users.includes(u));
const raw = (p: Part): boolean => p.type === 'image' && isRaw(p.mime, p.name);
const rank = (p: Part): number => (raw(p) ? 3 : /^image\/hei[cf]/.test(p.mime) ? 0 : p.mime === 'image/jpeg' ? 1 : 2);

/** How well two files fit, smaller first, compared number by number; the content decides between equals, so that the order of arrival never does. */
interface Fit { from: Part; to: Part; score: (number | string)[] }
function byScore(a: Fit, b: Fit): number {
  for (const [i, x] of a.score.entries()) if (x !== b.score[i]) return x < b.score[i]! ? -1 : 1;
  return 0;
}
const best = (from: Part, to: Part[], score: (p: Part) => number[] | null): Part | undefined =>
  to.flatMap((p): Fit[] => { const s = score(p); return s ? [{ from, to: p, score: [...s, p.sha256] }] : []; }).toSorted(byScore)[0]?.to;

/** A rendition and what it was made from. */
function editScore(edit: Part, base: Part, apart: Apart): number[] | null {
  const [e, b] = [partName(edit.name), partName(base.name)];
  if (e.stem !== b.stem || edit.type !== base.type || apart(edit, base) || !together(edit, base) || otherCamera(edit, base) || (!e.sure && !sameModel(edit, base))) return null;
  const s = between(edit, base);
  return s <= SAME_SECONDS ? [s, rank(base)] : null;
}
function rawScore(file: Part, base: Part, apart: Apart): number[] | null {
  if (partName(file.name).full !== partName(base.name).full || !fold(base.model) || !sameModel(file, base) || apart(file, base) || !together(file, base)) return null;
  const s = between(file, base);
  return s <= SAME_SECONDS ? [s, rank(base)] : null;
}
function liveScore(clip: Part, still: Part): number[] | null {
  const [c, p] = [partName(clip.name), partName(still.name)];
  const known = clip.contentId !== null && still.contentId !== null;
  if (known && clip.contentId !== still.contentId) return null;
  const s = betweenClip(still, clip);
  if (known) return [c.full === p.full ? 0 : 1, Math.min(s, 1e9), rank(still)];
  if (c.stem !== p.stem || !(s <= CLIP_SECONDS) || clip.durationMs === null || clip.durationMs > CLIP_MAX_MS || otherCamera(still, clip) || !together(still, clip)) return null;
  return [c.full === p.full ? 2 : 3, s, rank(still)];
}

/** Files that a source says are one photo, over any number of pairs. */
function linked(parts: readonly Part[], pairs: readonly { a: number; b: number }[], apart: Apart): Part[][] {
  const byId = new Map(parts.map((p) => [p.id, p]));
  const found = new Map<number, Part[]>();
  for (const { a, b } of pairs) {
    const [p, q] = [byId.get(a), byId.get(b)];
    if (!p || !q || apart(p, q)) continue;
    const [x, y] = [found.get(a) ?? [p], found.get(b) ?? [q]];
    const all = x === y ? x : [...x, ...y];
    for (const each of all) found.set(each.id, all);
  }
  return [...new Set(found.values())];
}

/**
 * Which files belong together; every file is in exactly one group. Depends on the files alone, not on their order or on what was grouped before. `pairs`: files that a source says are one photo, whatever names and dates
 * say; only what a person took apart stays apart.
 */
export function partition(parts: readonly Part[], apart: Apart = () => false, pairs: readonly { a: number; b: number }[] = []): Part[][] {
  const root = new Map<number, Part>(); // file → what it hangs on
  const rootOf = (p: Part): Part => { for (let at = p; ; at = root.get(at.id)!) if (!root.has(at.id)) return at; };
  const taken = new Set<number>(); // stills that have their clip
  for (const group of linked(parts, pairs, apart)) {
    const base = firstOf(group);
    for (const p of group) if (p !== base) root.set(p.id, base);
    if (base.type === 'image' && group.some((p) => p.type === 'video')) taken.add(base.id);
  }
  const others = (p: Part, of: readonly Part[]): Part[] => of.filter((o) => rootOf(o) !== rootOf(p));
  const originals = parts.filter((p) => partName(p.name).edit === 0);
  const stills = originals.filter((p) => p.type === 'image' && !raw(p));
  for (const file of originals.filter((p) => raw(p) && !root.has(p.id))) {
    const base = best(file, others(file, stills), (p) => rawScore(file, p, apart));
    if (base) root.set(file.id, base);
  }
  for (const edit of parts.filter((p) => partName(p.name).edit > 0 && !root.has(p.id))) {
    const base = best(edit, others(edit, originals), (p) => editScore(edit, p, apart));
    if (base) root.set(edit.id, base);
  }
  // one clip for one still: the best fits first, until nothing is left
  const members = Map.groupBy(parts.filter((p) => p.type === 'image'), (p) => rootOf(p).id);
  const clips = parts.filter((p) => p.type === 'video' && !root.has(p.id));
  const fits: Fit[] = [];
  for (const clip of clips) {
    for (const group of members.values()) {
      const to = rootOf(group[0]!);
      if (group.some((p) => apart(p, clip))) continue;
      for (const still of group) {
        const score = liveScore(clip, still);
        if (score) fits.push({ from: clip, to, score: [...score, to.sha256, clip.sha256] });
      }
    }
  }
  for (const p of parts) if (taken.has(p.id)) taken.add(rootOf(p).id);
  for (const { from, to } of fits.toSorted(byScore)) {
    if (taken.has(from.id) || taken.has(to.id)) continue;
    taken.add(from.id).add(to.id);
    root.set(from.id, to);
  }
  return [...Map.groupBy(parts, (p) => rootOf(p).id).values()];
}

export interface Dealt { role: FileRole; shown: boolean }
const inOrder = (parts: readonly Part[]): Part[] => parts.toSorted((a, b) => byScore({ from: a, to: a, score: originalScore(a) }, { from: b, to: b, score: originalScore(b) }));
const firstOf = (parts: readonly Part[]): Part => inOrder(parts)[0]!;
/** Who plays which part in one asset, as its source says or the rules find. What was taken is the original; what somebody made of it is shown. */
export function deal(parts: readonly Part[]): Map<number, Dealt> {
  const order = inOrder(parts);
  const original = order[0]!;
  const roles = new Map<number, FileRole>([[original.id, 'original']]);
  let clip = original.type === 'video' || order.some((p) => p !== original && p.given === 'live' && p.type === 'video');
  for (const p of order.slice(1)) {
    if (p.given === 'edited' || p.given === 'copy') roles.set(p.id, 'edited');
    else if ((p.given === 'raw' && p.type === 'image') || (p.given === 'live' && p.type === 'video' && original.type === 'image')) roles.set(p.id, p.given);
    else if (p.type === 'image' && original.type === 'image') roles.set(p.id, raw(p) ? 'raw' : 'edited');
    else {
      roles.set(p.id, clip ? 'edited' : 'live');
      clip = true;
    }
  }
  const edits = order.filter((p) => roles.get(p.id) === 'edited' && p.type === original.type && p.given !== 'copy' && (p.given === 'edited' || partName(p.name).edit > 0));
  const shown = edits.toSorted((a, b) => byScore({ from: a, to: a, score: newest(a) }, { from: b, to: b, score: newest(b) }))[0] ?? original;
  return new Map(parts.map((p) => [p.id, { role: roles.get(p.id)!, shown: p === shown }]));
}
const originalScore = (p: Part): (number | string)[] => [p.given ? 1 : 0, p.type === 'image' ? 0 : 1, partName(p.name).edit, raw(p) ? 1 : 0, rank(p), p.takenAt, p.sha256];
const newest = (p: Part): (number | string)[] => [-partName(p.name).edit, -p.takenAt, p.sha256];
