import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.ts';
import { reason } from '../import/walk.ts';

/** A path as it was meant. `folder` null: nothing of this name is on this machine. */
export interface Place { path: string; folder: boolean | null; bytes: number; why: string | null }
const ARCHIVE = /\.(zip|tgz|tar\.gz)$/i;
/** What exports of this kind are called, so that other archives of the same folder are left alone. */
export const PART_NAMES: Record<string, RegExp> = { 'google-takeout': /^takeout-.*\.(zip|tgz|tar\.gz)$/i, 'icloud-export': /(\d+)\D{1,20}\d+\D{0,3}\.zip$/i };

const asPattern = (text: string): RegExp => new RegExp(`^${text.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]')}$`);
/** An empty path would be the current folder: it comes from a variable that is not set. */
export function requireNamed(given: readonly string[]): void {
  if (given.some((p) => p.trim() === '')) throw new Failure('One of the paths is empty. Name files or folders (. for the current one).', 2);
}
/** For shells that hand patterns on, and for patterns in quotes. */
async function expand(given: string): Promise<string[]> {
  const whole = path.resolve(given);
  if (!/[*?]/.test(given) || (await lstat(whole).catch(() => null))) return [whole];
  let found = ['/'];
  for (const part of whole.split('/').filter(Boolean)) {
    if (!/[*?]/.test(part)) found = found.map((f) => path.join(f, part));
    else {
      const pattern = asPattern(part);
      found = (await Promise.all(found.map(async (f) => (await readdir(f).catch((): string[] => [])).filter((n) => (part.startsWith('.') || !n.startsWith('.')) && pattern.test(n)).toSorted().map((n) => path.join(f, n))))).flat();
    }
    if (found.length > 10_000) throw new Failure(`"${given}" fits too many files. Name their folder instead.`, 2);
  }
  const there = (await Promise.all(found.map(async (f) => ((await lstat(f).catch(() => null)) ? f : null)))).filter((f) => f !== null);
  if (there.length === 0) throw new Failure(`Nothing fits "${given}".`, 2);
  return there;
}

async function placeOf(whole: string): Promise<Place> {
  try {
    const info = await stat(whole);
    return { path: whole, folder: info.isDirectory(), bytes: info.size, why: info.isDirectory() || info.isFile() ? null : 'it is no file' };
  } catch (error) {
    return { path: whole, folder: null, bytes: 0, why: reason(error) };
  }
}

/** The paths of a command line: absolute, each once; a folder that holds the parts of an export stands for its parts. */
export async function places(given: readonly string[], pluginId: string): Promise<Place[]> {
  const all = new Map<string, Place>();
  for (const whole of (await Promise.all(given.map(expand))).flat()) {
    const place = await placeOf(whole);
    const parts = place.folder && PART_NAMES[pluginId] ? await partsIn(place, PART_NAMES[pluginId]) : [];
    for (const p of parts.length ? parts : [place]) all.set(p.path, p);
  }
  return [...all.values()];
}

async function partsIn(folder: Place, names: RegExp): Promise<Place[]> {
  const found = (await readdir(folder.path).catch((): string[] => [])).filter((n) => names.test(n) && !n.startsWith('.')).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return (await Promise.all(found.map((n) => placeOf(path.join(folder.path, n))))).filter((p) => p.folder === false);
}

/** The files that can be sent for these places. Throws what a person can do where one cannot. */
export async function sendable(all: readonly Place[]): Promise<Place[]> {
  const out: Place[] = [];
  for (const p of all) {
    if (p.folder === null || p.why) throw new Failure(`${p.path}: ${p.why ?? 'it is not there'}.`, 2);
    const inside = p.folder ? await partsIn(p, ARCHIVE) : [];
    if (p.folder && inside.length === 0) throw new Failure(`Mantel cannot read ${p.path} itself, and an export that is unpacked cannot be sent. Let the user of Mantel read it, or name the .zip files.`, 2);
    if (!p.folder && !ARCHIVE.test(p.path)) throw new Failure(`${p.path} is no part of an export: name .zip or .tgz files.`, 2);
    if (!p.folder && p.bytes === 0) throw new Failure(`${p.path} is empty. Download it again.`, 2);
    out.push(...(p.folder ? inside : [p]));
  }
  const names = out.map((p) => path.basename(p.path));
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice) throw new Failure(`Two parts are called ${twice}. Send them in two imports.`, 2);
  return out;
}

/** Whether everybody on this machine may read it: then it is not for want of rights that Mantel does not take it. */
export async function openToAll(whole: string): Promise<boolean> {
  const info = await stat(whole).catch(() => null);
  if (!info || !(info.mode & 0o004) || (info.isDirectory() && !(info.mode & 0o001))) return false;
  for (let at = path.dirname(whole); ; at = path.dirname(at)) {
    const dir = await stat(at).catch(() => null);
    if (!dir || !(dir.mode & 0o001)) return false;
    if (at === path.dirname(at)) return true;
  }
}
