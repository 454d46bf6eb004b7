import type { DateSource, FactName, FactSources } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { Named, SidecarContent, Stamp } from '../../library/sidecar/write.ts';
import type { Base } from './merge.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** Several edits that follow each other are written once. */
const DEBOUNCE_MS = 2000;
export const MAX_TRIES = 8;

/**
 * The asset's sidecar must be written (again): called in the transaction of every change that a sidecar tells of, also when the asset got or lost a file or shows another one.
 * `path` in the row is where the sidecar lies now; when the shown file is another one, the writer moves it.
 */
export function sidecarDue(sql: Sql, assetId: number, at = Date.now() + DEBOUNCE_MS): void {
  sql.run(
    `insert into sidecar(asset_id, path, due_at) select asset_id, path || '.xmp', ? from file where asset_id = ? and shown = 1 and state = 'live'
      on conflict(asset_id) do update set state = 'due', due_at = excluded.due_at, tries = 0, error = null`, at, assetId);
}

export interface SidecarRow { assetId: number; path: string; state: 'due' | 'written' | 'failed'; dueAt: number; base: Partial<Base>; stamp: Stamp | null; tries: number; taken: string[] }
interface Raw { assetId: number; path: string; state: SidecarRow['state']; dueAt: number; base: string; mtimeMs: number | null; bytes: number | null; tries: number; taken: string }
const ROW = 'select asset_id assetId, path, state, due_at dueAt, base, mtime_ms mtimeMs, bytes, tries, taken from sidecar';
const rowOf = (r: Raw): SidecarRow => ({ ...r, base: JSON.parse(r.base) as Partial<Base>, taken: JSON.parse(r.taken) as string[], stamp: r.mtimeMs === null || r.bytes === null ? null : { mtimeMs: r.mtimeMs, bytes: r.bytes } });
export const sidecarOf = (sql: Read, assetId: number): SidecarRow | undefined => { const r = sql.get<Raw>(`${ROW} where asset_id = ?`, assetId); return r && rowOf(r); };

export const dueNow = (sql: Read, now: number, limit: number): number[] =>
  sql.all<{ id: number }>(`select asset_id id from sidecar where state <> 'written' and due_at <= ? and tries < ? order by due_at limit ?`, now, MAX_TRIES, limit).map((r) => r.id);
export const written = (sql: Read, after: number, limit: number): { assetId: number; path: string; mtimeMs: number | null; bytes: number | null }[] =>
  sql.all(`select asset_id assetId, path, mtime_ms mtimeMs, bytes from sidecar where asset_id > ? and state = 'written' order by asset_id limit ?`, after, limit);
/** Of the assets after this one, in slices: those that have no row yet (an older version brought them in, or a crash left them out), and where the next slice begins; null: that was all. */
export function missingAfter(sql: Read, after: number, slice: number): { missing: number[]; next: number | null } {
  const last = sql.get<{ id: number | null }>('select max(id) id from (select id from asset where id > ? order by id limit ?)', after, slice)?.id ?? null;
  if (last === null) return { missing: [], next: null };
  const missing = sql.all<{ id: number }>(`select f.asset_id id from file f where f.asset_id > ? and f.asset_id <= ? and f.shown = 1 and f.state = 'live' and not exists (select 1 from sidecar s where s.asset_id = f.asset_id)`, after, last).map((r) => r.id);
  return { missing, next: last };
}
/** After a restart what was given up is tried again. */
export const tryAgain = (sql: Sql): number => sql.run(`update sidecar set tries = 0, due_at = 0 where state <> 'written' and tries > 0`).changes;

/** Written as it was at `dueAt`; an edit since then keeps it due. */
export function setWritten(sql: Sql, assetId: number, w: { path: string; stamp: Stamp; base: Base; dueAt: number }): void {
  sql.run(`update sidecar set path = ?, mtime_ms = ?, bytes = ?, base = ?, tries = 0, error = null, state = iif(due_at = ?, 'written', 'due') where asset_id = ?`, w.path, w.stamp.mtimeMs, w.stamp.bytes, JSON.stringify(w.base), w.dueAt, assetId);
}
export const setFailed = (sql: Sql, assetId: number, error: string, dueAt: number): void => void sql.run(`update sidecar set state = 'failed', error = ?, due_at = ?, tries = tries + 1 where asset_id = ?`, error, dueAt, assetId);
/** A whole folder is gone: one failure for all that waits in it. */
export const setFolderFailed = (sql: Sql, folder: string, error: string, dueAt: number): void =>
  void sql.run(`update sidecar set state = 'failed', error = ?, due_at = ?, tries = tries + 1 where state <> 'written' and path >= ? and path < ? and instr(substr(path, ?), '/') = 0`, error, dueAt, `${folder}/`, `${folder}0`, folder.length + 2);
