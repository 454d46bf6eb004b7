import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { dice } from './testing/random-export.ts';
import { rawTgz } from './testing/raw-zip.ts';
import { type Line, LIMITS, openLine } from './tgz-line.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-line-'));
const lines: Line[] = [];
afterAll(async () => {
  for (const l of lines) await l.close();
  rmSync(dir, { recursive: true, force: true });
});
const bytesOf = (n: number): string => `entry ${n} `.repeat(n % 7 === 0 ? 3000 : 200);
let serial = 0;
function lineOf(count: number, limits: Partial<typeof LIMITS> = {}, whole = true, cut = 0): Line {
  const file = join(dir, `${++serial}.tgz`);
  const made = rawTgz(Array.from({ length: count }, (_, n) => ({ name: `Takeout/${n}.jpg`, data: bytesOf(n) })), whole);
  writeFileSync(file, made.subarray(0, made.length - cut));
  const line = openLine(file, { ...LIMITS, ...limits });
  lines.push(line);
  return line;
}
const never = new AbortController().signal;
async function read(line: Line, n: number, signal = never): Promise<{ text: string; empty: number }> {
  const parts: Uint8Array[] = [];
  for await (const b of line.read(n, signal)) parts.push(b);
  return { text: Buffer.concat(parts).toString(), empty: parts.filter((p) => p.length === 0).length };
}
/** As the house asks: so many at a time, each as soon as another is done, and each with a delay of its own. */
async function lanes(line: Line, order: readonly number[], next: () => number): Promise<number[]> {
  const wrong: number[] = [];
  const queue = [...order];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let n = queue.shift(); n !== undefined; n = queue.shift()) {
      for (let k = Math.floor(next() * 20); k > 0; k--) await turn();
      if ((await read(line, n)).text !== bytesOf(n)) wrong.push(n);
    }
  }));
  return wrong;
}

test.each([['held in memory', {}], ['too large for that', { small: 1000 }], ['of both kinds', { small: 10_000 }]])('sixteen lanes read the archive once: entries %s', async (_what, limits) => {
  const line = lineOf(400, { ...limits, grace: 60_000 });
  expect(await lanes(line, Array.from({ length: 400 }, (_, n) => n), dice(1))).toEqual([]);
  expect([line.begun(), line.idle()]).toEqual([1, true]);
});
test('all that is late is read in one run from the beginning; stills and clips that lie apart are two runs', async () => {
  const line = lineOf(300, { near: 16 });
  expect(await lanes(line, Array.from({ length: 100 }, (_, n) => 200 + n), dice(2))).toEqual([]);
  expect(await lanes(line, [5, 9, 1, 40, 90, 33, 60, 61, 7], dice(3))).toEqual([]);
  expect(line.begun()).toBe(2);
  const apart = lineOf(1000, { near: 16 });
  expect(await lanes(apart, Array.from({ length: 400 }, (_, n) => [n, 500 + n]).flat(), dice(4))).toEqual([]);
  expect(apart.begun()).toBeLessThanOrEqual(3);
});
test('whoever waits shows that all is well; who gives up holds nobody back', async () => {
  const line = lineOf(60, { small: 10, life: 1, grace: 60_000 });
  // the cursor is held up by a reader that does not go on
  const slow = line.read(0, never);
  await slow.next();
  const stop = new AbortController();
  const given = read(line, 30, stop.signal);
  const waiting = line.read(20, never);
  expect((await waiting.next()).value).toHaveLength(0);
  expect((await waiting.next()).value).toHaveLength(0);
  stop.abort();
  await expect(given).rejects.toThrow();
  await slow.return(undefined);
  await waiting.return(undefined);
  expect((await read(line, 1)).text).toBe(bytesOf(1));
  expect(line.begun()).toBe(1);
});
test('an archive that breaks off gives what stands before, and says so of the rest', async () => {
  const line = lineOf(400, {}, true, 2000);
  const all = await Promise.allSettled([3, 399, 10, 398].map((n) => read(line, n)));
  expect(all.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  expect((await read(line, 4)).text).toBe(bytesOf(4));
  await expect(read(line, 4000)).rejects.toThrow();
});
