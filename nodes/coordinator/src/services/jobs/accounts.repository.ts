// What each worker did, per kind: counted in the very transaction that ends a job, so that the sums are right whatever dies.
import type { JobKind } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';

type Reader = Pick<Sql, 'get' | 'all'>;
/** How much the newest job weighs in the average. */
const WEIGHT = 0.2;
export const FAILURES_IN_ROW = 3;
/** So many files that no other worker would try again, and no other worker said so: no library is like that. */
export const VERDICTS_IN_ROW = 20;
export const QUARANTINE_MS = 10 * 60_000;

const ensure = (sql: Sql, worker: string, kind: JobKind, now: number): void => {
  sql.run('insert into node(id, joined_at) values(?, ?) on conflict do nothing', worker, now);
  sql.run('insert into node_kind(node_id, kind) values(?, ?) on conflict do nothing', worker, kind);
};

/** A success also ends a quarantine. */
export function countDone(sql: Sql, worker: string, kind: JobKind, ms: number, now: number): void {
  ensure(sql, worker, kind, now);
  sql.run('update node_kind set done = done + 1, in_row = 0, unconfirmed = 0, held_until = 0, ms = coalesce(ms + (@ms - ms) * @weight, @ms) where node_id = @worker and kind = @kind', { ms, weight: WEIGHT, worker, kind });
}

/** `counts`: whether the failure says something about the worker. From the third in a row on it gets none of this kind for a while. */
export function countFailed(sql: Sql, worker: string, kind: JobKind, o: { counts: boolean; error: string; now: number }): void {
  ensure(sql, worker, kind, o.now);
  sql.run('update node_kind set failed = failed + 1, last_error = ? where node_id = ? and kind = ?', o.error.slice(0, 1000), worker, kind);
  if (o.counts) countAgainst(sql, worker, kind, o.now);
}
export function countAgainst(sql: Sql, worker: string, kind: JobKind, now: number): void {
  sql.run('update node_kind set in_row = in_row + 1, held_until = case when in_row + 1 >= @many then @until else held_until end where node_id = @worker and kind = @kind', { many: FAILURES_IN_ROW, until: now + QUARANTINE_MS, worker, kind });
}
/** It said that a file is spoilt, and another worker is to look. Too many that nobody confirmed: it gets none of this kind for a while. */
export function countVerdict(sql: Sql, worker: string, kind: JobKind, now: number): void {
  sql.run('update node_kind set unconfirmed = unconfirmed + 1, held_until = case when unconfirmed + 1 >= @many then @until else held_until end where node_id = @worker and kind = @kind', { many: VERDICTS_IN_ROW, until: now + QUARANTINE_MS, worker, kind });
}
/** Another worker said the same. */
export const confirmVerdict = (sql: Sql, worker: string, kind: JobKind): void => void sql.run('update node_kind set unconfirmed = 0 where node_id = ? and kind = ?', worker, kind);
export const releaseKind = (sql: Sql, worker: string, kind: JobKind): void => void sql.run('update node_kind set in_row = 0, unconfirmed = 0, held_until = 0 where node_id = ? and kind = ?', worker, kind);

/** Average ms of a job of this kind on this worker, or on the slowest one when it has done none yet. */
export const usualMs = (sql: Reader, worker: string, kind: JobKind): number | undefined =>
  sql.get<{ ms: number | null }>('select coalesce((select ms from node_kind where node_id = ? and kind = ?), (select max(ms) from node_kind where kind = ?)) ms', worker, kind, kind)?.ms ?? undefined;
/** Kinds that a worker gets none of until then. */
export const heldKinds = (sql: Reader, worker: string, now: number): Map<string, number> =>
  new Map(sql.all<{ kind: string; until: number }>('select kind, held_until until from node_kind where node_id = ? and held_until > ?', worker, now).map((r) => [r.kind, r.until]));
/** As JSON: what an admin decided, and what the machine has. */
export const decided = (sql: Reader, worker: string): { settings: string; caps: string | null } | undefined => sql.get('select settings, caps from node where id = ?', worker);
export interface Account { worker: string; kind: JobKind; done: number; failed: number; ms: number | null; heldUntil: number; lastError: string | null }
export const accounts = (sql: Reader): Account[] => sql.all('select node_id worker, kind, done, failed, ms, held_until heldUntil, last_error lastError from node_kind');