/** Whether a sidecar is that of an asset that is shown by the file beside it. */
export const isOwner = (sql: Read, assetUuid: string, path: string): boolean => sql.get(`select 1 from asset a join file f on f.asset_id = a.id and f.shown = 1 and f.state = 'live' where a.uuid = ? and f.path || '.xmp' = ?`, assetUuid, path) !== undefined;
/** The file was read as it is now: what it says is known, and is no news the next time. */
export const setSeen = (sql: Sql, assetId: number, stamp: Stamp | null, base: Partial<Base>): void => void sql.run('update sidecar set mtime_ms = ?, bytes = ?, base = ? where asset_id = ?', stamp?.mtimeMs ?? null, stamp?.bytes ?? null, JSON.stringify(base), assetId);
const KEPT = 20;
export const addTaken = (sql: Sql, assetId: number, taken: string[], sha256: string): void => void sql.run('update sidecar set taken = ? where asset_id = ?', JSON.stringify([...taken, sha256].slice(-KEPT)), assetId);

export interface AssetNow {
  id: number; uuid: string; libraryId: number; libraryUuid: string; libraryName: string; takenAtLocal: string; takenAtSource: DateSource; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null;
  title: string | null; description: string | null; rating: number | null; width: number | null; height: number | null; orientation: number | null;
  sources: FactSources; edited: Partial<Record<FactName, number>>; conflicts: string; tags: string[]; people: SidecarContent['people'];
}
/** What there is to tell of an asset, as it stands now. */
export function assetNow(sql: Read, assetId: number): AssetNow | undefined {
  const a = sql.get<Omit<AssetNow, 'sources' | 'edited' | 'tags' | 'people'> & { sources: string; edited: string }>(
    `select a.id, a.uuid, a.library_id libraryId, l.uuid libraryUuid, l.name libraryName, a.taken_at_local takenAtLocal, a.taken_at_source takenAtSource, a.offset_minutes offsetMinutes, a.lat, a.lon, a.altitude, a.title, a.description, a.rating,
      a.width, a.height, a.orientation, a.sources, a.edited, a.conflicts from asset a join library l on l.id = a.library_id where a.id = ?`, assetId);
  if (!a) return undefined;
  const tags = sql.all<{ path: string }>('select t.path from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = ? order by t.path', assetId).map((t) => t.path);
  const people = sql.all<{ name: string; x: number; y: number; w: number; h: number }>('select p.name, f.x, f.y, f.w, f.h from face f join person p on p.id = f.person_id where f.asset_id = ? and p.name is not null order by f.x, f.id', assetId)
    .map(({ name, ...region }) => ({ name, region: region.w > 0 ? region : null }));
  return { ...a, sources: JSON.parse(a.sources) as FactSources, edited: JSON.parse(a.edited) as AssetNow['edited'], tags, people };
}
export interface FileNow { id: string; role: string; name: string; sha256: string; path: string; shown: number }
export const filesNow = (sql: Read, assetId: number): FileNow[] => sql.all(`select uuid id, role, name, sha256, path, shown from file where asset_id = ? and state = 'live' order by shown desc, id`, assetId);
export const albumsOf = (sql: Read, assetId: number): Named[] => sql.all('select b.uuid id, b.name from album_asset x join album b on b.id = x.album_id where x.asset_id = ? order by b.name, b.id', assetId);
export const favouritesOf = (sql: Read, assetId: number): Named[] => sql.all('select u.uuid id, u.name from asset_user x join user u on u.id = x.user_id where x.asset_id = ? and x.favourite = 1 order by u.name, u.id', assetId);

export const previewsWait = (sql: Read): boolean => sql.get(`select 1 from job where state = 'leased' union all select 1 from job where state = 'queued' limit 1`) !== undefined;

export interface Candidate { assetId: number; assetUuid: string; fileUuid: string; libraryUuid: string; trashedAt: number | null; problems: string; name: string }
/** What a person brought into a library under one of these names. */
export const broughtIn = (sql: Read, userId: number, libraryId: number, pattern: string): Candidate[] => sql.all(
  `select distinct a.id assetId, a.uuid assetUuid, f.uuid fileUuid, l.uuid libraryUuid, a.trashed_at trashedAt, a.problems, c.original_name name from contribution c join file f on f.id = c.file_id and f.state = 'live' join asset a on a.id = c.asset_id join library l on l.id = a.library_id
    where c.user_id = ? and a.library_id = ? and c.original_name like ? escape '\\' limit 20`, userId, libraryId, pattern);

export const household = (sql: Read): { users: object[]; albums: object[]; people: object[] } => ({
  users: sql.all('select uuid id, name from user order by id'),
  albums: sql.all('select b.uuid id, b.name, b.description, p.uuid parent, u.uuid owner from album b left join album p on p.id = b.parent_id join user u on u.id = b.owner_id order by b.id'),
  people: sql.all('select uuid id, name, birthday from person where name is not null order by id'),
});
