import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { pour } from './pour.ts';

const MB = 1 << 20;
const stream = (): PassThrough => new PassThrough({ highWaterMark: MB });
const pieces = (n: number): Buffer[] => Array.from({ length: n }, (_v, i) => Buffer.alloc(300_000, i + 1));

it('writes everything in order, in blocks, one at a time, and holds the sender meanwhile', async () => {
  const body = stream();
  const got: Buffer[] = [];
  let most = 0;
  let open = 0;
  const done = pour(body as unknown as IncomingMessage, async (blocks) => {
    most = Math.max(most, ++open);
    await pause(5);
    got.push(Buffer.concat(blocks));
    open--;
  });
  for (const piece of pieces(20)) if (!body.write(piece)) await new Promise((r) => { body.once('drain', r); });
  body.end();
  await done;
  expect(Buffer.concat(got).equals(Buffer.concat(pieces(20)))).toBe(true);
  expect(most).toBe(1);
  expect(Math.max(...got.map((b) => b.length))).toBeLessThan(3 * MB);
});
it('writes what came before a break, then throws', async () => {
  const body = stream();
  const got: Buffer[] = [];
  const done = pour(body as unknown as IncomingMessage, (blocks) => { got.push(...blocks); return Promise.resolve(); });
  body.write('half');
  await turn();
  body.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }));
  await expect(done).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(Buffer.concat(got).toString()).toBe('half');
});
it.each([['has broken before anybody looked', (b: PassThrough) => b.destroy()], ['is closed without a word', (b: PassThrough) => setImmediate(() => b.destroy())]])('throws when the body %s', async (_what, act) => {
  const body = stream();
  act(body);
  await expect(pour(body as unknown as IncomingMessage, () => Promise.resolve())).rejects.toMatchObject({ code: 'ECONNRESET' });
});
it('ends with the error of a full disk, or of who looks on', async () => {
  const full = stream();
  const failed = pour(full as unknown as IncomingMessage, () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })));
  for (const piece of pieces(8)) full.write(piece);
  await expect(failed).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(full.destroyed).toBe(true);
  const long = stream();
  const refused = pour(long as unknown as IncomingMessage, () => Promise.resolve(), () => { throw new Error('too much'); });
  long.write('x');
  await expect(refused).rejects.toThrow('too much');
});
