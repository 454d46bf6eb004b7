import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watch, type WatchTimes } from './watch.ts';

let root: string;
let stop: AbortController;
beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'mantel-watch-')); stop = new AbortController(); });
afterEach(() => { stop.abort(); rmSync(root, { recursive: true, force: true }); });
const LONG = 3_600_000;
const watching = (times: Partial<WatchTimes> = {}): AsyncGenerator<void> => watch({ paths: [root] }, { signal: stop.signal, log: () => undefined }, { quietMs: 150, busyMs: 10_000, lookMs: LONG, ...times });
const put = (name: string): void => writeFileSync(join(root, name), 'x');

test('what comes into any folder is told once it is quiet, also into one that came later; system files are not', async () => {
  mkdirSync(join(root, 'a'));
  const events = watching();
  await events.next(); // the watches stand
  let told = false;
  const first = events.next().then((r) => { told = true; return r; });
  put('.DS_Store');
  put('._x');
  await pause(400);
  expect(told).toBe(false);
  put('a/1.jpg');
  expect((await first).done).toBe(false);
  mkdirSync(join(root, 'b'));
  await events.next();
  put('b/2.jpg');
  expect((await events.next()).done).toBe(false);
});

test('while something is being written, nothing is told; but not for ever', async () => {
  const events = watching({ quietMs: 300, busyMs: 900 });
  await events.next();
  const told = events.next().then(() => Date.now());
  const started = Date.now();
  const writing = setInterval(() => put(`${Date.now()}.jpg`), 50);
  const at = await told;
  clearInterval(writing);
  expect(at - started).toBeGreaterThanOrEqual(850);
});

test('where the system says nothing, the folders are looked at; without a change nothing is told', async () => {
  const events = watching({ lookMs: 200, quietMs: 1 });
  await events.next();
  let told = false;
  const next = events.next().then(() => { told = true; });
  await pause(500);
  expect(told).toBe(false);
  rmSync(root, { recursive: true }); // a card that is taken out
  await next;
  const again = events.next();
  mkdirSync(root);
  put('1.jpg');
  expect((await again).done).toBe(false);
});

test('it ends when it shall', async () => {
  const events = watching();
  await events.next();
  const next = events.next();
  stop.abort();
  expect((await next).done).toBe(true);
});
