/** A file and the folder that it lay in, as far as the browser tells ('' otherwise). */
export interface Found { file: File; folder: string }
/** What is sent in one request: a photo or video, with the XMP that describes it. `lonely`: an XMP without its photo; it is not sent. */
export interface Parcel extends Found { sidecar?: File; lonely?: true }

const SIDECAR = /\.xmp$/i;
const RAW = /\.(dng|cr2|cr3|crw|nef|nrw|arw|srf|sr2|raf|orf|rw2|pef|srw|x3f|3fr|iiq|erf|mrw|raw|rwl|kdc|dcr)$/i;
const VIDEO = /\.(mov|mp4|m4v|avi|mkv|webm|3gp|mts|m2ts|mpg|mpeg|wmv)$/i;
const stem = (name: string): string => name.replace(/\.[^.]*$/, '');
/** `photo.xmp` is what RAW programs write: of several files called `photo`, the RAW is meant, then the picture. */
const rank = (name: string): number => (RAW.test(name) ? 0 : VIDEO.test(name) ? 2 : 1);

/**
 * Lays each XMP to its photo in the same folder: `a.jpg.xmp` to `a.jpg`, `a.xmp` to the file called `a`. One photo takes one; the exact name wins.
 * Those that are left over follow at the end as `lonely`.
 */
export function pairSidecars(found: readonly Found[]): Parcel[] {
  const key = (folder: string, name: string): string => `${folder}/${name}`.normalize('NFC').toLowerCase();
  const parcels: Parcel[] = found.filter((f) => !SIDECAR.test(f.file.name)).map((f) => ({ ...f }));
  const byName = new Map(parcels.map((p) => [key(p.folder, p.file.name), p]));
  const byStem = new Map<string, Parcel[]>();
  for (const p of parcels) {
    const k = key(p.folder, stem(p.file.name));
    byStem.set(k, [...(byStem.get(k) ?? []), p]);
  }
  const left: Found[] = [];
  for (const s of found.filter((f) => SIDECAR.test(f.file.name))) {
    const exact = byName.get(key(s.folder, stem(s.file.name)));
    if (exact && !exact.sidecar) exact.sidecar = s.file;
    else left.push(s);
  }
  for (const s of left) {
    const called = (byStem.get(key(s.folder, stem(s.file.name))) ?? []).sort((a, b) => rank(a.file.name) - rank(b.file.name));
    const free = called.find((p) => !p.sidecar);
    if (free) free.sidecar = s.file;
    else parcels.push({ ...s, lonely: true });
  }
  return parcels;
}
