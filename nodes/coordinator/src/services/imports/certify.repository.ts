import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
const BECAME = `('imported', 'duplicate', 'live', 'edited', 'raw')`;
const NAMED = `coalesce(e.part || ': ', '') || e.path`;
/** A run, and the libraries that its files can be in. */
export interface Certified { runId: number; libraries: number[] }
export interface StoredEntry { n: number; entry: string; path: string | null; sha256: string; bytes: number; trashed: number }
const HELD = `left join file f on f.sha256 = e.sha256 and f.state = 'live' and f.library_id in (select value from json_each(@libraries)) left join asset a on a.id = f.asset_id`;
const given = ({ runId, libraries }: Certified): object => ({ runId, libraries: JSON.stringify(libraries) });
/** Entries that became files, and copies with the bytes of one, with the file that holds them now, whichever photo it is part of; `path` null: it is no longer here. One line per entry; equal files are read once. */
export const storedEntries = (sql: Read, about: Certified, after: number, limit: number): StoredEntry[] => sql.all(
  `select e.n, ${NAMED} entry, f.path, coalesce(e.sha256, '') sha256, coalesce(f.bytes, e.bytes, 0) bytes, a.trashed_at is not null and i.item ->> '$.hints.trashed' is not 1 trashed, min(a.trashed_at is not null) best
    from import_entry e join import_item i on i.run_id = e.run_id and i.n = e.item ${HELD} where e.run_id = @runId and e.n > @after and (e.outcome in ${BECAME} or e.outcome = 'copy' and f.id is not null) group by e.n order by e.n limit @limit`, { ...given(about), after, limit });
export const countStored = (sql: Read, runId: number): number => sql.get<{ n: number }>(`select count(*) n from import_entry where run_id = ? and outcome in ${BECAME}`, runId)!.n;
/** Was a file of the run thrown away here after this moment? */
export const thrownSince = (sql: Read, runId: number, at: number): boolean =>
  sql.get('select 1 from asset a cross join file f on f.asset_id = a.id cross join import_file x on x.run_id = ? and x.file_uuid = f.uuid where a.trashed_at >= ? limit 1', runId, at) !== undefined;
/** What was here already. */
export const countKnown = (sql: Read, runId: number): number => sql.get<{ n: number }>(`select count(*) n from import_entry where run_id = ? and outcome = 'duplicate'`, runId)!.n;
/** Entries that are called a copy, and of which no file here is known to hold the bytes. */
export const strayCopies = (sql: Read, about: Certified): { n: number; paths: string[] } => {
  const stray = `from import_entry e where e.run_id = @runId and e.outcome = 'copy' and not exists (select 1 from file f where f.sha256 = e.sha256 and f.state = 'live' and f.library_id in (select value from json_each(@libraries)))`;
  return { n: sql.get<{ n: number }>(`select count(*) n ${stray}`, given(about))!.n, paths: sql.all<{ path: string }>(`select ${NAMED} || iif(e.sha256 is null, ' (not read)', ' (other bytes)') path ${stray} order by e.n limit 100`, given(about)).map((r) => r.path) };
};
export const entriesSaid = (sql: Read, runId: number, outcome: 'pending' | 'problem' | 'ignored', reason: string | null = null): { n: number; paths: string[] } => ({
  n: sql.get<{ n: number }>('select count(*) n from import_entry where run_id = ? and outcome = ? and (? is null or reason = ?)', runId, outcome, reason, reason)!.n,
  paths: sql.all<{ path: string }>(`select ${NAMED} path from import_entry e where run_id = ? and outcome = ? and (? is null or reason = ?) order by n limit 100`, runId, outcome, reason, reason).map((r) => r.path),
});
/** Photos of which no file could be read, also those of parts that are not here. */
export const itemsLeft = (sql: Read, runId: number): { n: number; said: string[] } => ({
  n: sql.get<{ n: number }>(`select count(*) n from import_item where run_id = ? and state in ('pending', 'problem')`, runId)!.n,
  said: sql.all<{ error: string }>(`select coalesce(error, source_key) error from import_item where run_id = ? and state in ('pending', 'problem') order by n limit 100`, runId).map((r) => r.error),
});
