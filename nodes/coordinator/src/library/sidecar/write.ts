import { access, chmod, constants, copyFile, link, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ExifTool } from 'exiftool-vendored';
import type { Exiftool } from '../exiftool.ts';
import { formatLocal, parseDate } from '../facts/dates.ts';
import type { NamedRegion } from '../facts/facts.ts';
import { text } from '../facts/tags.ts';
import { syncDir } from '../place.ts';
import { asStorageError } from '../write.ts';
import { type Picture, stored, storedSize } from './people.ts';
import { damage, isFace, MAX_DESCRIPTION, MAX_PEOPLE, MAX_TITLE, READ, refused, regionsOf } from './read.ts';
import { writtenTags } from './tag-lists.ts';

export interface Named { id: string; name: string }
/** All that a sidecar of ours tells. `tags`: levels divided by `/`; `people`: in the displayed picture. */
export interface SidecarContent {
  takenAtLocal: string; takenAtSource: string; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null;
  title: string | null; description: string | null; rating: number | null; tags: string[]; people: NamedRegion[]; picture: Picture;
  /** Tags that both sides knew when this sidecar was last read or written. */
  known?: string[] | undefined;
  asset: string; library: Named; files: { id: string; role: string; name: string; sha256: string }[]; albums: Named[]; favourites: Named[];
}
/** How the file looked when it was written, to notice when another program changes it. */
export interface Stamp { mtimeMs: number; bytes: number }
type Tags = Record<string, unknown>;

export const stampOf = async (path: string): Promise<Stamp | null> => {
  try {
    const { mtimeMs, size } = await stat(path);
    return { mtimeMs, bytes: size };
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw e;
  }
};
export const sameStamp = (a: Stamp | null, b: Stamp | null): boolean => a?.bytes === b?.bytes && a?.mtimeMs === b?.mtimeMs;

