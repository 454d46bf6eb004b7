import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface StoredEntry { n: number; entry: string; path: string | null; sha256: string; bytes: number; trashed: number }
/** Entries that became files, with the file that holds them now; `path` null: it is no longer here. One line per entry; equal files are read once. */
export const storedEntries = (sql: Read, runId: number, after: number, limit: number): StoredEntry[] => sql.all(
  `select e.n, coalesce(e.part || ': ', '') || e.path entry, f.path, coalesce(e.sha256, '') sha256, coalesce(f.bytes, e.bytes, 0) bytes, a.trashed_at is not null and i.item ->> '$.hints.trashed' is not 1 trashed
    from import_entry e join import_item i on i.run_id = e.run_id and i.n = e.item left join file f on f.sha256 = e.sha256 and f.state = 'live' and f.library_id in (select g.library_id from file g join asset b on b.id = g.asset_id where b.uuid = e.asset_uuid) left join asset a on a.id = f.asset_id
    where e.run_id = ? and e.n > ? and e.outcome in ('imported', 'duplicate', 'live', 'edited', 'raw') group by e.n order by e.n limit ?`, runId, after, limit);
export const countStored = (sql: Read, runId: number): number => sql.get<{ n: number }>(`select count(*) n from import_entry where run_id = ? and outcome in ('imported', 'duplicate', 'live', 'edited', 'raw')`, runId)!.n;
export const entriesSaid = (sql: Read, runId: number, outcome: 'pending' | 'problem'): { n: number; paths: string[] } => ({
  n: sql.get<{ n: number }>('select count(*) n from import_entry where run_id = ? and outcome = ?', runId, outcome)!.n,
  paths: sql.all<{ path: string }>(`select coalesce(part || ': ', '') || path path from import_entry where run_id = ? and outcome = ? order by n limit 100`, runId, outcome).map((r) => r.path),
});
/** Photos of which no file could be read, also those of parts that are not here. */
export const itemsLeft = (sql: Read, runId: number): { n: number; said: string[] } => ({
  n: sql.get<{ n: number }>(`select count(*) n from import_item where run_id = ? and state in ('pending', 'problem')`, runId)!.n,
  said: sql.all<{ error: string }>(`select coalesce(error, source_key) error from import_item where run_id = ? and state in ('pending', 'problem') order by n limit 100`, runId).map((r) => r.error),
});
