import type { AssetType, Conflict, DateSource, FactName, FactSources, FileRole, PreviewState, Problem } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { Facts } from '../../library/facts/facts.ts';
import type { Hints } from '../../library/hints.ts';
import type { Dealt, GivenRole, Part } from './pairing.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** A live file of an asset, with what it says of itself. */
export interface GroupFile extends Part { uuid: string; assetId: number; libraryId: number; role: FileRole; shown: boolean; bytes: number; facts: Partial<Facts>; hints: Hints | null; alone: boolean; motion: boolean }
interface Raw { id: number; uuid: string; assetId: number; libraryId: number; role: FileRole; shown: number; bytes: number; name: string; mime: string; sha256: string; contentId: string | null; durationMs: number | null; takenAt: number; motion: number; facts: string; users: string; hints: string | null; given: GivenRole | null; alone: number }
/** Dates that a file brings itself; those of copying, arriving and folders say nothing about a shutter. */
const DATED = new Set<DateSource | undefined>(['user', 'sidecar', 'exif', 'xmp', 'iptc', 'quicktime', 'png', 'gps', 'name', 'import']);

const FILE = `select f.id, f.uuid, f.asset_id assetId, f.library_id libraryId, f.role, f.shown, f.bytes, f.name, f.mime, f.sha256, f.content_id contentId, f.duration_ms durationMs, f.taken_at takenAt, f.motion_offset is not null motion, f.facts, f.hints, f.given, f.alone,
  (select json_group_array(distinct c.user_id) from contribution c where c.file_id = f.id) users from file f join asset a on a.id = f.asset_id and f.state = 'live'`;
function fileOf(r: Raw): GroupFile {
  const facts = JSON.parse(r.facts) as Partial<Facts>;
  return {
    ...r, type: r.mime.startsWith('video/') ? 'video' : 'image', shown: r.shown === 1, motion: r.motion === 1, alone: r.alone === 1, hints: r.hints === null ? null : (JSON.parse(r.hints) as Hints), facts, users: JSON.parse(r.users) as number[],
    local: facts.takenAtLocal ?? '', offsetMinutes: facts.offsetMinutes ?? null, dated: DATED.has(facts.takenAtSource) && /^(image|video)\//.test(r.mime), make: facts.make ?? null, model: facts.model ?? null,
  };
}
const files = (rows: Raw[]): GroupFile[] => rows.map(fileOf);
export const filesOfAssets = (sql: Read, ids: number[]): GroupFile[] => files(sql.all(`${FILE} where f.asset_id in (select value from json_each(?)) order by f.id`, JSON.stringify(ids)));
export const filesOfAsset = (sql: Read, assetId: number): GroupFile[] => filesOfAssets(sql, [assetId]);
export const fileByUuid = (sql: Read, assetId: number, uuid: string): GroupFile | undefined => files(sql.all(`${FILE} where f.asset_id = ? and f.uuid = ?`, assetId, uuid))[0];

const HOURS = 15 * 3600 * 1000; // clocks without a zone are read as UTC
const MAX_NEAR = 64;
/** Files of other visible assets of the library that may belong to the same photo: by the name and roughly the time, or by the mark that parts of a live photo share. */
export function nearby(sql: Read, library: number, of: { stem: string; takenAt: number; contentId: string | null }): GroupFile[] {
  const byName = files(sql.all(`${FILE} where f.library_id = ? and f.stem = ? and f.stem <> '' and f.taken_at between ? and ? and a.vis = 1 limit ${MAX_NEAR}`, library, of.stem, of.takenAt - HOURS, of.takenAt + HOURS));
  const byMark = of.contentId === null ? [] : files(sql.all(`${FILE} where f.library_id = ? and f.content_id = ? and a.vis = 1 limit ${MAX_NEAR}`, library, of.contentId));
  return [...byName, ...byMark];
}

/** Pairs of files that somebody took apart, as `a b` with the smaller id first. */
export const apartPairs = (sql: Read, ids: number[]): Set<string> =>
  new Set(sql.all<{ a: number; b: number }>('select file_a a, file_b b from apart where file_a in (select value from json_each(?))', JSON.stringify(ids)).map(({ a, b }) => `${a} ${b}`));
