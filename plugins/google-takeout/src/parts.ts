import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readAt } from './zip.ts';

/** What there is to read: `name` is what the report calls it (null: the one unpacked folder). `number`: of the part within its export. `stamp`: when Google made the export. */
export interface Found { file: string; name: string | null; kind: 'zip' | 'tgz' | 'folder'; bytes: number; stamp: string | null; number: number | null }
export interface Located { parts: Found[]; problems: { field: string; message: string }[]; folders: string[] }

const ARCHIVE = /\.(zip|tgz|tar\.gz)$/i;
// takeout-20250921T101500Z-001.zip, since 2025 takeout-20250921T101500Z-3-009.zip; browsers add " (1)"
const GOOGLE = /^takeout-(\d{8}T\d{6}Z)(?:-\d+)*?-(\d{1,5})(?:\s?\(\d+\))?\.(?:zip|tgz|tar\.gz)$/i;
const STAMP = /takeout-(\d{8}T\d{6}Z)/i;
const MAX_PARTS = 5000;

export function locate(paths: readonly string[]): Located {
  const parts = new Map<string, Found>();
  const roots: string[] = [];
  const problems: Located['problems'] = [];
  const folders: string[] = [];
  const say = (message: string): void => void problems.push({ field: 'paths', message });
  const addFile = (file: string, bytes: number): void => {
    const name = basename(file);
    const m = GOOGLE.exec(name);
    const kind = magic(file);
    if (kind === null && bytes > 0 && !/\.(zip|tgz|tar\.gz)$/i.test(name)) return say(`${name} is neither a zip nor a .tgz.`);
    parts.set(file, { file, name, kind: kind ?? (/\.zip$/i.test(name) ? 'zip' : 'tgz'), bytes, stamp: STAMP.exec(name)?.[1]?.toUpperCase() ?? null, number: m ? Number(m[2]) : null });
  };
  for (const path of [...new Set(paths.map((p) => resolve(p)))]) {
    try {
      const s = statSync(path);
      if (s.isFile()) addFile(path, s.size);
      else if (s.isDirectory()) {
        folders.push(path);
        const inside = readdirSync(path, { withFileTypes: true });
        const archives = inside.filter((e) => e.isFile() && ARCHIVE.test(e.name)).map((e) => e.name).toSorted().slice(0, MAX_PARTS);
        const google = archives.filter((n) => GOOGLE.test(n));
        // where Google's parts lie, other archives are somebody's own
        for (const n of google.length > 0 ? google : archives) addFile(join(path, n), statSync(join(path, n)).size);
        if (archives.length === 0 || inside.some((e) => e.isDirectory() && /^takeout(-|$)/i.test(e.name))) roots.push(path);
      } else say(`${path} is neither a file nor a folder.`);
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      say(code === 'ENOENT' ? `${path} is not there (any more).` : `${path} cannot be read${code === 'EACCES' || code === 'EPERM' ? ': Mantel may not look there' : ''}.`);
    }
  }
  for (const [i, root] of roots.entries()) parts.set(root, { file: root, name: roots.length === 1 ? null : uniqueName(roots, i), kind: 'folder', bytes: 0, stamp: STAMP.exec(root)?.[1]?.toUpperCase() ?? null, number: null });
  return { parts: [...parts.values()].toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0) || compare(a.name ?? '', b.name ?? '') || compare(a.file, b.file)), problems, folders };
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const uniqueName = (roots: readonly string[], i: number): string => { const name = basename(roots[i]!); return roots.some((r, j) => j < i && basename(r) === name) ? `${name} ${i + 1}` : name; };

function magic(file: string): 'zip' | 'tgz' | null {
  try {
    const fd = openSync(file, 'r');
    try {
      const b = readAt(fd, 0, 4);
      return b[0] === 0x1f && b[1] === 0x8b ? 'tgz' : b[0] === 0x50 && b[1] === 0x4b ? 'zip' : null;
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** What all parts of one export have in common: the moment at which Google made it; else the place where they lie. */
export function collectionOf({ parts, folders }: Located): string {
  const stamps = exportsOf(parts);
  if (stamps.length === 1) return `takeout ${stamps[0]!}`;
  const place = parts.find((p) => p.kind === 'folder')?.file ?? folders[0] ?? parts[0]?.file.slice(0, parts[0].file.lastIndexOf('/')) ?? '';
  return `takeout in ${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
}
export const exportsOf = (parts: readonly Found[]): string[] => [...new Set(parts.map((p) => p.stamp).filter((s) => s !== null))].toSorted();

/** Numbers that are missing below the highest; an export does not say how many parts it has. */
export function missing(parts: readonly Found[]): number[] {
  const numbers = new Set(parts.map((p) => p.number).filter((n) => n !== null));
  const highest = Math.max(0, ...numbers);
  return highest > MAX_PARTS ? [] : Array.from({ length: highest }, (_, i) => i + 1).filter((n) => !numbers.has(n));
}
