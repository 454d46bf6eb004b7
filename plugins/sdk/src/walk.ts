import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** `path`: relative to the folder, with `/`. `problem`: what stands there cannot be used: a link (never followed), something else than a file (`special`), or not readable. */
export interface Walked { path: string; full: string; bytes: number; modifiedAt: number; problem?: 'link' | 'special' | 'unreadable' }
const DEPTH = 64;

/** All files below a folder, in the same order each time (by name, folder by folder). Links are named, not followed, so that nothing outside is read and no circle is walked. `skip` leaves out whole folders, by their relative path. */
export async function* walk(folder: string, options: { signal?: AbortSignal; skip?: (path: string) => boolean } = {}): AsyncGenerator<Walked> {
  async function* below(path: string, depth: number): AsyncGenerator<Walked> {
    options.signal?.throwIfAborted();
    const unreadable = { path, full: join(folder, path), bytes: 0, modifiedAt: 0, problem: 'unreadable' as const };
    const entries = depth > DEPTH ? undefined : await readdir(unreadable.full, { withFileTypes: true }).catch(() => undefined);
    if (!entries) {
      if (path === '') throw new Error(`The folder ${folder} cannot be read.`);
      return yield unreadable;
    }
    for (const e of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      options.signal?.throwIfAborted();
      const inner = path === '' ? e.name : `${path}/${e.name}`, full = join(folder, inner);
      if (e.isDirectory()) {
        if (!options.skip?.(inner)) yield* below(inner, depth + 1);
        continue;
      }
      const stat = await lstat(full).catch(() => undefined);
      const base = { path: inner, full, bytes: stat?.size ?? 0, modifiedAt: stat ? Math.round(stat.mtimeMs) : 0 };
      if (!stat) yield { ...base, problem: 'unreadable' };
      else if (stat.isSymbolicLink()) yield { ...base, problem: 'link' };
      else yield stat.isFile() ? base : { ...base, problem: 'special' };
    }
  }
  yield* below('', 0);
}
