import type { DateSource, FactName, FactSources } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { Named, SidecarContent, Stamp } from '../../library/sidecar/write.ts';
import type { Base } from './merge.ts';

type Read = Pick<Sql, 'get' | 'all'>;
const KEPT = 20;
/** Several edits that follow each other are written once. */
const DEBOUNCE_MS = 2000;

/**
 * The asset's sidecar must be written (again): called in the transaction of every change that a sidecar tells of, also when the asset got or lost a file or shows another one.
 * It lies beside the original (also where an edited rendition is shown): that is the file whose size and orientation it tells of. `path` in the row is where it lies now; when the original is another one, the writer moves it.
 */
export function sidecarDue(sql: Sql, assetId: number, at = Date.now() + DEBOUNCE_MS): void {
  sql.run(
    `insert into sidecar(asset_id, path, due_at) select asset_id, path || '.xmp', ? from file where asset_id = ? and role = 'original' and state = 'live'
      on conflict(asset_id) do update set state = 'due', due_at = excluded.due_at, tries = 0, error = null`, at, assetId);
}

/** A sidecar as it is known: what we wrote into it last, or read in it, and how it looked then. */
export interface Known { path: string; base: Partial<Base>; stamp: Stamp | null }
/** `old`: sidecars of files that became part of this asset, which may tell something that is not known yet. */
export interface SidecarRow extends Known { assetId: number; state: 'due' | 'written' | 'failed'; dueAt: number; tries: number; taken: string[]; old: Known[] }
interface Raw { assetId: number; path: string; state: SidecarRow['state']; dueAt: number; base: string; mtimeMs: number | null; bytes: number | null; tries: number; taken: string; old: string }
const ROW = 'select asset_id assetId, path, state, due_at dueAt, base, mtime_ms mtimeMs, bytes, tries, taken, old from sidecar';
const rowOf = (r: Raw): SidecarRow => ({
  ...r, base: JSON.parse(r.base) as Partial<Base>, taken: JSON.parse(r.taken) as string[], old: JSON.parse(r.old) as Known[], stamp: r.mtimeMs === null || r.bytes === null ? null : { mtimeMs: r.mtimeMs, bytes: r.bytes },
});
export const sidecarOf = (sql: Read, assetId: number): SidecarRow | undefined => { const r = sql.get<Raw>(`${ROW} where asset_id = ?`, assetId); return r && rowOf(r); };

export const dueNow = (sql: Read, now: number, limit: number): number[] =>
  sql.all<{ id: number }>(`select asset_id id from sidecar where state <> 'written' and due_at <= ? order by due_at limit ?`, now, limit).map((r) => r.id);
/** Those that nothing waits for, also where writing failed: another program may have changed them. */
export const settled = (sql: Read, after: number, limit: number): { assetId: number; path: string; state: SidecarRow['state']; mtimeMs: number | null; bytes: number | null }[] =>
  sql.all(`select asset_id assetId, path, state, mtime_ms mtimeMs, bytes from sidecar where asset_id > ? and state <> 'due' order by asset_id limit ?`, after, limit);
/** Of the assets after this one, in slices: those that have no row yet (an older version brought them in, or a crash left them out) or whose sidecar does not lie beside the original, and where the next slice begins; null: that was all. */
export function missingAfter(sql: Read, after: number, slice: number): { missing: number[]; next: number | null } {
  const last = sql.get<{ id: number | null }>('select max(id) id from (select id from asset where id > ? order by id limit ?)', after, slice)?.id ?? null;
  if (last === null) return { missing: [], next: null };
  const missing = sql.all<{ id: number }>(`select f.asset_id id from file f where f.asset_id > ? and f.asset_id <= ? and f.role = 'original' and f.state = 'live' and not exists (select 1 from sidecar s where s.asset_id = f.asset_id and s.path = f.path || '.xmp')`, after, last).map((r) => r.id);
  return { missing, next: last };
}
/** After a restart what failed is tried again at once. */
export const tryAgain = (sql: Sql): number => sql.run(`update sidecar set tries = 0, due_at = 0 where state <> 'written' and tries > 0`).changes;

/**
 * Written as it was at `dueAt`; an edit since then keeps it due. `from`: where the row said that it lay; a row that tells of another file by now (two assets became one, or one was split) is left as it is.
 * What was known of the file at `path`, and of the one at `from`, goes over into `old` where it still lies.
 */
