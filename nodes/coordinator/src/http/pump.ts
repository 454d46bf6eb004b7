// The way of a large file out of the house. A stream piped into TLS writes a block, waits until all of it has left, and only then encrypts the next: the line stands idle meanwhile
// (480 instead of 240 ms for 500 MB, measured). Here one block leaves while the next is read and encrypted, out of two buffers that are used again.
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

const BLOCK = 1 << 20;
const BLOCKS = 2;

/** Sends `length` bytes of a file from `from` on; ends or destroys the answer, and never throws. A reader that goes away ends the reading. */
export async function pumpFile(path: string, from: number, length: number, res: ServerResponse): Promise<void> {
  let wake = (): void => undefined;
  res.once('close', () => wake());
  const free = Array.from({ length: BLOCKS }, () => Buffer.allocUnsafeSlow(Math.min(BLOCK, length)));
  const file = await open(path).catch(() => undefined);
  try {
    for (let sent = 0; file && sent < length && !res.destroyed; ) {
      const block = free.pop();
      if (!block) {
        await new Promise<void>((resolve) => { wake = resolve; });
        continue;
      }
      const { bytesRead } = await file.read(block, 0, Math.min(block.length, length - sent), from + sent);
      if (bytesRead === 0 || res.destroyed) break; // it became shorter meanwhile, or nobody listens
      sent += bytesRead;
      const give = (): void => {
        free.push(block);
        wake();
      };
      if (sent < length) res.write(block.subarray(0, bytesRead), give);
      else {
        res.end(block.subarray(0, bytesRead), give);
        return;
      }
    }
    res.destroy(); // a body that is too short must not look like a whole one
  } catch {
    res.destroy();
  } finally {
    await file?.close().catch(() => undefined);
  }
}
