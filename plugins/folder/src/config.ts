import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';

export interface Config { paths: string[]; subfolders?: boolean; albums?: 'none' | 'folder' | 'path'; skip?: string[]; anyway?: boolean }
/** One of the paths, as it really lies. `label`: what stands before the paths below it, where there are several; for a file, its own. */
export interface Root { path: string; label: string; folder: boolean }
export interface Trouble { path: string; message: string }

const WHY: Record<string, string> = { ENOENT: 'is not there', EACCES: 'may not be read by Mantel', EPERM: 'may not be read by Mantel', EIO: 'cannot be read by the disk', ENOTDIR: 'is not there', ELOOP: 'leads in a circle', ENAMETOOLONG: 'has a name that is too long', ESTALE: 'is not there: the disk on the network went away', ENOTCONN: 'is not there: the disk on the network went away' };
export const why = (error: unknown): string => WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? `cannot be read (${(error as Error).message})`;

/** The paths of a configuration, each once; those that lie in another one come with that. */
export async function rootsOf(paths: readonly string[]): Promise<{ roots: Root[]; trouble: Trouble[] }> {
  const found = new Map<string, boolean>();
  const trouble: Trouble[] = [];
  for (const path of paths) {
    try {
      if (!isAbsolute(path)) throw new Error('write the whole path, from / on');
      const real = await realpath(path);
      const info = await stat(real);
      if (!info.isDirectory() && !info.isFile()) throw new Error('it is no folder and no file');
      found.set(real, info.isDirectory());
    } catch (error) {
      trouble.push({ path, message: `${path} ${why(error)}.` });
    }
  }
  const folders = [...found].filter(([, folder]) => folder).map(([path]) => path);
  const outer = [...found].filter(([path]) => !folders.some((f) => f !== path && path.startsWith(f === '/' ? f : `${f}/`)));
  const names = outer.map(([path]) => basename(path));
  return { trouble, roots: outer.map(([path, folder]) => ({ path, folder, label: outer.length === 1 && folder ? '' : names.filter((n) => n === basename(path)).length > 1 ? path.slice(1) : basename(path) })) };
}

/** Whether a path still lies in one of the folders, links resolved. */
export async function within(path: Buffer, roots: readonly Root[]): Promise<boolean> {
  if (!(await lstat(path)).isFile()) return false;
  const real = (await realpath(path, 'buffer')).toString('latin1');
  return roots.some((r) => { const root = Buffer.from(r.path).toString('latin1'); return real === root || (r.folder && real.startsWith(root === '/' ? root : `${root}/`)); });
}
