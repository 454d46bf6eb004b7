import { nfc } from './names.ts';
import { bytesKey } from './prints.ts';
import { photoOf, type Unit } from './slots.ts';

/** The units that are one photo, the best first. */
export type Group = Unit[];

class Sets {
  #up: Int32Array;
  constructor(n: number) { this.#up = Int32Array.from({ length: n }, (_, i) => i); }
  of(i: number): number {
    let r = i;
    while (this.#up[r] !== r) r = this.#up[r]!;
    while (this.#up[i] !== r) [this.#up[i], i] = [r, this.#up[i]!];
    return r;
  }
  join(a: number, b: number): void { this.#up[this.of(b)] = this.of(a); }
}

/**
 * Puts together what the folders show of the same photo: equal bytes; equal link; equal title and moment, also with other bytes (an album's copy may be written anew), where no folder shows two of them and no two of them have links of their own: those are two photos
 * whose names and dates somebody set alike. The same name with another moment is another photo.
 * `rank`: which folder's copy to keep, the smallest first.
 */
export function mergeUnits(units: readonly Unit[], rank: (folder: string) => number): Group[] {
  const sets = new Sets(units.length);
  const first = new Map<string, number>();
  const joinBy = (key: string | null, i: number): void => {
    if (key === null) return;
    const other = first.get(key);
    if (other === undefined) first.set(key, i);
    else sets.join(other, i);
  };
  for (const [i, u] of units.entries()) {
    joinBy(bytesKey(u.primary) && `b ${bytesKey(u.primary)!}`, i);
    const json = photoOf(u);
    if (json?.url) joinBy(`u ${json.url}`, i);
  }
  const moments = Map.groupBy(units.keys(), (i) => {
    const json = photoOf(units[i]!);
    return json && json.taken !== null && json.title !== '' ? `${json.taken} ${nfc(json.title)}` : '';
  });
  for (const [key, all] of moments) {
    if (key === '' || all.length < 2) continue;
    const linked = new Set(all.filter((i) => photoOf(units[i]!)!.url !== '').map((i) => sets.of(i)));
    if (linked.size > 1) continue;
    const inFolder = Map.groupBy(all, (i) => units[i]!.folder);
    if ([...inFolder.values()].every((is) => new Set(is.map((i) => sets.of(i))).size === 1)) for (const i of all) sets.join(all[0]!, i);
  }
  // a rendition or a clip in an album whose still lies elsewhere: known by its bytes
  const parts = new Map<string, { i: number; as: 'live' | 'edited' }>();
  for (const [i, u] of units.entries()) for (const as of ['live', 'edited'] as const) for (const s of u[as]) { const key = bytesKey(s); if (key && !parts.has(key)) parts.set(key, { i, as }); }
  const owned = new Set([...units.keys()].filter((i) => units[i]!.note !== null).map((i) => sets.of(i)));
  for (const [i, u] of units.entries()) {
    const key = u.note === null ? bytesKey(u.primary) : null;
    const part = key === null ? undefined : parts.get(key);
    if (!part || sets.of(part.i) === sets.of(i)) continue;
    if (owned.has(sets.of(i))) continue;
    u[part.as].unshift(u.primary!);
    u.primary = null;
    sets.join(part.i, i);
  }
  const groups = Map.groupBy(units.keys(), (i) => sets.of(i));
  const order = (a: Unit, b: Unit): number => Number(a.note === null) - Number(b.note === null) || rank(a.folder) - rank(b.folder) || (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0) || nameOf(a).length - nameOf(b).length || (nameOf(a) < nameOf(b) ? -1 : 1);
  return [...groups.values()].map((is) => is.map((i) => units[i]!).toSorted(order));
}
const nameOf = (u: Unit): string => u.primary?.file ?? u.note?.file ?? '';
