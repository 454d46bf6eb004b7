// Looking around on the house's machine, to choose a folder. For admins.
import { opendir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { PlaceListing } from '@mantel/contracts/models/source.ts';

const MOST = 1000;
const READ_MOST = 20_000;
const PATIENCE_MS = 15_000; // a share whose server is gone answers never

/** `hidden`: what nobody is shown, by real path. Links are followed, so that mounts under other names can be chosen; names with a dot in front are left out. Throws `not_found`, `forbidden`, `bad_request`, `timeout`. */
export async function browse(path: string, hidden: (real: string) => boolean, patienceMs = PATIENCE_MS): Promise<PlaceListing> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new MantelError('timeout', `${path} does not answer. Is the disk or the network share connected?`)), patienceMs); });
  try { return await Promise.race([list(path, hidden), late]); } finally { clearTimeout(timer); }
}

async function list(path: string, hidden: (real: string) => boolean): Promise<PlaceListing> {
  if (!path.startsWith('/') || path.includes('\0')) throw new MantelError('bad_request', 'Name a full path, beginning with /.');
  const refused = (e: unknown): never => {
    const { code } = e as { code?: string };
    if (code === 'EACCES' || code === 'EPERM') throw new MantelError('forbidden', `Mantel may not look into ${path}. Let its user read the folder.`);
    if (code === 'ENOTDIR') throw new MantelError('bad_request', `${path} is not a folder.`);
    throw new MantelError('not_found', `There is no folder ${path}. Is the disk connected?`);
  };
  const real = await realpath(path).catch(refused);
  if (hidden(real)) throw new MantelError('forbidden', `${real} belongs to the machine or to Mantel itself.`);
  const dir = await opendir(real).catch(refused);
  const names: string[] = [];
  let cut = false;
  for await (const entry of dir) {
    if (entry.name.startsWith('.')) continue;
    if (names.length >= READ_MOST) { cut = true; break; }
    names.push(entry.name);
  }
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  const entries: PlaceListing['entries'] = [];
  for (const name of names.sort((a, b) => order.compare(a, b))) {
    if (entries.length >= MOST) { cut = true; break; }
    const at = join(real, name);
    const info = await stat(at).catch(() => undefined);
    const to = info && (await realpath(at).catch(() => undefined));
    if (!info || to === undefined || hidden(to) || !(info.isDirectory() || info.isFile())) continue;
    entries.push({ name, path: at, folder: info.isDirectory(), bytes: info.isFile() ? info.size : null });
  }
  entries.sort((a, b) => Number(b.folder) - Number(a.folder));
  return { path: real, parent: real === '/' ? null : dirname(real), entries, cut };
}
