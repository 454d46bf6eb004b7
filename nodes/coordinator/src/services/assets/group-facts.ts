import { type Conflict, FACTS, type FactName, type FactSources, type Problem } from '@mantel/contracts/models/asset.ts';
import type { Facts, NamedRegion } from '../../library/facts/facts.ts';
import { withHints } from '../../library/hints.ts';
import type { GroupAsset, GroupFacts, GroupFile } from './group.repository.ts';
import { offsetText } from './offset.ts';
import { type Dealt, isRaw } from './pairing.ts';

export const PARTS = { moves: 1, raw: 2 } as const;

/** Facts of an asset that its files do not say: somebody changed them here, or another program in the sidecar. `at`: ms; 0 where nobody wrote down when. */
export type Held = Partial<Record<FactName, { from: GroupAsset; at: number }>>;
const BY_PEOPLE = ['user', 'sidecar'];

/** Of several assets that become one, whose facts hold: the newest change of each. */
export function heldFacts(assets: { asset: GroupAsset; files: GroupFile[] }[]): Held {
  const held: Held = {};
  const put = (fact: FactName, from: GroupAsset, at: number): void => { if (!held[fact] || held[fact].at < at) held[fact] = { from, at }; };
  for (const { asset, files } of assets.toSorted((a, b) => a.asset.id - b.asset.id)) {
    for (const [fact, at] of Object.entries(asset.edited)) put(fact as FactName, asset, at);
    for (const [fact, source] of Object.entries(asset.sources) as [FactName, string][]) {
      if (BY_PEOPLE.includes(source) && !(files.some((f) => f.facts.sources?.[fact] === source) && saidByFiles(asset, files, fact))) put(fact, asset, 0);
    }
  }
  return held;
}

const LISTS: readonly FactName[] = ['tags', 'people'];
const TEXTS: readonly FactName[] = ['title', 'description'];
const ASKED = ['takenAt', 'offset', 'gps', 'rating', 'title', 'description', 'people'] as const;
/** In words, as conflicts hold them. */
function valueOf(a: GroupAsset, fact: (typeof ASKED)[number]): string | null {
  switch (fact) {
    case 'people': return a.people.join('\n') || null;
    case 'takenAt': return a.takenAtLocal;
    case 'offset': return offsetText(a.offsetMinutes);
    case 'gps': return a.lat === null || a.lon === null ? null : `${a.lat}, ${a.lon}`;
    case 'rating': return a.rating === null ? null : String(a.rating);
    default: return a[fact];
  }
}
const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);

/**
 * What assets said before they became one and what no longer holds, for people to decide: facts that somebody had changed, and words from sidecars. One conflict for each fact, with
 * those from before: of lists and words all that were lost, of the others the newest. Tags are united, not lost. `now`: ms, where nobody wrote down when.
 */
export function lostBy(all: { asset: GroupAsset; files: GroupFile[] }[], after: GroupAsset, now: number): Conflict[] {
  const lost = all.flatMap((a) => a.asset.conflicts);
  for (const one of all) {
    const own = heldFacts([one]);
    const { asset } = one;
    for (const fact of ASKED) {
      if (!own[fact] && !(asset.sources[fact] === 'sidecar' && TEXTS.includes(fact))) continue;
      const value = valueOf(asset, fact);
      if (value === null || (fact === 'people' && asset.people.every((p) => after.people.includes(p)))) continue;
      lost.push({ fact, lost: value, lostFrom: asset.sources[fact] === 'sidecar' ? 'sidecar' : 'here', at: new Date(own[fact]?.at || now).toISOString() });
    }
  }
  const kept = lost.filter((c) => c.fact === 'tags' || c.fact === 'camera' || c.lost !== valueOf(after, c.fact)).toSorted((a, b) => b.at.localeCompare(a.at));
  return [...Map.groupBy(kept, (c) => c.fact)].map(([fact, [newest, ...older]]) => {
    const texts = [newest!, ...older].map((c) => c.lost).filter((text) => text !== null);
    if (LISTS.includes(fact)) return { ...newest!, lost: texts.length ? [...new Set(texts.flatMap(linesOf))].join('\n') : null };
    return TEXTS.includes(fact) ? { ...newest!, lost: texts.length ? [...new Set(texts)].join(fact === 'title' ? ' · ' : '\n') : null } : newest!;
  });
}

