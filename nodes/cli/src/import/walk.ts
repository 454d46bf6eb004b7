import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { diskName } from './disk-name.ts';

/** One thing that was found. `disk`: the bytes of its path, since names on old disks are not always UTF-8; `shown`: the same for people, always valid text. */
interface OnDisk { disk: Buffer; shown: string; name: string; bytes: number; modifiedAt: number }
export type Found =
  | ({ kind: 'file' } & OnDisk)
  | ({ kind: 'sidecar' } & OnDisk)
  | { kind: 'ignored' | 'failed'; shown: string; why: string };

/** Folders and files that programs make for themselves. */
const SYSTEM = new Set(['@eadir', '#recycle', '@recycle', '@recently-snapshot', '#snapshot', '$recycle.bin', 'system volume information', 'lost+found', '@__thumb', '__macosx']);
const SYSTEM_FILES = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r']);
const MAX_DEPTH = 200;

/** Everything below the given paths, in the order of their bytes, each exactly once; links are named but not followed. Never throws for a single entry. */
export async function* walk(roots: readonly string[]): AsyncGenerator<Found> {
  const seen = new Set<string>();
  for (const root of roots) {
    try {
      const real = await realpath(path.resolve(root), 'buffer');
      const info = await stat(real, { bigint: true });
      yield* info.isDirectory() ? folder(real, seen, 0) : file(real, info, seen);
    } catch (error) {
      yield { kind: 'failed', shown: root, why: reason(error) };
    }
  }
}

async function* folder(disk: Buffer, seen: Set<string>, depth: number): AsyncGenerator<Found> {
  if (depth > MAX_DEPTH) return yield { kind: 'failed', shown: shown(disk), why: 'the folders are nested too deeply' };
  let names: Buffer[];
  try {
    names = (await readdir(disk, { encoding: 'buffer' })).toSorted(Buffer.compare);
  } catch (error) {
    return yield { kind: 'failed', shown: shown(disk), why: reason(error) };
  }
  for (const name of names) {
    const child = Buffer.concat([disk, Buffer.from(disk.at(-1) === 0x2f ? '' : '/'), name]);
    try {
      const info = await lstat(child, { bigint: true });
      const why = ignored(diskName(name), info);
      if (why) yield { kind: 'ignored', shown: shown(child), why };
      else if (info.isDirectory()) yield* folder(child, seen, depth + 1);
      else yield* file(child, info, seen);
    } catch (error) {
      yield { kind: 'failed', shown: shown(child), why: reason(error) };
    }
  }
}

function* file(disk: Buffer, info: BigIntStats, seen: Set<string>): Generator<Found> {
  const key = disk.toString('latin1');
  if (seen.has(key)) return yield { kind: 'ignored', shown: shown(disk), why: 'named twice' };
  if (!info.isFile()) return yield { kind: 'ignored', shown: shown(disk), why: 'not a file' };
  seen.add(key);
  const name = diskName(disk.subarray(disk.lastIndexOf(0x2f) + 1));
  yield { kind: /\.xmp$/i.test(name) ? 'sidecar' : 'file', disk, shown: shown(disk), name, bytes: Number(info.size), modifiedAt: Number(info.mtimeMs) };
}

function ignored(name: string, info: BigIntStats): string | null {
  const small = name.toLowerCase();
  if (info.isSymbolicLink()) return 'link';
  if (SYSTEM.has(small) || (info.isFile() && SYSTEM_FILES.has(small))) return 'made by a system';
  if (name.startsWith('.')) return 'hidden';
  return info.isFile() || info.isDirectory() ? null : 'not a file';
}

/** Part by part: a name and the folders before it may come from different systems. */
const shown = (disk: Buffer): string => disk.toString('latin1').split('/').map((part) => diskName(Buffer.from(part, 'latin1'))).join('/');

const REASONS: Record<string, string> = { ENOENT: 'it is not there', EACCES: 'you may not read it', EPERM: 'you may not read it', EIO: 'the disk cannot read it', ELOOP: 'its links lead in a circle', ENAMETOOLONG: 'its path is too long' };
export const reason = (error: unknown): string => REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message;
