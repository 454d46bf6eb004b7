import type { ChangeKind, ChangeOp } from '@mantel/contracts/events.ts';
import type { Sql } from './database.ts';

export interface Audience { libraryId?: number; userId?: number }

/** Writes one line of the change log, in the transaction of the change itself. Without an audience, everybody hears of it. */
export function logChange(sql: Sql, kind: ChangeKind, uuid: string, op: ChangeOp, audience: Audience = {}): void {
  sql.run('insert into change(at, kind, uuid, op, library_id, user_id) values(?, ?, ?, ?, ?, ?)', Date.now(), kind, uuid, op, audience.libraryId ?? null, audience.userId ?? null);
}

export interface ChangeRow { seq: number; kind: ChangeKind; uuid: string; op: ChangeOp }

/** What a person may hear of, after `seq`. Grants and revokes carry the person; other lines of a library go to whoever is a member now. */
export function changesFor(sql: Pick<Sql, 'all'>, userId: number, seq: number, limit: number): ChangeRow[] {
  return sql.all<ChangeRow>(
    `select seq, kind, uuid, op from change where seq > ?
       and (user_id = ? or (user_id is null and (library_id is null or exists (select 1 from membership m where m.user_id = ? and m.library_id = change.library_id))))
     order by seq limit ?`, seq, userId, userId, limit);
}

export const lastSeq = (sql: Pick<Sql, 'get'>): number => sql.get<{ seq: number }>(`select seq from sqlite_sequence where name = 'change'`)?.seq ?? 0;
/** The oldest line that is still there; one more than the last when all are gone. */
export const firstSeq = (sql: Pick<Sql, 'get'>): number => sql.get<{ seq: number | null }>('select min(seq) seq from change')?.seq ?? lastSeq(sql) + 1;

const KEEP_MS = 90 * 24 * 3600 * 1000;
/** Older lines are dropped; a reader that is further behind gets a reset. */
export function pruneChanges(sql: Sql, now = Date.now()): number {
  return sql.run('delete from change where at < ?', now - KEEP_MS).changes;
}
