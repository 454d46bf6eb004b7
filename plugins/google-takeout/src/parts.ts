import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Trouble } from './types.ts';
import { readAt } from './zip.ts';

/** What there is to read: `name` is what the report calls it (null: the one unpacked folder). `number`: of the part within its export. `stamp`: when Google made the export. */
export interface Found { file: string; name: string | null; kind: 'zip' | 'tgz' | 'folder'; bytes: number; stamp: string | null; number: number | null }
/** `left`: what lies there, or was named, and is not read, each with the reason. */
export interface Located { parts: Found[]; problems: { field: string; message: string }[]; folders: string[]; left: (Trouble & { path: string; bytes: number | null })[] }

const ARCHIVE = /\.(zip|tgz|tar\.gz)$/i;
// takeout-20250921T101500Z-001.zip, since 2025 takeout-20250921T101500Z-3-009.zip; browsers and file managers add " (1)", " 2", " - Copy"
const GOOGLE = /^takeout-(\d{8}T\d{6}Z)(?:(?:-\d+)*-(\d{1,5})(?!\d))?.*\.(?:zip|tgz|tar\.gz)$/i;
/** A download that has not ended. */
const UNFINISHED = /(?:takeout-|\.zip|\.tgz|\.tar\.gz).*\.(?:crdownload|part|partial|download|opdownload|tmp)$/i;
const STAMP = /takeout-(\d{8}T\d{6}Z)/i;
const MAX_PARTS = 5000;
const MAX_FOLDERS = 500;
const stampOf = (name: string): string => STAMP.exec(name)?.[1]?.toUpperCase() ?? '';
const quiet = <T>(work: () => T, otherwise: T): T => { try { return work(); } catch { return otherwise; } };
const namesIn = (folder: string): string[] => quiet(() => readdirSync(folder, { withFileTypes: true }).filter((e) => e.isFile()).map((e) => e.name).toSorted(), []);
const sizeOf = (file: string): number | null => quiet(() => statSync(file).size, null);

export function locate(paths: readonly string[]): Located {
  const parts = new Map<string, Found>();
  const roots: string[] = [];
  const problems: Located['problems'] = [];
  const folders: string[] = [];
  const left: Located['left'] = [];
  const say = (path: string, message: string): void => {
    problems.push({ field: 'paths', message });
    left.push({ path, bytes: null, outcome: 'problem', reason: 'unreadable', detail: message });
  };
  const addFile = (file: string, bytes: number): void => {
    const name = basename(file);
    const m = GOOGLE.exec(name);
    const kind = magic(file);
    if (kind === null && bytes > 0 && !ARCHIVE.test(name)) return say(file, `${name} is neither a zip nor a .tgz.`);
    if (!parts.has(file) && [...parts.values()].some((p) => p.name === name)) return say(file, `There are two parts called ${name}. The one in ${dirname(file)} is left out; give it another name if it is another one.`);
    parts.set(file, { file, name, kind: kind ?? (/\.zip$/i.test(name) ? 'zip' : 'tgz'), bytes, stamp: stampOf(name) || null, number: m?.[2] ? Number(m[2]) : null });
  };
  const addFolder = (path: string): void => {
    const inside = readdirSync(path, { withFileTypes: true });
    const archives = inside.filter((e) => e.isFile() && ARCHIVE.test(e.name)).map((e) => e.name).toSorted();
    const google = archives.filter((n) => GOOGLE.test(n));
    const stamps = new Set(google.map(stampOf));
    // parts that lie one folder down, as when each was saved into one of its own
    const below = inside.filter((e) => e.isDirectory() && !e.name.startsWith('.')).slice(0, MAX_FOLDERS).flatMap((e) => namesIn(join(path, e.name)).filter((n) => GOOGLE.test(n)).map((n) => join(e.name, n)));
    const ours = [...(google.length > 0 ? google : archives), ...below.filter((n) => archives.length === 0 || stamps.has(stampOf(basename(n))))];
    for (const n of ours.slice(0, MAX_PARTS)) addFile(join(path, n), statSync(join(path, n)).size);
    const unpacked = ours.length === 0 || inside.some((e) => e.isDirectory() && /^takeout(-|$)/i.test(e.name) && !below.some((n) => dirname(n) === e.name));
    if (unpacked) roots.push(path);
    // where Google's parts lie, other archives are somebody's own; those of an unpacked export are told with all that lies there
    const taken = new Set(ours.slice(0, MAX_PARTS));
    const others = unpacked ? [] : [...archives, ...below, ...inside.filter((e) => e.isFile() && UNFINISHED.test(e.name)).map((e) => e.name)].filter((n) => !taken.has(n));
    if (others.length > 0) problems.push({ field: 'paths', message: `Not read in ${path}: ${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}. ${others.length === 1 ? 'It is' : 'They are'} no whole part of this export by the name; choose the file itself if it is one.`.slice(0, 1000) });
    for (const n of others) left.push({ path: join(path, n), bytes: sizeOf(join(path, n)), ...(UNFINISHED.test(n) ? { outcome: 'problem', reason: 'damaged-part', detail: 'This download has not ended.' } : { outcome: 'ignored', reason: 'nested-archive', detail: 'It is not called like a part of this export. Choose the file itself if it is one.' }) });
  };
  for (const path of [...new Set(paths.map((p) => resolve(p)))]) {
    try {
      const s = statSync(path);
      if (s.isFile()) addFile(path, s.size);
      else if (s.isDirectory()) {
        folders.push(path);
        addFolder(path);
      } else say(path, `${path} is neither a file nor a folder.`);
    } catch (e) {
      const { code } = e as NodeJS.ErrnoException;
      say(path, code === 'ENOENT' ? `${path} is not there (any more).` : `${path} cannot be read${code === 'EACCES' || code === 'EPERM' ? ': Mantel may not look there' : ''}.`);
    }
  }
  for (const [i, root] of roots.entries()) parts.set(root, { file: root, name: roots.length === 1 ? null : uniqueName(roots, i), kind: 'folder', bytes: 0, stamp: stampOf(root) || null, number: null });
  return { parts: [...parts.values()].toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0) || compare(a.name ?? '', b.name ?? '') || compare(a.file, b.file)), problems, folders, left: left.filter((l) => !parts.has(l.path)) };
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
