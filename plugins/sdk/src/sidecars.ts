import type { EntryReason } from './import-source.ts';
import { extension, RAW, VIDEO } from './media-kinds.ts';

/** What the house takes at most. */
const MAX_SIDECAR = 5 * 1024 * 1024;
interface Named { name: string; bytes: number }
const fold = (name: string): string => name.normalize('NFC').toLowerCase();
const stem = (name: string): string => fold(extension(name) ? name.slice(0, name.lastIndexOf('.')) : name);
/** Whose `X.xmp` that is: programs write it for the RAW first, then for the picture, then for a clip. */
const rank = (name: string): number => (RAW.has(extension(name)) ? 0 : VIDEO.has(extension(name)) ? 2 : 1);

/**
 * Which XMP belongs to which photo of one folder: `X.ext.xmp` to `X.ext`, `X.xmp` to the one that is called X. Large and small letters are the same, as cameras and disks mix them.
 * `alone`: why another one goes with none.
 */
export function pairSidecars<T extends Named>(files: readonly T[], sidecars: readonly T[]): { of: Map<T, T>; alone: Map<T, { reason: EntryReason; detail: string }> } {
  const of = new Map<T, T>();
  const alone = new Map<T, { reason: EntryReason; detail: string }>();
  if (sidecars.length === 0) return { of, alone };
  const exact = Map.groupBy(files, (f) => fold(f.name));
  const stems = Map.groupBy(files, (f) => stem(f.name));
  const named = (s: T): T[] => exact.get(fold(s.name.slice(0, -4))) ?? [];
  // the more exact name first: where a photo has both, that one is its own
  for (const s of sidecars.toSorted((a, b) => Number(named(b).length > 0) - Number(named(a).length > 0))) {
    const candidates = named(s).length ? named(s) : (stems.get(fold(s.name.slice(0, -4))) ?? []);
    const best = Math.min(...candidates.map((f) => rank(f.name)));
    const photos = candidates.filter((f) => rank(f.name) === best);
    const [photo] = photos;
    if (s.bytes > MAX_SIDECAR) alone.set(s, { reason: 'too-large', detail: 'a sidecar of more than 5 MB' });
    else if (!photo) alone.set(s, { reason: 'sidecar-without-media', detail: 'no photo of this name lies beside it' });
    else if (photos.length > 1) alone.set(s, { reason: 'sidecar-without-media', detail: 'several photos have this name' });
    else if (of.has(photo)) alone.set(s, { reason: 'unwanted', detail: `${photo.name} has another sidecar` });
    else of.set(photo, s);
  }
  return { of, alone };
}
