import { constants } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import type { EntryReason } from '@mantel/plugin-sdk';
import { why, type Root } from './config.ts';
import { diskName } from './disk-name.ts';
import { PICASA_ORIGINALS, type Skip, skipFile, skipFolder } from './skip.ts';

/** A file as it lies. `disk`: the bytes of its path; `exact`: its letters lead there, too; `path`: for people, below the folder that is imported. */
export interface FileHere { disk: Buffer; exact: boolean; path: string; name: string; bytes: number; modifiedAt: number }
export interface Left { path: string; bytes: number | null; outcome: 'ignored' | 'problem'; reason: EntryReason; detail: string; gone?: boolean }
/** One folder with what lies in it. `picasa`: what Picasa put aside before it changed a picture, by name in small letters. */
export interface FolderHere { disk: Buffer; path: string; depth: number; files: FileHere[]; left: Left[]; folders: { disk: Buffer; path: string; name: string }[]; picasa: FileHere[] }

const UNWANTED: Skip = { reason: 'unwanted', detail: 'left out as the source says' };
const MAX_DEPTH = 200;
const AT_ONCE = 32;
const SLASH = Buffer.from('/');
const join = (disk: Buffer, name: Buffer): Buffer => Buffer.concat([disk, ...(disk.at(-1) === 0x2f ? [] : [SLASH]), name]);
const under = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);
const ignored = (path: string, bytes: number | null, { reason, detail }: Skip): Left => ({ path, bytes, outcome: 'ignored', reason, detail });
const problem = (path: string, reason: EntryReason, detail: string): Left => ({ path, bytes: null, outcome: 'problem', reason, detail });

async function inBatches<A, B>(all: readonly A[], work: (a: A) => Promise<B>): Promise<B[]> {
  const out: B[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) out.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  return out;
}

/** `gone`: there is nothing of this name. */
export async function fileHere(disk: Buffer, path: string): Promise<FileHere | Left | 'folder'> {
  try {
    const info = await lstat(disk);
    if (info.isSymbolicLink()) return ignored(path, null, { reason: 'link', detail: 'links are not followed' });
    if (info.isDirectory()) return 'folder';
    if (!info.isFile()) return ignored(path, null, { reason: 'system-file', detail: 'not a file' });
    if (info.size === 0) return { path, bytes: 0, outcome: 'problem', reason: 'empty', detail: 'the file is empty' };
    await access(disk, constants.R_OK);
    const { name, exact } = diskName(disk.subarray(disk.lastIndexOf(0x2f) + 1));
    return { disk, exact: exact && diskName(disk).exact, path, name, bytes: info.size, modifiedAt: Math.floor(info.mtimeMs) };
  } catch (error) {
    return { ...problem(path, 'unreadable', `it ${why(error)}`), gone: (error as NodeJS.ErrnoException).code === 'ENOENT' };
  }
}

/** What lies in one folder, in the order of the bytes of the names; nothing is followed out of it, and everything that is left out is named. `unwanted`: by the person who set it up. */
export async function listFolder(disk: Buffer, path: string, depth: number, unwanted: (path: string) => boolean): Promise<FolderHere> {
  const here: FolderHere = { disk, path, depth, files: [], left: [], folders: [], picasa: [] };
  let names: Buffer[];
  try {
    names = (await readdir(disk, { encoding: 'buffer' })).toSorted(Buffer.compare);
  } catch (error) {
    here.left.push(problem(`${path || '.'}/`, 'unreadable', `this folder ${why(error)}`));
    return here;
  }
  const parent = diskName(disk.subarray(disk.lastIndexOf(0x2f) + 1)).name;
  const look = async (raw: Buffer) => {
    const { name } = diskName(raw);
    const rel = under(path, name);
    const child = join(disk, raw);
    return { name, rel, child, found: await fileHere(child, rel) };
  };
  for (const { name, rel, child, found } of await inBatches(names, look)) {
    if (found === 'folder') {
      const picasa = name.toLowerCase() === PICASA_ORIGINALS;
      const skip = (picasa ? null : skipFolder(name, parent)) ?? (unwanted(rel) ? UNWANTED : null);
      if (skip) here.left.push(ignored(`${rel}/`, null, skip));
      else if (depth >= MAX_DEPTH) here.left.push(problem(`${rel}/`, 'unreadable', 'the folders are nested too deeply'));
      else if (picasa) {
        const aside = await listFolder(child, rel, depth + 1, unwanted);
        here.picasa.push(...aside.files, ...aside.picasa);
        here.left.push(...aside.left, ...aside.folders.map((f) => ignored(`${f.path}/`, null, UNWANTED)));
      } else here.folders.push({ disk: child, path: rel, name });
      continue;
    }
    const skip = 'reason' in found && found.reason === 'link' ? null : (skipFile(name) ?? (unwanted(rel) ? UNWANTED : null));
    if (skip) here.left.push(ignored(rel, found.bytes, skip));
    else if ('reason' in found) here.left.push(found);
    else here.files.push(found);
  }
  return here;
}

/** Folder by folder, each before those in it. */
export async function* walk(roots: readonly Root[], { subfolders, unwanted, signal }: { subfolders: boolean; unwanted: (path: string) => boolean; signal: AbortSignal }): AsyncGenerator<FolderHere> {
  for (const root of roots) {
    const disk = Buffer.from(root.path);
    if (!root.folder) {
      const found = await fileHere(disk, root.label);
      const left = found === 'folder' ? [problem(root.label, 'unreadable', 'it became a folder')] : 'reason' in found ? [found] : [];
      yield { disk: disk.subarray(0, Math.max(1, disk.lastIndexOf(0x2f))), path: '', depth: 0, files: found === 'folder' || 'reason' in found ? [] : [found], left, folders: [], picasa: [] };
      continue;
    }
    const mine = (path: string): boolean => unwanted(root.label ? path.slice(root.label.length + 1) : path);
    const waiting: { disk: Buffer; path: string; depth: number }[] = [{ disk, path: root.label, depth: 0 }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      signal.throwIfAborted();
      const here = await listFolder(next.disk, next.path, next.depth, mine);
      if (subfolders) for (const f of here.folders.toReversed()) waiting.push({ disk: f.disk, path: f.path, depth: here.depth + 1 });
      else here.left.push(...here.folders.map((f) => ignored(`${f.path}/`, null, UNWANTED)));
      yield here;
    }
  }
}
