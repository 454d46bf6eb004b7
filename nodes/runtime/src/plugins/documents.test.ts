import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDocuments } from './documents.ts';
import { PIECE } from './wire/wire.ts';

let dir = '';
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-documents-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const bytes = (n: number, fill = 1): Uint8Array => new Uint8Array(n).fill(fill);

it('a document comes back as it was written, in pieces, also in another process', async () => {
  const d = openDocuments(join(dir, 'store'));
  expect([await d.storeKeys(), await d.storeRead('index', 0)]).toEqual([[], null]);
  await d.storeWrite('index', 'w1', bytes(PIECE), false);
  expect(await d.storeKeys(), 'not before its last piece').toEqual([]);
  await d.storeWrite('index', 'w1', bytes(10, 2), true);
  const again = openDocuments(join(dir, 'store')), first = await again.storeRead('index', 0), last = await again.storeRead('index', PIECE);
  expect([first!.bytes.length, first!.size, Buffer.from(last!.bytes).toString('hex')]).toEqual([PIECE, PIECE + 10, '02'.repeat(10)]);
  expect(await again.storeKeys()).toEqual(['index']);
  await again.storeDelete('index');
  expect(await again.storeKeys()).toEqual([]);
});
it('a half-written one leaves the old one, and is swept', async () => {
  const d = openDocuments(dir);
  await d.storeWrite('a', 'w1', bytes(5), true);
  await d.storeWrite('a', 'w2', bytes(9), false);
  expect((await d.storeRead('a', 0))!.size).toBe(5);
  const again = openDocuments(dir);
  expect(await again.storeKeys()).toEqual(['a']);
  expect(readdirSync(dir)).toHaveLength(1);
});
it('keys lead nowhere else', async () => {
  const d = openDocuments(join(dir, 'store'));
  for (const key of ['../up', '/etc/x', '..', 'a\0b']) {
    await d.storeWrite(key, 'w', bytes(1), true);
    expect((await d.storeRead(key, 0))!.size).toBe(1);
  }
  expect(readdirSync(dir)).toEqual(['store']);
  for (const key of ['', 'x'.repeat(181), 7 as never, null as never]) await expect(d.storeWrite(key, 'w', bytes(1), true)).rejects.toThrow(/1 to 180 bytes/);
});
it('refuses what is no piece, and what is more than it may keep; a document that shrinks makes room', async () => {
  const d = openDocuments(dir, 100_000);
  for (const [write, piece] of [['../w', bytes(1)], ['w', 'text'], ['w', bytes(PIECE + 1)]] as const) await expect(d.storeWrite('a', write, piece as Uint8Array, true)).rejects.toThrow(/piece of a document/);
  await d.storeWrite('a', 'w1', bytes(90_000), true);
  await expect(d.storeWrite('b', 'w2', bytes(20_000), true)).rejects.toThrow(/store is full/);
  await d.storeWrite('a', 'w3', bytes(10_000), true);
  await d.storeWrite('b', 'w4', bytes(20_000), true);
  const again = openDocuments(dir, 100_000);
  await expect(again.storeWrite('c', 'w5', bytes(80_000), true)).rejects.toThrow(/store is full/);
  for (let i = 0; i < 4; i++) await again.storeWrite(`d${i}`, `x${i}`, bytes(1), false);
  await expect(again.storeWrite('e', 'x9', bytes(1), false)).rejects.toThrow(/at once/);
  await again.close();
  expect(readdirSync(dir).filter((n) => n.endsWith('.part'))).toEqual([]);
});
it('keeps its limit, however many come at once; an empty document is not for nothing', async () => {
  const d = openDocuments(dir, 100_000);
  const told = await Promise.allSettled(Array.from({ length: 32 }, (_, n) => d.storeWrite(`k${n}`, `w${n}`, bytes(30_000), true)));
  expect(told.filter((t) => t.status === 'fulfilled')).toHaveLength(3);
  expect(readdirSync(dir)).toHaveLength(3);
  for (const key of await d.storeKeys()) await d.storeDelete(key);
  const empty = await Promise.allSettled(Array.from({ length: 32 }, (_, n) => d.storeWrite(`e${n}`, `v${n}`, bytes(0), true)));
  expect(empty.filter((t) => t.status === 'fulfilled')).toHaveLength(24);
  const half = openDocuments(join(dir, 'half'), 100_000); // what is not whole yet takes room, too
  await half.storeWrite('a', 'w1', bytes(60_000), false);
  await expect(half.storeWrite('b', 'w2', bytes(60_000), false)).rejects.toThrow(/store is full/);
});
it('is not disturbed by a stray file', async () => {
  writeFileSync(join(dir, 'left.part'), 'x');
  await openDocuments(dir).storeKeys();
  expect(existsSync(join(dir, 'left.part'))).toBe(false);
});
