import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { asStorageError, writeAll } from './write.ts';

export interface Received { /** relative to the data folder */ temp: string; bytes: number; sha256: string; sha1: string }
/** In the file system of the library, so that the later rename is one step. */
export const INCOMING = join('library', '.mantel', 'incoming');

const BROKEN = new Set([undefined, 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'FST_MP_PREMATURE_CLOSE']); // the parser of forms gives its errors no code

/** What a client sends, with every way in which it can break off as `incomplete`: that is the sender's trouble, not ours. */
export async function* unbroken<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (e) {
    throw BROKEN.has((e as { code?: string }).code) && !(e instanceof MantelError) ? new MantelError('incomplete') : e;
  }
}

/**
 * Streams a body into a temporary file, hashing on the way, and syncs it to the disk. Throws `too_large`, `incomplete` (the stream broke), `storage_full`; nothing stays behind then.
 * Written in blocks of 1 MiB: fewer system calls, and no Transform between socket and disk.
 */
export async function receive(data: string, body: AsyncIterable<Buffer>, { maxBytes = Number.MAX_SAFE_INTEGER }: { maxBytes?: number } = {}): Promise<Received> {
  await mkdir(join(data, INCOMING), { recursive: true });
  const temp = join(INCOMING, `${randomUUID()}.part`);
  const file = await open(join(data, temp), 'wx', 0o600);
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1');
  let bytes = 0;
  let waiting: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unbroken(body)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new MantelError('too_large');
      sha256.update(chunk);
      sha1.update(chunk);
      waiting.push(chunk);
      size += chunk.length;
      if (size >= 1 << 20) {
        await writeAll(file, waiting);
        waiting = [];
        size = 0;
      }
    }
    if (size) await writeAll(file, waiting);
    await file.sync();
    if ((await file.stat()).size !== bytes) throw new MantelError('storage_full');
    await file.close();
    return { temp, bytes, sha256: sha256.digest('hex'), sha1: sha1.digest('hex') };
  } catch (e) {
    await file.close().catch(() => undefined);
    await rm(join(data, temp), { force: true });
    throw asStorageError(e);
  }
}
