import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { ArchiveError, isArchive, showPath, unsafePath } from './names.ts';

export { ArchiveError } from './names.ts';

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** `body`: its bytes; what is not read is skipped. `unsafe`, `nested`: see ZipEntry. */
export interface TgzEntry { path: string; bytes: number; modifiedAt: number | null; unsafe: 'path' | 'link' | null; nested: boolean; body: AsyncIterable<Buffer> }

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally { await file.close(); }
}

/** All files and links of a .tgz (or plain .tar), in their order; folders are left out. Throws ArchiveError `damaged-part` where it breaks; what came before that is good, but the last body may be cut. */
export async function* readTgz(path: string): AsyncGenerator<TgzEntry> {
  const name = basename(path);
  const gzip = await isGzip(path).catch((e: NodeJS.ErrnoException) => { throw new ArchiveError('unreadable', `${name} cannot be read (${e.code}).`); });
  const from = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const tar = extract();
  const into = tar as unknown as NodeJS.WritableStream;
  if (gzip) pipeline(from, createGunzip({ chunkSize: 256 * 1024 }), into, () => undefined);
  else pipeline(from, into, () => undefined);
  const broken = (e: unknown): Error => (e instanceof ArchiveError ? e : new ArchiveError('damaged-part', `${name} is damaged or not complete (${(e as Error).message})`));
  async function* body(entry: Entry): AsyncGenerator<Buffer> {
    try {
      yield* entry as AsyncIterable<Buffer>;
    } catch (e) { throw broken(e); }
  }
  try {
    for await (const entry of tar) {
      const { name: raw, size, mtime, type } = entry.header;
      if (type === 'directory') entry.resume();
      else yield { path: showPath(raw), bytes: size, modifiedAt: Number.isFinite(mtime.getTime()) ? mtime.getTime() : null, unsafe: unsafePath(raw) ? 'path' : type === 'file' || type === 'contiguous-file' ? null : 'link', nested: isArchive(raw), body: body(entry) };
      entry.resume();
    }
  } catch (e) { throw broken(e); } finally { from.destroy(); }
}
