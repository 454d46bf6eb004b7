import { deserialize, serialize } from 'node:v8';

/** No message may be larger: the reader takes it apart in one go, and the house has other things to do meanwhile. */
export const FRAME_MAX = 1_500_000;

/**
 * Messages between the house and a plugin-runner, over the socket on descriptor 3: 4 bytes length, then a structured clone (as Node's own `ipc` does with serialization 'advanced').
 * Not Node's own channel, because that one takes in a message of any size before anybody can refuse it.
 */
export function frame(message: unknown): Buffer {
  const body = serialize(message);
  if (body.length > FRAME_MAX) throw new Error(`A message of ${(body.length / 1e6).toFixed(1)} MB is larger than allowed (${FRAME_MAX / 1e6} MB).`);
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

export class FrameTooLarge extends Error {}

/** What arrives, one message after the other; the sender waits while the reader is busy. After a good deal of work it lets others run. Throws FrameTooLarge, and what `deserialize` throws. */
export async function* readFrames(from: AsyncIterable<Buffer>, busyMs = 4): AsyncGenerator<unknown> {
  let waiting: Buffer[] = [], have = 0, since = performance.now();
  for await (const chunk of from) {
    waiting.push(chunk);
    have += chunk.length;
    for (;;) {
      if (have < 4) break;
      if (waiting[0]!.length < 4) waiting = [Buffer.concat(waiting)];
      const length = waiting[0]!.readUInt32LE(0);
      if (length > FRAME_MAX) throw new FrameTooLarge(`${(length / 1e6).toFixed(1)} MB`);
      if (have < 4 + length) break;
      const all = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      const rest = all.subarray(4 + length);
      waiting = rest.length ? [rest] : [];
      have = rest.length;
      yield deserialize(all.subarray(4, 4 + length));
      if (performance.now() - since < busyMs) continue;
      await new Promise((resolve) => { setImmediate(resolve); });
      since = performance.now();
    }
    since = performance.now();
  }
}