/** Tags and names that stand in the files themselves, not in a sidecar beside them: they cannot get lost. */
export function carriedBy(files: GroupFile[]): { tags: string[]; people: string[] } {
  const said = (fact: 'tags' | 'people'): GroupFile[] => files.filter((f) => f.facts.sources?.[fact] !== 'sidecar');
  return { tags: said('tags').flatMap((f) => f.facts.tags ?? []), people: said('people').flatMap((f) => (f.facts.people ?? []).map((p) => p.name)) };
}

/** Whether an asset's fact is still what one of its files brought along (in itself, or in the sidecar that came with it). */
function saidByFiles(a: GroupAsset, files: GroupFile[], fact: FactName): boolean {
  const all = (key: 'tags' | 'people'): string => [...new Set(files.flatMap((f) => (key === 'tags' ? (f.facts.tags ?? []) : (f.facts.people ?? []).map((p) => p.name))))].toSorted().join('\0');
  if (fact === 'tags' || fact === 'people') return [...new Set(a[fact])].toSorted().join('\0') === all(fact);
  return files.some(({ facts: f }) => {
    if (fact === 'takenAt') return f.takenAtLocal === a.takenAtLocal;
    if (fact === 'offset') return (f.offsetMinutes ?? null) === a.offsetMinutes;
    if (fact === 'gps') return (f.lat ?? null) === a.lat && (f.lon ?? null) === a.lon;
    if (fact === 'camera') return (f.make ?? null) === a.make && (f.model ?? null) === a.model;
    return (f[fact] ?? null) === a[fact];
  });
}

const PREVIEW_SAYS: Problem[] = ['undecodable', 'too_large', 'truncated', 'encrypted'];
/** What there is when a file said nothing of itself. */
const nothing = (f: GroupFile, now: GroupAsset): Facts => ({
  takenAt: f.takenAt, takenAtLocal: now.takenAtLocal, takenAtSource: now.takenAtSource, offsetMinutes: null, lat: null, lon: null, altitude: null, width: null, height: null, durationMs: null, make: null, model: null, lens: null, iso: null, fNumber: null,
  exposureTime: null, focalLength: null, orientation: null, colourSpace: null, videoCodec: null, audioCodec: null, rating: null, title: null, description: null, tags: [], people: [], contentId: null, motion: null, sources: {}, problems: [],
});
/** The files as their sources know them: what was said about the photo counts as a word of its original. Never that of a clip about a still. */
export function hinted(files: GroupFile[], dealt: Map<number, Dealt>, now: GroupAsset): GroupFile[] {
  const role = (f: GroupFile): string => dealt.get(f.id)!.role;
  const original = files.find((f) => role(f) === 'original')!;
  const { hints } = ['original', 'raw', 'edited'].flatMap((r) => files.filter((f) => role(f) === r)).find((f) => f.hints !== null) ?? { hints: null };
  if (!hints) return files;
  const facts = withHints({ ...nothing(original, now), ...original.facts }, hints, original.name);
  return files.map((f) => (f === original ? { ...f, facts, dated: f.dated || facts.takenAtSource === 'import' } : hints.gps === null ? { ...f, facts: { ...f.facts, lat: null, lon: null } } : f));
}

const SOME_DATE = (f: GroupFile): boolean => f.dated;

