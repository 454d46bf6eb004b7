import { existsSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { numbered, safeName } from './names.ts';

const MAX_CLASHES = 100_000;

/** `library/<folder>/<YYYY>/<YYYY-MM>` for a local date. */
export const monthFolder = (folder: string, takenAtLocal: string): string => join('library', folder, takenAtLocal.slice(0, 4), takenAtLocal.slice(0, 7));

/** The first free path for a name: neither known to the database (`taken`) nor on the disk, with its sidecar. Called inside the write that reserves it. */
export function freePath(data: string, dir: string, name: string, taken: (path: string) => boolean): string {
  const base = safeName(name);
  for (let n = 1; n < MAX_CLASHES; n++) {
    const path = join(dir, numbered(base, n));
    if (!taken(path) && !existsSync(join(data, path)) && !existsSync(join(data, `${path}.xmp`))) return path;
  }
  throw new MantelError('conflict', 'There are too many files with this name in one folder.');
}

export async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and its parents below `root`, and syncs every parent that got a new entry: a folder must not vanish with a power cut. */
async function makeDirs(root: string, dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true });
  if (!made) return;
  for (let at = dir; at !== root && relative(root, at) !== '' && !relative(root, at).startsWith(`..${sep}`); at = dirname(at)) {
    await syncDir(dirname(at));
    if (at === made) break;
  }
}

/**
 * Moves a synced temporary file to its place for good: reserves the name (never over a file that somebody else put there), renames, syncs the folder.
 * Throws `conflict` when the name was taken in the meantime.
 */
export async function moveIn(data: string, temp: string, path: string): Promise<void> {
  const target = join(data, path);
  await makeDirs(data, dirname(target));
  try {
    await (await open(target, 'wx', 0o600)).close();
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(target)).size > 0) throw new MantelError('conflict', 'A file of this name appeared on the disk in this moment. Send it again.');
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
  }
  await finishMove(join(data, temp), target);
}

async function finishMove(temp: string, target: string): Promise<void> {
  await chmod(temp, 0o444);
  await rename(temp, target);
  await syncDir(dirname(target));
}

/** Takes back a reservation that was not fulfilled. A file with content is never touched. */
export async function dropReservation(data: string, path: string): Promise<void> {
  const target = join(data, path);
  const found = await stat(target).catch(() => undefined);
  if (found?.size === 0) await rm(target);
}
