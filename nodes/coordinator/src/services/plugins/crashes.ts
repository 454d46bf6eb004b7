// A plugin that falls over is started again, later each time; one that keeps falling is not, until a person says so.
import type { Database } from '../../db/database.ts';
import { addCrash, crashesSince, forgetCrashes } from './plugins.repository.ts';

const HOUR = 3600_000;
const WINDOW_MS = 10 * 60_000;
const TOO_MANY = 3;
const WAIT_MS = [0, 1000, 5000];

export interface CrashDeps { db: Database; now: () => number; /** It fell over too often. */ broke: (id: string, why: string) => Promise<void>; waitMs?: readonly number[] }
export function createCrashes({ db, now, broke, waitMs = WAIT_MS }: CrashDeps) {
  const recent = (id: string): { at: number; why: string }[] => crashesSince(db.sql, id, now() - WINDOW_MS);
  return {
    /** Kept in the database: a house that restarts because of it counts on. */
    async add(id: string, why: string): Promise<void> {
      await db.writeSql((sql) => addCrash(sql, id, now(), why.slice(0, 500), now() - HOUR));
      if (recent(id).length >= TOO_MANY) await broke(id, why);
    },
    lastHour: (id: string): number => crashesSince(db.sql, id, now() - HOUR).length,
    /** How long to wait before it is started again. */
    waitMs(id: string): number {
      const crashes = recent(id);
      const pause = waitMs[Math.min(crashes.length, waitMs.length - 1)] ?? 0;
      return Math.max(0, Math.min(pause, (crashes.at(-1)?.at ?? 0) + pause - now()));
    },
    forget: (id: string): Promise<void> => db.writeSql((sql) => forgetCrashes(sql, id)),
  };
}
export type Crashes = ReturnType<typeof createCrashes>;
