import { randomUUID } from 'node:crypto';
import { DATE_SOURCES, type FactName, type FactSources, type Problem } from '@mantel/contracts/models/asset.ts';
import type { MemberRole } from '@mantel/contracts/models/library.ts';
import type { Facts } from '../../library/facts/facts.ts';
import type { Sql } from '../../db/database.ts';
import { putPeople, putTags } from './ingest.repository.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface FailedRow { id: number; uuid: string; libraryId: number; ord: number; vis: number; problems: string; sources: string; edited: string; takenAtSource: string; fileId: number; fileUuid: string; path: string; mime: string; bytes: number; name: string }
const FAILED = `select a.id, a.uuid, a.library_id libraryId, a.ord, a.vis, a.problems, a.sources, a.edited, a.taken_at_source takenAtSource, f.id fileId, f.uuid fileUuid, f.path, f.mime, f.bytes, f.name`;
const FROM = `from asset a join file f on f.asset_id = a.id and f.shown = 1 and f.state = 'live'`;
/** Assets of a list that a person may see, with the role there; also those that need no second try. */
export const seenBy = (sql: Read, userId: number, uuids: string[]): (FailedRow & { role: MemberRole; preview: string })[] =>
  sql.all(`${FAILED}, m.role, a.preview ${FROM} join membership m on m.library_id = a.library_id and m.user_id = ? where a.uuid in (select value from json_each(?)) and (a.vis = 1 or a.trashed_at is not null)`, userId, JSON.stringify(uuids));
export const failedAfter = (sql: Read, after: number, limit: number): FailedRow[] => sql.all(`${FAILED} ${FROM} where a.preview = 'failed' and a.id > ? order by a.id limit ?`, after, limit);
/** The same asset as it is now, if the same file of it, as the same kind, still waits for a second chance. */
export const stillFailed = (sql: Read, was: FailedRow): FailedRow | undefined => sql.get(`${FAILED} ${FROM} where a.preview = 'failed' and a.id = ? and f.id = ? and f.mime = ? and f.path = ?`, was.id, was.fileId, was.mime, was.path);

/** What a file says of itself now that it is understood. What a person or a sidecar said stays, and a date is only replaced by one from a better source. */
export function takeFacts(sql: Sql, a: FailedRow, now: { mime: string; type: 'image' | 'video'; facts: Facts }): { dated: boolean } {
  const f = now.facts;
  const sources = JSON.parse(a.sources) as FactSources;
  const edited = JSON.parse(a.edited) as Partial<Record<FactName, number>>;
  const free = (fact: FactName): boolean => edited[fact] === undefined && sources[fact] !== 'user' && sources[fact] !== 'sidecar' && sources[fact] !== 'import';
  const set = (columns: Record<string, unknown>): void => void sql.run(`update asset set ${Object.keys(columns).map((c) => `${c} = ?`).join(', ')} where id = ?`, ...Object.values(columns), a.id);
  set({ type: now.type, width: f.width, height: f.height, duration_ms: f.durationMs, orientation: f.orientation, colour_space: f.colourSpace, video_codec: f.videoCodec, audio_codec: f.audioCodec });
  const taken: FactName[] = [];
  const take = (fact: FactName, known: boolean, columns: Record<string, unknown>): void => {
    if (!known || !free(fact)) return;
    set(columns);
    taken.push(fact);
  };
  take('camera', f.make !== null || f.model !== null, { make: f.make, model: f.model, lens: f.lens, iso: f.iso, f_number: f.fNumber, exposure_time: f.exposureTime, focal_length: f.focalLength });
  take('gps', f.lat !== null, { lat: f.lat, lon: f.lon, altitude: f.altitude });
  for (const fact of ['rating', 'title', 'description'] as const) take(fact, f[fact] !== null, { [fact]: f[fact] });
  const dated = free('takenAt') && rank(f.takenAtSource) < rank(a.takenAtSource);
  take('takenAt', dated, { taken_at: f.takenAt, taken_at_local: f.takenAtLocal, taken_at_source: f.takenAtSource, offset_minutes: f.offsetMinutes });
  if (f.tags.length && free('tags')) {
    putTags(sql, a.id, a.ord, f.tags, randomUUID);
    taken.push('tags');
  }
  if (f.people.length && free('people')) {
    putPeople(sql, a.id, a.ord, f.people, randomUUID);
    taken.push('people');
  }
  const said = Object.fromEntries(taken.filter((fact) => f.sources[fact]).map((fact) => [fact, f.sources[fact]]));
  set({ sources: JSON.stringify({ ...sources, ...said }) });
  // the hints of the first time (its own time, its folder) are gone: a date that they gave stays
  const first = JSON.parse(sql.get<{ facts: string }>('select facts from file where id = ?', a.fileId)!.facts) as Facts | Record<string, never>;
  const kept = dated || first.takenAt === undefined ? f : { ...f, takenAt: first.takenAt, takenAtLocal: first.takenAtLocal, takenAtSource: first.takenAtSource, offsetMinutes: first.offsetMinutes };
  sql.run('update file set mime = ?, width = ?, height = ?, duration_ms = ?, facts = ?, content_id = ?, motion_offset = ?, motion_bytes = ?, taken_at = ? where id = ?', now.mime, f.width, f.height, f.durationMs, JSON.stringify(kept), f.contentId, f.motion?.offset ?? null, f.motion?.bytes ?? null, kept.takenAt, a.fileId);
  return { dated };
}
const rank = (source: string): number => (DATE_SOURCES as readonly string[]).indexOf(source);

export const setProblems = (sql: Sql, assetId: number, problems: Problem[]): void => void sql.run('update asset set problems = ?, updated_at = ? where id = ?', JSON.stringify(problems), Date.now(), assetId);
/** A job that was given up gives way to the new one. */
export const dropFailedJob = (sql: Sql, key: string): void => void sql.run(`delete from job where key = ? and state = 'failed'`, key);
