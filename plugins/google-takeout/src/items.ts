import type { SourceCopy, SourceFile, SourceHints, SourceItem } from '@mantel/plugin-sdk';
import { FLAG, type Sidecar } from './json.ts';
import { RAW_EXT } from './magic.ts';
import type { Group } from './merge.ts';
import { parseName, splitExt } from './names.ts';
import { photoOf, type Slot, type Unit } from './slots.ts';
import { isHere, type Placed } from './types.ts';

/** What a folder makes of the photos in it. */
export interface FolderKind { kind: 'year' | 'archive' | 'trash' | 'locked' | 'failed' | 'none' | 'album' | 'untitled'; year?: number }
export interface ItemContext { kindOf: (folder: string) => FolderKind; /** Its id, where the folder is an album. */ albumOf: (folder: string) => string | null; copy: (p: Placed) => SourceCopy; /** Stems of what is taken at one moment as RAW and as picture. */ rawPairs: ReadonlySet<Group> }
/** `copies`: the entries that it accounts for. `left`: more copies than a file can name. */
export interface Built { item: SourceItem; copies: Placed[]; left: Placed[]; notes: Placed[]; order: [part: number, at: number] }

const MAX_COPIES = 1000;

/** One item of all that the folders show of a photo; null when none of its files is known, only sidecars. */
export function buildItem(group: Group, ctx: ItemContext): Built | null {
  const jsons = group.map(photoOf).filter((j) => j !== null);
  const main = jsons[0] ?? null;
  const slots = (pick: (u: Unit) => readonly (Slot | null)[]): Slot[] => group.flatMap((u) => pick(u)).filter((s) => s !== null);
  const originals = slots((u) => [u.primary]);
  const lives = slots((u) => u.live);
  const edits = sameFile(slots((u) => u.edited));
  const files: { role: SourceFile['role']; name: string; slots: Slot[] }[] = [];
  const title = main?.title.trim() ? main.title : null;
  if (originals.length > 0) files.push({ role: 'original', name: title ?? originals[0]!.file, slots: originals });
  for (const clip of sameFile(lives)) files.push({ role: 'live', name: partName(title, clip[0]!), slots: clip });
  for (const edit of edits) files.push({ role: 'edited', name: edit[0]!.file, slots: edit });
  if (files.length === 0) return null;
  // its picture is not here (yet): the best that there is stands for it
  files[0]!.role = 'original';

  const used: Placed[] = [];
  const left: Placed[] = [];
  const copiesOf = (list: readonly Slot[]): [SourceCopy, ...SourceCopy[]] => {
    const all = list.flatMap((s) => s.placed);
    const firstHere = all.findIndex(isHere);
    const first = all[0]!;
    // the same bytes may lie in a part that is here and in one that is not
    if (firstHere > 0 && !isHere(first) && all[firstHere]!.entry.crc === first.entry.crc && first.entry.crc >= 0 && all[firstHere]!.entry.bytes === first.entry.bytes) all.unshift(...all.splice(firstHere, 1));
    used.push(...all.slice(0, MAX_COPIES));
    left.push(...all.slice(MAX_COPIES));
    return all.slice(0, MAX_COPIES).map(ctx.copy) as [SourceCopy, ...SourceCopy[]];
  };
  const named = files.slice(0, 100).map((f): SourceFile => ({ role: f.role, name: f.name.slice(0, 1000), copies: copiesOf(f.slots) }));
  for (const f of files.slice(100)) left.push(...f.slots.flatMap((s) => s.placed));
  const best = originals[0] ?? lives[0] ?? edits[0]![0]!;
  const home = group.find((u) => u.primary) ?? group[0]!;
  const id = main?.url || `${home.folder}/${best.file}`;
  const albums = [...new Set(group.map((u) => ctx.albumOf(u.folder)).filter((a) => a !== null))].slice(0, 1000);
  const lead = used.find(isHere) ?? used[0]!;
  return {
    item: { id: id.slice(0, 2000), files: named as SourceItem['files'], hints: hintsOf(jsons, group, home, best, ctx), albums, ...(main && !ctx.rawPairs.has(group) ? { alone: true } : {}) },
    copies: used, left, notes: group.flatMap((u) => [...(u.note ? [u.note] : []), ...u.more]).flatMap((n) => n.placed), order: [0, lead.entry.n],
  };
}

