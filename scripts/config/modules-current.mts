// Exit 0 when node_modules holds what package-lock.json says (npm keeps its own record of what it installed); anything else exits 1.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry { version?: string; link?: boolean; optional?: boolean; peer?: boolean }
const packages = (file: string): Record<string, Entry> => (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }).packages;

const root = process.argv[2] ?? '.';
const wanted = packages(join(root, 'package-lock.json'));
const installed = packages(join(root, 'node_modules/.package-lock.json'));
const same = Object.entries(wanted).every(([path, entry]) => {
  if (!path.includes('node_modules/')) return true; // the root and the workspaces themselves
  const found = installed[path];
  return found ? found.version === entry.version : entry.optional === true;
});
process.exit(same ? 0 : 1);
