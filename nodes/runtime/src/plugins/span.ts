import { constants } from 'node:fs';
import { open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { PassThrough, pipeline } from 'node:stream';
import { createInflateRaw, crc32 as checksum, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Span } from '@mantel/contracts/models/source.ts';

/** `allowed`: files and folders that the source was granted. `maxBytes`: how long it may get. `bytes`: how long it must be, where that is known; `crc32`: 8 hex digits. */
export interface SpanOptions { allowed: readonly string[]; maxBytes: number; bytes?: number | null; crc32?: string | undefined; signal?: AbortSignal | undefined }

/** What unpacks to so many times its size is no photo, but made to fill a disk. Small ones may: they do no harm. */
const MAX_RATIO = 200, RATIO_FROM = 50 * 1024 * 1024;
const CHUNK = 1024 * 1024, AT_ONCE = 2 * CHUNK;
const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);
const damaged = (why: string): MantelError => new MantelError('damaged_entry', `This file is damaged in its archive: ${why} Fetch the archive again.`);
const tooSwollen = (): MantelError => new MantelError('too_large', `This file would unpack to more than ${MAX_RATIO} times its size.`);
const within = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

const reals = new WeakMap<readonly string[], Promise<(string | undefined)[]>>();
/** Looked up once per list: a run reads tens of thousands of entries below the same few paths. */
function realOf(allowed: readonly string[], anew = false): Promise<(string | undefined)[]> {
  const known = (anew ? undefined : reals.get(allowed)) ?? Promise.all(allowed.map((a) => realpath(a).catch(() => undefined)));
  reals.set(allowed, known);
  return known;
}

/** The open file, once it is sure that it is one that was granted: what was opened is asked, not what the path says. */
async function openGranted(path: string, allowed: readonly string[]): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ELOOP') throw new MantelError('forbidden', 'This is a link, which is not followed.');
    throw new MantelError('not_found', e.code === 'ENOENT' ? 'This file is no longer there.' : `This file cannot be read (${e.code}).`);
  });
  try {
    const real = await readlink(`/proc/self/fd/${file.fd}`);
    const granted = (folders: (string | undefined)[]): boolean => folders.some((f) => f !== undefined && within(real, f));
    if (!granted(await realOf(allowed)) && !granted(await realOf(allowed, true))) throw new MantelError('forbidden', 'This file is not among those that the source may read.');
    if (!(await file.stat()).isFile()) throw new MantelError('bad_request', 'This is not a file.');
    return file;
  } catch (e) {
    await file.close();
    throw e;
  }
}

async function* stored(file: FileHandle, { start, length }: Span, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; at < length;) {
    signal?.throwIfAborted();
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK, length - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, start + at);
    if (bytesRead === 0) throw damaged('it ends too early.');
    at += bytesRead;
    yield bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead);
  }
}

async function* deflated(file: FileHandle, span: Span, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
  if (span.length <= AT_ONCE && maxBytes <= AT_ONCE) { // one trip to the thread pool
    const parts: Buffer[] = [];
    for await (const chunk of stored(file, span, signal)) parts.push(chunk);
    yield await inflate(parts.length === 1 ? parts[0]! : Buffer.concat(parts), { maxOutputLength: maxBytes + 1 });
    return;
  }
  const out = createInflateRaw({ chunkSize: 256 * 1024 });
  // the error is thrown to whoever reads `end`
  const end = pipeline(stored(file, span, signal), out, new PassThrough({ readableHighWaterMark: CHUNK, writableHighWaterMark: CHUNK }), () => undefined);
  yield* end as AsyncIterable<Buffer>;
}

/**
 * The bytes of an entry, read where they lie and checked while they flow: never more than `maxBytes` or 200 times what is packed, exactly `bytes`, and of the right CRC-32. Chunks are at most 1 MB and belong to the reader.
 * Throws `damaged_entry`, `forbidden` (not granted, or a link), `not_found`, `too_large`; what was given out before that must not be kept.
 */
export async function* readSpan(span: Span, { allowed, maxBytes, bytes, crc32, signal }: SpanOptions): AsyncGenerator<Buffer> {
  signal?.throwIfAborted();
  if (!Number.isSafeInteger(span.start + span.length) || span.start < 0 || span.length < 0) throw damaged('it lies at an impossible place.');
  const swollen = span.method === 'stored' ? Infinity : Math.max(RATIO_FROM, span.length * MAX_RATIO);
  if ((bytes ?? 0) > swollen) throw tooSwollen();
  const limit = Math.min(maxBytes, bytes ?? maxBytes, swollen);
  const file = await openGranted(span.path, allowed);
  let sum = 0, got = 0;
  try {
    if (span.start + span.length > (await file.stat()).size) throw damaged('the archive ends before it.');
    for await (const chunk of span.method === 'stored' ? stored(file, span, signal) : deflated(file, span, limit, signal)) {
      got += chunk.length;
      if (got > swollen) throw tooSwollen();
      if (got > limit) throw bytes !== null && bytes !== undefined && limit === bytes ? damaged('it is longer than it says.') : new MantelError('too_large', `This file is larger than ${maxBytes} bytes when unpacked.`);
      if (crc32 !== undefined) sum = checksum(chunk, sum);
      if (chunk.length) yield chunk;
    }
  } catch (e) {
    if (e instanceof MantelError || signal?.aborted) throw e;
    const { code } = e as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw damaged('it is longer than it says.');
    if (code?.startsWith('Z_')) throw damaged('it cannot be unpacked.');
    throw code ? new MantelError('damaged_entry', `This file cannot be read from its disk (${code}).`) : e;
  } finally { await file.close(); }
  if (bytes !== null && bytes !== undefined && got !== bytes) throw damaged(`it has ${got} bytes instead of ${bytes}.`);
  if (crc32 !== undefined && sum !== Number.parseInt(crc32, 16)) throw damaged('its checksum is wrong.');
}
