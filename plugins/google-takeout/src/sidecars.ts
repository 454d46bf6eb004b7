import { typeOfExt } from './magic.ts';
import { folded, isCutOf, JSON_LENGTH, loose, mediaStems, nfc, sanitise, splitExt, wasCut } from './names.ts';
import { newUnit, type Note, photoOf, type Slot, type Unit } from './slots.ts';

const NEW = '.supplemental-metadata';
const NEARLY = JSON_LENGTH - 2;

/** What a sidecar's name says: whose it is, and the counter of a clash. `title`: made safe for a disk; from the JSON where the name agrees with it, else from the name. */
export interface Reading { title: string; counter: number; agrees: boolean }

/** The name of a sidecar is what fits of its title and `.supplemental-metadata` (or nothing) into 46 units, then the counter. The title decides what of a name is which. */
export function readNote(base: string, jsonTitle: string | null): Reading {
  const b = nfc(base);
  const m = /^(.+?)\((\d{1,4})\)$/s.exec(b);
  const readings: [string, number][] = m ? [[b, 0], [m[1]!, Number(m[2])]] : [[b, 0]];
  if (jsonTitle) {
    const title = sanitise(jsonTitle);
    for (const [name, counter] of readings) if (fits(name, title, base.length)) return { title, counter, agrees: true };
  }
  const [name, counter] = readings.at(-1)!;
  return { title: withoutSuffix(name), counter, agrees: false };
}
function fits(name: string, title: string, rawLength: number): boolean {
  if (name === title || name === title + NEW) return true;
  if (name.length < title.length + NEW.length && (title + NEW).startsWith(name) && Math.max(name.length, rawLength) >= NEARLY) return true;
  return name.startsWith(`${title}.`) && /^[\p{L}\p{M}-]{4,40}$/u.test(name.slice(title.length + 1)); // the suffix in another language, should there be one
}
function withoutSuffix(name: string): string {
  for (let n = NEW.length; n >= 2; n--) if (name.endsWith(NEW.slice(0, n)) && (n >= 5 || name.length >= NEARLY)) return name.slice(0, -n);
  return name.length >= NEARLY ? name.replace(/\.$/, '') : name;
}

/** Puts the sidecars of a folder to its media, surest first, and answers a unit for each sidecar that is readable. What is left over is no sidecar's. */
export function matchSidecars(folder: string, notes: readonly Note[], slots: ReadonlyMap<string, Slot>): Unit[] {
  const all = [...slots.values()];
  const byWhole = Map.groupBy(all, (s) => s.name.whole);
  const byFolded = Map.groupBy(all, (s) => folded(s.file));
  const byStem = Map.groupBy(all, (s) => s.name.stem.slice(0, 40));
  const byLoose = Map.groupBy(all, (s) => `${loose(s.file)}`);
  const units = new Map<Note, Unit>();
  const owner = new Map<Slot, Unit>();
  const open = notes.map((note) => ({ note, ...readNote(note.base, note.json.kind === 'asset' ? note.json.title : null) })).toSorted((a, b) => Number(b.agrees) - Number(a.agrees) || a.counter - b.counter);
  type Open = (typeof open)[number];
  let left = open;
  const pass = (find: (o: Open, stem: string, ext: string, count: string) => Slot | null | undefined): void => {
    left = left.filter((o) => {
      const [stem, ext] = splitExt(o.title);
      const slot = find(o, stem, ext, o.counter ? `(${o.counter})` : '');
      if (!slot) return true;
      const unit = newUnit(folder, o.note, slot);
      units.set(o.note, unit);
      owner.set(slot, unit);
      return false;
    });
  };
  const free = (found: readonly Slot[] | undefined): Slot[] => (found ?? []).filter((s) => !s.taken);
  const only = (found: Slot[]): Slot | null => (found.length === 1 ? found[0]! : null);

  pass((_, stem, ext, count) => mediaStems(stem, ext).map((s) => slots.get(s + count + ext)).find((s) => s && !s.taken));
  // titles without an extension, or with one that is none
  pass((o, stem, ext, count) => {
    if (ext !== '' && typeOfExt(ext)) return null;
    const found = free([...mediaStems(o.title, ''), ...mediaStems(stem, ext)].flatMap((s) => byWhole.get(s + count) ?? []));
    return found.find((s) => s.type === 'image') ?? found[0];
  });
  // cut names whose counters went different ways
  pass((o, stem, ext) => (wasCut(stem, ext) || o.title.length >= JSON_LENGTH
    ? free(byStem.get(stem.slice(0, 40))).filter((s) => folded(s.name.ext) === folded(ext) && isCutOf(s.name.stem, stem, s.name.ext)).toSorted((a, b) => a.name.counter - b.name.counter)[0] : null));
  pass((_, stem, ext, count) => only(free(mediaStems(stem, ext).flatMap((s) => byFolded.get(folded(s + count + ext)) ?? []))));
  pass((_, stem, ext, count) => only(free(mediaStems(stem, ext).flatMap((s) => byLoose.get(loose(s + count + ext)) ?? []))));

  const out = [...units.values()];
  for (const o of left) {
    if (o.note.json.kind !== 'asset') continue;
    // a second sidecar of the same picture: an older one beside the newer
    const [stem, ext] = splitExt(o.title);
    const twin = mediaStems(stem, ext).map((s) => slots.get(s + (o.counter ? `(${o.counter})` : '') + ext)).map((s) => s && owner.get(s)).find((u) => u && samePhoto(photoOf(u), o.note.json));
    if (twin) twin.more.push(o.note);
    else out.push(newUnit(folder, o.note, null));
  }
  return out;
}
const samePhoto = (a: ReturnType<typeof photoOf>, b: Note['json']): boolean => a !== null && b.kind === 'asset' && a.title === b.title && (a.url !== '' && b.url !== '' ? a.url === b.url : a.taken === b.taken);
