import { FLAG } from './json.ts';
import { folded, nfc } from './names.ts';
import { baseOf, dirOf } from './paths.ts';
import type { FolderKind } from './items.ts';
import type { Placed } from './types.ts';
import { ARCHIVE, FAILED, LOCKED, TRASH, UNTITLED } from './words.ts';
import { type FolderFacts, yearFolders } from './years.ts';

/** A folder of the photos' folder, over all parts. */
export interface Folder { path: string; media: Placed[]; notes: Placed[]; albums: Placed[]; kind: FolderKind }

/** The folders, and what each is: of a year, special, or an album. */
export function foldersOf(inside: readonly { placed: Placed; rel: string; as: 'media' | 'note' | 'album' }[]): Map<string, Folder> {
  const folders = new Map<string, Folder>();
  for (const { placed, rel, as } of inside) {
    const path = nfc(dirOf(rel));
    let folder = folders.get(path);
    if (!folder) folders.set(path, folder = { path, media: [], notes: [], albums: [], kind: { kind: 'album' } });
    (as === 'media' ? folder.media : as === 'note' ? folder.notes : folder.albums).push(placed);
  }
  const years = yearFolders([...folders.values()].map(factsOf));
  const told = [...folders.values()].some((f) => f.notes.length > 0);
  for (const f of folders.values()) f.kind = kindOf(f, years.get(f.path), told);
  return folders;
}

/** The album data of a folder with the most to say. */
export function metaOf(folder: Folder) {
  const all = folder.albums.map((p) => p.entry.json).filter((j) => j?.kind === 'album');
  return all.find((j) => j.title !== '') ?? all[0] ?? null;
}
function factsOf(folder: Folder): FolderFacts {
  const meta = metaOf(folder);
  const years = new Map<number, number>();
  for (const { entry } of folder.notes) {
    if (entry.json?.kind !== 'asset' || entry.json.taken === null) continue;
    const year = new Date(entry.json.taken * 1000).getUTCFullYear();
    years.set(year, (years.get(year) ?? 0) + 1);
  }
  return { name: folder.path, albumTitle: meta === null || meta.yearly || meta.title === '' ? null : meta.title, yearly: meta?.yearly ?? false, files: folder.media.length + folder.notes.length, years };
}

const among = (words: readonly string[], name: string): boolean => words.includes(name);
function kindOf(folder: Folder, year: number | undefined, told: boolean): FolderKind {
  if (year !== undefined) return { kind: 'year', year };
  const meta = metaOf(folder);
  const plain = folded(baseOf(folder.path)).replace(/\(\d+\)$/, '').trim();
  const flags = folder.notes.flatMap(({ entry }) => (entry.json?.kind === 'asset' ? [entry.json.flags] : []));
  const all = (flag: number): boolean => flags.length > 0 && flags.every((f) => f & flag);
  if (meta?.title) {
    if (among(ARCHIVE, plain) && all(FLAG.archived)) return { kind: 'archive' };
    if (among(TRASH, plain) && all(FLAG.trashed)) return { kind: 'trash' };
    // the title may be one's own, so that it says nothing of what has no sidecar; but nothing that is only locked makes an album
    if (all(FLAG.locked)) return { kind: among(LOCKED, plain) ? 'locked' : 'none' };
    return { kind: 'album' };
  }
  if (among(FAILED, plain)) return { kind: 'failed' };
  if (among(LOCKED, plain) || all(FLAG.locked)) return { kind: 'locked' };
  if (among(TRASH, plain) || all(FLAG.trashed)) return { kind: 'trash' };
  if (among(ARCHIVE, plain) || (meta === null && all(FLAG.archived))) return { kind: 'archive' };
  if (meta !== null || among(UNTITLED, plain)) return { kind: 'untitled' };
  // in a language that nobody wrote down it may be the bin, until the first sidecar says so or does not
  if (folder.path === '' || (told && flags.length === 0)) return { kind: 'none' };
  return { kind: 'album' };
}
export const isAlbum = (f: Folder): boolean => f.kind.kind === 'album' || f.kind.kind === 'untitled';
