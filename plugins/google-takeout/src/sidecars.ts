import { typeOfExt } from './magic.ts';
import { isCutOf, JSON_LENGTH, loose, mediaStems, nfc, sanitise, splitExt, wasCut } from './names.ts';
import { bytesKey, type Prints } from './prints.ts';
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
export function matchSidecars(folder: string, notes: readonly Note[], slots: ReadonlyMap<string, Slot>, prints: Prints): Unit[] {
  const all = [...slots.values()];
  const byWhole = Map.groupBy(all, (s) => s.name.whole);
  const byStem = Map.groupBy(all, (s) => s.name.stem.slice(0, 40));
  const byLoose = Map.groupBy(all, (s) => `${loose(s.file)}`);
  const units = new Map<Note, Unit>();
  const owner = new Map<Slot, Unit>();
  const open = notes.map((note) => ({ note, ...readNote(note.base, note.json.kind === 'asset' ? note.json.title : null) })).toSorted((a, b) => Number(b.agrees) - Number(a.agrees) || a.counter - b.counter);
  type Open = (typeof open)[number];
  let left = open;
  const pass = (find: (o: Open, stem: string, ext: string, count: string, may: (s: Slot) => boolean) => Slot | null | undefined): void => {
    left = left.filter((o) => {
      const [stem, ext] = splitExt(o.title);
      const may = (s: Slot): boolean => !s.taken && prints.may(o.note, s);
      const slot = find(o, stem, ext, o.counter ? `(${o.counter})` : '', may);
      if (!slot || slot.taken) return true;
      const unit = newUnit(folder, o.note, slot);
      units.set(o.note, unit);
      owner.set(slot, unit);
      return false;
    });
  };
  const byBytes = Map.groupBy(all, (s) => bytesKey(s) ?? '');
  const only = (found: Slot[]): Slot | null => (found.length === 1 ? found[0]! : null);

  const inTurn = twins(open, all);
  pass((o) => { const key = prints.of(o.note); return key === null ? null : only((byBytes.get(key) ?? []).filter((s) => !s.taken)); });
  pass((o, _s, _e, _c, may) => { const slot = inTurn.get(o.note); return slot && may(slot) ? slot : null; });
  pass((_, stem, ext, count, may) => mediaStems(stem, ext).map((s) => slots.get(s + count + ext)).find((s) => s && may(s)));
  // titles without an extension, or with one that is none
  pass((o, stem, ext, count, may) => {
    if (ext !== '' && typeOfExt(ext)) return null;
    const found = [...mediaStems(o.title, ''), ...mediaStems(stem, ext)].flatMap((s) => byWhole.get(s + count) ?? []).filter(may);
    return found.find((s) => s.type === 'image') ?? found[0];
  });
  // cut names whose counters went different ways
  const whole = wholeSets(open);
  pass((o, stem, ext, _c, may) => (whole.has(o.note) && (wasCut(stem, ext) || o.title.length >= JSON_LENGTH)
    ? (byStem.get(stem.slice(0, 40)) ?? []).filter((s) => may(s) && s.name.ext === ext && isCutOf(s.name.stem, stem, s.name.ext)).toSorted((a, b) => a.name.counter - b.name.counter)[0] : null));
  pass((_, stem, ext, count, may) => only(mediaStems(stem, ext).flatMap((s) => byLoose.get(loose(s + count + ext)) ?? []).filter(may)));

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
/**
 * Sidecars whose names are cut to the same while those of their pictures are not (`….jpg` and `….JPG`): the counters go different ways, and the order tells. Only where each has its picture.
 */
function twins(open: readonly Told[], slots: readonly Slot[]): Map<Note, Slot> {
  const out = new Map<Note, Slot>();
  const whole = wholeSets(open);
  for (const group of Map.groupBy(open.filter((o) => whole.has(o.note)), (o) => o.title.slice(0, JSON_LENGTH)).values()) {
    const byMedia = Map.groupBy(group, (o) => { const [stem, ext] = splitExt(o.title); return mediaStems(stem, ext)[0]! + ext; });
    if (byMedia.size < 2) continue;
    for (const notes of byMedia.values()) {
      const [stem, ext] = splitExt(notes[0]!.title);
      const stems = mediaStems(stem, ext);
      const found = slots.filter((s) => s.name.ext === ext && (stems.includes(s.name.stem) || stems.includes(s.name.whole))).toSorted((a, b) => a.name.counter - b.name.counter);
      if (found.length !== notes.length) continue;
      for (const [i, o] of notes.toSorted((a, b) => a.counter - b.counter).entries()) out.set(o.note, found[i]!);
    }
  }
  return out;
}
type Told = Reading & { note: Note };
/** Sidecars with cut names whose fellows are all here, from the first counter on: a later part brings none in between. */
function wholeSets(open: readonly Told[]): Set<Note> {
  const out = new Set<Note>();
  const cut = open.filter((o) => o.agrees && o.title.length >= NEARLY);
  for (const group of Map.groupBy(cut, (o) => o.title.slice(0, JSON_LENGTH)).values()) {
    const counters = new Set(group.map((o) => o.counter));
    if ([...counters.keys()].every((n) => n < counters.size)) for (const o of group) out.add(o.note);
  }
  return out;
}
const samePhoto = (a: ReturnType<typeof photoOf>, b: Note['json']): boolean => a !== null && b.kind === 'asset' && a.title === b.title && (a.url !== '' && b.url !== '' ? a.url === b.url : a.taken === b.taken);
