import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** `retry`: a problem that is not the file's own fault; another try may need the bytes. */
export const openInPart = (sql: Read, runId: number, part: string, what: 'pending' | 'retry'): boolean =>
  sql.get(`select 1 from import_entry indexed by import_entry_outcome where run_id = ? and part = ? and outcome = ? ${what === 'retry' ? `and reason = 'unreadable' and item is not null` : ''} limit 1`, runId, part, what === 'pending' ? 'pending' : 'problem') !== undefined;
/** Files of the library that entries of this part became. */
export const filesOfPart = (sql: Read, runId: number, part: string, after: number, limit: number): { n: number; path: string; sha256: string }[] =>
  sql.all(`select e.n, f.path, e.sha256 from import_entry e join asset a on a.uuid = e.asset_uuid join file f on f.asset_id = a.id and f.sha256 = e.sha256
    where e.run_id = ? and e.part = ? and e.n > ? and e.outcome in ('imported', 'duplicate', 'live', 'edited', 'raw') order by e.n limit ?`, runId, part, after, limit);
