import { randomBytes } from 'node:crypto';
import { INTERACTIVE, type JobFailure, type JobKind, type Needs } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';
import type { Burden } from './admission.ts';
import { classOf, pruneClasses } from './classes.repository.ts';

export interface JobRow { id: number; kind: JobKind; key: string; attempt: number; payload: string; token: string; startedAt: number; /** The worker that failed it last. */ avoid: string | null; /** The worker that said that no other try will help. */ verdict: string | null }
export interface NewJob { kind: JobKind; key: string; payload: unknown; /** Whose photos it shows; null: nobody's. */ libraryId: number | null; needs?: Needs; prio?: number; parent?: number; after?: number }

type Reader = Pick<Sql, 'get' | 'all'>;
/** How long another worker is preferred after a failure, from the moment that the job is ready again. */
export const AVOID_MS = 60_000;
const COLUMNS = 'id, kind, key, attempt, payload, token, started_at startedAt, avoid, verdict';
/** Back to the queue, or given up when `over`. */
const requeued = (over: string, notBefore: string): string => `set state = case when ${over} then 'failed' else 'queued' end, error = @error, worker = case when ${over} then worker end, token = null, lease_until = null, not_before = case when ${over} then 0 else ${notBefore} end, avoid = worker, avoid_until = ${notBefore} + ${AVOID_MS}, done_at = case when ${over} then @now end`;
/** An attempt counts when it came to an end. A worker that went away in the middle says little of the job; a file that ends every worker shows all the same. */
const TRIED_OUT = 'attempt - lost >= max_attempts';
const MAX_LOST = 20;
/** At once after the first loss, then ever later: a connection that flaps is given time. */
const AFTER_LOSS = '@now + case lost when 0 then 0 else 1000 * min(1 << lost, 60) end';
const HELD = `where id = @id and state = 'leased' and worker = @worker and token = @token`;
export interface Held { id: number; worker: string; token: string }

/** Unique by key among open jobs: asking twice is asking once. Returns whether a new job was made. */
export function insertJob(sql: Sql, j: NewJob): boolean {
  return sql.run('insert into job(kind, class_id, key, prio, payload, parent, after, created_at) values(?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
    j.kind, classOf(sql, j.kind, j.libraryId, j.needs ?? {}), j.key, j.prio ?? 0, JSON.stringify(j.payload), j.parent ?? null, j.after ?? null, Date.now()).changes === 1;
}

export interface Best { id: number; kind: JobKind; prio: number; createdAt: number; avoid: string | null; avoidUntil: number }
const READY = `class_id = @classId and state = 'queued' and not_before = 0 and prio >= @minPrio and (after is null or (select b.state from job b where b.id = job.after) = 'done')`;
/** The best ready job of a class: highest priority, then oldest. `but`: none that failed last on that worker. */
export const bestOf = (sql: Reader, classId: number, minPrio: number, but?: { worker: string; at: number }): Best | undefined =>
  sql.get<Best>(`select id, kind, prio, created_at createdAt, avoid, avoid_until avoidUntil from job where ${READY} ${but ? 'and not (avoid is @worker and avoid_until > @at)' : ''} order by prio desc, id limit 1`, { classId, minPrio, ...but });
/** Jobs whose time has come are ready. */
export const ripen = (sql: Sql, now: number): number => sql.run(`update job set not_before = 0 where state = 'queued' and not_before > 0 and not_before <= ?`, now).changes;
export const pausedKinds = (sql: Reader): Set<string> => new Set(sql.all<{ kind: string }>('select kind from job_kind where paused = 1').map((r) => r.kind));

export const takeJob = (sql: Sql, id: number, worker: string, leaseMs: number, now: number): JobRow =>
  sql.get<JobRow>(
    `update job set state = 'leased', worker = ?, token = ?, attempt = attempt + 1, lease_until = ?, started_at = ? where id = ? and state = 'queued' returning ${COLUMNS}`,
    worker, randomBytes(18).toString('base64url'), now + leaseMs, now, id)!;
/** For a restart: while the house runs it knows the ends of its leases by a clock that nobody sets. */
export const extendJob = (sql: Sql, held: Held, until: number): boolean => sql.run(`update job set lease_until = @until ${HELD}`, { ...held, until }).changes === 1;
export const heldJob = (sql: Pick<Sql, 'get'>, held: Held): JobRow | undefined => sql.get<JobRow>(`select ${COLUMNS} from job ${HELD}`, held);
/** A job by its number, whoever holds it: for routes that checked the lease already. */
export const openJob = (sql: Pick<Sql, 'get'>, id: number): { kind: JobKind; payload: string } | undefined => sql.get(`select kind, payload from job where id = ? and state = 'leased'`, id);
export const doneJob = (sql: Sql, held: Held, result: unknown, now: number): boolean =>
  sql.run(`update job set state = 'done', result = @result, error = null, lease_until = null, token = null, done_at = @now ${HELD}`, { ...held, result: JSON.stringify(result), now }).changes === 1;

