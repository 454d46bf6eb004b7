// Downloads that broke off: the list at the end of the zip is missing, and sizes stand only behind the bytes.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ScanEvent } from '@mantel/plugin-sdk';
import { testContext } from '@mantel/plugin-sdk/testing.ts';
import { afterAll, expect, test } from 'vitest';
import plugin from './plugin.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-cut-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const YEAR = 'Takeout/Google Photos/Photos from 2019/';
const picture = (n: number): Buffer => Buffer.concat([readFileSync(new URL('../fixtures/generator/assets/b01.jpg', import.meta.url)), Buffer.alloc(50_000, n)]);

/** An entry as Google writes it: stored, its sizes behind it. */
function streamed(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(0x808, 6);
  head.writeUInt16LE(Buffer.byteLength(name), 26);
  const tail = Buffer.alloc(16);
  tail.write('PK\x07\x08', 'latin1');
  tail.writeUInt32LE(crc32(data), 4);
  tail.writeUInt32LE(data.length, 8);
  tail.writeUInt32LE(data.length, 12);
  return Buffer.concat([head, Buffer.from(name), data, tail]);
}
const part = (bytes: Buffer): string => { const file = join(dir, `takeout-20250921T101500Z-00${bytes.length % 9}.zip`); writeFileSync(file, bytes); return file; };

test('the entry that a part breaks off in is told, not taken with what is left of it', async () => {
  const whole = Buffer.concat([streamed(`${YEAR}a.jpg`, picture(1)), streamed(`${YEAR}b.jpg`, picture(2))]);
  const file = part(whole.subarray(0, whole.length - 20_000));
  const events: ScanEvent[] = [];
  for await (const e of plugin.scan({ paths: [file] }, testContext())) events.push(e);
  expect(events.flatMap((e) => (e.type === 'item' ? e.item.files.map((f) => [f.name, f.copies[0].bytes]) : []))).toEqual([['a.jpg', picture(1).length]]);
  expect(events.flatMap((e) => (e.type === 'entry' && e.entry.path.startsWith(YEAR) ? [[e.entry.path, e.entry.outcome, e.entry.reason]] : []))).toEqual([[`${YEAR}b.jpg`, 'problem', 'damaged']]);
});

test('a long film that breaks off is searched through a little at a time, and not at all before the import', async () => {
  const file = part(Buffer.concat([streamed(`${YEAR}a.jpg`, picture(1)), streamed(`${YEAR}film.mp4`, picture(3)).subarray(0, -16)]));
  const SIZE = 40e9; // a hole in the file: it takes no room, but minutes to read
  truncateSync(file, SIZE);
  const said = await plugin.check({ paths: [file] }, testContext());
  expect([said.ok, said.problems.map((p) => p.message)]).toEqual([true, [expect.stringContaining('breaks off')]]);
  const stop = new AbortController();
  const seen: ScanEvent[] = [];
  await expect(async () => {
    for await (const e of plugin.scan({ paths: [file] }, testContext({ signal: stop.signal }))) {
      seen.push(e);
      if (seen.length === 2) stop.abort();
    }
  }).rejects.toThrow();
  expect(seen).toMatchObject([{ type: 'progress', total: SIZE }, { type: 'progress', total: SIZE }]);
});
