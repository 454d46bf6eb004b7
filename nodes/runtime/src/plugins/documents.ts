import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PIECE, type HouseApi } from './wire/wire.ts';

const LIMIT = 512 * 1024 * 1024;
const PART = '.part';
type Documents = Omit<HouseApi, 'log'>;

/** A key becomes a file name that no key can lead out of the folder with. */
function nameOf(key: unknown): string {
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > 180) throw new Error('A key of the store has 1 to 180 bytes.');
  return Buffer.from(key).toString('base64url');
}

/** The documents that plugins keep between runs: one file each in `folder`, which the house alone reads and writes. A document is replaced in one step; half-written ones of an earlier process are swept. Errors are sentences for the plugin. */
export function openDocuments(folder: string, limit = LIMIT): Documents & { close: () => Promise<void> } {
  const writes = new Map<string, { file: string; bytes: number }>();
  let ready: Promise<void> | undefined, used = 0;
  const sizeOf = async (name: string): Promise<number> => (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
  const prepare = (): Promise<void> => ready ??= (async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) if (name.endsWith(PART)) await rm(join(folder, name), { force: true });
      else used += await sizeOf(name);
  })();
  return {
    async storeKeys() {
      await prepare();
      return (await readdir(folder)).filter((n) => !n.endsWith(PART)).map((n) => Buffer.from(n, 'base64url').toString()).sort();
    },
    async storeRead(key, offset) {
      const name = nameOf(key);
      if (!Number.isSafeInteger(offset) || offset < 0) throw new Error('A piece of a document begins at a whole number.');
      await prepare();
      const file = await open(join(folder, name)).catch(() => null);
      if (!file) return null;
      try {
        const { size } = await file.stat();
        const bytes = Buffer.alloc(Math.max(0, Math.min(PIECE, size - offset)));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
        return { bytes: bytes.subarray(0, bytesRead), size };
      } finally { await file.close(); }
    },
    async storeWrite(key, write, bytes, last) {
      const name = nameOf(key);
      if (typeof write !== 'string' || !/^[\w-]{1,40}$/.test(write) || !(bytes instanceof Uint8Array) || bytes.length > PIECE) throw new Error('A piece of a document is bytes, at most 512 KB.');
      await prepare();
      const one = writes.get(write) ?? { file: join(folder, `${write}${PART}`), bytes: 0 };
      if (!writes.has(write) && writes.size >= 4) throw new Error('Too many documents are written at once.');
      if (one.bytes + bytes.length + used - await sizeOf(name) > limit) {
        writes.delete(write);
        await rm(one.file, { force: true });
        throw new Error(`The store is full: a plugin may keep ${Math.round(limit / 1024 / 1024)} MB.`);
      }
      writes.set(write, one);
      one.bytes += bytes.length;
      const file = await open(one.file, 'a', 0o600);
      try {
        await file.write(bytes);
        if (last) await file.datasync();
      } finally { await file.close(); }
      if (!last) return true;
      writes.delete(write);
      used += one.bytes - await sizeOf(name);
      await rename(one.file, join(folder, name));
      return true;
    },
    async storeDelete(key) {
      const name = nameOf(key);
      await prepare();
      used -= await sizeOf(name);
      await rm(join(folder, name), { force: true });
      return true;
    },
    async close() {
      for (const { file } of writes.values()) await rm(file, { force: true });
      writes.clear();
    },
  };
}
