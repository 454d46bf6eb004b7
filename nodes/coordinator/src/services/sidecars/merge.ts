import type { Conflict, DateSource, FactName, FactSources } from '@mantel/contracts/models/asset.ts';
import type { NamedRegion } from '../../library/facts/facts.ts';
import { dateCounts, type SidecarFacts } from '../../library/sidecar/fields.ts';
import { displayed, type Picture } from '../../library/sidecar/people.ts';

/** Latitude, longitude, metres above the sea; without the third nothing is said about the height. */
export type Place = [number, number, (number | null)?];
/** The facts that a sidecar and the house can disagree about, in one form. `offset`: minutes; `people`: in the displayed picture. */
export interface Base {
  takenAt: string; offset: number | null; gps: Place | null; rating: number | null; title: string | null; description: string | null; tags: string[]; people: NamedRegion[];
}
export type Mergeable = keyof Base;
const ALL: readonly Mergeable[] = ['takenAt', 'offset', 'gps', 'rating', 'title', 'description', 'tags', 'people'];

const fold = (s: string): string => s.normalize('NFC').toLocaleLowerCase('en');
/** Line ends and outer blanks are lost on the way through XML; what looks like a number comes back as one. */
const sameText = (a: string | null, b: string | null): boolean => {
  const [p, q] = [a, b].map((s) => s?.replaceAll('\r\n', '\n').trim() ?? '') as [string, string];
  return p === q || (p !== '' && q !== '' && Number.isFinite(Number(p)) && Number(p) === Number(q));
};
const sameNumbers = (a: readonly number[], b: readonly number[], by: number): boolean => a.length === b.length && a.every((n, i) => Math.abs(n - b[i]!) <= by);
const sameHeight = (a?: number | null, b?: number | null): boolean => a === undefined || b === undefined || a === b || (a !== null && b !== null && Math.abs(a - b) <= 0.01);
const box = (r: NamedRegion['region']): number[] => (r ? [r.x, r.y, r.w, r.h] : []);
const SAME: { [F in Mergeable]: (a: Base[F], b: Base[F]) => boolean } = {
  takenAt: (a, b) => a === b, offset: (a, b) => a === b, rating: (a, b) => a === b, title: sameText, description: sameText,
  gps: (a, b) => (a === null || b === null ? a === b : sameNumbers(a.slice(0, 2) as number[], b.slice(0, 2) as number[], 1e-6) && sameHeight(a[2], b[2])),
  tags: (a, b) => { const [p, q] = [new Set(a.map(fold)), new Set(b.map(fold))]; return p.size === q.size && [...p].every((t) => q.has(t)); },
  people: (a, b) => a.length === b.length && a.every((p) => b.some((q) => fold(p.name) === fold(q.name) && sameNumbers(box(p.region), box(q.region), 0.002))),
};
const same = <F extends Mergeable>(fact: F, a: Base[F], b: Base[F]): boolean => SAME[fact](a, b);

/** A value in words, as it is shown and kept when it loses. */
export function textOf(fact: Mergeable, value: Base[Mergeable]): string | null {
  if (value === null) return null;
  if (fact === 'tags') return (value as string[]).join('\n');
  if (fact === 'people') return (value as NamedRegion[]).map((p) => p.name).join('\n');
  if (fact === 'offset') return new Date(Math.abs(value as number) * 60_000).toISOString().slice(11, 16).replace(/^/, (value as number) < 0 ? '-' : '+');
  return fact === 'gps' ? (value as Place).slice(0, 2).join(', ') : String(value);
}
/** Not part of the exchange: digiKam's mirror of people among the tags, and what is longer than a reader takes. */
const mirrored = (tag: string): boolean => tag.length > 200 || /^People(\/|$)/.test(tag);

