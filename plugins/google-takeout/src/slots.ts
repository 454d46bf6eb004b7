import type { BadJson, Sidecar } from './json.ts';
import { typeOfExt } from './magic.ts';
import { type Name, nfc, parseName } from './names.ts';
import { baseOf } from './paths.ts';
import type { Placed } from './types.ts';

/** A media file of a folder: one place, filled by each part that holds it. */
export interface Slot { file: string; name: Name; type: 'image' | 'video' | null; placed: Placed[]; bytes: number; crc: number; taken: boolean }
/** A sidecar of a folder. `base`: its name without `.json`. */
export interface Note { file: string; base: string; json: Sidecar | BadJson; placed: Placed[] }
/** One photo as one folder shows it. `note` without `primary`: its picture lies elsewhere, or comes later. */
export interface Unit { folder: string; note: Note | null; more: Note[]; primary: Slot | null; live: Slot[]; edited: Slot[] }

export const photoOf = (u: Unit): Sidecar | null => (u.note?.json.kind === 'asset' ? u.note.json : null);
export const newUnit = (folder: string, note: Note | null, primary: Slot | null): Unit => {
  if (primary) primary.taken = true;
  return { folder, note, more: [], primary, live: [], edited: [] };
};

export function makeSlots(media: readonly Placed[]): Map<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const p of media) {
    const file = nfc(baseOf(p.entry.path));
    // twice in one part under one name: two entries, two places
    let key = file;
    for (let i = 2; slots.get(key)?.placed.some((o) => o.part === p.part); i++) key = `${file}\0${i}`;
    const slot = slots.get(key);
    if (slot) {
      slot.placed.push(p);
      continue;
    }
    const name = parseName(file);
    const head = p.entry.head === 'image' || p.entry.head === 'video' ? p.entry.head : null;
    slots.set(key, { file, name, type: head ?? typeOfExt(name.ext), placed: [p], bytes: p.entry.bytes, crc: p.entry.crc, taken: false });
  }
  return slots;
}
export function makeNotes(jsons: readonly Placed[]): Note[] {
  const notes = new Map<string, Note>();
  for (const p of jsons) {
    const file = nfc(baseOf(p.entry.path));
    const note = notes.get(file);
    if (note) {
      note.placed.push(p);
      if (note.json.kind === 'bad' && p.entry.json?.kind === 'asset') note.json = p.entry.json; // whole in another part
    } else notes.set(file, { file, base: file.replace(/\.json$/i, ''), json: p.entry.json as Sidecar | BadJson, placed: [p] });
  }
  return [...notes.values()];
}
