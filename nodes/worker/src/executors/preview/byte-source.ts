import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Reading here and there in a picture, in memory or on disk, without holding all of a large file. Reads beyond the end are shorter. */
export interface ByteSource { length: number; read(from: number, length: number): Buffer }

export async function withBytes<T>(source: Buffer | string, use: (bytes: ByteSource) => T | Promise<T>): Promise<T> {
  if (typeof source !== 'string') return use({ length: source.length, read: (from, length) => source.subarray(from, from + Math.max(0, length)) });
  const fd = openSync(source, 'r');
  try {
    const { size } = fstatSync(fd);
    return await use({
      length: size,
      read(from, length) {
        const room = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
        return room.subarray(0, room.length === 0 ? 0 : readSync(fd, room, 0, room.length, from));
      },
    });
  } finally { closeSync(fd); }
}
