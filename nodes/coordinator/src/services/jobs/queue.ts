import { INTERACTIVE, type JobFailure, type JobKind } from '@mantel/contracts/models/job.ts';
import type { NodeLoad } from '@mantel/contracts/models/node.ts';
import type { Database, Sql } from '../../db/database.ts';
import { confirmVerdict, countAgainst, countDone, countFailed, countVerdict, releaseKind, usualMs } from './accounts.repository.ts';
import { choose, othersThan } from './choose.ts';
import { classOfJob } from './classes.repository.ts';
import * as repo from './queue.repository.ts';
import { createRoster, type Roster } from './roster.ts';
import { steadyOf } from './steady.ts';

export type { Held, JobRow, NewJob } from './queue.repository.ts';
/** A lease of now. Times by the steady clock. */
interface Live { worker: string; id: number; beganAt: number; endsAt: number }
interface Waiter { worker: string; end: (again: boolean) => void }
const MAX_WAITERS_PER_WORKER = 64;
const MIN_LEASE_MS = 30_000;
const MAX_LEASE_MS = 5 * 60_000;
/** However often a lease is extended: twenty times the usual time, and an hour at least. */
const MIN_AGE_MS = 3600_000;
/** No job goes on for longer than this, so its addresses need not be good for longer. */
export const MAX_AGE_MS = 24 * 3600_000;

/** What a kind of job does in the transaction that ends it. */
export interface JobEnd { done: (sql: Sql, job: repo.JobRow, result: unknown) => void; failed: (sql: Sql, job: { key: string; payload: string }, failure: Pick<JobFailure, 'code' | 'message'>) => void }
export type Leased = repo.JobRow & { leaseMs: number };

export interface QueueDeps { db: Database; ends: Record<JobKind, JobEnd>; roster?: Roster; /** Instead of three times the usual time of such a job. */ leaseMs?: number; now?: () => number; /** How time passes, whatever clock `now` shows. */ steady?: () => number; onChange?: () => void }

/**
 * The lease queue. Workers pull: PCs are unequal and they sleep. A result counts only with the current lease token and is written in the same
 * transaction as the state, so every job takes effect once. A poll that finds nothing waits for a wake-up, not for a timer.
 */