const exifDate = (local: string, offset: number | null): string => `${local.replaceAll('-', ':').replace('T', ' ')}${offset === null ? '' : zone(offset)}`;
const zone = (minutes: number): string => `${minutes < 0 ? '-' : '+'}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
const six = (n: number): number => Number(n.toFixed(6));

/** Every tag of ours; null takes a tag away. Exported for its test. */
export function sidecarTags(c: SidecarContent, there: Tags = {}): Tags {
  const date = exifDate(c.takenAtLocal, c.offsetMinutes);
  const faces = stored(c.people, c.picture).flatMap(({ name, region: r }) => (r && r.w > 0 ? [{ Area: { X: six(r.x + r.w / 2), Y: six(r.y + r.h / 2), W: six(r.w), H: six(r.h), Unit: 'normalized' }, Name: name, Type: 'Face' }] : []));
  const size = storedSize(c.picture);
  const regions = [...regionsOf(there['XMP-mwg-rs:RegionInfo']).filter((r) => !isFace(r)), ...faces];
  const located = c.lat !== null && c.lon !== null;
  return {
    'XMP-exif:DateTimeOriginal': date, 'XMP-photoshop:DateCreated': date,
    'XMP-exif:GPSLatitude': located ? c.lat : null, 'XMP-exif:GPSLongitude': located ? c.lon : null,
    'XMP-exif:GPSAltitude': located && c.altitude !== null ? Math.abs(c.altitude) : null, 'XMP-exif:GPSAltitudeRef': located && c.altitude !== null ? (c.altitude < 0 ? 1 : 0) : null,
    'XMP-dc:Title': c.title, 'XMP-dc:Description': c.description, 'XMP-xmp:Rating': c.rating,
    ...writtenTags(c.tags, c.people.map((p) => p.name), there, c.known),
    'XMP-iptcExt:PersonInImage': [...new Set(c.people.map((p) => p.name))],
    'XMP-mwg-rs:RegionInfo': regions.length === 0 ? null : { ...(size ? { AppliedToDimensions: { W: size.width, H: size.height, Unit: 'pixel' } } : {}), RegionList: regions },
    'XMP-mantel:AssetId': c.asset, 'XMP-mantel:Library': c.library.name, 'XMP-mantel:LibraryId': c.library.id, 'XMP-mantel:DateSource': c.takenAtSource,
    'XMP-mantel:Files': c.files.map((f) => ({ Id: f.id, Role: f.role, Name: f.name, Sha256: f.sha256 })),
    'XMP-mantel:AlbumNames': c.albums.map((a) => a.name), 'XMP-mantel:Albums': c.albums.map((a) => ({ Id: a.id, Name: a.name })), 'XMP-mantel:Favourites': c.favourites.map((a) => ({ Id: a.id, Name: a.name })),
  };
}

/** What is written already in other words (fractions of a second, more digits) stays as it is: another program's precision is not ours to cut. */
function differing(tags: Tags, there: Tags): Tags {
  const said = (v: unknown): unknown => (v === null || v === undefined || (Array.isArray(v) && v.length === 0) ? null : v);
  const crowded = regionsOf(there['XMP-mwg-rs:RegionInfo']).length > MAX_PEOPLE || [there['XMP-iptcExt:PersonInImage'] ?? []].flat().length > MAX_PEOPLE; // more than we read
  const same = (name: string, ours: unknown, theirs: unknown): boolean => {
    if (/Date(TimeOriginal|Created)$/.test(name) && ours !== null) return sameDate(String(ours), theirs);
    if (typeof ours === 'number' && theirs !== undefined && theirs !== '') return Math.abs(ours - Number(theirs)) < (/GPSL/.test(name) ? 1e-7 : name.endsWith('GPSAltitude') ? 0.01 : 1e-9);
    // longer than we read: ours is its beginning, and it stays whole until somebody changes it here
    if (name === 'XMP-dc:Title' || name === 'XMP-dc:Description') return canonical(ours) === canonical(text(theirs, name === 'XMP-dc:Title' ? MAX_TITLE : MAX_DESCRIPTION));
    if (/PersonInImage|RegionInfo/.test(name)) return crowded || canonical(said(ours)) === canonical(said(theirs));
    return canonical(said(ours)) === canonical(said(theirs));
  };
  return Object.fromEntries(Object.entries(tags).filter(([name, value]) => !same(name, value, there[name])));
}
const sameDate = (ours: string, theirs: unknown): boolean => {
  const [a, b] = [parseDate(ours), parseDate(theirs)];
  return a !== null && b !== null && a.hasTime === b.hasTime && formatLocal(a.wall) === formatLocal(b.wall) && (a.zone === 'Z' ? 0 : a.zone) === (b.zone === 'Z' ? 0 : b.zone);
};
const canonical = (v: unknown): string => JSON.stringify(v, (_k, x: unknown) => (typeof x === 'object' && x !== null && !Array.isArray(x) ? Object.fromEntries(Object.entries(x).toSorted(([p], [q]) => p.localeCompare(q))) : typeof x === 'number' ? String(x) : x));

/** The library hands values over as HTML text but leaves a & as it is: one that is meant must be written out, or exiftool takes `&amp;` for `&`. */
const escaped = (v: unknown): unknown => (typeof v === 'string' ? v.replaceAll('&', '&amp;') : Array.isArray(v) ? (v.length ? v.map(escaped) : null) : typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, escaped(x)])) : v);
const writable = (tags: Tags): Tags => escaped(tags) as Tags;
const WRITE = { useMWG: false, struct: 1 as const };

/** Lies beside the sidecar, so that the rename is one step; the name is always the same, so that a crash leaves at most one, which the next try replaces. */
export const tempOf = (path: string): string => join(dirname(path), `.${basename(path, '.xmp')}.mantel.xmp`);
/** Tag for tag: name spaces hold much else of other programs (digiKam's labels, Lightroom's, IPTC's). */
const OURS = /^(SourceFile|errors|warnings|ExifTool:.*|File:.*|System:.*|Composite:.*|XMP-x:XMPToolkit|XMP-mantel:.*|XMP-mwg-rs:RegionInfo|XMP-digiKam:TagsList|XMP-lr:HierarchicalSubject|XMP-iptcExt:PersonInImage|XMP-exif:(DateTimeOriginal|GPS(Latitude|Longitude|Altitude|AltitudeRef))|XMP-photoshop:DateCreated|XMP-dc:(Title|Description|Subject)|XMP-xmp:Rating)$/;

const foreign = (there: Tags): boolean => !Object.keys(there).every((k) => OURS.test(k)) || !regionsOf(there['XMP-mwg-rs:RegionInfo']).every(isFace);

const MAX_ASIDE = 1000;
/**
 * Moves `from` (a sidecar that cannot be read, or one that came for the photo of `path`) to the first free one of `PATH.damaged`, `PATH.damaged-2`, …: never over another. Answers the name.
 * Both must lie on the same disk.
 */
export async function setAside(path: string, from = path): Promise<string> {
  for (let n = 1; n <= MAX_ASIDE; n++) {
    const aside = `${path}.damaged${n === 1 ? '' : `-${n}`}`;
    try {
      await link(from, aside);
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw e;
      try {
        await copyFile(from, aside, constants.COPYFILE_EXCL); // where there are no hard links
      } catch (again) {
        if ((again as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw again;
      }
    }
    await rm(from);
    await syncDir(dirname(path));
    return aside;
  }
  throw new MantelError('conflict', 'There are too many damaged sidecars beside this photo.');
}

/** exiftool does not say that a disk is full. */
async function full(dir: string, e: unknown): Promise<never> {
  const { bavail, bsize } = await statfs(dir);
  throw bavail * bsize < 1 << 20 ? new MantelError('storage_full') : e;
}

export function createSidecarWriter(exiftool: Exiftool) {
  const read = async (tool: ExifTool, path: string, what: string[]): Promise<Tags> => tool.readRaw(path, { readArgs: [...READ, ...what], useMWG: false }) as Promise<Tags>;
  /** Synced, readable by all, in one step. What another program wrote in the meantime is not overwritten: `conflict`. */
  const put = async (temp: string, path: string, before: Stamp | null): Promise<Stamp> => {
    await chmod(temp, 0o644);
    const handle = await open(temp, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!sameStamp(await stampOf(path), before)) throw new MantelError('conflict', 'Another program changed this sidecar at the same moment.');
    await rename(temp, path);
    await syncDir(dirname(path));
    return (await stampOf(path))!;
  };
  /** Changes a copy beside the sidecar. exiftool gets no `-o`: it would read % in a name as a pattern, and knows no way to write one. */
  const change = async (tool: ExifTool, temp: string, tags: Tags, from: string | null): Promise<void> => {
    await clear(temp);
    if (from) await copyFile(from, temp, constants.COPYFILE_EXCL);
    await tool.write(temp, writable(tags) as never, { ...WRITE, writeArgs: ['-n', ...(from ? ['-overwrite_original'] : [])] }).catch((e: unknown) => full(dirname(temp), e));
  };
  /** With what exiftool leaves beside it when it dies in the middle, and then trips over. */
  const clear = async (temp: string): Promise<void> => {
    await rm(temp, { force: true });
    await rm(`${temp}_exiftool_tmp`, { force: true });
  };
  return {
    /**
     * Brings the sidecar at `path` up to date: only tags of ours that differ are touched. `expected`: how the file must look, null: not there.
     * Throws `conflict` when it looks otherwise, `storage_full`, or what the disk or exiftool says. A file that is refused or damaged is never written into: it is kept as `NAME.damaged`.
     */
    async write(path: string, content: SidecarContent, expected: Stamp | null): Promise<Stamp> {
      const temp = tempOf(path);
      try {
        if (!sameStamp(await stampOf(path), expected)) throw new MantelError('conflict', 'Another program changed this sidecar.');
        await access(dirname(path), constants.W_OK); // the disk says why, exiftool would not
        const tool = await exiftool.tool();
        let from = expected;
        let tags = sidecarTags(content);
        if (from) {
          const there = (await refused(path)) ? null : await read(tool, path, ['-File:FileType', '-Warning', '-Error', ...Object.keys(tags).map((t) => `-${t}`)]);
          if (!there || damage(there)) {
            await setAside(path);
            from = null;
          } else {
            tags = differing(sidecarTags(content, there), there);
            if (Object.keys(tags).length === 0) return from;
          }
        }
        await change(tool, temp, tags, from && path);
        return await put(temp, path, from);
      } catch (e) {
        await clear(temp).catch(() => undefined);
        throw asStorageError(e);
      }
    },
    /**
     * A sidecar of ours that belongs to no asset any more (`owned` is asked): taken away, or, where another program wrote into it, left with that alone. One that is refused or damaged is not touched.
     * Throws `conflict` when another program changes it at this moment.
     */
    async retire(path: string, owned: (asset: string) => boolean): Promise<void> {
      const before = await stampOf(path);
      if (!before || (await refused(path))) return;
      const tool = await exiftool.tool();
      const there = await read(tool, path, ['-a', '-Warning', '-Error', '-File:all', '-XMP:all']);
      if (damage(there) || !Object.keys(there).some((k) => k.startsWith('XMP-mantel:')) || owned(String(there['XMP-mantel:AssetId']))) return;
      if (!foreign(there)) {
        if (!sameStamp(await stampOf(path), before)) throw new MantelError('conflict', 'Another program changed this sidecar at the same moment.');
        return rm(path, { force: true });
      }
      const temp = tempOf(path);
      await change(tool, temp, { 'XMP-mantel:all': null }, path);
      await put(temp, path, before);
    },
    /** Whether there is something in it that we do not write. */
    async hasForeign(path: string): Promise<boolean> {
      return foreign(await read(await exiftool.tool(), path, ['-a', '-File:all', '-XMP:all']));
    },
    /** Puts a sidecar that came with an upload beside its photo. `from`: a synced temporary file. */
    async place(from: string, path: string, before: Stamp | null): Promise<Stamp> {
      const temp = tempOf(path);
      try {
        await rm(temp, { force: true });
        await copyFile(from, temp, constants.COPYFILE_EXCL); // never through a link that somebody put there
        return await put(temp, path, before);
      } catch (e) {
        await rm(temp, { force: true }).catch(() => undefined);
        throw asStorageError(e);
      }
    },
  };
}
export type SidecarWriter = ReturnType<typeof createSidecarWriter>;