export function setWritten(sql: Sql, assetId: number, w: { from: string; path: string; stamp: Stamp; base: Base; dueAt: number }): void {
  const row = sidecarOf(sql, assetId);
  if (row?.path !== w.from) return;
  const old = [...row.old, ...(w.from === w.path ? [] : [{ path: row.path, base: row.base, stamp: row.stamp }])].filter((k) => k.path !== w.path);
  sql.run(`update sidecar set path = ?, mtime_ms = ?, bytes = ?, base = ?, old = ?, tries = 0, error = null, state = iif(due_at = ?, 'written', 'due') where asset_id = ?`, w.path, w.stamp.mtimeMs, w.stamp.bytes, JSON.stringify(w.base), JSON.stringify(old), w.dueAt, assetId);
}
/** The file at `path` is gone, or only another program's by now. */
export function forget(sql: Sql, assetId: number, path: string): void {
  const row = sidecarOf(sql, assetId);
  if (row?.old.some((k) => k.path === path)) sql.run('update sidecar set old = ? where asset_id = ?', JSON.stringify(row.old.filter((k) => k.path !== path)), assetId);
}
/** `counts`: false where another program was quicker, which says nothing about the next try. */
export const setFailed = (sql: Sql, assetId: number, error: string, dueAt: number, counts = true): void =>
  void sql.run(`update sidecar set state = 'failed', error = ?, due_at = ?, tries = tries + ? where asset_id = ?`, error, dueAt, counts ? 1 : 0, assetId);
/** A whole folder is gone: one failure for all that waits in it. */
export const setFolderFailed = (sql: Sql, folder: string, error: string, dueAt: number): void =>
  void sql.run(`update sidecar set state = 'failed', error = ?, due_at = ?, tries = tries + 1 where state <> 'written' and path >= ? and path < ? and instr(substr(path, ?), '/') = 0`, error, dueAt, `${folder}/`, `${folder}0`, folder.length + 2);
/** Whether a sidecar is that of an asset whose original lies beside it. */
export const isOwner = (sql: Read, assetUuid: string, path: string): boolean => sql.get(`select 1 from asset a join file f on f.asset_id = a.id and f.role = 'original' and f.state = 'live' where a.uuid = ? and f.path || '.xmp' = ?`, assetUuid, path) !== undefined;
/** The file was read as it is now: what it says is known, and is no news the next time. */
export function setSeen(sql: Sql, assetId: number, { path, base, stamp }: Known): void {
  const row = sidecarOf(sql, assetId);
  if (!row) return;
  if (row.path === path) sql.run('update sidecar set mtime_ms = ?, bytes = ?, base = ? where asset_id = ?', stamp?.mtimeMs ?? null, stamp?.bytes ?? null, JSON.stringify(base), assetId);
  else sql.run('update sidecar set old = ? where asset_id = ?', JSON.stringify([...row.old.filter((k) => k.path !== path), { path, base, stamp }]), assetId);
}
const knownBy = (row: SidecarRow): Known[] => [{ path: row.path, base: row.base, stamp: row.stamp }, ...row.old];
export const knownAt = (row: SidecarRow, path: string): Known => knownBy(row).find((k) => k.path === path) ?? { path, base: {}, stamp: null };
function put(sql: Sql, assetId: number, path: string, known: Known[], taken: string[]): void {
  const own = known.find((k) => k.path === path);
  sql.run(
    `insert into sidecar(asset_id, path, base, mtime_ms, bytes, old, taken) values(?, ?, ?, ?, ?, ?, ?)
      on conflict(asset_id) do update set path = excluded.path, base = excluded.base, mtime_ms = excluded.mtime_ms, bytes = excluded.bytes, old = excluded.old, taken = excluded.taken, state = 'due', due_at = 0, tries = 0, error = null`,
    assetId, path, JSON.stringify(own?.base ?? {}), own?.stamp?.mtimeMs ?? null, own?.stamp?.bytes ?? null, JSON.stringify(known.filter((k) => k.path !== path && k.stamp !== null)), JSON.stringify(taken));
}
const pathOf = (sql: Read, fileId: number): string => `${sql.get<{ path: string }>('select path from file where id = ?', fileId)!.path}.xmp`;