/** The asset's facts: those of the original file; what it does not say, its other files may. `previewOf`: the asset whose preview was made of the file that is shown now, if any. */
export function factsOf(files: GroupFile[], dealt: Map<number, Dealt>, now: GroupAsset, held: Held, previewOf: GroupAsset | undefined, ratioByte: (w: number | null, h: number | null) => number): GroupFacts {
  const role = (f: GroupFile): string => dealt.get(f.id)!.role;
  const order = ['original', 'raw', 'edited', 'live'].flatMap((r) => files.filter((f) => role(f) === r));
  const original = order[0]!;
  const shown = files.find((f) => dealt.get(f.id)!.shown)!;
  const dater = SOME_DATE(original) ? original : (order.find(SOME_DATE) ?? original);
  const placed = order.find((f) => typeof f.facts.lat === 'number' && typeof f.facts.lon === 'number');
  const sources: FactSources = { ...original.facts.sources };
  const first = <K extends 'rating' | 'title' | 'description'>(key: K): GroupFile['facts'][K] | null => {
    const found = order.find((f) => f.facts[key] !== null && f.facts[key] !== undefined);
    if (found?.facts.sources?.[key]) sources[key] = found.facts.sources[key];
    return found?.facts[key] ?? null;
  };
  for (const [fact, file] of [['takenAt', dater], ['offset', dater], ['gps', placed]] as const) {
    const source = file?.facts.sources?.[fact];
    if (source) sources[fact] = source;
    else if (file !== original) delete sources[fact];
  }
  const d = dater.facts;
  const o = original.facts;
  const out: GroupFacts = {
    type: original.type, sha256: original.sha256, originalName: original.name,
    parts: (files.some((f) => f.motion || role(f) === 'live') ? PARTS.moves : 0) | (files.some((f) => isRaw(f.mime, f.name)) ? PARTS.raw : 0),
    takenAt: d.takenAt ?? dater.takenAt, takenAtLocal: d.takenAtLocal ?? now.takenAtLocal, takenAtSource: d.takenAtSource ?? now.takenAtSource, offsetMinutes: d.offsetMinutes ?? null,
    lat: placed?.facts.lat ?? null, lon: placed?.facts.lon ?? null, altitude: placed?.facts.altitude ?? null,
    make: o.make ?? null, model: o.model ?? null, lens: o.lens ?? null, iso: o.iso ?? null, fNumber: o.fNumber ?? null, exposureTime: o.exposureTime ?? null, focalLength: o.focalLength ?? null,
    orientation: o.orientation ?? null, colourSpace: o.colourSpace ?? null, videoCodec: o.videoCodec ?? null, audioCodec: o.audioCodec ?? null,
    rating: first('rating') ?? null, title: first('title') ?? null, description: first('description') ?? null,
    durationMs: o.durationMs ?? null, width: o.width ?? null, height: o.height ?? null, ratio: ratioByte(shown.facts.width ?? null, shown.facts.height ?? null),
    sources: '', edited: '', conflicts: JSON.stringify(now.conflicts), problems: '', preview: 'waiting', previewVersion: '', thumbhash: null, dhash: null,
  };
  const problems = new Set<Problem>((o.problems ?? []).filter((p) => p !== 'no_date' || dater === original));
  if (previewOf?.preview === 'ready') {
    Object.assign(out, { preview: previewOf.preview, previewVersion: previewOf.previewVersion, thumbhash: previewOf.thumbhash, dhash: previewOf.dhash, ratio: previewOf.ratio });
    // the worker has measured the picture: where the original itself is shown, its size is that
    if (shown === original) Object.assign(out, { width: previewOf.width, height: previewOf.height, durationMs: out.type === 'video' ? (previewOf.durationMs ?? out.durationMs) : out.durationMs });
  }
  if (previewOf) for (const p of previewOf.problems) if (PREVIEW_SAYS.includes(p) && previewOf.preview === 'ready') problems.add(p);
  const edited: Partial<Record<FactName, number>> = {};
  for (const fact of FACTS) {
    const h = held[fact];
    if (!h) continue;
    const a = h.from;
    if (h.at > 0) edited[fact] = h.at;
    if (a.sources[fact]) sources[fact] = a.sources[fact];
    if (fact === 'takenAt') Object.assign(out, { takenAt: a.takenAt, takenAtLocal: a.takenAtLocal, takenAtSource: a.takenAtSource, offsetMinutes: a.offsetMinutes });
    else if (fact === 'offset') out.offsetMinutes = a.offsetMinutes;
    else if (fact === 'gps') Object.assign(out, { lat: a.lat, lon: a.lon, altitude: a.altitude });
    else if (fact === 'camera') Object.assign(out, { make: a.make, model: a.model, lens: a.lens });
    else if (fact === 'rating' || fact === 'title' || fact === 'description') Object.assign(out, { [fact]: a[fact] });
  }
  if (held.takenAt || held.offset) out.takenAt = Date.parse(`${out.takenAtLocal}Z`) - (out.offsetMinutes ?? 0) * 60_000;
  if (held.takenAt) for (const p of ['no_date', 'odd_date'] as const) problems.delete(p); // said by somebody since
  return { ...out, sources: JSON.stringify(sources), edited: JSON.stringify(edited), problems: JSON.stringify([...problems]) };
}

/** Tags of all files; people of the original with their places, and the names that only other files know (their places are those of another picture). */
export const tagsOfFiles = (files: GroupFile[]): string[] => [...new Set(files.flatMap((f) => f.facts.tags ?? []))];
export function peopleOfFiles(files: GroupFile[], dealt: Map<number, Dealt>): NamedRegion[] {
  const original = files.find((f) => dealt.get(f.id)!.role === 'original')!;
  const people = [...(original.facts.people ?? [])];
  const known = new Set(people.map((p) => p.name.toLowerCase()));
  for (const f of files) {
    for (const { name } of f === original ? [] : (f.facts.people ?? [])) {
      if (known.has(name.toLowerCase())) continue;
      known.add(name.toLowerCase());
      people.push({ name, region: null });
    }
  }
  return people;
}
