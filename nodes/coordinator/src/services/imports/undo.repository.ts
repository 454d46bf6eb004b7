import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** Files that a run answered for, in the order of their ids. */
export const filesOfRun = (sql: Read, runId: number, after: string, limit: number): string[] =>
  sql.all<{ uuid: string }>('select file_uuid uuid from import_file where run_id = ? and file_uuid > ? order by file_uuid limit ?', runId, after, limit).map((r) => r.uuid);
/** `free`: it came by imports that were taken back, and nobody holds it otherwise. `asked`: one of the files that were asked for. */
export interface PlacedFile { assetUuid: string; fileUuid: string; born: number; free: number; asked: number }
/** Every file of the visible photos that hold these. Whoever brought the same bytes, or was told that they are here, may have let go of them: a person, a device, another import. */
export const filesAround = (sql: Read, runId: number, ownerId: number, fileUuids: readonly string[]): PlacedFile[] => sql.all(
  `select a.uuid assetUuid, f.uuid fileUuid, f.uuid in (select value from json_each(@files)) asked, exists (select 1 from import_file b where b.run_id = @runId and b.file_uuid = f.uuid and b.born = 1) born,
      exists (select 1 from import_file b join import_run r on r.id = b.run_id and r.state in ('undoing', 'undone') where b.file_uuid = f.uuid and b.born = 1)
        and not exists (select 1 from import_file h join import_run r on r.id = h.run_id and r.state not in ('undoing', 'undone') where h.file_uuid = f.uuid)
        and not exists (select 1 from contribution c where c.file_id = f.id and (c.user_id <> @ownerId or c.marks & 1 = 0)) free
    from file f join asset a on a.id = f.asset_id where f.state = 'live' and a.vis = 1 and a.id in (select x.asset_id from file x where x.uuid in (select value from json_each(@files)))`, { runId, ownerId, files: JSON.stringify(fileUuids) });
/** What lies in the trash since this undo began is there by it. */
export const noteTakenBack = (sql: Sql, runId: number, fileUuids: readonly string[]): void => void sql.run(
  `update import_file set taken_back = (select a.trashed_at from file f join asset a on a.id = f.asset_id where f.uuid = file_uuid) where run_id = @runId and file_uuid in (select value from json_each(@files))
    and exists (select 1 from file f join asset a on a.id = f.asset_id where f.uuid = file_uuid and a.trashed_at >= (select ended_at from import_run where id = @runId))`, { runId, files: JSON.stringify(fileUuids) });
/** It lies in the trash only because an import was undone; what a person put there stays there. */
export const takenBack = (sql: Read, fileUuid: string): boolean =>
  sql.get(`select 1 from import_file x join import_run r on r.id = x.run_id and r.state in ('undone', 'undoing') join file f on f.uuid = x.file_uuid join asset a on a.id = f.asset_id where x.file_uuid = ? and x.taken_back = a.trashed_at`, fileUuid) !== undefined;
/** The report says of a file that it stays. */
export const noteHeld = (sql: Sql, runId: number, fileUuid: string): void => void sql.run(
  `update import_entry indexed by import_entry_item set detail = 'It stays: a person, a device or another import brought it in, too, or was told that it is here.'
    where run_id = @runId and item = (select item from import_file where run_id = @runId and file_uuid = @file) and sha256 = (select sha256 from file where uuid = @file)`, { runId, file: fileUuid });
