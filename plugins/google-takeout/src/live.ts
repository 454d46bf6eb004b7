import { folded, splitExt } from './names.ts';
import { type Owner, type Owners, rank, readings } from './owners.ts';
import { photoOf, type Slot, type Unit } from './slots.ts';

/** Far above any clip of a live photo (three seconds), far below a film. */
const MAX_CLIP = 60 * 1024 * 1024;
const SAME_SECONDS = 2;

const still = (o: Owner): boolean => o.type === 'image' && o.unit.live.length === 0;
/** Two files that nobody tells anything about are left to the house, which looks at dates and lengths. */
const told = (found: readonly Owner[]): Owner[] => found.filter((o) => o.sure);
const best = (found: readonly Owner[]): Owner | undefined => found.filter(still).toSorted((a, b) => Number(b.sure) - Number(a.sure) || rank(a.ext) - rank(b.ext))[0];

/** Which still a video without a sidecar belongs to: the one of its name and counter; Pixel's `X.MP` to `X.MP.jpg` and `MVIMG_x` to `MVIMG_x.jpg`. */
export function stillOf(slot: Slot, owners: Owners): Unit | null {
  if (slot.type !== 'video' || slot.bytes > MAX_CLIP) return null;
  const whole = best(owners.file(slot.file));
  if (whole) return whole.unit;
  for (const [stem, counter] of readings(slot.name)) {
    const owner = best(told(owners.at(stem, counter))) ?? best(owners.at(`${stem}.MP`, counter)) ?? best(owners.at(`${stem}.MV`, counter));
    if (owner) return owner.unit;
  }
  return null;
}
/** HEIC, JPEG and two clips share a name: the second clip got a counter, the stills did not. Asked when every clip with a still of its own counter has it. */
export function otherStillOf(slot: Slot, owners: Owners): Unit | null {
  if (slot.type !== 'video' || slot.bytes > MAX_CLIP || slot.name.counter === 0) return null;
  return best(told(owners.at(slot.name.stem, 0)))?.unit ?? null;
}

/** A clip may have a sidecar of its own: it bears the title of the still, or says the same moment under the same name. Two moments are two photos. */
export function clipWithSidecar(unit: Unit, owners: Owners): Unit | null {
  const json = photoOf(unit);
  const slot = unit.primary;
  if (!json || !slot || slot.type !== 'video' || slot.bytes > MAX_CLIP) return null;
  for (const [stem, counter] of readings(slot.name)) {
    for (const o of [...owners.at(stem, counter), ...owners.file(slot.file)].filter((c) => still(c) && c.sure && c.unit !== unit)) {
      const other = photoOf(o.unit);
      if (!other) continue;
      const sameUrl = json.url !== '' && json.url === other.url;
      const sameTitle = folded(json.title) === folded(other.title);
      const close = json.taken !== null && other.taken !== null && Math.abs(json.taken - other.taken) <= SAME_SECONDS;
      const sameStem = folded(splitExt(json.title)[0]) === folded(splitExt(other.title)[0]);
      if (sameUrl || (sameTitle && (close || json.taken === null)) || (sameStem && close)) return o.unit;
    }
  }
  return null;
}
