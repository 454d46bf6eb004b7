// Sources that run by themselves: at their times, and when their plugin sees something new.
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { RepairKind } from '@mantel/contracts/models/repair.ts';
import type { Database } from '../../db/database.ts';
import { nextDue } from './due.ts';
import type { SourcePlugins } from './sources.ts';
import * as repo from './sources.repository.ts';

const TICK_MS = 20_000;
const DEBOUNCE_MS = 5000;
const BACK_MS = [5000, 30_000, 120_000, 600_000];

export interface SelfStartDeps {
  db: Database; plugins: SourcePlugins; now: () => number; onChange: () => void; background: (what: string, work: Promise<unknown>) => void;
  /** Starts an import of it that goes on after its preview. */
  begin: (sourceId: string) => Promise<unknown>;
  cards: { raise: (card: { kind: RepairKind; about: string; text: string }) => Promise<void>; clear: (kind: RepairKind, about: string) => Promise<void> };
  tickMs?: number; debounceMs?: number; backMs?: readonly number[];
}
interface Watcher { key: string; stop: AbortController; done: Promise<void> }

export function createSelfStart({ db, plugins, now, onChange, background, begin, cards, tickMs = TICK_MS, debounceMs = DEBOUNCE_MS, backMs = BACK_MS }: SelfStartDeps) {
  const watchers = new Map<number, Watcher>();
  const starting = new Set<number>();
  const usable = (id: string): Manifest | undefined => plugins.kinds().find((m) => m.id === id);

  const told = async (row: repo.SourceRow, trouble: string | null): Promise<void> => {
    row.trouble = trouble;
    await db.writeSql((sql) => repo.setTrouble(sql, row.id, trouble));
    if (trouble === null) await cards.clear('source_failed', row.uuid);
    else await cards.raise({ kind: 'source_failed', about: row.uuid, text: `"${row.name}" could not be brought in by itself: ${trouble}` });
    onChange();
  };
  /** One run at a time: what is new meanwhile is seen by the next. True when it began. */
  async function fire(row: repo.SourceRow): Promise<boolean> {
    if (starting.has(row.id) || repo.openRun(db.sql, row.id) !== undefined) return false;
    starting.add(row.id);
    try {
      await begin(row.uuid);
      if (row.trouble !== null) await told(row, null);
      return true;
    } catch (e) {
      await told(row, (e as Error).message);
      return true; // it had its turn; the next time comes
    } finally { starting.delete(row.id); }
  }

  /** What fell due while the house was off or the last run was busy runs once, now. */
  async function tick(): Promise<void> {
    const rows = repo.selfStarting(db.sql);
    for (const row of rows) {
      if (row.schedule === null || !usable(row.pluginId)) continue;
      const due = nextDue(row.schedule, row.dueFrom);
      if (due === null || due > now() || !(await fire(row))) continue;
      await db.writeSql((sql) => repo.setDueFrom(sql, row.id, now()));
      onChange();
    }
    attend(rows.filter((r) => r.watch && usable(r.pluginId)));
  }

  /** One watcher per source that wants one, for its present configuration and version. */
  function attend(rows: repo.SourceRow[]): void {
    const wanted = new Map(rows.map((r) => [r.id, { row: r, key: JSON.stringify([r.config, usable(r.pluginId)!.version]) }]));
    for (const [id, w] of watchers) if (wanted.get(id)?.key !== w.key) { w.stop.abort(); watchers.delete(id); }
    for (const [id, { row, key }] of wanted) {
      if (watchers.has(id)) continue;
      const stop = new AbortController();
      const watcher: Watcher = { key, stop, done: Promise.resolve() };
      watchers.set(id, watcher);
      watcher.done = watch(row, stop.signal);
    }
  }
  const pause = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
  async function watch(row: repo.SourceRow, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted && repo.sourceRow(db.sql, row.uuid)?.enabled;) {
      const began = now();
      try {
        await listen(row, signal);
        failures = 0;
      } catch (e) {
        if (signal.aborted) return;
        if (['plugin_off', 'plugin_unsupported', 'not_found'].includes(errorCode(e))) break; // looked at again with the next tick
        if (now() - began > backMs.at(-1)!) failures = 0;
        await told(row, (e as Error).message);
      }
      await pause(backMs[Math.min(failures++, backMs.length - 1)]!, signal);
    }
    if (watchers.get(row.id)?.stop.signal === signal) watchers.delete(row.id);
  }
  /** Until it ends or fails. What happens in a burst starts one run; what happens during a run starts the next one after it. */
  async function listen(row: repo.SourceRow, signal: AbortSignal): Promise<void> {
    const granted = await plugins.grants(row.pluginId, row.config);
    const process = await plugins.open(row.pluginId, { read: granted.read, collection: `watch:${row.uuid}` });
    try {
      let settle: Promise<void> | undefined;
      for await (const _ of process.watch(granted.config, signal)) {
        if (row.trouble !== null) await told(row, null);
        settle ??= (async () => {
          do await pause(debounceMs, signal); while (!signal.aborted && !(await fire(row)));
          settle = undefined;
        })();
        settle.catch(() => undefined);
      }
    } finally { await process.stop(); }
  }

  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => ticking = ticking.then(tick, tick);
  return {
    look,
    start(): void {
      timer = setInterval(() => background('starting sources that are due', look()), tickMs).unref();
      background('starting sources that are due', look());
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      for (const w of watchers.values()) w.stop.abort();
      await Promise.allSettled([ticking, ...[...watchers.values()].map((w) => w.done)]);
    },
  };
}
