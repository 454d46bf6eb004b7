import { folded, wasCut } from './names.ts';
import { nearest, type Owner, type Owners, readings } from './owners.ts';
import type { Slot, Unit } from './slots.ts';
import { CREATIONS, EDITED } from './words.ts';

const KNOWN = new Set(EDITED.map(folded));
const WORDS = [...KNOWN];
const MAX_DASHES = 8;
/** What a suffix in any language looks like: letters, perhaps two words. */
const WORDLIKE = /^[\p{L}\p{M}][\p{L}\p{M} ’']{2,30}$/u;
/** What is left of one in a cut name. */
const PART = /^[\p{L}\p{M} ’']{0,30}$/u;

/**
 * Whose rendition a media file without a sidecar is: `X-edited.jpg` of `X.jpg`, `X-edited(1).jpg` of `X(1).jpg`, in any language; with as much of the suffix as fitted; and, where nothing of it fitted, under the cut name with the next counter.
 */
export function editedOf(slot: Slot, owners: Owners): Unit | null {
  const fits = (o: Owner): boolean => o.type === slot.type || o.type === null || (o.type === 'image' && slot.type === 'video' && o.unit.live.length > 0);
  for (const [stem, counter] of readings(slot.name)) {
    let dashes = 0;
    for (let i = stem.lastIndexOf('-'); i > 0 && dashes < MAX_DASHES; i = stem.lastIndexOf('-', i - 1), dashes++) {
      const suffix = folded(stem.slice(i + 1));
      const sure = KNOWN.has(suffix) || (wasCut(stem, slot.name.ext) && WORDS.some((w) => w.startsWith(suffix)));
      if (!sure && (!(wasCut(stem, slot.name.ext) ? PART : WORDLIKE).test(suffix) || CREATIONS.test(stem))) continue;
      const base = stem.slice(0, i);
      const found = owners.at(base, counter).filter((o) => fits(o) && o.unit.primary !== slot && (sure || o.sure));
      const owner = nearest(found, slot) ?? (sure && counter > 0 ? nearest(owners.stems(base).filter((o) => fits(o) && o.unit.edited.length === 0), slot) : undefined);
      if (owner) return owner.unit;
    }
  }
  if (slot.name.counter === 0 || !wasCut(slot.name.stem, slot.name.ext)) return null;
  const cut = owners.stems(slot.name.stem).filter((o) => o.sure && o.cut && o.type === slot.type && folded(o.ext) === folded(slot.name.ext) && o.counter < slot.name.counter && o.unit.edited.length === 0);
  return cut.toSorted((a, b) => b.counter - a.counter)[0]?.unit ?? null;
}
