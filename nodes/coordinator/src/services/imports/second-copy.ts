import { opendir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { sha256Of } from './hash.ts';

const MAX_FILES = 5_000_000;
const MAX_TOLD = 20;
/** What tells a folder or file from every other, by whatever way it is reached. */
const identity = (path: string): Promise<string | null> => stat(path, { bigint: true }).then((s) => `${s.dev}:${s.ino}`, () => null);
/** Of a folder and all that hold it. */
async function chain(path: string): Promise<Set<string | null>> {
  const all = new Set<string | null>();
  for (let at = path; ; at = dirname(at)) {
    all.add(await identity(at));
    if (at === dirname(at)) return all;
  }
}
/** Every path that a configuration names. */
const pathsIn = (config: Record<string, unknown>): string[] => Object.values(config).flat().filter((v): v is string => typeof v === 'string' && isAbsolute(v));

/** The real path of a folder with a second copy: neither on the disk of the library nor the source itself, which may be emptied next. Throws `bad_request`. */
export async function copyFolder(o: { data: string; diskOf: (path: string) => Promise<string>; config: Record<string, unknown> }, path: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory()) throw new MantelError('bad_request', `There is no folder ${path} on the machine of this Mantel. Is the disk connected?`);
  const [above, own] = [await chain(real), await realpath(o.data)];
  if (above.has(await identity(own)) || (await chain(own)).has(await identity(real))) throw new MantelError('bad_request', 'This folder holds the library itself. A second copy lies on another disk.');
  if ((await o.diskOf(real)) === (await o.diskOf(own))) throw new MantelError('bad_request', 'This folder lies on the same disk as the library: when the disk fails, both are gone. A second copy lies on another disk.');
  for (const source of pathsIn(o.config)) {
    const from = await realpath(source).catch(() => undefined);
    if (from !== undefined && (above.has(await identity(from)) || (await chain(from)).has(await identity(real)))) throw new MantelError('bad_request', `This import came from ${source}. What you want to delete there is no second copy. Name a folder on another disk.`);
  }
  return real;
}

/** Every file below a folder, without following links. What cannot be looked into is told, not read. */
async function* filesBelow(folder: string, signal: AbortSignal, unread: (path: string) => void): AsyncGenerator<{ path: string; bytes: number }> {
  const folders = [folder];
  for (let seen = 0, at = folders.pop(); at !== undefined; at = folders.pop()) {
    const names: { name: string; folder: boolean }[] = [];
    try {
      for await (const entry of await opendir(at)) if (entry.isDirectory() || entry.isFile()) names.push({ name: entry.name, folder: entry.isDirectory() });
    } catch {
      unread(at);
    }
    for (const entry of names) {
      signal.throwIfAborted();
      const path = join(at, entry.name);
      if (entry.folder) folders.push(path);
      else if (seen++ < MAX_FILES) yield { path, bytes: (await stat(path).catch(() => ({ size: -1 }))).size };
    }
  }
}

/** A file that is looked for: `at`: the one of the library. */
export interface Wanted { bytes: number; name: string; at: string }
/**
 * Which of these files lie below the folder, too: only what has the size of one that is looked for is read. Answers those that do not, and folders that nobody could look into. A file that cannot be read is no copy, and neither is
 * the library's own by another name.
 */
export async function withoutCopy(folder: string, wanted: Map<string, Wanted>, signal: AbortSignal): Promise<{ missing: string[]; unread: string[] }> {
  const unread: string[] = [];
  const bySize = new Map<number, Set<string>>();
  for (const [sha256, { bytes }] of wanted) bySize.set(bytes, (bySize.get(bytes) ?? new Set()).add(sha256));
  for await (const file of filesBelow(folder, signal, (path) => { if (unread.length < MAX_TOLD) unread.push(path); })) {
    const open = bySize.get(file.bytes);
    if (!open?.size) continue;
    const sha256 = await sha256Of(file.path, signal).catch((e: unknown) => { if (signal.aborted) throw e; return ''; });
    if (open.has(sha256) && (await identity(file.path)) !== (await identity(wanted.get(sha256)!.at))) open.delete(sha256);
  }
  return { missing: [...bySize.values()].flatMap((left) => [...left].map((sha256) => wanted.get(sha256)!.name)), unread };
}
