import { existsSync } from 'node:fs';
import { chmod, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { numbered, safeName } from './names.ts';
import { asStorageError } from './write.ts';

const MAX_CLASHES = 100_000;

/** `library/<folder>/<YYYY>/<YYYY-MM>` for a local date. */
export const monthFolder = (folder: string, takenAtLocal: string): string => join('library', folder, takenAtLocal.slice(0, 4), takenAtLocal.slice(0, 7));

/** What one person alone looks at. The family reads the folders of the library over the network; this one only Mantel reads. */
const LOCKED = join('library', '.mantel', 'locked');
/** Its folder, below `library`; it does not say whose it is. */
export const lockedFolder = (libraryUuid: string): string => join(relative('library', LOCKED), libraryUuid);

/** The first free path for a name: neither known to the database (`taken`) nor on the disk, with its sidecar. Called inside the write that reserves it. */
export function freePath(data: string, dir: string, name: string, taken: (path: string) => boolean): string {
  const base = safeName(name);
  for (let n = 1; n < MAX_CLASHES; n++) {
    const path = join(dir, numbered(base, n));
    if (!taken(path) && !existsSync(join(data, path)) && !existsSync(join(data, `${path}.xmp`))) return path;
  }
  throw new MantelError('conflict', 'There are too many files with this name in one folder.');
}

async function sync(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
const syncing = new Map<string, { now: Promise<void>; next?: Promise<void> }>();
/** The names in a folder are on the disk. Those that wait together share one sync: never one that began before they asked. */
export async function syncDir(dir: string): Promise<void> {
  const running = syncing.get(dir);
  if (!running) {
    const own: { now: Promise<void>; next?: Promise<void> } = { now: sync(dir) };
    syncing.set(dir, own);
    const leave = (): void => { if (!own.next && syncing.get(dir) === own) syncing.delete(dir); };
    void own.now.catch(() => undefined).then(leave);
    return own.now;
  }
  running.next ??= running.now.catch(() => undefined).then(() => {
    syncing.delete(dir);
    return syncDir(dir);
  });
  return running.next;
}

const synced = new Map<string, Promise<void>>();

/**
 * Makes a folder below `root` and makes sure that it and its parents are on the disk: a folder must not vanish with a power cut. Whoever uses a folder first in this
 * process waits for that, not only who made it; uploads that come together wait for the same sync.
 */
async function ensureDir(root: string, dir: string): Promise<void> {
  const made = await mkdir(dir, { recursive: true });
  if (made !== undefined || !synced.has(dir)) {
    const work = (async () => { for (let at = dir; at !== root; at = dirname(at)) await syncDir(dirname(at)); })();
    synced.set(dir, work);
    work.catch(() => synced.delete(dir));
  }
  await synced.get(dir);
}

/**
 * Moves a synced temporary file to its place for good, read-only, and syncs the folder. Never over another file, not even an empty one: a hard link fails where something is.
 * Throws `conflict` when the name was taken in the meantime, `storage_full`.
 */
export async function moveIn(data: string, temp: string, path: string): Promise<void> {
  const [from, target] = [join(data, temp), join(data, path)];
  try {
    if (path.startsWith(LOCKED + sep)) await mkdir(join(data, LOCKED), { recursive: true, mode: 0o700 });
    await ensureDir(data, dirname(target));
    await chmod(from, 0o444);
    try {
      await link(from, target);
      await rm(from);
    } catch (e) {
      const code = (e as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') throw new MantelError('conflict', 'A file of this name appeared on the disk in this moment. Send it again.');
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw e;
      await renameIn(from, target);
    }
    await syncDir(dirname(target));
  } catch (e) {
    throw asStorageError(e);
  }
}

/** Where the file system has no hard links: the name is reserved by an empty file of our own, then replaced. */
async function renameIn(from: string, target: string): Promise<void> {
  try {
    await (await open(target, 'wx', 0o600)).close();
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'EEXIST') throw new MantelError('conflict', 'A file of this name appeared on the disk in this moment. Send it again.');
    throw e;
  }
  try {
    await rename(from, target);
  } catch (e) {
    await rm(target, { force: true });
    throw e;
  }
}
