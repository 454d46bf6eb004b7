import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
/** What runs on a worker's PC; the rest of the checkout may change without making a worker outdated. */
export const WORKER_SOURCES = ['nodes/contracts', 'nodes/runtime', 'nodes/worker', 'nodes/cli', 'appliance/worker/launcher'];
const NOT_SHIPPED = /(^|\/)(node_modules|fixtures|testing)\/|\.test\.ts$/;

function* filesBelow(path: string): Generator<string> {
  if (!existsSync(path)) return;
  const entries = readdirSync(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const at = join(path, entry.name);
    if (entry.isDirectory()) { if (entry.name !== 'node_modules') yield* filesBelow(at); } else if (entry.isFile()) yield at;
  }
}
/** Paths of the files that a worker's PC gets, below `root`, in a fixed order; tests stay at home. */
export function workerFiles(root = ROOT): string[] {
  const files = WORKER_SOURCES.flatMap((at) => (at.endsWith('launcher') ? (existsSync(join(root, at)) ? [join(root, at)] : []) : [...filesBelow(join(root, at))]));
  return files.map((f) => relative(root, f).split(sep).join('/')).filter((f) => !NOT_SHIPPED.test(f));
}

const known = new Map<string, string>();
/** Which worker this is (16 hex digits): what the file BUILD at the root says (a bundle has one), else a hash over the sources of the worker and the lock file. The same for the life of a process. */
export function buildId(root = ROOT): string {
  const found = known.get(root);
  if (found) return found;
  const id = existsSync(join(root, 'BUILD')) ? readFileSync(join(root, 'BUILD'), 'utf8').trim() : hashOf(root);
  known.set(root, id);
  return id;
}
function hashOf(root: string): string {
  const hash = createHash('sha256');
  for (const file of [...workerFiles(root), 'package-lock.json']) {
    const bytes = readFileSync(join(root, file));
    hash.update(`${file}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}