/** Pairs that a source says are one photo, as `a b` with the smaller id first. */
export const togetherPairs = (sql: Read, ids: number[]): { a: number; b: number }[] => sql.all('select file_a a, file_b b from together where file_a in (select value from json_each(?))', JSON.stringify(ids));
export const setTogether = (sql: Sql, a: number, b: number): boolean => sql.run('insert into together values(?, ?) on conflict do nothing', Math.min(a, b), Math.max(a, b)).changes === 1;
const PARTNERS = 'select file_b id from together where file_a = @id union all select file_a from together where file_b = @id';
/** Files of visible assets that a source says belong to the same photo as this one. */
export const partners = (sql: Read, fileId: number): GroupFile[] => files(sql.all(`${FILE} where f.id in (${PARTNERS}) and a.vis = 1`, { id: fileId }));
/** The same as ids, also where they lie in the trash. */
export const partnerIds = (sql: Read, fileId: number): number[] => sql.all<{ id: number }>(PARTNERS, { id: fileId }).map((r) => r.id);
/** Assets in the trash that hold this file or such a one. */
export const trashedAround = (sql: Read, fileId: number): { id: number; at: number; by: number | null }[] =>
  sql.all(`select distinct a.id, a.trashed_at at, a.trashed_by by from (select @id id union all ${PARTNERS}) p join file f on f.id = p.id join asset a on a.id = f.asset_id where a.trashed_at is not null`, { id: fileId });
export const libraryOfFile = (sql: Read, fileId: number): number | undefined => sql.get<{ id: number }>('select library_id id from file where id = ?', fileId)?.id;
/** All files of the asset that holds this one. */
export const fellows = (sql: Read, fileId: number): number[] => sql.all<{ id: number }>('select id from file where asset_id = (select asset_id from file where id = ?)', fileId).map((r) => r.id);
export const setGiven = (sql: Sql, fileId: number, role: GivenRole): boolean => sql.run('update file set given = ? where id = ? and given is not ?', role, fileId, role).changes === 1;
export const setAlone = (sql: Sql, fileId: number): void => void sql.run('update file set alone = 1 where id = ?', fileId);
/** What a source said of this file as a part of another photo holds no more. Answers whether it had said so. */
export const dropGiven = (sql: Sql, fileId: number): boolean => {
  sql.run('delete from together where file_a = @id or file_b = @id', { id: fileId });
  return sql.run('update file set given = null where id = ? and given is not null', fileId).changes === 1;
};
export const setApart = (sql: Sql, a: number, b: number): void => void sql.run('insert into apart values(?, ?) on conflict do nothing', Math.min(a, b), Math.max(a, b));

/** What may have been changed on an asset since its files arrived, and what its shown file's preview was. */
export interface GroupAsset {
  id: number; uuid: string; libraryId: number; takenAtLocal: string; takenAt: number; takenAtSource: DateSource; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null;
  make: string | null; model: string | null; lens: string | null; rating: number | null; title: string | null; description: string | null; sources: FactSources; edited: Partial<Record<FactName, number>>; conflicts: Conflict[];
  preview: PreviewState; previewVersion: string; thumbhash: Buffer | null; dhash: string | null; ratio: number; width: number | null; height: number | null; durationMs: number | null; problems: Problem[]; tags: string[]; people: string[];
}
export function groupAsset(sql: Read, id: number): GroupAsset {
  const r = sql.get<Omit<GroupAsset, 'sources' | 'edited' | 'conflicts' | 'problems' | 'tags' | 'people'> & { sources: string; edited: string; conflicts: string; problems: string; tags: string; people: string }>(
    `select id, uuid, library_id libraryId, taken_at_local takenAtLocal, taken_at takenAt, taken_at_source takenAtSource, offset_minutes offsetMinutes, lat, lon, altitude, make, model, lens, rating, title, description, sources, edited, conflicts,
      preview, preview_version previewVersion, thumbhash, dhash, ratio, width, height, duration_ms durationMs, problems,
      (select json_group_array(t.path) from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = asset.id) tags, (select json_group_array(p.name) from face x join person p on p.id = x.person_id where x.asset_id = asset.id and p.name is not null) people
      from asset where id = ?`, id)!;
  return { ...r, sources: JSON.parse(r.sources) as FactSources, edited: JSON.parse(r.edited) as GroupAsset['edited'], conflicts: JSON.parse(r.conflicts) as Conflict[], problems: JSON.parse(r.problems) as Problem[], tags: JSON.parse(r.tags) as string[], people: JSON.parse(r.people) as string[] };
}

export const setVisible = (sql: Sql, assetId: number, visible: boolean): void => void sql.run('update asset set vis = ? where id = ?', visible ? 1 : 0, assetId);

