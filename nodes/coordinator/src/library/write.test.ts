import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { asStorageError, createRoom, writeAll } from './write.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-write-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a disk that takes only a part of each write gets all bytes, in order', async () => {
  const file = await open(join(dir, 'short'), 'w');
  // what a nearly full disk or a quota does: part of the bytes, no error
  const grudging = {
    writev: (blocks: Buffer[]) => file.write(Buffer.concat(blocks).subarray(0, 7)),
    write: (b: Buffer) => file.write(b.subarray(0, Math.max(1, Math.floor(b.length / 2)))),
  } as unknown as FileHandle;
  await writeAll(grudging, [Buffer.from('one two '), Buffer.from('three four '), Buffer.from('five')]);
  await file.close();
  expect(await readFile(join(dir, 'short'), 'utf8')).toBe('one two three four five');
});

test('a disk that takes nothing more is full, not done', async () => {
  const full = { writev: async () => ({ bytesWritten: 3 }), write: async () => ({ bytesWritten: 0 }) } as unknown as FileHandle;
  await expect(writeAll(full, [Buffer.from('hello')])).rejects.toMatchObject({ type: 'storage_full' });
  expect(asStorageError(Object.assign(new Error('x'), { code: 'EDQUOT' }))).toMatchObject({ type: 'storage_full' });
});

test('uploads that run at once cannot promise the same room twice', async () => {
  const room = createRoom(dir);
  const huge = 2 ** 50;
  await expect(room.promise(huge)).rejects.toMatchObject({ type: 'storage_full' });
  const back: (() => void)[] = [];
  const all = 50;
  const { bavail, bsize } = await (await import('node:fs/promises')).statfs(dir);
  const share = Math.floor((bavail * bsize - 1e9) / all);
  for (let i = 0; i < all; i++) back.push(await room.promise(share));
  await expect(room.promise(share)).rejects.toMatchObject({ type: 'storage_full' });
  back[0]!();
  await expect(room.promise(Math.floor(share / 2))).resolves.toBeTypeOf('function');
});
