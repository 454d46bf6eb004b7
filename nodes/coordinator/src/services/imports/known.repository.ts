import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** A file of the library, and the photo that it is part of now. */
export interface HeldFile { fileUuid: string; assetUuid: string; sha256: string; role: string; trashed: number; /** in a library that only one person sees */ locked: number }
const HELD = `select f.uuid fileUuid, a.uuid assetUuid, f.sha256, f.role, a.trashed_at is not null trashed, l.kind = 'locked' locked from file f join asset a on a.id = f.asset_id join library l on l.id = f.library_id`;

/** Which file an entry of this collection became, if that is still in one of these libraries. A copy with other bytes, which was not kept, became none. */
export const knownFile = (sql: Read, collection: string, key: string, libraries: number[]): HeldFile | undefined =>
  sql.get(`${HELD} join import_known k on k.uuid = f.uuid where k.collection = ? and k.kind = 'file' and k.key = ? and k.sha256 = f.sha256 and f.state = 'live' and f.library_id in (select value from json_each(?))`, collection, key, JSON.stringify(libraries));
/** What the bytes of an entry were when it was read. */
export const knownHash = (sql: Read, collection: string, key: string): string | undefined =>
  sql.get<{ sha256: string | null }>(`select sha256 from import_known where collection = ? and kind = 'file' and key = ?`, collection, key)?.sha256 ?? undefined;
export const heldFile = (sql: Read, fileUuid: string): HeldFile | undefined => sql.get(`${HELD} where f.uuid = ? and f.state = 'live'`, fileUuid);
export const mayBeHere = (sql: Read, libraries: number[], stem: string, name: string, bytes: number): boolean =>
  stem !== '' && sql.get(`select 1 from file where library_id in (select value from json_each(?)) and stem = ? and stem <> '' and name = ? and bytes = ? limit 1`, JSON.stringify(libraries), stem, name, bytes) !== undefined;
export const remember = (sql: Sql, collection: string, kind: 'file' | 'album', key: string, uuid: string, sha256: string | null): void =>
  void sql.run('insert into import_known(collection, kind, key, uuid, sha256) values(?, ?, ?, ?, ?) on conflict do update set uuid = excluded.uuid, sha256 = excluded.sha256', collection, kind, key, uuid, sha256);
/** The album that a key became; `given`: what an import called it that made it. */
export const knownAlbum = (sql: Read, collection: string, key: string, ownerId: number): { uuid: string; given: string | null } | undefined =>
  sql.get(`select a.uuid, k.sha256 given from import_known k join album a on a.uuid = k.uuid and a.owner_id = ? where k.collection = ? and k.kind = 'album' and k.key = ?`, ownerId, collection, key);

export const albumsKnown = (sql: Read, collection: string): string[] => sql.all<{ uuid: string }>(`select uuid from import_known where collection = ? and kind = 'album'`, collection).map((r) => r.uuid);

/** The target library, and the owner's locked one: where the files of a run can be. */
export const librariesOfRun = (sql: Read, libraryId: number, ownerId: number): number[] => [libraryId, ...sql.all<{ id: number }>(`select id from library where kind = 'locked' and owner_id = ? and id <> ?`, ownerId, libraryId).map((r) => r.id)];

/** The open library in which this person alone has put the same file, for all of its members to see. */
export const openTwin = (sql: Read, libraries: number[], sha256: string, ownerId: number): string | undefined =>
  sql.get<{ name: string }>(`select l.name from file f join asset a on a.id = f.asset_id and a.vis = 1 join library l on l.id = f.library_id and l.kind <> 'locked' where f.library_id in (select value from json_each(?)) and f.sha256 = ? and f.state = 'live'
    and not exists (select 1 from contribution c where c.file_id = f.id and c.user_id <> ?) limit 1`, JSON.stringify(libraries), sha256, ownerId)?.name;

/**
 * Did this run bring the photo in, although it finds it here? It was stopped between the photo and its own note of it: the file came after the start, first by this person and this source, and no item claims it.
 */
export const bornHere = (sql: Read, runId: number, fileUuid: string, ownerId: number, device: string, since: number): boolean =>
  sql.get(`select 1 from file f join asset a on a.id = f.asset_id where f.uuid = ? and f.created_at >= ? and not exists (select 1 from import_file x where x.file_uuid = f.uuid and x.born = 1)
    and exists (select 1 from contribution c where c.id = (select min(id) from contribution where file_id = f.id) and c.user_id = ? and c.device = ?) and exists (select 1 from import_run where id = ?)`, fileUuid, since, ownerId, device, runId) !== undefined;
/** Where a file lies, relative to the data folder; undefined for one that is gone, or in the trash. */
export const storedPath = (sql: Read, fileUuid: string): string | undefined => sql.get<{ path: string }>(`select f.path from file f join asset a on a.id = f.asset_id where f.uuid = ? and f.state = 'live' and a.vis = 1`, fileUuid)?.path;
export const placeOf = (sql: Read, assetUuid: string): { lat: number | null } | undefined => sql.get('select lat from asset where uuid = ?', assetUuid);