/** Everything that hangs on `from` goes to `to`; `from` is gone afterwards. Without `tags` and `people`, those from files are not taken along: they are read from the files again. */
export function absorb(sql: Sql, to: number, from: number, keep: { tags: boolean; people: boolean; archived: boolean }): void {
  sql.run(`update file set shown = 0, role = 'edited' where asset_id = ?`, from); // one original and one shown file per asset
  sql.run('update file set asset_id = ? where asset_id = ?', to, from);
  sql.run('update contribution set asset_id = ? where asset_id = ?', to, from);
  sql.run(
    `insert into album_asset(album_id, ord, asset_id, position, added_by, added_at) select x.album_id, a.ord, a.id, x.position, x.added_by, x.added_at from album_asset x, asset a
      where x.asset_id = ? and a.id = ? and not exists (select 1 from album_asset y where y.album_id = x.album_id and y.asset_id = a.id)`, from, to);
  sql.run('update album set cover_asset_id = ? where cover_asset_id = ?', to, from);
  sql.run(`insert into asset_tag(tag_id, ord, asset_id, source) select x.tag_id, a.ord, a.id, x.source from asset_tag x, asset a where x.asset_id = ? and a.id = ? and (? or x.source <> 'file') on conflict do nothing`, from, to, keep.tags ? 1 : 0);
  sql.run(
    `update face set asset_id = @to, ord = (select ord from asset where id = @to) where asset_id = @from and (@all or source <> 'file')
      and not exists (select 1 from face y where y.asset_id = @to and y.person_id = face.person_id and y.source = face.source)`, { to, from, all: keep.people ? 1 : 0 });
  sql.run(
    `insert into asset_user(user_id, asset_id, ord, favourite, archived) select x.user_id, a.id, a.ord, x.favourite, iif(@archived, x.archived, 0) from asset_user x, asset a where x.asset_id = @from and a.id = @to
      on conflict do update set favourite = max(favourite, excluded.favourite)`, { from, to, archived: keep.archived ? 1 : 0 });
  if (keep.archived) sql.run('update asset_user set archived = coalesce((select archived from asset_user x where x.asset_id = @from and x.user_id = asset_user.user_id), 0) where asset_id = @to', { from, to });
  // a lease on it may end in peace: its result finds no asset
  sql.run(`update job set state = 'cancelled', done_at = ? where key = ? and state = 'queued'`, Date.now(), `preview:${from}`);
  sql.run(`delete from job where key = ? and state = 'failed'`, `preview:${from}`);
  sql.run('delete from asset where id = ?', from);
}