/** What a sidecar says, in our form. `base`: what we wrote into this file; then what is missing was taken away. null: it came from elsewhere, and what is missing is not said. */
export function saidBy(facts: SidecarFacts, picture: Picture, source: DateSource, base: Partial<Base> | null): Partial<Base> {
  const said: Partial<Base> = {};
  if (dateCounts(facts, source)) {
    said.takenAt = facts.takenAtLocal!;
    if (facts.offsetMinutes !== undefined) said.offset = facts.offsetMinutes;
  }
  if (facts.gps !== undefined) said.gps = facts.gps && (base === null && facts.gps.altitude === null ? [facts.gps.lat, facts.gps.lon] : [facts.gps.lat, facts.gps.lon, facts.gps.altitude]);
  for (const fact of ['rating', 'title', 'description'] as const) if (facts[fact] !== undefined) Object.assign(said, { [fact]: facts[fact] });
  if (facts.tags !== undefined) said.tags = facts.tags;
  if (facts.people !== undefined) said.people = displayed(facts, picture);
  if (base === null) return said;
  for (const fact of ['gps', 'rating', 'title', 'description'] as const) if (base[fact] !== undefined && said[fact] === undefined) Object.assign(said, { [fact]: null });
  if (base.tags) {
    const { digikam = [], deep = [], flat = [] } = facts.tagLists ?? {};
    const lacks = (list: string[], tag: string): boolean => !list.some((t) => fold(t) === fold(tag));
    // a program takes a tag out of the lists that it knows and leaves the others
    const gone = new Set(base.tags.filter((t) => lacks(digikam, t) || lacks(deep, t) || lacks(flat, t.split('/').at(-1)!)).map(fold));
    const levels = new Set(base.tags.flatMap((t) => t.split('/')).map(fold));
    said.tags = (said.tags ?? []).filter((t) => !gone.has(fold(t)) && !(levels.has(fold(t)) && [...gone].some((g) => g.split('/').includes(fold(t)))));
  }
  // who had a place and has only a name left was taken away: not every program knows both
  if (base.people) said.people = (said.people ?? []).filter((p) => p.region !== null || !base.people!.some((b) => b.region !== null && fold(b.name) === fold(p.name)));
  return said;
}

export interface Merge {
  /** What holds from now on; only facts that become different. */
  take: Partial<Base>;
  conflicts: Conflict[];
}
/**
 * Three ways, fact by fact: `base` is what both sides knew, `ours` what holds here, `theirs` what the sidecar says. Changed on one side only: that one holds. Changed on both: the newer
 * one, and the other is kept as a conflict. `edited`: when somebody changed a fact here; `at`: when the sidecar was changed (ms).
 * `foreign`: the sidecar never knew `base` (it came with an upload): then whatever a person said here counts as changed.
 */
export function merge({ base, ours, theirs, edited, sources, at, foreign }: { base: Partial<Base>; ours: Base; theirs: Partial<Base>; edited: Partial<Record<FactName, number>>; sources: FactSources; at: number; foreign: boolean }): Merge {
  const take: Partial<Base> = {};
  const conflicts: Conflict[] = [];
  const kept = ours.tags.filter(mirrored);
  const shared = <F extends Mergeable>(fact: F, value: Base[F]): Base[F] => (fact === 'tags' ? ((value as string[]).filter((t) => !mirrored(t)) as Base[F]) : value);
  const one = <F extends Mergeable>(fact: F): void => {
    if (theirs[fact] === undefined) return;
    const [mine, their] = [shared(fact, ours[fact]), shared(fact, theirs[fact] as Base[F])];
    const before = base[fact] === undefined ? undefined : shared(fact, base[fact] as Base[F]);
    if (same(fact, mine, their) || (before !== undefined && same(fact, their, before))) return;
    const changedHere = before === undefined || foreign ? sources[fact as FactName] === 'user' : !same(fact, mine, before);
    const wins = !changedHere || (edited[fact] ?? 0) <= at;
    if (wins) take[fact] = (fact === 'tags' ? [...(their as string[]), ...kept] : their) as Base[F];
    if (changedHere) conflicts.push({ fact, lost: textOf(fact, wins ? mine : their), lostFrom: wins ? 'here' : 'sidecar', at: new Date(wins ? at : (edited[fact] ?? at)).toISOString() });
  };
  for (const fact of ALL) one(fact);
  return { take, conflicts };
}
