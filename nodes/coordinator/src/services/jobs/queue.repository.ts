import { randomBytes } from 'node:crypto';
import type { JobFailure, JobKind } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';

export interface JobRow { id: number; kind: JobKind; key: string; attempt: number; payload: string; token: string }
export interface NewJob { kind: JobKind; key: string; payload: unknown; prio?: number; parent?: number; after?: number }

// `after`: a job waits until the one before it is done.
const READY = `state = 'queued' and not_before <= @now and (after is null or (select b.state from job b where b.id = job.after) = 'done')`;
const requeued = `set state = case when attempt >= max_attempts then 'failed' else 'queued' end, error = coalesce(@error, error), worker = null, token = null, lease_until = null, not_before = @notBefore, done_at = case when attempt >= max_attempts then @now end`;
const HELD = `where id = @id and state = 'leased' and worker = @worker and token = @token`;
export interface Held { id: number; worker: string; token: string }

/** Unique by key among open jobs: asking twice is asking once. Returns whether a new job was made. */
export function insertJob(sql: Sql, j: NewJob): boolean {
  return sql.run('insert into job(kind, key, prio, payload, parent, after, created_at) values(?, ?, ?, ?, ?, ?, ?) on conflict do nothing', j.kind, j.key, j.prio ?? 0, JSON.stringify(j.payload), j.parent ?? null, j.after ?? null, Date.now()).changes === 1;
}

/** The best waiting job over several kinds: highest priority, then oldest. */
export function leaseJob(sql: Sql, worker: string, kinds: JobKind[], leaseMs: number, now: number, minPrio = 0): JobRow | undefined {
  let best: { id: number; prio: number } | undefined;
  for (const kind of kinds) {
    if (sql.get('select 1 from job_kind where kind = ? and paused = 1', kind)) continue;
    const found = sql.get<{ id: number; prio: number }>(`select id, prio from job where kind = @kind and prio >= @minPrio and ${READY} order by prio desc, id limit 1`, { kind, now, minPrio });
    if (found && (!best || found.prio > best.prio || (found.prio === best.prio && found.id < best.id))) best = found;
  }
  if (!best) return undefined;
  return sql.get<JobRow>(
    `update job set state = 'leased', worker = ?, token = ?, attempt = attempt + 1, lease_until = ?, started_at = ? where id = ? returning id, kind, key, attempt, payload, token`,
    worker, randomBytes(18).toString('base64url'), now + leaseMs, now, best.id);
}
export const extendJob = (sql: Sql, held: Held, until: number): boolean => sql.run(`update job set lease_until = @until ${HELD}`, { ...held, until }).changes === 1;
export const heldJob = (sql: Pick<Sql, 'get'>, held: Held): JobRow | undefined => sql.get<JobRow>(`select id, kind, key, attempt, payload, token from job ${HELD}`, held);
/** A job by its number, whoever holds it: for routes that checked the lease already. */
export const openJob = (sql: Pick<Sql, 'get'>, id: number): { kind: JobKind; payload: string } | undefined => sql.get(`select kind, payload from job where id = ? and state = 'leased'`, id);
export const doneJob = (sql: Sql, held: Held, result: unknown, now: number): boolean =>
  sql.run(`update job set state = 'done', result = @result, error = null, lease_until = null, token = null, done_at = @now ${HELD}`, { ...held, result: JSON.stringify(result), now }).changes === 1;

/** Back to the queue with a growing delay, or given up. Returns the new state. */
export function failJob(sql: Sql, held: Held, failure: JobFailure, now: number): 'queued' | 'failed' | undefined {
  const job = heldJob(sql, held);
  if (!job) return undefined;
  const error = `${failure.code}: ${failure.message}`;
  if (failure.permanent) {
    sql.run(`update job set state = 'failed', error = @error, worker = null, token = null, lease_until = null, done_at = @now ${HELD}`, { ...held, error, now });
    return 'failed';
  }
  const notBefore = now + Math.min(2 ** job.attempt * 1000, 600_000);
  sql.run(`update job ${requeued} ${HELD}`, { ...held, error, notBefore, now });
  return sql.get<{ state: 'queued' | 'failed' }>('select state from job where id = ?', held.id)!.state;
}
/** Given back by a worker that must stop: the attempt does not count. */
export const releaseJob = (sql: Sql, held: Held): boolean => sql.run(`update job set state = 'queued', attempt = attempt - 1, worker = null, token = null, lease_until = null ${HELD}`, { ...held }).changes === 1;

export interface Lost { id: number; kind: JobKind; key: string; token: string; state: 'queued' | 'failed'; payload: string }
/** Takes leases back: those of one worker, or those that ran out. */
export function takeBack(sql: Sql, which: { worker: string } | { expiredAt: number }, now: number): Lost[] {
  const where = 'worker' in which ? `state = 'leased' and worker = @worker` : `state = 'leased' and lease_until < @expiredAt`;
  const rows = sql.all<Omit<Lost, 'state'>>(`select id, kind, key, token, payload from job where ${where}`, which);
  if (rows.length) sql.run(`update job ${requeued} where ${where}`, { ...which, error: 'worker' in which ? 'the worker went away' : 'the worker did not answer in time', notBefore: 0, now });
  return rows.map((r) => ({ ...r, state: sql.get<{ state: 'queued' | 'failed' }>('select state from job where id = ?', r.id)!.state }));
}

/** When the next delayed job becomes ready, or undefined. */
export const nextDelayed = (sql: Pick<Sql, 'get'>, now: number): number | undefined => sql.get<{ t: number | null }>(`select min(not_before) t from job where state = 'queued' and not_before > ?`, now)?.t ?? undefined;
export const anyExpired = (sql: Pick<Sql, 'get'>, now: number): boolean => sql.get(`select 1 from job where state = 'leased' and lease_until < ? limit 1`, now) !== undefined;
export const setPaused = (sql: Sql, kind: JobKind, paused: boolean): void => void sql.run('insert into job_kind values(?, ?) on conflict do update set paused = excluded.paused', kind, paused ? 1 : 0);
export const retryFailed = (sql: Sql, kind: JobKind): number =>
  sql.run(`update or ignore job set state = 'queued', attempt = 0, error = null, not_before = 0, done_at = null where kind = ? and state = 'failed'`, kind).changes;
export const cancelQueued = (sql: Sql, kind: JobKind): number => sql.run(`update job set state = 'cancelled', done_at = ? where kind = ? and state = 'queued'`, Date.now(), kind).changes;
export const raisePriority = (sql: Sql, keys: string[], prio: number): void => {
  for (const key of keys) sql.run(`update job set prio = ? where key = ? and state = 'queued' and prio < ?`, prio, key, prio);
};
const KEEP_DONE_MS = 24 * 3600 * 1000;
export const pruneJobs = (sql: Sql, now: number): number => sql.run(`delete from job where state in ('done', 'cancelled') and done_at < ?`, now - KEEP_DONE_MS).changes;
export const openLeases = (sql: Pick<Sql, 'all'>): { token: string; worker: string; id: number }[] => sql.all(`select token, worker, id from job where state = 'leased'`);