/** A new asset, not visible yet, of one file that was part of another. */
export function detachFile(sql: Sql, file: GroupFile, asset: { uuid: string; ord: number; month: number; ratio: number; takenAt: number; local: string; source: string }): number {
  const now = Date.now();
  const id = Number(sql.run(
    `insert into asset(uuid, library_id, type, ord, month, sha256, taken_at, taken_at_local, taken_at_source, ratio, original_name, created_at, updated_at) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    asset.uuid, file.libraryId, file.type, asset.ord, asset.month, file.sha256, asset.takenAt, asset.local, asset.source, asset.ratio, file.name, now, now).lastInsertRowid);
  sql.run(`update file set asset_id = ?, role = 'original', shown = 1 where id = ?`, id, file.id);
  sql.run('update contribution set asset_id = ? where file_id = ?', id, file.id);
  return id;
}
/** Albums, marks and tags given by people: both parts keep what the whole had. */
export function copyMarks(sql: Sql, from: number, to: number): void {
  sql.run(`insert into album_asset(album_id, ord, asset_id, position, added_by, added_at) select x.album_id, a.ord, a.id, x.position, x.added_by, x.added_at from album_asset x, asset a where x.asset_id = ? and a.id = ?`, from, to);
  sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select x.user_id, a.id, a.ord, x.favourite, x.archived from asset_user x, asset a where x.asset_id = ? and a.id = ?', from, to);
  sql.run(`insert into asset_tag(tag_id, ord, asset_id, source) select x.tag_id, a.ord, a.id, x.source from asset_tag x, asset a where x.asset_id = ? and a.id = ? and x.source <> 'file' on conflict do nothing`, from, to);
}

/** Who archived the whole has the part in the archive, too. */
export const copyArchived = (sql: Sql, from: number, to: number): void =>
  void sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select x.user_id, a.id, a.ord, 0, 1 from asset_user x, asset a where x.asset_id = ? and a.id = ? and x.archived = 1', from, to);

export function setRoles(sql: Sql, assetId: number, dealt: Map<number, Dealt>): void {
  sql.run(`update file set role = 'edited', shown = 0 where asset_id = ?`, assetId); // the unique indexes look at every step
  for (const [id, { role, shown }] of dealt) sql.run('update file set role = ?, shown = ? where id = ?', role, shown ? 1 : 0, id);
}

/** The facts of an asset as its files and its people say them. */
export interface GroupFacts {
  type: AssetType; sha256: string; originalName: string; parts: number; takenAt: number; takenAtLocal: string; takenAtSource: string; offsetMinutes: number | null; lat: number | null; lon: number | null; altitude: number | null;
  make: string | null; model: string | null; lens: string | null; iso: number | null; fNumber: number | null; exposureTime: number | null; focalLength: number | null; orientation: number | null; colourSpace: string | null;
  videoCodec: string | null; audioCodec: string | null; rating: number | null; title: string | null; description: string | null; durationMs: number | null; width: number | null; height: number | null; ratio: number;
  sources: string; edited: string; conflicts: string; problems: string; preview: PreviewState; previewVersion: string; thumbhash: Buffer | null; dhash: string | null;
}
export function setFacts(sql: Sql, assetId: number, f: GroupFacts): void {
  sql.run(
    `update asset set type = @type, sha256 = @sha256, original_name = @originalName, parts = @parts, taken_at = @takenAt, taken_at_local = @takenAtLocal, taken_at_source = @takenAtSource, offset_minutes = @offsetMinutes, lat = @lat, lon = @lon,
      altitude = @altitude, make = @make, model = @model, lens = @lens, iso = @iso, f_number = @fNumber, exposure_time = @exposureTime, focal_length = @focalLength, orientation = @orientation, colour_space = @colourSpace,
      video_codec = @videoCodec, audio_codec = @audioCodec, rating = @rating, title = @title, description = @description, duration_ms = @durationMs, width = @width, height = @height, ratio = @ratio, sources = @sources, edited = @edited,
      conflicts = @conflicts, problems = @problems, preview = @preview, preview_version = @previewVersion, thumbhash = @thumbhash, dhash = @dhash, updated_at = @now where id = @assetId`, { ...f, assetId, now: Date.now() });
}
export const setParts = (sql: Sql, assetId: number, parts: number): void => void sql.run('update asset set parts = ? where id = ? and parts <> ?', parts, assetId, parts);
export const dropFileTags = (sql: Sql, assetId: number): void => void sql.run(`delete from asset_tag where asset_id = ? and source = 'file'`, assetId);
/** Of the tags from files only these. */
export const dropTags = (sql: Sql, assetId: number, paths: string[]): void => void sql.run(`delete from asset_tag where asset_id = ? and source = 'file' and tag_id in (select id from tag where path in (select value from json_each(?)))`, assetId, JSON.stringify(paths));
/** Of the faces that files or people gave a name: those with these names, if from files, and those of whom `keeper` has too. */
export function dropFaces(sql: Sql, assetId: number, names: string[], keeper: number): void {
  sql.run(`delete from face where asset_id = ? and source = 'file' and person_id in (select id from person where name in (select value from json_each(?)))`, assetId, JSON.stringify(names));
  sql.run(`delete from face where asset_id = ? and source in ('file', 'sidecar', 'user') and person_id in (select person_id from face where asset_id = ?)`, assetId, keeper);
}
export const namedFaces = (sql: Read, assetId: number): { id: number; name: string; x: number; y: number; w: number; h: number }[] =>
  sql.all(`select f.id, p.name, f.x, f.y, f.w, f.h from face f join person p on p.id = f.person_id where f.asset_id = ? and f.source = 'file'`, assetId);
export const dropFace = (sql: Sql, id: number): void => void sql.run('delete from face where id = ?', id);
export const ordOf = (sql: Read, assetId: number): number => sql.get<{ ord: number }>('select ord from asset where id = ?', assetId)!.ord;
/** A queued job that would make the preview of another file than this. */
export const cancelPreview = (sql: Sql, assetId: number, but: string): void =>
  void sql.run(`update job set state = 'cancelled', done_at = ? where key = ? and state = 'queued' and payload ->> '$.fileId' <> ?`, Date.now(), `preview:${assetId}`, but);
export const setConflicts = (sql: Sql, assetId: number, conflicts: Conflict[]): void => void sql.run('update asset set conflicts = ? where id = ?', JSON.stringify(conflicts), assetId);
interface Standing { id: number; uuid: string; libraryId: number; vis: number }
export const assetOfFile = (sql: Read, fileId: number): Standing => sql.get('select a.id, a.uuid, a.library_id libraryId, a.vis from file f join asset a on a.id = f.asset_id where f.id = ?', fileId)!;
export const stillThere = (sql: Read, assetId: number): Standing | undefined => sql.get('select id, uuid, library_id libraryId, vis from asset where id = ?', assetId);
export const isVisible = (sql: Read, assetId: number): boolean => stillThere(sql, assetId)?.vis === 1;
