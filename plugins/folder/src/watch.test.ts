import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watch, type WatchSystem, type WatchTimes } from './watch.ts';

let root: string;
let stop: AbortController;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'mantel-watch-')); stop = new AbortController(); });
afterEach(() => { stop.abort(); rmSync(root, { recursive: true, force: true }); });
const LONG = 3_600_000;
const watching = (times: Partial<WatchTimes> = {}): AsyncGenerator<void> => watch({ paths: [root] }, { signal: stop.signal, log: () => undefined }, { quietMs: 150, busyMs: 10_000, lookMs: LONG, ...times });
const put = (name: string): void => writeFileSync(join(root, name), 'x');

/** A system that the test plays: what changes it says itself, and time goes on when it says so. */
function stage() {
  const folders = new Map<string, (name: string | null) => void>();
  const asked: { ms: number; go: () => void }[] = [];
  let heard = Promise.withResolvers<void>();
  const system: WatchSystem = {
    changes: (folder, changed) => { folders.set(folder, changed); return () => folders.delete(folder); },
    pause: (ms, signal) => new Promise((go, stopped) => {
      signal.addEventListener('abort', () => stopped(new Error('stopped')), { once: true });
      asked.push({ ms, go });
      heard.resolve();
    }),
  };
  return {
    folders,
    events: watch({ paths: [root] }, { signal: stop.signal, log: () => undefined }, { quietMs: 150, busyMs: 900, lookMs: LONG }, system),
    /** The next wait that begins; its length. Ends when the test says so. */
    async waits(): Promise<{ ms: number; go: () => void }> {
      while (asked.length === 0) { await heard.promise; heard = Promise.withResolvers(); }
      return asked.shift()!;
    },
  };
}

test('what comes into any folder is told once it is quiet, also into one that came later', async () => {
  mkdirSync(join(root, 'a'));
  const events = watching();
  await events.next(); // the watches stand
  const first = events.next();
  put('a/1.jpg');
  expect((await first).done).toBe(false);
  mkdirSync(join(root, 'b'));
  await events.next();
  put('b/2.jpg');
  expect((await events.next()).done).toBe(false);
});

test('system files are not worth a word; while something is being written, nothing is told; but not for ever', async () => {
  const { events, folders, waits } = stage();
  await events.next();
  let told = 0;
  const next = events.next().then(() => told++);
  expect((await waits()).ms).toBe(LONG);
  const changed = folders.get(root)!;
  changed('.DS_Store');
  changed('._x');
  changed('1.jpg');
  for (let n = 0; n < 900 / 150; n++) {
    const quiet = await waits();
    expect([quiet.ms, told]).toEqual([150, 0]);
    changed('1.jpg');
    quiet.go();
  }
  await next;
  void events.next();
  expect((await waits()).ms).toBe(LONG); // and not before something stirs again
  folders.get(root)!('Thumbs.db');
  folders.get(root)!('2.jpg');
  expect((await waits()).ms).toBe(150);
});

test('where the system says nothing, the folders are looked at; without a change nothing is told', async () => {
  const { events, waits } = stage();
  await events.next();
  const next = events.next();
  for (let n = 0; n < 3; n++) (await waits()).go(); // it looks, and waits again
  const look = await waits();
  rmSync(root, { recursive: true }); // a card that is taken out
  look.go();
  expect((await next).done).toBe(false);
  const again = events.next();
  const back = await waits();
  mkdirSync(root);
  put('1.jpg');
  back.go();
  expect((await again).done).toBe(false);
});

test('a file that grows for longer than a look is told when it lies still: its folder says nothing more', async () => {
  const { events, waits } = stage();
  await events.next();
  put('film.mp4');
  const first = events.next();
  (await waits()).go();
  await first; // the scan finds it growing, and leaves it
  let told = false;
  const rest = events.next().then(() => { told = true; });
  for (let n = 0; n < 3; n++) {
    const look = await waits();
    expect(told).toBe(false);
    appendFileSync(join(root, 'film.mp4'), 'more');
    look.go();
  }
  (await waits()).go();
  await rest;
  void events.next();
  for (let n = 0; n < 3; n++) (await waits()).go(); // once
});

test('it ends when it shall', async () => {
  const events = watching();
  await events.next();
  const next = events.next();
  stop.abort();
  expect((await next).done).toBe(true);
});
