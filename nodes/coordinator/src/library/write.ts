import { statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { MantelError } from '@mantel/contracts/errors.ts';

/** Writes every byte of the blocks. A nearly full disk takes a part of a write and says nothing: what it returns must be looked at. */
export async function writeAll(file: FileHandle, blocks: Buffer[]): Promise<void> {
  const { bytesWritten } = await file.writev(blocks);
  const all = blocks.reduce((n, b) => n + b.length, 0);
  if (bytesWritten === all) return;
  for (let rest = Buffer.concat(blocks).subarray(bytesWritten); rest.length > 0; ) {
    const written = (await file.write(rest)).bytesWritten;
    if (written === 0) throw new MantelError('storage_full');
    rest = rest.subarray(written);
  }
}

/** The error that a disk gives, in our words. */
export function asStorageError(e: unknown): unknown {
  const code = (e as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' ? new MantelError('storage_full') : e;
}

const RESERVE = 512 * 1024 * 1024; // the database and its log must still fit when the disk is full

/** Room on the disk for bytes that are on their way. Uploads that run at once count each other, so that together they cannot promise more than there is. */
export function createRoom(data: string) {
  let promised = 0;
  return {
    /** Throws `storage_full`, or returns the function that gives the promise back. */
    async promise(bytes: number): Promise<() => void> {
      const fs = await statfs(data);
      if (fs.bavail * fs.bsize < promised + bytes + RESERVE) throw new MantelError('storage_full');
      promised += bytes;
      return () => { promised -= bytes; };
    },
  };
}
export type Room = ReturnType<typeof createRoom>;
