// Exit 0 when node_modules holds what package-lock.json says (npm keeps its own record of what it installed); anything else exits 1.
// A binary for this very machine must be there although npm calls it optional: an npm under an old Node leaves it out without a word.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry { version?: string; optional?: boolean; os?: string[]; cpu?: string[]; libc?: string[] }
const packages = (file: string): Record<string, Entry> => (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }).packages;

const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
const libc = header.glibcVersionRuntime ? 'glibc' : 'musl';
const forThisMachine = (e: Entry): boolean => e.os?.includes(process.platform) === true && e.cpu?.includes(process.arch) === true && (e.libc?.includes(libc) ?? true);

const root = process.argv[2] ?? '.';
const wanted = packages(join(root, 'package-lock.json'));
const installed = packages(join(root, 'node_modules/.package-lock.json'));
const same = Object.entries(wanted).every(([path, entry]) => {
  if (!path.includes('node_modules/')) return true; // the root and the workspaces themselves
  const found = installed[path];
  return found ? found.version === entry.version : entry.optional === true && !forThisMachine(entry);
});
process.exit(same ? 0 : 1);
