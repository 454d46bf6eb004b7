import { constants, open, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';

/**
 * What an external library looks at lies in a folder of its own, outside of the data folder, and is only ever read. In the database its path is `library/.mantel/external/<library>/<path below its folder>`:
 * there lies what is written about it (its sidecar), so that nothing is written beside it.
 */
export const EXTERNAL = join('library', '.mantel', 'external');
export const externalPath = (libraryUuid: string, below: string): string => join(EXTERNAL, libraryUuid, below);

/** Where in such a path what lies below its folder begins, with its slash; counted from 1, as SQL does. */
export const OUTSIDE = EXTERNAL.length + '/'.length + 36 + 1;

/** An open file: `file` is good for reading in this process until `close`. */
export interface Place { file: string; close: () => void }
export interface PlaceDeps { data: string; rootOf: (libraryUuid: string) => string | undefined }
const AWAY = 'This file is not where it was: it was moved or deleted there, or its disk is not connected.';
const within = (root: string, file: string): boolean => { const below = relative(root, file); return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below); };

/** Where everything lies in the data folder: without external libraries. */
export const inside = (data: string): Pick<Places, 'open' | 'file'> => ({ open: (path) => Promise.resolve({ file: join(data, path), close: () => undefined }), file: (path) => Promise.resolve(join(data, path)) });

/** Where files of the library really lie. Of an external library nothing outside its folder is opened, whatever links somebody puts there. */
export function createPlaces({ data, rootOf }: PlaceDeps) {
  const outside = (path: string): { root: string; below: string } | null => {
    if (!path.startsWith(EXTERNAL + sep)) return null;
    const [library = '', ...below] = path.slice(EXTERNAL.length + 1).split(sep);
    const root = rootOf(library);
    if (root === undefined || below.length === 0 || below.includes('..')) throw new MantelError('not_found', AWAY);
    return { root, below: below.join(sep) };
  };
  /** Opened first, then looked where it lies: nothing can be exchanged between the two. */
  const openBelow = async (root: string, below: string): Promise<Place & { real: string }> => {
    const file = await open(join(root, below), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
    if (!file) throw new MantelError('not_found', AWAY);
    try {
      const link = `/proc/self/fd/${file.fd}`;
      const real = await readlink(link);
      if (!(await file.stat()).isFile() || !within(await realpath(root), real)) throw new MantelError('not_found', AWAY);
      return { file: link, real, close: () => void file.close().catch(() => undefined) };
    } catch (e) {
      await file.close();
      throw e instanceof MantelError ? e : new MantelError('not_found', AWAY);
    }
  };
  return {
    /** Throws `not_found` for what is away. */
    async open(path: string): Promise<Place> {
      const at = outside(path);
      return at ? openBelow(at.root, at.below) : { file: join(data, path), close: () => undefined };
    },
    /** The same as a path, for readers in other processes. */
    async file(path: string): Promise<string> {
      const at = outside(path);
      if (!at) return join(data, path);
      const { real, close } = await openBelow(at.root, at.below);
      close();
      return real;
    },
    openBelow,
  };
}
export type Places = ReturnType<typeof createPlaces>;
