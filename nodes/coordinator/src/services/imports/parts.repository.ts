import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** `retry`: a problem that is not the file's own fault; another try may need the bytes. */
export const openInPart = (sql: Read, runId: number, part: string, what: 'pending' | 'retry'): boolean =>
  sql.get(`select 1 from import_entry indexed by import_entry_outcome where run_id = ? and part = ? and outcome = ? ${what === 'retry' ? `and reason = 'unreadable' and item is not null` : ''} limit 1`, runId, part, what === 'pending' ? 'pending' : 'problem') !== undefined;
/** Files of the library that entries of this part became, or are the same as; `path` null: it is not here. */
export const filesOfPart = (sql: Read, about: { runId: number; libraries: number[] }, part: string, after: number, limit: number): { n: number; path: string | null; sha256: string | null }[] =>
  sql.all(`select e.n, min(f.path) path, e.sha256 from import_entry e left join file f on f.sha256 = e.sha256 and f.state = 'live' and f.library_id in (select value from json_each(?))
    where e.run_id = ? and e.part = ? and e.n > ? and (e.outcome in ('imported', 'duplicate', 'live', 'edited', 'raw') or e.outcome = 'copy' and f.id is not null) group by e.n order by e.n limit ?`, JSON.stringify(about.libraries), about.runId, part, after, limit);
