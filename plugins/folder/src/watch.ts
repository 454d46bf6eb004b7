import { watch as watchFolder, type FSWatcher } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SourceContext } from '@mantel/plugin-sdk';
import { type Config, rootsOf } from './config.ts';
import { skipFile, skipFolder } from './skip.ts';

/** `quietMs`: nothing moved for so long, so that a copying program is done; `busyMs`: however long it goes on, a scan is worth it then. `lookMs`: disks on the network say nothing of what others do there, so the folders are looked at. */
export interface WatchTimes { quietMs: number; busyMs: number; lookMs: number }
const TIMES: WatchTimes = { quietMs: 5000, busyMs: 120_000, lookMs: 300_000 };
/** The system gives watches to all programs together. Folders beyond are found by looking. */
const MAX_WATCHED = 4000;
const MAX_FOLDERS = 200_000;

/** All folders with the time of their last change: a file that came or went changes it. */
async function foldersOf(config: Config): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  const waiting = (await rootsOf(config.paths)).roots.map((r) => ({ path: r.path, folder: r.folder, name: '' }));
  for (let next = waiting.pop(); next && all.size < MAX_FOLDERS; next = waiting.pop()) {
    const { path } = next;
    const info = await lstat(path).catch(() => null);
    if (!info) continue;
    all.set(path, info.mtimeMs);
    if (!info.isDirectory() || (config.subfolders === false && next.name)) continue;
    for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
      if (entry.isDirectory() && !skipFolder(entry.name, path)) waiting.push({ path: join(path, entry.name), folder: true, name: entry.name });
    }
  }
  return all;
}
const differ = (a: Map<string, number>, b: Map<string, number>): boolean => a.size !== b.size || [...b].some(([path, at]) => a.get(path) !== at);

/** Yields at the beginning, and when something came, went or changed, and nothing moved since for a while. */
export async function* watch(config: Config, { signal, log }: Pick<SourceContext, 'signal' | 'log'>, { quietMs, busyMs, lookMs }: WatchTimes = TIMES): AsyncGenerator<void> {
  const watched = new Map<string, FSWatcher>();
  let woke = Promise.withResolvers<void>();
  let moved = false;
  let told = false;
  const stir = (name: string | Buffer | null): void => {
    if (name !== null && (skipFile(String(name)) || skipFolder(String(name), ''))) return;
    moved = true;
    woke.resolve();
  };
  const follow = (folders: Map<string, number>): void => {
    for (const [path, watcher] of watched) if (!folders.has(path)) { watcher.close(); watched.delete(path); }
    for (const path of folders.keys()) {
      if (watched.has(path) || watched.size >= MAX_WATCHED) continue;
      try {
        const watcher = watchFolder(path, { persistent: true }, (_event, name) => stir(name));
        watcher.on('error', () => { watcher.close(); watched.delete(path); stir(null); });
        watched.set(path, watcher);
      } catch (error) {
        if (!told) log(`Cannot watch ${path} (${(error as Error).message}); it is looked at every ${Math.round(lookMs / 60_000)} minutes.`);
        told = true;
        break;
      }
    }
  };
  const closeAll = (): void => { for (const watcher of watched.values()) watcher.close(); };
  signal.addEventListener('abort', closeAll, { once: true });
  try {
    let known = await foldersOf(config);
    follow(known);
    yield; // what came while nobody watched
    for (;;) {
      const awake = new AbortController();
      const stirred = await Promise.race([woke.promise.then(() => true), pause(lookMs, false, { signal: AbortSignal.any([signal, awake.signal]) })]).finally(() => awake.abort());
      for (let waited = 0; moved && waited < busyMs; waited += quietMs) {
        moved = false;
        await pause(quietMs, undefined, { signal });
      }
      woke = Promise.withResolvers<void>();
      moved = false;
      const now = await foldersOf(config);
      follow(now);
      const worth = stirred || differ(known, now);
      known = now;
      if (worth) yield;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    closeAll();
  }
}
