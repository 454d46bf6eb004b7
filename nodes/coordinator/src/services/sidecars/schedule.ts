import type { Database } from '../../db/database.ts';
import type { Marker } from '../../library/marker.ts';
import { writeHouseFiles } from './house-files.ts';
import type { Sidecars } from './sidecars.ts';

const EVERY_MS = 1000;
const LOOK_EVERY_MS = 5 * 60_000;
const HOUSE_EVERY_MS = 10_000;

/** The clock of the sidecars: due ones every second, changes by other programs at the start and every five minutes, the household's files soon after they change. */
export function scheduleSidecars({ sidecars, db, data, marker, background }: { sidecars: Sidecars; db: Database; data: string; marker: Marker; background: (what: string, work: Promise<unknown>) => void }): { stop(): Promise<void> } {
  const known = new Map<string, string>();
  const running = new Map<string, Promise<unknown>>();
  let changed = true;
  let stopped = false;
  db.onCommit(() => { changed = true; });
  /** Never twice at once: a slow round makes the next one wait, not pile up. */
  const once = (what: string, work: () => Promise<unknown>): void => {
    if (running.has(what) || stopped || !marker.present()) return;
    const run = work().finally(() => running.delete(what));
    running.set(what, run.catch(() => undefined));
    background(what, run);
  };
  const house = async (): Promise<void> => {
    if (!changed) return;
    changed = false;
    try {
      await writeHouseFiles(db.sql, data, known);
    } catch (e) {
      changed = true; // or it would wait for the next change
      throw e;
    }
  };
  once('looking for changed sidecars', async () => {
    await sidecars.repair();
    await sidecars.lookAround();
  });
  const timers = [
    setInterval(() => once('writing sidecars', () => sidecars.writeDue()), EVERY_MS),
    setInterval(() => once('looking for changed sidecars', () => sidecars.lookAround()), LOOK_EVERY_MS),
    setInterval(() => once('writing the files of the household', house), HOUSE_EVERY_MS),
  ];
  for (const t of timers) t.unref();
  return {
    async stop() {
      stopped = true;
      for (const t of timers) clearInterval(t);
      await sidecars.stop();
      await Promise.all(running.values());
    },
  };
}