export function createQueue({ db, ends, leaseMs, now = Date.now, steady = steadyOf(now), onChange = () => undefined, roster = createRoster({ now }) }: QueueDeps) {
  const waiters = new Set<Waiter>();
  // while the house was down nobody could extend: whoever is there still has a whole lease from now on to say so
  const live = new Map<string, Live>(repo.openLeases(db.sql).map(({ token, worker, id, until, startedAt }) => [token, {
    worker, id, beganAt: steady() - Math.max(0, now() - startedAt), endsAt: steady() + Math.max(leaseMs ?? MIN_LEASE_MS, Math.min(until - now(), MAX_LEASE_MS)),
  }]));
  // A poll looks, finds nothing, and only then waits: what happened in between shows in these counters.
  let wakes = 0;
  const departures = new Map<string, number>();
  const departed = (worker: string): number => departures.get(worker) ?? 0;
  let alarm: NodeJS.Timeout | undefined;
  let alarmAt = Infinity;
  let stopped = false;

  const leaseLength = (sql: Pick<Sql, 'get' | 'all'>, worker: string, kind: JobKind): number => leaseMs ?? Math.min(Math.max(MIN_LEASE_MS, 3 * (usualMs(sql, worker, kind) ?? 0)), MAX_LEASE_MS);
  /** After a commit that may have made a job ready, or a worker fit for one. */
  const wake = (): void => {
    if (stopped) return; // the database closes behind it
    wakes++;
    for (const w of waiters) w.end(true);
    const next = repo.nextDelayed(db.sql);
    if (next !== undefined && next < alarmAt) {
      clearTimeout(alarm);
      alarmAt = next;
      alarm = setTimeout(() => {
        alarmAt = Infinity;
        wake();
      }, Math.max(1, next - now()));
      alarm.unref();
    }
    onChange();
  };
  const expired = (): { id: number; token: string }[] => [...live].filter(([, l]) => l.endsAt < steady()).map(([token, { id }]) => ({ id, token }));
  /** The jobs of a worker, or those whose lease ran out. */
  const takeBack = async (worker?: string): Promise<number> => {
    let over: { token: string }[] = [];
    const lost = await db.writeSql((sql) => {
      const late = worker === undefined ? expired() : [];
      over = late; // also those of jobs that are no more
      const rows = repo.takeBack(sql, worker === undefined ? late : { worker }, now());
      for (const job of rows) if (job.state === 'failed') ends[job.kind].failed(sql, job, { code: 'timeout', message: 'no worker could finish this' });
      return rows;
    });
    for (const { token } of [...over, ...lost]) live.delete(token);
    if (lost.length) wake();
    return lost.length;
  };
  const endPolls = (worker: string): void => {
    departures.set(worker, departed(worker) + 1);
    roster.left(worker);
    for (const w of waiters) if (w.worker === worker) w.end(false);
    wake(); // what was kept for it is free
  };
  const ended = (token: string, ok: boolean): boolean => {
    if (!ok) return false;
    live.delete(token);
    wake();
    return true;
  };
  /** Ends at the latest at `until`; true: look again. */
  const waitFor = (worker: string, until: number, retryAt: number): Promise<boolean> => new Promise((resolve) => {
    const timer = setTimeout(() => waiter.end(retryAt < until), Math.max(1, Math.min(until, retryAt) - now()));
    const waiter: Waiter = { worker, end: (v) => {
      clearTimeout(timer);
      waiters.delete(waiter);
      resolve(v);
    } };
    waiters.add(waiter);
  });

  return {
    wake,
    endPolls,
    roster,
    /** Whether a token is the current one of a running job of this worker; byte routes ask for every request. */
    isLive: (worker: string, token: string, jobId?: number): boolean => {
      const lease = live.get(token);
      return lease?.worker === worker && (jobId === undefined || lease.id === jobId);
    },
    /** `interactive`: only work that somebody waits for. */
    async lease(worker: string, kinds: JobKind[], waitMs: number, interactive = false): Promise<Leased | null> {
      const until = now() + waitMs;
      const before = departed(worker);
      const pick = (sql: Pick<Sql, 'get' | 'all'>) => choose(sql, roster, (w) => repo.burdenOf(sql, w), { worker, kinds, interactive, at: now() });
      for (;;) {
        const seen = wakes;
        roster.asked(worker, kinds);
        const look = pick(db.sql); // a write for every poll that finds nothing would hold up everybody
        const due = look.job !== undefined || repo.nextDelayed(db.sql)! <= now();
        const job = due ? await db.writeSql((sql) => {
          if (departed(worker) !== before) return undefined;
          repo.ripen(sql, now());
          const best = pick(sql).job; // by what counts at this moment
          if (!best) return undefined;
          const ms = leaseLength(sql, worker, best.kind);
          return { ...repo.takeJob(sql, best.id, worker, ms, now()), leaseMs: ms };
        }, { durable: false }) : undefined; // a power cut forgets who had it: then its result does not count, and it is done again
        if (departed(worker) !== before) {
          // it said bye or vanished in the moment that it won: nobody would do this job
          if (job && (await db.writeSql((sql) => repo.releaseJob(sql, { worker, id: job.id, token: job.token })))) wake();
          return null;
        }
        if (job) {
          live.set(job.token, { worker, id: job.id, beganAt: steady(), endsAt: steady() + job.leaseMs });
          onChange();
          return job;
        }
        const left = until - now();
        if (left > 0 && (wakes !== seen || due)) continue;
        if (left <= 0 || [...waiters].filter((w) => w.worker === worker).length >= MAX_WAITERS_PER_WORKER) return null;
        if (!(await waitFor(worker, until, look.retryAt))) return null;
      }
    },
    /** False also for a job that takes far longer than such a job may: its worker stops, and the lease runs out. */
    extend: (held: repo.Held): Promise<boolean> => db.writeSql((sql) => {
      const job = repo.heldJob(sql, held);
      const lease = live.get(held.token);
      if (!job || !lease) return false;
      if (steady() - lease.beganAt > Math.min(Math.max(MIN_AGE_MS, 20 * (usualMs(sql, held.worker, job.kind) ?? 0)), MAX_AGE_MS)) return false;
      const ms = leaseLength(sql, held.worker, job.kind);
      lease.endsAt = steady() + ms;
      return repo.extendJob(sql, held, now() + ms);
    }, { durable: false }),
    async done(held: repo.Held, result: unknown): Promise<boolean> {
      return ended(held.token, await db.writeSql((sql) => {
        const job = repo.heldJob(sql, held);
        if (!job || !repo.doneJob(sql, held, result, now())) return false;
        countDone(sql, held.worker, job.kind, steady() - (live.get(held.token)?.beganAt ?? steady()), now());
        if (job.verdict !== null && job.verdict !== held.worker) countAgainst(sql, job.verdict, job.kind, now()); // it was not the file
        ends[job.kind].done(sql, job, result);
        return true;
      }));
    },
    async fail(held: repo.Held, failure: JobFailure): Promise<boolean> {
      return ended(held.token, await db.writeSql((sql) => {
        const job = repo.heldJob(sql, held);
        if (!job) return false;
        // one PC with a broken decoder, or one that lies, must not speak for the whole library: another one looks, where there is another
        const seconded = job.verdict !== null && job.verdict !== held.worker;
        const doubted = failure.permanent && !seconded && othersThan(sql, roster, held.worker, now())(classOfJob(sql, job.id)!);
        const next = repo.failJob(sql, held, failure, doubted, now());
        if (!next) return false;
        // the file's own fault says nothing of the worker, nor does the same job that fails there again
        countFailed(sql, held.worker, job.kind, { counts: !failure.permanent && job.avoid !== held.worker, error: repo.failureText(failure), now: now() });
        if (doubted) countVerdict(sql, held.worker, job.kind, now());
        else if (failure.permanent && seconded) confirmVerdict(sql, job.verdict!, job.kind);
        if (next === 'failed') ends[job.kind].failed(sql, job, failure);
        return true;
      }));
    },
    release: async (held: repo.Held): Promise<boolean> => ended(held.token, await db.writeSql((sql) => repo.releaseJob(sql, held))),
    /** A worker vanished: its polls must not win a job any more, its jobs go to others. */
    async gone(worker: string): Promise<number> {
      endPolls(worker);
      return takeBack(worker);
    },
    /** Looks first: a write every half second would wake everybody for nothing. */
    reap: async (): Promise<number> => (expired().length ? takeBack() : 0),
    /** A worker said hello. `run`: which start of it that is. */
    greeted(worker: string, understood = true, run?: string): void {
      roster.greeted(worker, understood, run);
      wake();
    },
    /** Whether somebody uses that PC. */
    owner(worker: string, state: NodeLoad['owner']): void {
      if (roster.owner(worker, state)) wake();
    },
    /** Whether it may work only while nobody uses that PC. */
    whenIdle: (worker: string): boolean => roster.candidate(db.sql, worker).settings.whenIdle,
    /** Ends when it is started anew. Running jobs end as usual. */
    /** It drains by its own decision, or no longer. */
    drainedThere(worker: string, on: boolean): void {
      if (roster.drainedThere(worker, on)) wake();
    },
    drain(worker: string, on: boolean): void {
      roster.drain(worker, on);
      wake();
    },
    /** Ends a quarantine. */
    async trust(worker: string, kind: JobKind): Promise<void> {
      await db.writeSql((sql) => releaseKind(sql, worker, kind));
      wake();
    },
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
    async bump(keys: string[]): Promise<void> {
      if (await db.writeSql((sql) => repo.raisePriority(sql, keys, INTERACTIVE))) wake();
    },
    prune: (): Promise<number> => db.writeSql((sql) => repo.pruneJobs(sql, now())),
    stop(): void {
      stopped = true;
      clearTimeout(alarm);
      for (const w of waiters) w.end(false);
    },
  };
}
export type Queue = ReturnType<typeof createQueue>;
