// A worker with a full disk would fail one job after the other, and each would count against the job.
import { LOW_DISK_BYTES } from '@mantel/contracts/models/node.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { freeBytes } from './load.ts';

export interface Disk { /** Whether there is room to work; asked before each lease, and after a job that failed. */ room(): Promise<boolean> }

export function watchDisk(folder: string, log: Pick<Logger, 'warn' | 'info'>, free = freeBytes): Disk {
  let full = false;
  return {
    async room() {
      const bytes = await free(folder);
      const is = bytes !== null && bytes < LOW_DISK_BYTES;
      if (is && !full) log.warn({ folder, freeBytes: bytes }, 'The disk of the temporary folder is full: this computer takes no work until there is room.');
      if (!is && full) log.info('There is room on the disk again.');
      full = is;
      return !is;
    },
  };
}
