import { MantelError } from '@mantel/contracts/errors.ts';
import type { TimelineView, TimelineWindow } from '@mantel/contracts/models/timeline.ts';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../db/database.ts';
import { librariesInView, timelineVersion } from './timeline.repository.ts';
import type { Scope } from './timeline.reads.ts';

export interface TimelineDeps { db: Database; /** Assets on somebody's screen that still wait for their preview. */ wanted: (assetIds: number[]) => void }
const LAYOUT_CACHE_BYTES = 32 << 20;

export function createTimeline({ db, wanted }: TimelineDeps) {
  const layouts = new LRUCache<string, Uint8Array>({ maxSize: LAYOUT_CACHE_BYTES, sizeCalculation: (v) => v.byteLength + 1 });
  const scope = (userId: number, view: TimelineView = 'photos', libraryId?: string): Scope => {
    const libraries = librariesInView(db.sql, userId, view, libraryId);
    if (libraryId !== undefined && libraries.length === 0) throw new MantelError('not_found');
    // what happens in one library may show or hide a twin in another: the version is that of all
    return { userId, view, libraries, alone: libraryId !== undefined, version: timelineVersion(db.sql, userId) };
  };
  return {
    async months(userId: number, view?: TimelineView, libraryId?: string): Promise<{ version: number; total: number; months: { month: number; count: number }[] }> {
      const s = scope(userId, view, libraryId);
      const months = await db.read('timeline.months', s);
      return { version: s.version, total: months.reduce((n, m) => n + m.count, 0), months };
    },
    async layout(userId: number, view?: TimelineView, libraryId?: string): Promise<Uint8Array> {
      const s = scope(userId, view, libraryId);
      const key = `${userId} ${s.view} ${s.libraries.join()} ${s.version}`;
      const cached = layouts.get(key);
      if (cached) return cached;
      const made = await db.read('timeline.layout', s);
      layouts.set(key, made);
      return made;
    },
    async window(userId: number, q: { view?: TimelineView; libraryId?: string; day: number; skip?: number; limit?: number }): Promise<TimelineWindow> {
      const s = scope(userId, q.view, q.libraryId);
      const { waiting, ...rows } = await db.read('timeline.window', { ...s, day: q.day, skip: q.skip ?? 0, limit: q.limit ?? 500 });
      if (waiting.length) wanted(waiting);
      return { version: s.version, ...rows };
    },
  };
}
export type Timeline = ReturnType<typeof createTimeline>;
