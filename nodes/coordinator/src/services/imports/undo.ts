import type { Doors } from './doors.ts';
import { albumsToDrop, createdAssets } from './items.repository.ts';

const PAGE = 200;
/** What this run brought in goes to the trash, where nobody else brought it in, too; albums that it made and that are empty then go. Can be cut off and done again. */
export async function undoRun(doors: Doors, run: { id: number; ownerId: number }, signal: AbortSignal, progress: (done: number) => void): Promise<void> {
  let done = 0;
  for (let after = -1; ;) {
    signal.throwIfAborted();
    const page = createdAssets(doors.db.sql, run.id, after, PAGE);
    if (page.length === 0) break;
    await doors.library.trashOwn(run.ownerId, [...new Set(page.map((p) => p.uuid))]);
    after = page.at(-1)!.n;
    progress(done += page.length);
  }
  for (const uuid of albumsToDrop(doors.db.sql, run.id)) await doors.albums.dropIfEmpty(uuid);
}
