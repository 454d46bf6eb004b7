import type { Doors } from './doors.ts';
import { albumsToDrop } from './items.repository.ts';
import { filesAround, filesOfRun, noteHeld, noteTakenBack, type PlacedFile } from './undo.repository.ts';

const PAGE = 200;
/**
 * A photo of which every file is here because of this run, and that nobody holds otherwise, goes to the trash; a file that this run gave to a photo that was here leaves that photo again. Albums that it made and that are empty then go.
 * Can be cut off and done again. Answers what stays, as a sentence; null when nothing does.
 */
export async function undoRun(doors: Doors, run: { id: number; ownerId: number }, signal: AbortSignal, progress: (done: number) => void): Promise<string | null> {
  const { db } = doors;
  let [done, stays] = [0, 0];
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const page = filesOfRun(db.sql, run.id, after, PAGE);
    if (page.length === 0) break;
    const held = new Map<string, PlacedFile>(); // brought in by this run, and kept by somebody
    const whole: string[] = [];
    for (const [assetUuid, files] of Map.groupBy(filesAround(db.sql, run.id, run.ownerId, page), (f) => f.assetUuid)) {
      for (const f of files) if (f.asked && f.born && !f.free) held.set(f.fileUuid, f);
      if (files.every((f) => f.free)) { whole.push(assetUuid); continue; }
      for (const f of files) {
        signal.throwIfAborted();
        if (f.asked && f.free && !(await doors.library.takeOff(run.ownerId, assetUuid, f.fileUuid))) held.set(f.fileUuid, f);
      }
    }
    const refused = new Set(await doors.library.trashWhole(run.ownerId, whole));
    if (refused.size) for (const f of filesAround(db.sql, run.id, run.ownerId, page)) if (f.asked && refused.has(f.assetUuid)) held.set(f.fileUuid, f);
    await db.writeSql((sql) => {
      noteTakenBack(sql, run.id, page);
      for (const file of held.keys()) noteHeld(sql, run.id, file);
    });
    stays += held.size;
    after = page.at(-1)!;
    progress(done += page.length);
  }
  for (const uuid of albumsToDrop(db.sql, run.id)) await doors.albums.dropIfEmpty(uuid);
  return stays === 0 ? null : `${stays === 1 ? '1 file stays' : `${stays} files stay`}: a person, a device or another import brought the same in, or was told that it is here. The report says which.`;
}
