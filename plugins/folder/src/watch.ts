import { watch as watchFolder } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
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
/** Changed so lately, a file may still be on its way. Clocks of other machines are not ours. */
const ARRIVING_MS = 3_600_000;
const MAX_ARRIVING = 20_000;
interface Arriving { stamp: string; at: number; moved: boolean }
const stampOf = async (path: string): Promise<Omit<Arriving, 'moved'> | null> => {
  const info = await lstat(path).catch(() => null); // the time of the last change of any kind: programs set the other one to that of the original
  return info?.isFile() ? { stamp: `${info.size} ${info.mtimeMs} ${info.ctimeMs}`, at: Math.max(info.mtimeMs, info.ctimeMs) } : null;
};
/** A long copy changes its folder once, at its beginning, when a scan cannot take the file yet. Says whether one that still moved then lies still now. */
async function cameToRest(arriving: Map<string, Arriving>): Promise<boolean> {
  let rested = false;
  for (const [path, before] of arriving) {
    const now = await stampOf(path);
    if (now && now.stamp !== before.stamp) arriving.set(path, { ...now, moved: true });
    else if (!now || before.moved || now.at < Date.now() - ARRIVING_MS) {
      arriving.delete(path);
      rested ||= now !== null && before.moved;
    }
  }
  return rested;
}
async function notice(folders: Iterable<string>, arriving: Map<string, Arriving>): Promise<void> {
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (!entry.isFile() || skipFile(entry.name) || arriving.has(path) || arriving.size >= MAX_ARRIVING) continue;
      const now = await stampOf(path);
      if (now && now.at > Date.now() - ARRIVING_MS) arriving.set(path, { ...now, moved: false });
    }
  }
}
const differ = (a: Map<string, number>, b: Map<string, number>): boolean => a.size !== b.size || [...b].some(([path, at]) => a.get(path) !== at);

/** What the system offers. `changes`: calls back with the name of what changed in a folder; throws when it cannot; `lost`: from now on it does not. Answers how to stop it. */
export interface WatchSystem { pause: (ms: number, signal: AbortSignal) => Promise<void>; changes: (folder: string, changed: (name: string | null) => void, lost: () => void) => () => void }
const SYSTEM: WatchSystem = {
  pause: (ms, signal) => pauseFor(ms, undefined, { signal }),
  changes(folder, changed, lost) {
    const watcher = watchFolder(folder, { persistent: true }, (_event, name) => changed(name)).on('error', () => { watcher.close(); lost(); });
    return () => watcher.close();
  },
};

/** Yields at the beginning, and when something came, went or changed, and nothing moved since for a while. */
export async function* watch(config: Config, { signal, log }: Pick<SourceContext, 'signal' | 'log'>, { quietMs, busyMs, lookMs }: WatchTimes = TIMES, { pause, changes }: WatchSystem = SYSTEM): AsyncGenerator<void> {
  const watched = new Map<string, () => void>();
  const arriving = new Map<string, Arriving>();
  let woke = Promise.withResolvers<void>();
  let moved = false;
  let told = false;
  const stir = (name: string | null): void => {
    if (name !== null && (skipFile(name) || skipFolder(name, ''))) return;
    moved = true;
    woke.resolve();
  };
  const follow = (folders: Map<string, number>): void => {
    for (const [path, end] of watched) if (!folders.has(path)) { end(); watched.delete(path); }
    for (const path of folders.keys()) {
      if (watched.has(path) || watched.size >= MAX_WATCHED) continue;
      try {
        watched.set(path, changes(path, stir, () => { watched.delete(path); stir(null); }));
      } catch (error) {
        if (!told) log(`Cannot watch ${path} (${(error as Error).message}); it is looked at every ${Math.round(lookMs / 60_000)} minutes.`);
        told = true;
        break;
      }
    }
  };
  const closeAll = (): void => { for (const end of watched.values()) end(); };
  signal.addEventListener('abort', closeAll, { once: true });
  try {
    let known = await foldersOf(config);
    follow(known);
    await notice([...known].filter(([, at]) => at > Date.now() - ARRIVING_MS).map(([path]) => path), arriving);
    yield; // what came while nobody watched
    for (;;) {
      const awake = new AbortController();
      const stirred = await Promise.race([woke.promise.then(() => true), pause(lookMs, AbortSignal.any([signal, awake.signal])).then(() => false)]).finally(() => awake.abort());
      for (let waited = 0; moved && waited < busyMs; waited += quietMs) {
        moved = false;
        await pause(quietMs, signal);
      }
      woke = Promise.withResolvers<void>();
      moved = false;
      const now = await foldersOf(config);
      follow(now);
      const rested = await cameToRest(arriving);
      await notice([...now].filter(([path, at]) => known.get(path) !== at).map(([path]) => path), arriving);
      const worth = stirred || rested || differ(known, now);
      known = now;
      if (worth) yield;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    closeAll();
  }
}
