import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Of } from './hash.ts';

const MAX_FILES = 5_000_000;
/** Every file below a folder, without following links. */
async function* filesBelow(folder: string, signal: AbortSignal): AsyncGenerator<{ path: string; bytes: number }> {
  const folders = [folder];
  for (let seen = 0, at = folders.pop(); at !== undefined; at = folders.pop()) {
    for await (const entry of await opendir(at)) {
      signal.throwIfAborted();
      const path = join(at, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && seen++ < MAX_FILES) yield { path, bytes: (await stat(path).catch(() => ({ size: -1 }))).size };
    }
  }
}

/** Which of these files lie below the folder, too: only what has the size of one that is looked for is read. Answers those that do not. A file that cannot be read is no copy. */
export async function withoutCopy(folder: string, wanted: Map<string, { bytes: number; name: string }>, signal: AbortSignal, read: (bytes: number) => void): Promise<string[]> {
  const bySize = new Map<number, Set<string>>();
  for (const [sha256, { bytes }] of wanted) bySize.set(bytes, (bySize.get(bytes) ?? new Set()).add(sha256));
  for await (const file of filesBelow(folder, signal)) {
    const open = bySize.get(file.bytes);
    if (!open?.size) continue;
    open.delete(await sha256Of(file.path, signal, read).catch((e: unknown) => { if (signal.aborted) throw e; return ''; }));
  }
  return [...bySize.values()].flatMap((left) => [...left].map((sha256) => wanted.get(sha256)!.name));
}
