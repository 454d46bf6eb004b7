import { createHash, randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SourceCopy, SourceFile } from '@mantel/contracts/models/source.ts';
import { syncDir } from '../../library/place.ts';
import type { Doors } from './doors.ts';
import { storedPath } from './known.repository.ts';
import { sha256Of } from './hash.ts';
import type { Bytes, Taken } from './take.ts';
import { entryKey } from './plan.ts';
import { RunStop } from './trouble.ts';

/** What is told by a file that stays although it should move. */
export interface Stayed { path: string; why: string }

/** Second names of what is just being moved. Nobody clears up here: after a crash, one may be the last name of a photo. */
const HELD = join('library', '.mantel', 'moving');
const same = (): RunStop => new RunStop('failed', 'What this import would take away is the library itself, reached in another way: another mount or share of the same disk. Nothing is lost. Choose to copy, or choose another folder.');
const thing = (path: string): Promise<string | null> => stat(path, { bigint: true }).then((s) => `${s.dev}:${s.ino}`, () => null);
const opens = (path: string): Promise<boolean> => open(path).then(async (file) => { await file.close(); return true; }, () => false);

/**
 * Has a file taken away over there. The stored one has a second name meanwhile: over a network share nobody can tell that a folder is the library once more, and then the one file there is would go.
 * Throws RunStop when it did go; it is back then.
 */
async function takeAway(data: string, stored: string, remove: () => Promise<void>): Promise<void> {
  const held = join(data, HELD, randomUUID());
  await mkdir(dirname(held), { recursive: true });
  await link(stored, held).catch(() => copyFile(stored, held)); // a file system without second names
  const failed = await remove().then(() => null, (error: unknown) => ({ error }));
  if (!(await opens(stored))) {
    await rename(held, stored);
    await syncDir(dirname(stored));
    throw same();
  }
  await rm(held, { force: true });
  if (failed) throw failed.error;
}

/**
 * After an item is in the library for good: takes its files away where they came from. Each only when the stored file was read again and is the same, and the file over there still is what came in.
 * Pictures that were written anew (an album's copy with other bytes) are not kept here, so they stay there. Throws RunStop when the source is the library itself.
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
      const stored = path === undefined ? undefined : join(doors.data, path);
      if (stored === undefined || (await sha256Of(stored, o.signal)) !== kept.sha256) throw new Error('The file in the library is not what came in. Look at it before anything is deleted there.');
      if (copy.span && (await thing(copy.span.path)) === (await thing(stored))) throw same();
      if ((await there(copy)) !== kept.sha256) continue;
      const { ref } = copy;
      await takeAway(doors.data, stored, () => o.remove(ref));
    } catch (e) {
      o.signal.throwIfAborted();
      if (e instanceof RunStop) throw e;
      stayed.push({ path: copy.path, why: (e as Error).message.slice(0, 500) });
    }
  }
  return stayed;
}