export const failureText = (f: Pick<JobFailure, 'code' | 'message'>): string => `${f.code}: ${f.message}`;
/** Back to the queue with a growing delay, or given up. `doubted`: another worker is to look before no other try is made. Returns the new state. */
export function failJob(sql: Sql, held: Held, failure: JobFailure, doubted: boolean, now: number): 'queued' | 'failed' | undefined {
  const job = heldJob(sql, held);
  if (!job) return undefined;
  const error = failureText(failure);
  if (failure.permanent && !doubted) {
    sql.run(`update job set state = 'failed', error = @error, token = null, lease_until = null, done_at = @now ${HELD}`, { ...held, error, now });
    return 'failed';
  }
  sql.run(`update job ${requeued(TRIED_OUT, failure.permanent ? '@now' : '@now + min(1000 << (attempt - lost), 600000)')}, verdict = case when @verdict then worker else verdict end ${HELD}`, { ...held, error, now, verdict: failure.permanent ? 1 : 0 });
  return sql.get<{ state: 'queued' | 'failed' }>('select state from job where id = ?', held.id)!.state;
}
/** Given back by a worker that must stop: the attempt does not count. */
export const releaseJob = (sql: Sql, held: Held): boolean => sql.run(`update job set state = 'queued', attempt = attempt - 1, worker = null, token = null, lease_until = null ${HELD}`, { ...held }).changes === 1;

export interface Lost { id: number; kind: JobKind; key: string; token: string; state: 'queued' | 'failed'; payload: string }
/** Takes leases back: those of one worker, or those that ran out (by token). */
export function takeBack(sql: Sql, which: { worker: string } | { id: number; token: string }[], now: number): Lost[] {
  const silent = Array.isArray(which);
  const where = `state = 'leased' and ${silent ? 'id in (select value from json_each(@ids)) and token in (select value from json_each(@tokens))' : 'worker = @worker'}`;
  const whose = silent ? { ids: JSON.stringify(which.map((l) => l.id)), tokens: JSON.stringify(which.map((l) => l.token)) } : which;
  const rows = sql.all<Omit<Lost, 'state'>>(`select id, kind, key, token, payload from job where ${where}`, whose);
  if (rows.length) sql.run(`update job ${requeued(`lost + 1 >= ${MAX_LOST}`, AFTER_LOSS)}, lost = lost + 1 where ${where}`, { ...whose, error: silent ? 'the worker did not answer in time' : 'the worker went away', now });
  return rows.map((r) => ({ ...r, state: sql.get<{ state: 'queued' | 'failed' }>('select state from job where id = ?', r.id)!.state }));
}

/** When the next delayed job becomes ready, or undefined. */
export const nextDelayed = (sql: Pick<Sql, 'get'>): number | undefined => sql.get<{ t: number | null }>(`select min(not_before) t from job where state = 'queued' and not_before > 0`)?.t ?? undefined;
/** What a worker has at the moment. */
export const burdenOf = (sql: Reader, worker: string): Burden => sql.get<Burden>(`select count(*) "all", coalesce(sum(prio < ?), 0) background from job where state = 'leased' and worker = ?`, INTERACTIVE, worker)!;
export const setPaused = (sql: Sql, kind: JobKind, paused: boolean): void => void sql.run('insert into job_kind values(?, ?) on conflict do update set paused = excluded.paused', kind, paused ? 1 : 0);
export const retryFailed = (sql: Sql, kind: JobKind): number =>
  sql.run(`update or ignore job set state = 'queued', attempt = 0, lost = 0, error = null, worker = null, not_before = 0, avoid = null, verdict = null, done_at = null where kind = ? and state = 'failed'`, kind).changes;
export const cancelQueued = (sql: Sql, kind: JobKind): number => sql.run(`update job set state = 'cancelled', done_at = ? where kind = ? and state = 'queued'`, Date.now(), kind).changes;
/** Returns how many waiting jobs moved up. */
export function raisePriority(sql: Sql, keys: string[], prio: number): number {
  let raised = 0;
  for (const key of keys) raised += sql.run(`update job set prio = ? where key = ? and state = 'queued' and prio < ?`, prio, key, prio).changes;
  return raised;
}
const KEEP_DONE_MS = 24 * 3600 * 1000;
/** Of the jobs that were given up the newest are kept: what they were about says so itself. */
const KEEP_FAILED = 10_000;
export function pruneJobs(sql: Sql, now: number): number {
  let n = sql.run(`delete from job where state in ('done', 'cancelled') and done_at < ?`, now - KEEP_DONE_MS).changes;
  for (const { kind } of sql.all<{ kind: string }>('select distinct kind from job_class'))
    n += sql.run(`delete from job where kind = ? and state = 'failed' and done_at <= (select done_at from job where kind = ? and state = 'failed' order by done_at desc limit 1 offset ?)`, kind, kind, KEEP_FAILED).changes;
  pruneClasses(sql);
  return n;
}
export const openLeases = (sql: Pick<Sql, 'all'>): { token: string; worker: string; id: number; until: number; startedAt: number }[] => sql.all(`select token, worker, id, lease_until until, started_at startedAt from job where state = 'leased'`);
