import { statfs } from 'node:fs/promises';
import type { ImportOptions, RunPreview } from '@mantel/contracts/models/source.ts';
import type { Doors } from './doors.ts';
import type { Handle } from './handle.ts';
import { librariesOfRun } from './known.repository.ts';
import { FLAG } from './plan.ts';
import * as runs from './runs.repository.ts';
import * as repo from './scan.repository.ts';

export interface ScanProgress { done: number; total: number | null; what: string | null }
const SPARE = 2e9;

/** Asks the plugin for everything that is there, batch by batch into the tables. `fresh`: nothing was done with an earlier scan. */
export async function scanRun(doors: Doors, row: runs.RunRow, handle: Handle, o: { fresh: boolean; signal: AbortSignal; progress: (p: ScanProgress) => void }): Promise<void> {
  const { db } = doors;
  const collection = await handle.check(o.signal);
  const begun = await db.writeSql((sql) => {
    runs.setCollection(sql, row.id, collection, handle.manifest.version);
    return repo.beginScan(sql, row.id, o.fresh);
  });
  const at: repo.ScanPlace = { runId: row.id, collection, libraries: librariesOfRun(db.sql, row.libraryId, row.ownerId), stemOf: doors.library.stemOf, ...begun };
  const process = await handle.running();
  let seen = 0;
  for await (const batch of process.scan(handle.config, o.signal)) {
    o.signal.throwIfAborted();
    let progress: ScanProgress | undefined;
    await db.writeSql((sql) => {
      for (const e of batch) {
        if (e.type === 'item') repo.putItem(sql, at, e.item);
        else if (e.type === 'entry') repo.putSourceEntry(sql, at, e.entry);
        else if (e.type === 'album') repo.putAlbum(sql, at, e.album);
        else progress = { done: e.done, total: e.total, what: e.what ?? null };
      }
    }, { durable: false }); // a scan that was cut off is made again
    seen += batch.length;
    o.progress(progress ?? { done: seen, total: null, what: null });
  }
  o.signal.throwIfAborted();
  await db.writeSql((sql) => repo.endScan(sql, row.id, begun.scan));
}

const unwantedBits = (o: ImportOptions): number => (o.trashed === false ? FLAG.trashed : 0) | (o.locked === false ? FLAG.locked : 0) | (o.partner === false ? FLAG.partner : 0);
/** What the tables say, and whether there is room for it. */
export async function previewOf(doors: Doors, row: runs.RunRow): Promise<RunPreview> {
  const options = JSON.parse(row.options) as ImportOptions;
  const counted = await doors.db.read('imports.preview', { runId: row.id, unwanted: unwantedBits(options) });
  const needsBytes = options.mode === 'index' ? 0 : counted.needsBytes;
  const fs = await statfs(doors.data).catch(() => null);
  const freeBytes = fs ? fs.bavail * fs.bsize : null;
  return { ...counted, needsBytes, freeBytes, enough: freeBytes === null || freeBytes >= needsBytes + SPARE };
}
