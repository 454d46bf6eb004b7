import type { Facts, NamedRegion } from '../../library/facts/facts.ts';
import { pathKey } from '../../library/names.ts';
import type { Hints } from '../../library/hints.ts';
import type { Sql } from '../../db/database.ts';
import type { GivenRole } from './pairing.ts';
import { stemOf } from './part-name.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface TargetLibrary { id: number; uuid: string; folder: string; kind: string; role: string }
const TARGET = 'select l.id, l.uuid, l.folder, l.kind, m.role from membership m join library l on l.id = m.library_id where m.user_id = ?';
export const targetLibrary = (sql: Read, userId: number, uuid?: string): TargetLibrary | undefined =>
  uuid === undefined ? sql.get(`${TARGET} order by m.is_default desc, l.kind = 'personal' desc limit 1`, userId) : sql.get(`${TARGET} and l.uuid = ?`, userId, uuid);

export interface KnownFile { fileId: number; fileUuid: string; assetId: number; assetUuid: string; state: 'arriving' | 'live'; trashedAt: number | null; problems: string }
export const fileByContent = (sql: Read, libraryId: number, sha256: string): KnownFile | undefined =>
  sql.get(`select f.id fileId, f.uuid fileUuid, a.id assetId, a.uuid assetUuid, f.state, a.trashed_at trashedAt, a.problems from file f join asset a on a.id = f.asset_id where f.library_id = ? and f.sha256 = ?`, libraryId, sha256);
/** Which of these are safely here. What lies in the trash is not: a phone that asks before it frees space must not be told yes. */
export const knownHashes = (sql: Read, libraryId: number, sha256: string[]): string[] =>
  sql.all<{ sha256: string }>(`select f.sha256 from file f join asset a on a.id = f.asset_id and a.vis = 1 where f.library_id = ? and f.state = 'live' and f.sha256 in (select value from json_each(?))`, libraryId, JSON.stringify(sha256)).map((r) => r.sha256);
export const pathTaken = (sql: Read, path: string): boolean => sql.get('select 1 from file where path_key = ?', pathKey(path)) !== undefined;

/** `imported`: by an import source; `partner`: which says that it is another person's photo. */
export function recordContribution(sql: Sql, c: { assetId: number; fileId: number; userId: number; device?: string | undefined; originalName: string; imported?: boolean | undefined; partner?: boolean | undefined }): boolean {
  return sql.run('insert into contribution(asset_id, file_id, user_id, device, original_name, at, partner, marks) values(?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
    c.assetId, c.fileId, c.userId, c.device ?? '', c.originalName, Date.now(), c.imported && c.partner ? 1 : 0, c.imported ? 1 : 0).changes === 1;
}

