import type { Doors } from './doors.ts';
import { dropAnswers, dropRows, lastRow, oldRuns, setPruned } from './prune.repository.ts';

const KEEP = 3;
const PAGE = 2000;
/** What comes every night, or with every new photo, tells the same of all that was here already. The last few keep their whole report, the others what they brought in. */
export async function pruneRuns({ db }: Pick<Doors, 'db'>, runId: number, signal: AbortSignal): Promise<void> {
  for (const old of oldRuns(db.sql, runId, KEEP)) {
    for (let from = 0, last = lastRow(db.sql, old); from <= last; from += PAGE) {
      signal.throwIfAborted();
      await db.writeSql((sql) => dropRows(sql, old, from, PAGE));
    }
    await db.writeSql((sql) => { dropAnswers(sql, old, runId); setPruned(sql, old); });
  }
}
