import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PIECE, type HouseApi } from './wire/wire.ts';

const LIMIT = 512 * 1024 * 1024;
const PART = '.part';
/** What a file takes on the disk at least, however little it holds. */
const LEAST = 4096;
/** Their names go over the wire in one answer. */
const MAX_DOCUMENTS = 5000;
const costOf = (bytes: number): number => Math.max(LEAST, bytes);
type Documents = Omit<HouseApi, 'log'>;

/** A key becomes a file name that no key can lead out of the folder with. */
function nameOf(key: unknown): string {
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > 180) throw new Error('A key of the store has 1 to 180 bytes.');
  return Buffer.from(key).toString('base64url');
}

/** The documents that plugins keep between runs: one file each in `folder`, which the house alone reads and writes. A document is replaced in one step; half-written ones of an earlier process are swept. Errors are sentences for the plugin. */
export function openDocuments(folder: string, limit = LIMIT): Documents & { close: () => Promise<void> } {
  const writes = new Map<string, { file: string; bytes: number }>();
  /** What each whole document takes of the room. */
  const costs = new Map<string, number>();
  let ready: Promise<void> | undefined, last: Promise<unknown> = Promise.resolve();
  const prepare = (): Promise<void> => ready ??= (async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) if (name.endsWith(PART)) await rm(join(folder, name), { force: true });
      else costs.set(name, costOf((await stat(join(folder, name))).size));
  })();
  /** One change after the other: a plugin that sends many at once would find room for each of them. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const turn = last.then(prepare).then(change);
    last = turn.catch(() => undefined);
    return turn;
  };
  const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
  const half = (): number[] => [...writes.values()].map((w) => costOf(w.bytes));
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
    async storeWrite(key, write, bytes, isLast) {
      const name = nameOf(key);
      if (typeof write !== 'string' || !/^[\w-]{1,40}$/.test(write) || !(bytes instanceof Uint8Array) || bytes.length > PIECE) throw new Error('A piece of a document is bytes, at most 512 KB.');
      return inTurn(async () => {
        const one = writes.get(write) ?? { file: join(folder, `${write}${PART}`), bytes: 0 };
        if (!writes.has(write) && writes.size >= 4) throw new Error('Too many documents are written at once.');
        const before = costOf(one.bytes);
        const others = sum(costs.values()) - (costs.get(name) ?? 0) + sum(half()) - (writes.has(write) ? before : 0);
        const full = others + costOf(one.bytes + bytes.length) > limit;
        if (full || (!costs.has(name) && costs.size >= MAX_DOCUMENTS)) {
          writes.delete(write);
          await rm(one.file, { force: true });
          throw new Error(full ? `The store is full: a plugin may keep ${Math.round(limit / 1024 / 1024)} MB.` : `The store is full: a plugin may keep ${MAX_DOCUMENTS} documents.`);
        }
        writes.set(write, one);
        one.bytes += bytes.length;
        const file = await open(one.file, 'a', 0o600);
        try {
          await file.write(bytes);
          if (isLast) await file.datasync();
        } finally { await file.close(); }
        if (!isLast) return true;
        writes.delete(write);
        await rename(one.file, join(folder, name));
        costs.set(name, costOf(one.bytes));
        return true;
      });
    },
    async storeDelete(key) {
      const name = nameOf(key);
      return inTurn(async () => {
        await rm(join(folder, name), { force: true });
        costs.delete(name);
        return true;
      });
    },
    async close() {
      for (const { file } of writes.values()) await rm(file, { force: true });
      writes.clear();
    },
  };
}