/** What Google knows: the first sidecar counts, the others fill in what it leaves open. */
function hintsOf(jsons: readonly Sidecar[], group: Group, home: Unit, best: Slot, ctx: ItemContext): SourceHints {
  const kinds = new Set(group.map((u) => ctx.kindOf(u.folder).kind));
  const flags = jsons.reduce((f, j) => f | j.flags, 0);
  const taken = jsons.find((j) => j.taken !== null)?.taken;
  const gps = jsons.find((j) => j.gps !== null)?.gps;
  const description = jsons.find((j) => j.description.trim() !== '')?.description;
  const people = jsons.find((j) => j.people.length > 0)?.people;
  const { year } = ctx.kindOf(home.folder);
  const hints: SourceHints = {};
  if (taken !== undefined && taken !== null) hints.takenAt = taken * 1000;
  // a year in other digits or of another calendar; where the name may say more, that holds
  else if (year !== undefined && !home.folder.includes(String(year)) && (best.file.match(/\d/g) ?? []).length < 8) hints.takenAtLocal = String(year).padStart(4, '0');
  if (gps) hints.gps = { lat: gps[0], lon: gps[1], ...(gps[2] === 0 ? {} : { altitude: gps[2] }) };
  if (description) hints.description = description;
  if (people) hints.people = people;
  if (flags & FLAG.favourite) hints.favourite = true;
  if (flags & FLAG.archived || kinds.has('archive')) hints.archived = true;
  if (flags & FLAG.trashed || kinds.has('trash')) hints.trashed = true;
  if (flags & FLAG.locked || kinds.has('locked')) hints.locked = true;
  if (flags & FLAG.partner) hints.partner = true;
  hints.folder = home.folder.slice(0, 1000);
  return hints;
}

/** A clip is called like its still, without the counter of a clash. */
const partName = (title: string | null, clip: Slot): string => (title ? splitExt(title)[0] : parseName(clip.file).stem) + clip.name.ext;
const sameBytes = (a: Slot, b: Slot): boolean => a.crc >= 0 && a.crc === b.crc && a.bytes === b.bytes;
/** Without checksums, as in an unpacked export, the name and the size tell. */
const samePart = (a: Slot, b: Slot): boolean => sameBytes(a, b) || ((a.crc < 0 || b.crc < 0) && a.file === b.file && a.bytes === b.bytes);
/** Renditions and clips by what they are. With other bytes it is another one, also under the same name: an edit that was made anew. */
function sameFile(slots: readonly Slot[]): Slot[][] {
  const out: Slot[][] = [];
  for (const s of slots) {
    const same = out.find((o) => o.some((x) => samePart(x, s)));
    if (same) same.push(s);
    else out.push([s]);
  }
  return out;
}

/** RAW and picture of one shutter have sidecars of their own; the house puts them together by camera and moment, so they are not kept apart. */
export function rawPairs(groups: readonly Group[]): Set<Group> {
  const out = new Set<Group>();
  const byMoment = Map.groupBy(groups.filter((g) => g.some((u) => u.primary?.type === 'image')), (g) => {
    const json = g.map(photoOf).find((j) => j !== null);
    return json && json.taken !== null ? `${json.taken} ${splitExt(json.title)[0].toLowerCase()}` : '';
  });
  for (const [key, all] of byMoment) {
    if (key === '' || all.length !== 2) continue;
    const raw = all.map((g) => RAW_EXT.test(splitExt(photoOf(g.find((u) => photoOf(u))!)!.title)[1]));
    if (raw[0] !== raw[1]) for (const g of all) out.add(g);
  }
  return out;
}
