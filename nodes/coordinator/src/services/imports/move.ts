import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { SourceCopy, SourceFile } from '@mantel/contracts/models/source.ts';
import type { Doors } from './doors.ts';
import { storedPath } from './known.repository.ts';
import { sha256Of } from './hash.ts';
import type { Bytes, Taken } from './take.ts';
import { entryKey } from './plan.ts';

/** What is told by a file that stays although it should move. */
export interface Stayed { path: string; why: string }

/**
 * After an item is in the library for good: takes its files away where they came from. Each only when the stored file was read again and is the same, and the file over there still is what came in.
 * Pictures that were written anew (an album's copy with other bytes) are not kept here, so they stay there.
 */
export async function moveAway(doors: Doors, o: { files: SourceFile[]; taken: Taken; bytes: Bytes; remove: (ref: string) => Promise<void>; signal: AbortSignal }): Promise<Stayed[]> {
  const stayed: Stayed[] = [];
  const became = new Map(o.taken.known.map((k) => [entryKey(k.copy), k]));
  const there = async (copy: SourceCopy): Promise<string> => {
    const hash = createHash('sha256');
    for await (const chunk of o.bytes.open(copy, o.signal)) hash.update(chunk);
    return hash.digest('hex');
  };
  for (const copy of o.files.flatMap((f) => f.copies)) {
    const kept = became.get(entryKey(copy));
    if (!copy.here || copy.ref === undefined || !kept) continue;
    try {
      const path = storedPath(doors.db.sql, kept.fileUuid);
      if (path === undefined || (await sha256Of(join(doors.data, path), o.signal)) !== kept.sha256) throw new Error('The file in the library is not what came in. Look at it before anything is deleted there.');
      if ((await there(copy)) !== kept.sha256) continue;
      await o.remove(copy.ref);
    } catch (e) {
      o.signal.throwIfAborted();
      stayed.push({ path: copy.path, why: (e as Error).message.slice(0, 500) });
    }
  }
  return stayed;
}
