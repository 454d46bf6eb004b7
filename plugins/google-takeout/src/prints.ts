import type { Sidecar } from './json.ts';
import { nfc } from './names.ts';
import { photoOf, type Note, type Slot, type Unit } from './slots.ts';

/** Equal bytes, as far as a checksum tells; null where there is none. */
export const bytesKey = (s: Pick<Slot, 'crc' | 'bytes'> | null): string | null => (s && s.crc >= 0 && s.bytes > 0 ? `${s.crc} ${s.bytes}` : null);
/** What makes a sidecar that of one photo: its link, its title and moment. */
export const identities = (json: Sidecar): string[] => [...(json.url ? [`u ${json.url}`] : []), ...(json.taken !== null && json.title ? [`t ${json.taken} ${nfc(json.title)}`] : [])];

/** Which bytes belong to which sidecar, learnt in the folders of the years: an album shows the same again, and there names that are cut to the same are told apart by it. */
export function createPrints() {
  const bytes = new Map<string, string | null>();
  const owners = new Map<string, Set<string>>();
  return {
    learn(units: readonly Unit[]): void {
      for (const u of units) {
        const [json, key] = [photoOf(u), bytesKey(u.primary)];
        if (!json || key === null) continue;
        for (const id of identities(json)) {
          bytes.set(id, bytes.has(id) && bytes.get(id) !== key ? null : key); // two of one title and moment: neither is sure
          owners.set(key, (owners.get(key) ?? new Set()).add(id));
        }
      }
    },
    /** The bytes that this sidecar's photo has elsewhere. */
    of: (note: Note): string | null => (note.json.kind === 'asset' ? identities(note.json).map((id) => bytes.get(id)).find((k) => k !== undefined) ?? null : null),
    /** False when these bytes are known to be another photo's. */
    may(note: Note, slot: Slot): boolean {
      const key = bytesKey(slot);
      const known = key === null ? undefined : owners.get(key);
      return !known || note.json.kind !== 'asset' || identities(note.json).some((id) => known.has(id));
    },
  };
}
export type Prints = ReturnType<typeof createPrints>;
