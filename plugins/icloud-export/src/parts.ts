import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { ArchiveError } from '@mantel/plugin-sdk/archive/zip.ts';
import { indexFolder, indexZip, type Part, type Progress } from './index-part.ts';
import { partOf } from './names.ts';

export interface Config { paths: string[] }
export interface Place { path: string; folder: boolean; bytes: number }
const WHY: Record<string, string> = { ENOENT: 'is not there', ENOTDIR: 'is not there', EACCES: 'may not be read by Mantel', EPERM: 'may not be read by Mantel' };

/** The paths that are there, each once, and what is wrong with the others. */
export async function placesOf(paths: readonly string[]): Promise<{ places: Place[]; trouble: { path: string; message: string }[] }> {
  const places: Place[] = [];
  const trouble: { path: string; message: string }[] = [];
  for (const path of new Set(paths.map((p) => (isAbsolute(p) ? resolve(p) : p)))) {
    try {
      if (!isAbsolute(path)) throw new Error('is not written from / on');
      const info = await stat(path);
      if (info.isDirectory()) await readdir(path);
      else if (!info.isFile()) throw new Error('is no folder and no file');
      places.push({ path, folder: info.isDirectory(), bytes: info.size });
    } catch (error) {
      trouble.push({ path, message: `${path} ${WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message}.` });
    }
  }
  const folders = places.filter((p) => p.folder);
  return { trouble, places: places.filter((p) => !folders.some((f) => f !== p && p.path.startsWith(`${f.path}/`))) };
}

/** The same for every part of one export, as far as names tell; for folders, where they lie. */
export function collectionOf(zips: readonly string[], places: readonly Place[]): string | undefined {
  const counts = Map.groupBy(zips.map((z) => partOf(basename(z))).filter((p) => p !== null), (p) => `${p.family} ${p.of}`);
  const family = [...counts].toSorted((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))[0]?.[0];
  if (family !== undefined) return `icloud ${family}`.slice(0, 500);
  return places.length ? `icloud ${createHash('sha256').update(places.map((p) => p.path).toSorted().join('\0')).digest('hex')}` : undefined;
}

/** All parts, with what can be read of them. One that is broken is told, and the others go on. */
export async function* indexAll(places: readonly Place[], signal: AbortSignal): AsyncGenerator<Progress, Part[]> {
  const parts: Part[] = [];
  const taken = new Set<string>();
  const labels = places.filter((p) => p.folder).length > 1;
  const labelFor = (file: string): string => { // two archives of one name, in two folders
    const [short, long] = [basename(file), `${basename(dirname(file))}/${basename(file)}`];
    const label = !taken.has(short) ? short : !taken.has(long) ? long : file;
    taken.add(label);
    return label;
  };
  const zip = async function* (file: string, bytes: number, told: { path: string } | null): AsyncGenerator<Progress, void> {
    const name = labelFor(file);
    try {
      const part = yield* indexZip(file, name, signal);
      if (told && part.media.length + part.tables.length === 0) parts.push({ name: null, media: [], tables: [], entries: [{ part: null, path: told.path, bytes, outcome: 'ignored', reason: 'nested-archive', detail: 'an archive of something else' }] });
      else parts.push(part);
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      parts.push({ name: null, media: [], tables: [], entries: [{ part: null, path: told?.path ?? name, bytes, outcome: 'problem', reason: error.reason, detail: `${error.message} Download it again.`.slice(0, 1000) }] });
    }
  };
  for (const place of places) {
    if (!place.folder) {
      yield* zip(place.path, place.bytes, null);
      continue;
    }
    const { part, zips } = yield* indexFolder(place.path, labels ? basename(place.path) : '', signal);
    parts.push(part);
    for (const z of zips) yield* zip(z.full, z.bytes, z);
  }
  return parts;
}
