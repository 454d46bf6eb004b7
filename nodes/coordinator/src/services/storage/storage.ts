import { statfs } from 'node:fs/promises';
import type { Storage } from '@mantel/contracts/models/storage.ts';
import type { Database } from '../../db/database.ts';
import type { Marker } from '../../library/marker.ts';
import { storageTotals } from './storage.repository.ts';

const TMPFS = 0x01021994;

export function createStorage({ db, data, shown, marker, derivedBytes }: { db: Database; data: string; /** The folders as people know them. */ shown: { data: string; state: string }; marker: Marker; derivedBytes: () => Promise<number> }) {
  const room = async (): Promise<{ freeBytes: number; totalBytes: number; type: number }> => {
    const fs = await statfs(data);
    return { freeBytes: fs.bavail * fs.bsize, totalBytes: fs.blocks * fs.bsize, type: fs.type };
  };
  return {
    async status(): Promise<Storage> {
      const { freeBytes, totalBytes } = await room();
      return { dataPath: shown.data, statePath: shown.state, freeBytes, totalBytes, ...storageTotals(db.sql), derivedBytes: await derivedBytes(), present: marker.present() };
    },
    /** For the wizard: said before the first photo lies in the wrong place. */
    async forSetup(): Promise<{ dataPath: string; freeBytes: number; totalBytes: number; warnings: string[] }> {
      const { freeBytes, totalBytes, type } = await room();
      const warnings: string[] = [];
      if (type === TMPFS) warnings.push('This folder lies in memory: everything in it is gone after a restart of the machine.');
      if (freeBytes < 10e9) warnings.push('There is less than 10 GB of room left.');
      return { dataPath: shown.data, freeBytes, totalBytes, warnings };
    },
  };
}
