import type { SourceItem } from '@mantel/contracts/models/source.ts';
import { createAlbumMap } from './albums.ts';
import type { Doors } from './doors.ts';
import { finishItem, itemOf, pendingItems } from './items.repository.ts';
import { allMarks } from './plan.ts';
import { createTake, type Bytes, type Taken, type TakeRun } from './take.ts';
import { fileTrouble, RunStop } from './trouble.ts';

const AT_ONCE = 16; // while some wait for the disk, others are read and hashed
const PAGE = 100;
const SUSPECTS = 4 * AT_ONCE; // as many as can have been under way when the house stopped
const MAX_BROKEN = 20;

export interface Progress { reading: (name: string) => void; read: (bytes: number) => void; done: () => void }
export interface TakeAll { run: Omit<TakeRun, 'suspect'>; bytes: Bytes; progress: Progress; /** After an item is done for good. */ after?: (n: number, item: SourceItem, taken: Taken) => Promise<void> }

/** All pending items of a run, a few at a time: while some wait for the disk, others are read. Throws what ends the run; items that were under way then are pending still, or done. */
export async function takeAll(doors: Doors, { run, bytes, progress, after }: TakeAll): Promise<void> {
  const take = createTake(doors, progress);
  const albums = createAlbumMap(doors, { ...run, suspect: () => false });
  let broken = 0; // in a row, for reasons that nobody knows
  let started = 0;
  const without = new Set<string>();

  const one = async (row: { n: number; item: string }): Promise<void> => {
    const item = itemOf(row);
    const suspect = started++ < SUSPECTS;
    let taken: Taken | undefined;
    try {
      taken = await take({ ...run, suspect: () => suspect }, bytes, item);
      if (taken.assetUuid) await albums.put(taken.assetUuid, item.albums);
      else for (const key of item.albums) without.add(key);
      broken = 0;
    } catch (e) {
      const trouble = fileTrouble(e, run.signal);
      doors.log.error({ err: e, item: item.id }, 'an item of an import failed');
      if (++broken >= MAX_BROKEN) throw new RunStop('failed', `Too many files in a row could not be taken. The last one said: ${trouble.detail}`);
      // what is here already stays told; the rest is tried again with it
      taken = { ...(taken ?? { assetUuid: null, created: false, marks: allMarks(item, 'problem', trouble.reason, trouble.detail), bytes: 0, known: [], files: [], anew: [] }), state: 'problem', error: trouble.detail };
    }
    const end = taken;
    await doors.db.writeSql((sql) => finishItem(sql, run, row.n, end), { durable: false }); // what a power cut takes back is found again by its bytes
    if (after && end.assetUuid) await after(row.n, item, end);
    progress.done();
  };

  let queue: { n: number; item: string }[] = [];
  let cursor = -1;
  const next = (): { n: number; item: string } | undefined => {
    if (queue.length === 0) {
      queue = pendingItems(doors.db.sql, run.id, cursor, PAGE);
      cursor = queue.at(-1)?.n ?? cursor;
    }
    return queue.shift();
  };
  let failure: unknown;
  const lane = async (): Promise<void> => {
    for (let row = next(); row && failure === undefined; row = next()) {
      if (run.signal.aborted) return;
      await one(row).catch((e: unknown) => { failure ??= e; });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failure !== undefined) throw failure;
  run.signal.throwIfAborted();
  await albums.rest(without);
}
