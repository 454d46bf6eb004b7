// The files of a plugin: taken over so that nothing from outside comes along, and told apart by one hash.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, constants, copyFile, lstat, mkdir, readdir, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';

export const MAX_BYTES = 200e6;
export const MAX_FILES = 20_000;
const MAX_DEPTH = 40;
/** Never taken along: history, links of programs that nobody starts, and the contracts, which the house gives itself. */
const LEFT_OUT = (path: string): boolean => path === '.git' || /(^|\/)node_modules\/(\.bin|\.cache)$/.test(path) || /(^|\/)node_modules\/@mantel(\/|$)/.test(path);

export const tooLarge = (): MantelError => new MantelError('too_large', `A plugin may have at most ${MAX_FILES.toLocaleString('en')} files and 200 MB. Leave out what it does not need to run.`);
interface File { path: string; bytes: number; stamp: string }

/** Every file below a folder, in a fixed order. `path` with `/`. `skip`: files and folders that do not count. Throws `plugin_invalid` at a link or device. */
async function filesIn(root: string, skip: (path: string) => boolean = () => false): Promise<File[]> {
  const found: File[] = [];
  let bytes = 0;
  const visit = async (dir: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw new MantelError('plugin_invalid', 'The folders of this plugin lie too deep in one another.');
    const entries = await readdir(join(root, dir), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (LEFT_OUT(path) || skip(path)) continue;
      if (entry.isDirectory()) { await visit(path, depth + 1); continue; }
      if (entry.isSymbolicLink()) throw new MantelError('plugin_invalid', `${path} is a link (to ${(await readlink(join(root, path))).slice(0, 200)}). A plugin must bring its files itself.`);
      if (!entry.isFile()) throw new MantelError('plugin_invalid', `${path} is neither file nor folder.`);
      const info = await lstat(join(root, path), { bigint: true });
      bytes += Number(info.size);
      found.push({ path, bytes: Number(info.size), stamp: `${path}\0${info.size}\0${info.mtimeNs}\0${info.ctimeNs}\0${info.ino}` });
      if (found.length > MAX_FILES || bytes > MAX_BYTES) throw tooLarge();
    }
  };
  await visit('', 0);
  return found;
}

/** Copies a folder without following anything out of it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const root = await realpath(from).catch(() => { throw new MantelError('not_found', `There is no folder ${from}.`); });
  if (!(await lstat(root)).isDirectory()) throw new MantelError('bad_request', `${from} is not a folder.`);
  const way = relative(root, to);
  if (way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith('/'))) throw new MantelError('bad_request', `${from} holds Mantel's own files. Choose the folder of the plugin itself.`);
  await lstat(join(root, 'manifest.json')).catch(() => { throw new MantelError('plugin_invalid', `There is no manifest.json in ${from}, so it is not the folder of a plugin.`); });
  const files = await filesIn(root).catch((e: unknown) => { throw readable(e, from); });
  for (const { path } of files) {
    const target = join(to, path);
    await mkdir(join(target, '..'), { recursive: true, mode: 0o700 });
    await copyFile(join(root, path), target, constants.COPYFILE_EXCL).catch((e: unknown) => { throw readable(e, from); });
  }
}
const readable = (e: unknown, folder: string): unknown => ((e as { code?: string }).code === 'EACCES' ? new MantelError('forbidden', `Mantel may not read all of ${folder}. Let its user read the folder, or send the plugin as a tarball.`) : e);

/** What installed files are worth is that they stay as they are. Only this user sees them. */
export async function freeze(root: string): Promise<{ sha256: string; bytes: number; files: number; native: string | undefined }> {
  const files = await filesIn(root);
  for (const { path } of files) await chmod(join(root, path), 0o400);
  return { sha256: await hashOf(root, files), bytes: files.reduce((n, f) => n + f.bytes, 0), files: files.length, native: files.find((f) => f.path.endsWith('.node'))?.path };
}

async function hashOf(root: string, files: File[]): Promise<string> {
  const all = createHash('sha256');
  for (const { path, bytes } of files) {
    const one = createHash('sha256');
    for await (const chunk of createReadStream(join(root, path), { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) one.update(chunk);
    all.update(`${path}\0${bytes}\0${one.digest('hex')}\n`);
  }
  return all.digest('hex');
}

/** The hash of all files of a folder; read again only when one of them looks touched. */
export function createHasher() {
  const known = new Map<string, { stamp: string; sha256: string }>();
  return async (root: string, skip?: (path: string) => boolean): Promise<string> => {
    const files = await filesIn(root, skip);
    const stamp = createHash('sha256').update(files.map((f) => f.stamp).join('\n')).digest('hex');
    const before = known.get(root);
    if (before?.stamp === stamp) return before.sha256;
    const sha256 = await hashOf(root, files);
    known.set(root, { stamp, sha256 });
    return sha256;
  };
}
