import type { AssetPerson, AssetType, DateSource, FileRole, PreviewState } from '@mantel/contracts/models/asset.ts';
import type { MemberRole } from '@mantel/contracts/models/library.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface AssetRow {
  id: number; uuid: string; libraryId: number; libraryUuid: string; libraryName: string; role: MemberRole; type: AssetType; vis: number; ord: number; originalName: string;
  takenAt: number; takenAtLocal: string; takenAtSource: DateSource; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null; width: number | null; height: number | null; durationMs: number | null;
  make: string | null; model: string | null; lens: string | null; iso: number | null; fNumber: number | null; exposureTime: number | null; focalLength: number | null; orientation: number | null; colourSpace: string | null; videoCodec: string | null; audioCodec: string | null; rating: number | null; title: string | null; description: string | null; sources: string; conflicts: string;
  preview: PreviewState; previewVersion: string; thumbhash: Buffer | null; problems: string; trashedAt: number | null; favourite: number | null; archived: number | null; mine: number;
}
const DETAIL = `select a.id, a.uuid, a.library_id libraryId, l.uuid libraryUuid, l.name libraryName, m.role, a.type, a.vis, a.ord, a.original_name originalName, a.taken_at takenAt, a.taken_at_local takenAtLocal,
  a.taken_at_source takenAtSource, a.offset_minutes offsetMinutes, a.lat, a.lon, a.altitude, a.width, a.height, a.duration_ms durationMs, a.make, a.model, a.lens, a.iso, a.f_number fNumber, a.exposure_time exposureTime,
  a.focal_length focalLength, a.orientation, a.colour_space colourSpace, a.video_codec videoCodec, a.audio_codec audioCodec, a.rating, a.title, a.description, a.sources, a.conflicts, a.preview, a.preview_version previewVersion, a.thumbhash, a.problems, a.trashed_at trashedAt, s.favourite, s.archived,
  not exists (select 1 from file f where f.asset_id = a.id and not exists (select 1 from contribution c where c.file_id = f.id and c.user_id = m.user_id)) mine
  from asset a join library l on l.id = a.library_id join membership m on m.library_id = a.library_id and m.user_id = ?
  left join asset_user s on s.user_id = m.user_id and s.asset_id = a.id`;
/** An asset as one person may see it, or undefined. Arriving ones do not exist yet. */
export const assetFor = (sql: Read, userId: number, uuid: string): AssetRow | undefined => sql.get(`${DETAIL} where a.uuid = ? and (a.vis = 1 or a.trashed_at is not null)`, userId, uuid);

export interface FileRow { id: string; role: FileRole; name: string; path: string; bytes: number; mime: string; sha256: string; sha1: string; width: number | null; height: number | null; durationMs: number | null; shown: boolean; motion: boolean }
export const filesOf = (sql: Read, assetId: number): FileRow[] =>
  sql.all<FileRow>(`select f.uuid id, role, f.name, path, bytes, mime, sha256, sha1, width, height, duration_ms durationMs, shown, motion_offset is not null motion from file f where asset_id = ? and state = 'live' order by shown desc, role <> 'original', f.id`, assetId).map((f) => ({ ...f, shown: Boolean(f.shown), motion: Boolean(f.motion) }));
export const contributionsOf = (sql: Read, assetId: number): { userId: string; userName: string; device: string | null; originalName: string; at: number }[] =>
  sql.all(`select u.uuid userId, u.name userName, nullif(c.device, '') device, c.original_name originalName, c.at from contribution c join user u on u.id = c.user_id where c.asset_id = ? order by c.id`, assetId);
export const tagsOf = (sql: Read, assetId: number): string[] => sql.all<{ path: string }>('select t.path from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = ? order by t.path', assetId).map((t) => t.path);

export const peopleOf = (sql: Read, assetId: number): AssetPerson[] =>
  sql.all<{ id: string; name: string; x: number; y: number; w: number; h: number }>(`select p.uuid id, p.name, f.x, f.y, f.w, f.h from face f join person p on p.id = f.person_id where f.asset_id = ? and p.name is not null order by f.x, f.id`, assetId)
    .map(({ id, name, ...region }) => ({ id, name, region: region.w > 0 ? region : null }));

/** A file that a person may fetch: its place, type and what its asset says about previews. */
export interface MediaRow { path: string; name: string; mime: string; bytes: number; version: string; preview: PreviewState; assetId: number; uuid: string; libraryId: number; assetUuid: string; /** previews are of this file */ shown: number; motionOffset: number | null; motionBytes: number | null }
const MEDIA = `select f.path, f.name, f.mime, f.bytes, a.preview_version version, a.preview, a.id assetId, f.uuid, f.library_id libraryId, a.uuid assetUuid, f.shown, f.motion_offset motionOffset, f.motion_bytes motionBytes from file f join asset a on a.id = f.asset_id`;
export const mediaFor = (sql: Read, userId: number, fileUuid: string): MediaRow | undefined =>
  sql.get(`${MEDIA} join membership m on m.library_id = f.library_id and m.user_id = ? where f.uuid = ? and f.state = 'live'`, userId, fileUuid);
export const mediaOf = (sql: Read, fileUuid: string): MediaRow | undefined => sql.get(`${MEDIA} where f.uuid = ? and f.state = 'live'`, fileUuid);

export function putAssetUser(sql: Sql, userId: number, a: Pick<AssetRow, 'id' | 'ord'>, column: 'favourite' | 'archived', value: boolean): boolean {
  const v = value ? 1 : 0;
  return sql.run(`insert into asset_user(user_id, asset_id, ord, ${column}) values(?, ?, ?, ?) on conflict do update set ${column} = excluded.${column} where ${column} <> excluded.${column}`, userId, a.id, a.ord, v).changes === 1;
}
export const setTrashed = (sql: Sql, assetId: number, userId: number | null, at = Date.now()): void => void sql.run('update asset set vis = 0, trashed_at = ?, trashed_by = ?, updated_at = ? where id = ?', at, userId, Date.now(), assetId);
export const setRestored = (sql: Sql, assetId: number): void => void sql.run('update asset set vis = 1, trashed_at = null, trashed_by = null, updated_at = ? where id = ?', Date.now(), assetId);
/** Previews of failed jobs that are tried again are on their way once more. */
export const resetFailedPreviews = (sql: Sql): void => void sql.run(`update asset set preview = 'waiting' where preview = 'failed' and exists (select 1 from job j where j.key = 'preview:' || asset.id and j.state = 'queued')`);