export interface Arrival {
  assetUuid: string; fileUuid: string; libraryId: number; type: 'image' | 'video'; ord: number; month: number; ratio: number; name: string; path: string; temp: string;
  bytes: number; mime: string; sha256: string; sha1: string; /** what the asset says; a sidecar may have said other than the file */ facts: Facts; /** what the file says of itself: by this its other parts are found */ own?: Facts;
  /** what an import source said of the photo */ hints?: Hints | null; /** the part that a source says it plays */ given?: GivenRole | null; alone?: boolean; /** its preview waits until somebody looks */ lazy?: boolean; /** its disk tells capitals apart, and it stays there */ exactPath?: boolean;
}
/** The row that says: this file is on its way to this place. Boot settles what a power cut left in this state. */
export function insertArrival(sql: Sql, a: Arrival): { assetId: number; fileId: number } {
  const now = Date.now();
  const f = a.facts;
  const own = a.own ?? f;
  const assetId = Number(sql.run(
    `insert into asset(uuid, library_id, type, ord, month, sha256, taken_at, taken_at_local, taken_at_source, offset_minutes, lat, lon, altitude, width, height, ratio, duration_ms, make, model, lens, iso, f_number,
      exposure_time, focal_length, orientation, colour_space, video_codec, audio_codec, rating, title, description, sources, original_name, problems, created_at, updated_at, lazy) values(${Array.from({ length: 37 }, () => '?').join(', ')})`,
    a.assetUuid, a.libraryId, a.type, a.ord, a.month, a.sha256, f.takenAt, f.takenAtLocal, f.takenAtSource, f.offsetMinutes, f.lat, f.lon, f.altitude, f.width, f.height, a.ratio, f.durationMs, f.make, f.model, f.lens, f.iso, f.fNumber,
    f.exposureTime, f.focalLength, f.orientation, f.colourSpace, f.videoCodec, f.audioCodec, f.rating, f.title, f.description, JSON.stringify(f.sources), a.name, JSON.stringify(f.problems), now, now, a.lazy ? 1 : 0).lastInsertRowid);
  const fileId = Number(sql.run(
    `insert into file(uuid, asset_id, library_id, role, state, path, path_key, temp, name, bytes, mime, sha256, sha1, width, height, duration_ms, created_at, facts, content_id, motion_offset, motion_bytes, stem, taken_at, hints, given, alone) values(?, ?, ?, 'original', 'arriving', ${Array.from({ length: 21 }, () => '?').join(', ')})`,
    a.fileUuid, assetId, a.libraryId, a.path, a.exactPath ? a.path : pathKey(a.path), a.temp, a.name, a.bytes, a.mime, a.sha256, a.sha1, f.width, f.height, f.durationMs, now, JSON.stringify(own), f.contentId, f.motion?.offset ?? null, f.motion?.bytes ?? null, stemOf(a.name), own.takenAt, a.hints ? JSON.stringify(a.hints) : null, a.given ?? null, a.alone ? 1 : 0).lastInsertRowid);
  return { assetId, fileId };
}
export function setLive(sql: Sql, assetId: number, fileId: number): void {
  sql.run(`update file set state = 'live', temp = null where id = ?`, fileId);
  sql.run('update asset set vis = 1 where id = ?', assetId);
}
export const setPath = (sql: Sql, fileId: number, path: string): void => void sql.run('update file set path = ?, path_key = ? where id = ?', path, pathKey(path), fileId);
export const dropArrival = (sql: Sql, assetId: number): void => void sql.run('delete from asset where id = ? and vis = 0 and trashed_at is null', assetId);

export interface ArrivingRow { assetId: number; assetUuid: string; fileId: number; fileUuid: string; libraryId: number; path: string; temp: string; bytes: number; sha256: string; mime: string; name: string }
const ARRIVING = `select a.id assetId, a.uuid assetUuid, f.id fileId, f.uuid fileUuid, f.library_id libraryId, f.path, f.temp, f.bytes, f.sha256, f.mime, f.name from file f join asset a on a.id = f.asset_id where f.state = 'arriving'`;
export const arriving = (sql: Read): ArrivingRow[] => sql.all(ARRIVING);
export const arrivingFile = (sql: Read, fileId: number): ArrivingRow | undefined => sql.get(`${ARRIVING} and f.id = ?`, fileId);

/** Tags by name, as the file carries them; the tag table is the household's. */
export function putTags(sql: Sql, assetId: number, ord: number, names: string[], uuid: () => string): void {
  for (const name of new Set(names)) {
    sql.run('insert into tag(uuid, name, path) values(?, ?, ?) on conflict do nothing', uuid(), name.split('/').at(-1), name);
    sql.run(`insert into asset_tag(tag_id, ord, asset_id, source) select id, ?, ?, 'file' from tag where path = ? on conflict do nothing`, ord, assetId, name);
  }
}

/** People as files and sidecars name them: known to the household by their name. */
export function putPeople(sql: Sql, assetId: number, ord: number, people: NamedRegion[], uuid: () => string): void {
  for (const { name, region } of people) {
    const known = sql.get<{ id: number }>('select id from person where name = ? collate nocase', name)?.id;
    const person = known ?? Number(sql.run('insert into person(uuid, name, created_at) values(?, ?, ?)', uuid(), name, Date.now()).lastInsertRowid);
    const at = region ?? { x: 0, y: 0, w: 0, h: 0 }; // no place in the picture: an empty box
    sql.run(`insert into face(uuid, asset_id, person_id, ord, x, y, w, h, source) values(?, ?, ?, ?, ?, ?, ?, ?, 'file')`, uuid(), assetId, person, ord, at.x, at.y, at.w, at.h);
  }
}
