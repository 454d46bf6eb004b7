import { serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { frame, FRAME_MAX, readFrames } from './frames.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const all = async (from: AsyncIterable<Buffer>): Promise<unknown[]> => {
  const got: unknown[] = [];
  for await (const m of readFrames(from)) got.push(m);
  return got;
};
const MESSAGES = [{ a: 1 }, 'text', Buffer.alloc(100_000, 7), null, { deep: [{ b: new Uint8Array(3) }] }];

it.each([1, 3, 5, 1000, 1e9])('messages arrive whole and in order, in pieces of %s bytes', async (size) => {
  const messages = size < 5 ? MESSAGES.filter((m) => !Buffer.isBuffer(m)) : MESSAGES;
  expect(await all(inPieces(Buffer.concat(messages.map(frame)), size))).toEqual(messages);
});
it('a message that is too large is refused from its first four bytes, and not made', async () => {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(FRAME_MAX + 1);
  await expect(all(inPieces(head, 4))).rejects.toThrow('1.5 MB');
  expect(() => frame(Buffer.alloc(FRAME_MAX))).toThrow(/larger than allowed/);
});
it('what cannot be read is an error', async () => {
  await expect(all(inPieces(Buffer.from([3, 0, 0, 0, 1, 2, 3]), 7))).rejects.toThrow();
});
it('many messages at once let others run', async () => {
  const body = serialize({ x: 1 }), head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => [head, body]).flat());
  let turns = 0, reading = true;
  const spin = (): void => {
    turns++;
    if (reading) setImmediate(spin);
  };
  setImmediate(spin);
  let n = 0;
  for await (const _ of readFrames(inPieces(many, many.length), 1)) n++;
  reading = false;
  expect(n).toBe(20_000);
  expect(turns).toBeGreaterThan(3);
});
