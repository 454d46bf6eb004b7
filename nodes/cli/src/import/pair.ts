import type { FoundFile } from './send.ts';

/** What the server takes at most. */
const MAX_SIDECAR = 5 * 1024 * 1024;
const RAW = new Set(['3fr', 'ari', 'arw', 'bay', 'cap', 'cr2', 'cr3', 'crw', 'dcr', 'dng', 'erf', 'fff', 'iiq', 'k25', 'kdc', 'mef', 'mos', 'mrw', 'nef', 'nrw', 'orf', 'pef', 'raf', 'raw', 'rw2', 'rwl', 'sr2', 'srf', 'srw', 'x3f']);
const VIDEO = new Set(['mov', 'mp4', 'm4v', 'avi', 'mkv', 'webm', '3gp', 'mts', 'm2ts', 'mpg', 'mpeg', 'wmv']);

const folderOf = (disk: Buffer): string => disk.subarray(0, disk.lastIndexOf(0x2f) + 1).toString('latin1');
const fold = (name: string): string => name.normalize('NFC').toLowerCase();
const split = (name: string): { stem: string; ext: string } => { const at = name.lastIndexOf('.'); return at > 0 ? { stem: fold(name.slice(0, at)), ext: name.slice(at + 1).toLowerCase() } : { stem: fold(name), ext: '' }; };
/** Whose `X.xmp` is that: programs write it for the RAW first, then for the picture, then for a clip. */
const rank = (ext: string): number => (RAW.has(ext) ? 0 : VIDEO.has(ext) ? 2 : 1);

/**
 * Which XMP belongs to which photo of the same folder: `X.ext.xmp` to `X.ext`, `X.xmp` to the one that is called X. Large and small letters are the same, as cameras and disks mix them.
 * Answers the sidecar of each photo, and why another has none.
 */
export function pairSidecars(files: readonly FoundFile[], sidecars: readonly FoundFile[]): { of: Map<FoundFile, FoundFile>; alone: Map<FoundFile, string> } {
  const of = new Map<FoundFile, FoundFile>();
  const alone = new Map<FoundFile, string>();
  const exact = new Map<string, FoundFile[]>();
  const stems = new Map<string, FoundFile[]>();
  const put = (map: Map<string, FoundFile[]>, key: string, file: FoundFile): void => void map.set(key, [...(map.get(key) ?? []), file]);
  if (sidecars.length) {
    for (const f of files) {
      put(exact, `${folderOf(f.disk)}${fold(f.name)}`, f);
      put(stems, `${folderOf(f.disk)}${split(f.name).stem}`, f);
    }
  }
  const named = (s: FoundFile): FoundFile[] => exact.get(`${folderOf(s.disk)}${fold(s.name.slice(0, -4))}`) ?? [];
  // the more exact name first: where a photo has both, that one is its own
  for (const s of sidecars.toSorted((a, b) => Number(named(b).length > 0) - Number(named(a).length > 0))) {
    const own = named(s);
    const candidates = own.length ? own : (stems.get(`${folderOf(s.disk)}${fold(s.name.slice(0, -4))}`) ?? []);
    const best = Math.min(...candidates.map((f) => rank(split(f.name).ext)));
    const photos = candidates.filter((f) => rank(split(f.name).ext) === best);
    const [photo] = photos;
    if (s.bytes > MAX_SIDECAR) alone.set(s, 'sidecar larger than 5 MB');
    else if (!photo) alone.set(s, 'sidecar without photo');
    else if (photos.length > 1) alone.set(s, 'sidecar of several photos with one name');
    else if (of.has(photo)) alone.set(s, 'its photo has another sidecar');
    else of.set(photo, s);
  }
  return { of, alone };
}
