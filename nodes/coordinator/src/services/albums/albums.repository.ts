import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface AlbumRow { id: number; uuid: string; name: string; description: string | null; ownerUuid: string; createdAt: number }
const ROW = 'select b.id, b.uuid, b.name, b.description, u.uuid ownerUuid, b.created_at createdAt from album b join user u on u.id = b.owner_id';
export const albumByUuid = (sql: Read, uuid: string): AlbumRow | undefined => sql.get(`${ROW} where b.uuid = ?`, uuid);
export const albumsById = (sql: Read, ids: number[]): AlbumRow[] => sql.all(`${ROW} where b.id in (select value from json_each(?))`, JSON.stringify(ids));
export const albumsOwned = (sql: Read, userId: number): AlbumRow[] => sql.all(`${ROW} where b.owner_id = ?`, userId);
export const ownedAlbum = (sql: Read, ownerId: number, uuid: string): { id: number } | undefined => sql.get('select id from album where uuid = ? and owner_id = ?', uuid, ownerId);
/** The oldest album of that name that belongs to this person and is none of `except`. */
export const namedAlbum = (sql: Read, ownerId: number, name: string, except: readonly string[]): { uuid: string } | undefined =>
  sql.get('select uuid from album where owner_id = ? and name = ? and uuid not in (select value from json_each(?)) order by id limit 1', ownerId, name, JSON.stringify(except));
export const insertAlbum = (sql: Sql, a: { uuid: string; name: string; description: string | null; ownerId: number }): void =>
  void sql.run('insert into album(uuid, name, description, owner_id, created_at, updated_at) values(?, ?, ?, ?, ?, ?)', a.uuid, a.name, a.description, a.ownerId, Date.now(), Date.now());
export const describe = (sql: Sql, uuid: string, description: string): boolean => sql.run('update album set description = ? where uuid = ? and description is null', description, uuid).changes === 1;

/** Which of these assets a person may put into an album: those that they may see; locked ones are in none. */
export const addable = (sql: Read, userId: number, assetUuids: readonly string[]): { id: number; libraryId: number }[] => sql.all(
  `select a.id, a.library_id libraryId from asset a join membership m on m.library_id = a.library_id and m.user_id = ? join library l on l.id = a.library_id and l.kind <> 'locked' where a.uuid in (select value from json_each(?)) and (a.vis = 1 or a.trashed_at is not null)`,
  userId, JSON.stringify(assetUuids));
export const putAsset = (sql: Sql, albumId: number, assetId: number, userId: number): boolean => sql.run(
  `insert into album_asset(album_id, ord, asset_id, added_by, added_at) select @album, ord, id, @user, @now from asset where id = @asset and not exists (select 1 from album_asset where album_id = @album and asset_id = @asset)`,
  { album: albumId, asset: assetId, user: userId, now: Date.now() }).changes === 1;
export const touch = (sql: Sql, albumId: number): void => void sql.run('update album set updated_at = ? where id = ?', Date.now(), albumId);
export const dropEmpty = (sql: Sql, uuid: string): { ownerId: number } | undefined => sql.get('delete from album where uuid = ? and not exists (select 1 from album_asset x join asset a on a.id = x.asset_id where x.album_id = album.id and a.vis = 1) returning owner_id ownerId', uuid);
export const rename = (sql: Sql, uuid: string, name: string): boolean => sql.run('update album set name = ?, updated_at = ? where uuid = ?', name, Date.now(), uuid).changes === 1;
export const allIn = (sql: Read, uuid: string): number[] => sql.all<{ id: number }>('select x.asset_id id from album_asset x join album b on b.id = x.album_id where b.uuid = ?', uuid).map((r) => r.id);
/** Assets in the trash that an album still holds: their sidecars name it. */
export const trashedIn = (sql: Read, uuid: string): number[] => sql.all<{ id: number }>('select x.asset_id id from album_asset x join album b on b.id = x.album_id where b.uuid = ?', uuid).map((r) => r.id);
