import type { JobFailure, JobKind } from '@mantel/contracts/models/job.ts';
import type { Database, Sql } from '../../db/database.ts';
import * as repo from './queue.repository.ts';

export type { Held, JobRow, NewJob } from './queue.repository.ts';
interface Waiter { worker: string; end: (again: boolean) => void }
const MAX_WAITERS_PER_WORKER = 64;
const MAX_LEASES_PER_WORKER = 64; // one worker, broken or hostile, cannot take the whole queue

/** What a kind of job does in the transaction that ends it. */
export interface JobEnd { done: (sql: Sql, job: repo.JobRow, result: unknown) => void; failed: (sql: Sql, job: { key: string; payload: string }, failure: Pick<JobFailure, 'code' | 'message'>) => void }

export interface QueueDeps { db: Database; ends: Record<JobKind, JobEnd>; leaseMs?: number; now?: () => number; onChange?: () => void }

/**
 * The lease queue. Workers pull: PCs are unequal and they sleep. A result counts only with the current lease token and is written in the same
 * transaction as the state, so every job takes effect once. A poll that finds nothing waits for a wake-up, not for a timer.
 */
export function createQueue({ db, ends, leaseMs = 30_000, now = Date.now, onChange = () => undefined }: QueueDeps) {
  const waiters = new Set<Waiter>();
  const live = new Map<string, { worker: string; id: number }>(repo.openLeases(db.sql).map((l) => [l.token, l]));
  // A poll looks, finds nothing, and only then waits: what happened in between shows in these counters.
  let wakes = 0;
  const departures = new Map<string, number>();
  const departed = (worker: string): number => departures.get(worker) ?? 0;
  const leasesOf = (worker: string): number => [...live.values()].filter((l) => l.worker === worker).length;
  let alarm: NodeJS.Timeout | undefined;
  let alarmAt = Infinity;
  let stopped = false;

  /** After a commit that may have made a job ready. */
  const wake = (): void => {
    if (stopped) return; // the database closes behind it
    wakes++;
    for (const w of waiters) w.end(true);
    const next = repo.nextDelayed(db.sql, now());
    if (next !== undefined && next < alarmAt) {
      clearTimeout(alarm);
      alarmAt = next;
      alarm = setTimeout(() => {
        alarmAt = Infinity;
        wake();
      }, Math.max(0, next - now()));
      alarm.unref();
    }
    onChange();
  };
  const takeBack = async (which: { worker: string } | { expiredAt: number }): Promise<number> => {
    const lost = await db.writeSql((sql) => {
      const rows = repo.takeBack(sql, which, now());
      for (const job of rows) if (job.state === 'failed') ends[job.kind].failed(sql, job, { code: 'timeout', message: 'no worker could finish this' });
      return rows;
    });
    for (const job of lost) live.delete(job.token);
    if (lost.length) wake();
    return lost.length;
  };
  const endPolls = (worker: string): void => {
    departures.set(worker, departed(worker) + 1);
    for (const w of waiters) if (w.worker === worker) w.end(false);
  };

  return {
    leaseMs,
    wake,
    endPolls,
    /** Whether a token is the current one of a running job of this worker; byte routes ask for every request. */
    isLive: (worker: string, token: string, jobId?: number): boolean => {
      const lease = live.get(token);
      return lease?.worker === worker && (jobId === undefined || lease.id === jobId);
    },
    async lease(worker: string, kinds: JobKind[], waitMs: number, minPrio = 0): Promise<repo.JobRow | null> {
      const until = now() + waitMs;
      const before = departed(worker);
      for (;;) {
        const seen = wakes;
        const job = await db.writeSql((sql) => (departed(worker) === before && leasesOf(worker) < MAX_LEASES_PER_WORKER ? repo.leaseJob(sql, worker, kinds, leaseMs, now(), minPrio) : undefined));
        if (departed(worker) !== before) {
          // it said bye or vanished in the moment that it won: nobody would do this job
          if (job && (await db.writeSql((sql) => repo.releaseJob(sql, { worker, id: job.id, token: job.token })))) wake();
          return null;
        }
        if (job) {
          live.set(job.token, { worker, id: job.id });
          onChange();
          return job;
        }
        const left = until - now();
        if (left > 0 && wakes !== seen) continue;
        if (left <= 0 || [...waiters].filter((w) => w.worker === worker).length >= MAX_WAITERS_PER_WORKER) return null;
        const again = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => waiter.end(false), left);
          const waiter: Waiter = { worker, end: (v) => {
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(v);
          } };
          waiters.add(waiter);
        });
        if (!again) return null;
      }
    },
    extend: (held: repo.Held): Promise<boolean> => db.writeSql((sql) => repo.extendJob(sql, held, now() + leaseMs)),
    async done(held: repo.Held, result: unknown): Promise<boolean> {
      const ok = await db.writeSql((sql) => {
        const job = repo.heldJob(sql, held);
        if (!job || !repo.doneJob(sql, held, result, now())) return false;
        ends[job.kind].done(sql, job, result);
        return true;
      });
      if (ok) {
        live.delete(held.token);
        wake();
      }
      return ok;
    },
    async fail(held: repo.Held, failure: JobFailure): Promise<boolean> {
      const state = await db.writeSql((sql) => {
        const job = repo.heldJob(sql, held);
        const next = repo.failJob(sql, held, failure, now());
        if (job && next === 'failed') ends[job.kind].failed(sql, job, failure);
        return next;
      });
      if (state) {
        live.delete(held.token);
        wake();
      }
      return state !== undefined;
    },
    async release(held: repo.Held): Promise<boolean> {
      const ok = await db.writeSql((sql) => repo.releaseJob(sql, held));
      if (ok) {
        live.delete(held.token);
        wake();
      }
      return ok;
    },
    /** A worker vanished: its polls must not win a job any more, its jobs go to others. */
    async gone(worker: string): Promise<number> {
      endPolls(worker);
      return takeBack({ worker });
    },
    /** Asks the read-only handle first: a write every half second would wake everybody for nothing. */
    reap: async (): Promise<number> => (repo.anyExpired(db.sql, now()) ? takeBack({ expiredAt: now() }) : 0),
    async pause(kind: JobKind, paused: boolean): Promise<void> {
      await db.writeSql((sql) => repo.setPaused(sql, kind, paused));
      wake();
    },
    async retry(kind: JobKind, also: (sql: Sql) => number): Promise<number> {
      const n = await db.writeSql((sql) => {
        const changed = repo.retryFailed(sql, kind);
        return changed + also(sql);
      });
      wake();
      return n;
    },
    async cancel(kind: JobKind): Promise<number> {
      const n = await db.writeSql((sql) => repo.cancelQueued(sql, kind));
      onChange();
      return n;
    },
    bump: (keys: string[]): Promise<void> => db.writeSql((sql) => repo.raisePriority(sql, keys, 10)),
    prune: (): Promise<number> => db.writeSql((sql) => repo.pruneJobs(sql, now())),
    stop(): void {
      stopped = true;
      clearTimeout(alarm);
      for (const w of waiters) w.end(false);
    },
  };
}
export type Queue = ReturnType<typeof createQueue>;
