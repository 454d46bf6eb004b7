import { editedOf } from './edited.ts';
import { clipWithSidecar, otherStillOf, stillOf } from './live.ts';
import { ownersOf } from './owners.ts';
import type { Prints } from './prints.ts';
import { matchSidecars } from './sidecars.ts';
import { makeNotes, makeSlots, newUnit, type Slot, type Unit } from './slots.ts';
import type { Placed } from './types.ts';

/** The photos that one folder shows: each sidecar with its picture, each clip and rendition with the still that it belongs to, and what is left over by itself. */
export function unitsOf(folder: string, media: readonly Placed[], jsons: readonly Placed[], prints: Prints): Unit[] {
  const slots = makeSlots(media);
  const told = matchSidecars(folder, makeNotes(jsons), slots, prints);
  const alone = [...slots.values()].filter((s) => !s.taken).toSorted((a, b) => a.name.counter - b.name.counter || a.file.length - b.file.length || (a.file < b.file ? -1 : 1)).map((s) => newUnit(folder, null, s));
  const owners = ownersOf([...told, ...alone]);
  const went = new Map<Unit, Unit>();
  const home = (u: Unit): Unit => { let at = u; for (let i = 0; i < 10 && went.has(at); i++) at = went.get(at)!; return at; };
  const give = (from: Unit, to: Unit | null, as: 'live' | 'edited'): boolean => {
    if (!to || home(to) === from || went.has(from)) return false;
    const target = home(to);
    target[as].push(from.primary!, ...from.live, ...from.edited);
    if (from.note) target.more.push(from.note, ...from.more);
    went.set(from, target);
    return true;
  };
  for (const u of told) give(u, clipWithSidecar(u, owners), 'live');
  const each = (find: (slot: Slot) => Unit | null, as: 'live' | 'edited'): void => { for (const u of alone) if (!went.has(u)) give(u, find(u.primary!), as); };
  each((s) => stillOf(s, owners), 'live');
  each((s) => otherStillOf(s, owners), 'live');
  each((s) => editedOf(s, owners), 'edited');
  return [...told, ...alone].filter((u) => !went.has(u));
}