/** Several assets become one, `to`, with this original: the sidecar beside that one goes on to be the asset's, and what is known of the others is kept until they were looked at. */
export function joinSidecars(sql: Sql, to: number, from: number[], original: number): void {
  const rows = [to, ...from].flatMap((id) => sidecarOf(sql, id) ?? []);
  if (rows.length === 0) return;
  sql.run('delete from sidecar where asset_id in (select value from json_each(?))', JSON.stringify(from.filter((id) => id !== to)));
  put(sql, to, pathOf(sql, original), rows.flatMap(knownBy), [...new Set(rows.flatMap((r) => r.taken))].slice(-KEPT));
}
/** A file leaves an asset and becomes one of its own: what is known of the sidecar beside it goes along. */
export function splitSidecar(sql: Sql, from: number, to: number, file: number): void {
  const row = sidecarOf(sql, from);
  const path = pathOf(sql, file);
  const [own, rest] = [row ? knownBy(row).filter((k) => k.path === path) : [], row ? knownBy(row).filter((k) => k.path !== path) : []];
  if (!row || own.length === 0) return;
  if (rest.length) put(sql, from, rest[0]!.path, rest, row.taken);
  else sql.run('delete from sidecar where asset_id = ?', from); // it gets one beside what is its original now
  put(sql, to, path, own, row.taken);
}
export const addTaken = (sql: Sql, assetId: number, sha256: string): void => void sql.run('update sidecar set taken = ? where asset_id = ?', JSON.stringify([...new Set([...(sidecarOf(sql, assetId)?.taken ?? []), sha256])].slice(-KEPT)), assetId);

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
export interface FileNow { id: string; role: string; name: string; sha256: string; path: string }
export const filesNow = (sql: Read, assetId: number): FileNow[] => sql.all(`select uuid id, role, name, sha256, path from file where asset_id = ? and state = 'live' order by role = 'original' desc, id`, assetId);
export const albumsOf = (sql: Read, assetId: number): Named[] => sql.all('select b.uuid id, b.name from album_asset x join album b on b.id = x.album_id where x.asset_id = ? order by b.name, b.id', assetId);
export const favouritesOf = (sql: Read, assetId: number): Named[] => sql.all('select u.uuid id, u.name from asset_user x join user u on u.id = x.user_id where x.asset_id = ? and x.favourite = 1 order by u.name, u.id', assetId);

/** Somebody is called differently from now on: the sidecars of what they marked as favourites say so. */
export const favouritesDue = (sql: Sql, userUuid: string, at = Date.now() + DEBOUNCE_MS): void =>
  void sql.run(`update sidecar set state = 'due', due_at = ?, tries = 0, error = null where asset_id in (select x.asset_id from asset_user x join user u on u.id = x.user_id where u.uuid = ? and x.favourite = 1)`, at, userUuid);
export const assetOfFile = (sql: Read, fileId: number): number | undefined => sql.get<{ id: number }>('select asset_id id from file where id = ?', fileId)?.id;

export const previewsWait = (sql: Read): boolean => sql.get(`select 1 from job where state = 'leased' union all select 1 from job where state = 'queued' limit 1`) !== undefined;

export interface Candidate { assetId: number; assetUuid: string; fileId: number; fileUuid: string; libraryUuid: string; trashedAt: number | null; problems: string; name: string }
/** What a person brought into a library under one of these names. */
export const broughtIn = (sql: Read, userId: number, libraryId: number, pattern: string): Candidate[] => sql.all(
  `select distinct a.id assetId, a.uuid assetUuid, f.id fileId, f.uuid fileUuid, l.uuid libraryUuid, a.trashed_at trashedAt, a.problems, c.original_name name from contribution c join file f on f.id = c.file_id and f.state = 'live' join asset a on a.id = c.asset_id join library l on l.id = a.library_id
    where c.user_id = ? and a.library_id = ? and c.original_name like ? escape '\\' limit 20`, userId, libraryId, pattern);

export const household = (sql: Read): { users: object[]; albums: object[]; people: object[] } => ({
  users: sql.all('select uuid id, name from user order by id'),
  albums: sql.all('select b.uuid id, b.name, b.description, p.uuid parent, u.uuid owner from album b left join album p on p.id = b.parent_id join user u on u.id = b.owner_id order by b.id'),
  people: sql.all('select uuid id, name, birthday from person where name is not null order by id'),
});
