import type { SourceItem } from '@mantel/contracts/models/source.ts';
import type { Sql } from '../../db/database.ts';
import { remember } from './known.repository.ts';
import { entryKey, type EntryMark } from './plan.ts';
import type { Taken } from './take.ts';

type Read = Pick<Sql, 'get' | 'all'>;
// `indexed by`: without it, SQLite takes the primary key of a table without rowid, which holds for a whole run
export interface ItemRow { n: number; item: string }
export const pendingItems = (sql: Read, runId: number, after: number, limit: number): ItemRow[] =>
  sql.all(`select n, item from import_item indexed by import_item_pending where run_id = ? and state = 'pending' and n > ? order by n limit ?`, runId, after, limit);
export const anyPending = (sql: Read, runId: number): boolean => sql.get(`select 1 from import_item indexed by import_item_pending where run_id = ? and state = 'pending' limit 1`, runId) !== undefined;
export const retryProblems = (sql: Sql, runId: number): number => sql.run(`update import_item set state = 'pending', error = null where run_id = ? and state = 'problem'`, runId).changes;

/** What became of an item, in one write: its state, its entries, and what later parts will ask for. An entry that came in once stays told as that. */
export function finishItem(sql: Sql, run: { id: number; collection: string }, n: number, taken: Taken): void {
  sql.run('update import_item set state = ?, asset_uuid = coalesce(?, asset_uuid), created = max(created, ?), error = ? where run_id = ? and n = ?', taken.state, taken.assetUuid, taken.created ? 1 : 0, taken.error?.slice(0, 1000) ?? null, run.id, n);
  for (const m of taken.marks) markEntry(sql, run.id, n, m);
  for (const k of [...taken.known, ...taken.anew]) remember(sql, run.collection, 'file', entryKey(k.copy), k.fileUuid, k.sha256);
  for (const f of taken.files) sql.run('insert into import_file(run_id, file_uuid, item, born) values(?, ?, ?, ?) on conflict do update set born = max(born, excluded.born)', run.id, f.fileUuid, n, f.born ? 1 : 0);
  if (taken.bytes) sql.run('update import_run set done_bytes = done_bytes + ? where id = ?', taken.bytes, run.id);
}
function markEntry(sql: Sql, runId: number, item: number, m: EntryMark): void {
  sql.run(`update import_entry indexed by import_entry_item set outcome = ?, reason = ?, detail = ?, asset_uuid = ?, sha256 = coalesce(?, sha256) where run_id = ? and item = ? and part is ? and path = ? and outcome in ('pending', 'problem', 'ignored')`,
    m.outcome, m.reason, m.detail, m.assetUuid, m.sha256, runId, item, m.part, m.path);
}
/** A file that is here and should have gone there. */
export const noteStayed = (sql: Sql, runId: number, item: number, path: string, why: string): void =>
  void sql.run(`update import_entry indexed by import_entry_item set detail = ? where run_id = ? and item = ? and path = ?`, `It is here, and was not taken away there: ${why}`, runId, item, path);
/** Nothing may be left without a word. */
export function settleLeftovers(sql: Sql, runId: number): number {
  return sql.run(`update import_entry indexed by import_entry_outcome set outcome = 'problem', reason = 'unreadable', detail = 'Mantel did not get to this entry. Press "Try again".' where run_id = ? and outcome = 'pending'`, runId).changes;
}

export const albumOf = (sql: Read, runId: number, key: string): { album: string; uuid: string | null; made: number } | undefined => sql.get('select album, album_uuid uuid, made from import_album where run_id = ? and source_key = ?', runId, key);
/** `since`: the start of the run; an album that is younger was made by it. */
export const setAlbum = (sql: Sql, runId: number, key: string, uuid: string, since: number): void =>
  void sql.run('update import_album set album_uuid = ?, made = exists (select 1 from album where uuid = ? and created_at >= ?) where run_id = ? and source_key = ?', uuid, uuid, since, runId, key);
/** Albums of the run that no photo came into. */
export const emptyAlbums = (sql: Read, runId: number): string[] => sql.all<{ key: string }>('select source_key key from import_album where run_id = ? and album_uuid is null', runId).map((r) => r.key);
export const albumsToDrop = (sql: Read, runId: number): string[] => sql.all<{ uuid: string }>('select album_uuid uuid from import_album where run_id = ? and made = 1', runId).map((r) => r.uuid);
export const itemOf = (row: ItemRow): SourceItem => JSON.parse(row.item) as SourceItem;
