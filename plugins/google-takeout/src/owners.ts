import { typeOfExt } from './magic.ts';
import { folded, mediaStems, type Name, splitExt, wasCut } from './names.ts';
import { readNote } from './sidecars.ts';
import { photoOf, type Slot, type Unit } from './slots.ts';

/** What other files of a folder may belong to. `stem` and `counter` as in the names of its parts. `cut`: its stem was cut, so that nothing of a suffix fits. */
export interface Owner { unit: Unit; stem: string; counter: number; type: 'image' | 'video' | null; ext: string; file: string; whole: string; cut: boolean; sure: boolean }
export interface Owners { at(stem: string, counter: number): Owner[]; stems(stem: string): Owner[]; file(name: string): Owner[] }

/** The owners of a folder: what has a sidecar, also where the picture itself is not here; then media that nobody told anything about. */
export function ownersOf(units: readonly Unit[]): Owners {
  const byKey = new Map<string, Owner[]>();
  const byStem = new Map<string, Owner[]>();
  const byFile = new Map<string, Owner[]>();
  const put = (map: Map<string, Owner[]>, key: string, o: Owner): void => void (map.get(key)?.push(o) ?? map.set(key, [o]));
  const add = (o: Owner): void => {
    put(byKey, `${o.stem}\0${o.counter}`, o);
    put(byStem, o.stem, o);
    put(byFile, o.whole, o);
  };
  for (const unit of units) {
    const json = photoOf(unit);
    const reading = unit.note ? readNote(unit.note.base, json?.title ?? null) : null;
    if (unit.primary) {
      const { name, file, type } = unit.primary;
      // the counter of the sidecar says whether "(1)" is one or stands in the title
      const counted = reading ? reading.counter > 0 || name.counter === 0 : true;
      const [titleStem] = splitExt(reading?.agrees ? reading.title : file);
      const [stem, counter] = counted && !(reading && reading.counter === 0 && titleStem === name.whole) ? [name.stem, name.counter] : [name.whole, 0];
      add({ unit, stem, counter, type, ext: name.ext, file, whole: name.whole, cut: titleStem.length > stem.length || wasCut(stem, name.ext), sure: unit.note !== null });
    } else if (reading) {
      const [titleStem, ext] = splitExt(reading.title);
      for (const stem of mediaStems(titleStem, ext)) add({ unit, stem, counter: reading.counter, type: typeOfExt(ext), ext, file: stem + ext, whole: stem + (reading.counter ? `(${reading.counter})` : ''), cut: stem.length < titleStem.length || wasCut(stem, ext), sure: true });
    }
  }
  return { at: (stem, counter) => byKey.get(`${stem}\0${counter}`) ?? [], stems: (stem) => byStem.get(stem) ?? [], file: (name) => byFile.get(name) ?? [] };
}

/** The two ways to read a name: with its counter, and as if it had none. */
export const readings = (name: Name): [stem: string, counter: number][] => (name.counter ? [[name.stem, name.counter], [name.whole, 0]] : [[name.stem, 0]]);
/** Of several owners with one stem: the one with the same extension, then HEIC, JPEG, the rest. */
export const nearest = (owners: readonly Owner[], slot: Slot): Owner | undefined => owners.toSorted((a, b) => distance(a, slot) - distance(b, slot))[0];
const distance = (o: Owner, slot: Slot): number => (o.ext === slot.name.ext ? 0 : folded(o.ext) === folded(slot.name.ext) ? 1 : 2 + rank(o.ext)) + (o.sure ? 0 : 10);
export const rank = (ext: string): number => (/^\.hei[cf]$/i.test(ext) ? 0 : /^\.jpe?g$/i.test(ext) ? 1 : typeOfExt(ext) === 'image' ? 2 : 3);
