import type { RunPart, RunPreview, RunState } from '@mantel/contracts/models/source.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** Entries by outcome, items by state: what a run came to. `unread`: parts and entries of which nobody knows what photos are in them. */
export interface Tally { counts: Record<string, number>; items: Record<string, number>; unread?: number }
export interface RunRow {
  id: number; uuid: string; sourceUuid: string | null; pluginId: string; pluginVersion: string; name: string; config: string; collection: string; libraryId: number; libraryUuid: string; libraryName: string;
  ownerId: number; ownerUuid: string; ownerName: string; options: string; state: RunState; trouble: string | null; auto: number; parts: string; preview: string | null; certificate: string | null; doneBytes: number; scan: number; summary: string | null; asked: number; pruned: number;
  createdAt: number; startedAt: number | null; endedAt: number | null;
}
const RUN = `select r.id, r.uuid, s.uuid sourceUuid, r.plugin_id pluginId, r.plugin_version pluginVersion, r.name, r.config, r.collection, l.id libraryId, l.uuid libraryUuid, l.name libraryName, u.id ownerId, u.uuid ownerUuid, u.name ownerName,
  r.options, r.state, r.trouble, r.auto, r.parts, r.preview, r.certificate, r.done_bytes doneBytes, r.scan, r.summary, r.asked, r.pruned, r.created_at createdAt, r.started_at startedAt, r.ended_at endedAt
  from import_run r join library l on l.id = r.library_id join user u on u.id = r.owner_id left join source s on s.id = r.source_id`;
export const runById = (sql: Read, id: number): RunRow | undefined => sql.get(`${RUN} where r.id = ?`, id);
export const runByUuid = (sql: Read, uuid: string): RunRow | undefined => sql.get(`${RUN} where r.uuid = ?`, uuid);
const LISTED = 500;
export const runsOf = (sql: Read, ownerId: number | null): RunRow[] => sql.all(`${RUN} where ? is null or r.owner_id = ? order by r.id desc limit ${LISTED}`, ownerId, ownerId);
export const runsIn = (sql: Read, states: RunState[]): RunRow[] => sql.all(`${RUN} where r.state in (select value from json_each(?)) order by r.id`, JSON.stringify(states));
export const albumsMade = (sql: Read, runId: number): string[] => sql.all<{ uuid: string }>('select album_uuid uuid from import_album where run_id = ? and album_uuid is not null order by source_key', runId).map((r) => r.uuid);

export const libraryIdOf = (sql: Read, uuid: string): number | undefined => sql.get<{ id: number }>('select id from library where uuid = ?', uuid)?.id;
export const personOf = (sql: Read, uuid: string): { id: number } | undefined => sql.get('select id from user where uuid = ? and disabled = 0', uuid);

export interface NewRun { uuid: string; sourceUuid: string | null; pluginId: string; pluginVersion: string; name: string; config: object; libraryId: number; ownerId: number; options: object; state: RunState; auto: boolean; asked: boolean; parts: Part[] }
export function insertRun(sql: Sql, r: NewRun): number {
  return Number(sql.run(
    `insert into import_run(uuid, source_id, plugin_id, plugin_version, name, config, collection, library_id, owner_id, options, state, auto, asked, parts, created_at) values(?, (select id from source where uuid = ?), ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?)`,
    r.uuid, r.sourceUuid, r.pluginId, r.pluginVersion, r.name, JSON.stringify(r.config), r.libraryId, r.ownerId, JSON.stringify(r.options), r.state, r.auto ? 1 : 0, r.asked ? 1 : 0, JSON.stringify(r.parts), Date.now()).lastInsertRowid);
}

/** Moves a run on, but only from one of these states: two who press at once do it once. What was certified of it holds no more. */
export const moveRun = (sql: Sql, id: number, from: RunState[], to: RunState, trouble: string | null = null): boolean =>
  sql.run('update import_run set state = ?, trouble = ?, certificate = null where id = ? and state in (select value from json_each(?))', to, trouble, id, JSON.stringify(from)).changes === 1;
export const setStarted = (sql: Sql, id: number): void => void sql.run('update import_run set started_at = coalesce(started_at, ?), ended_at = null, summary = null, pruned = 0 where id = ?', Date.now(), id);
export const setEnded = (sql: Sql, id: number): void => void sql.run('update import_run set ended_at = ? where id = ?', Date.now(), id);
/** What it does by itself: begin when the preview is there; look at the source again before it goes on. */
export const AUTO = { ask: 0, begin: 1, rescan: 2 } as const;
export const setAuto = (sql: Sql, id: number, auto: number): void => void sql.run('update import_run set auto = ? where id = ?', auto, id);
/** Only before it begins. Answers whether that is still so. */
export const setTarget = (sql: Sql, id: number, libraryId: number, options: object): boolean =>
  sql.run(`update import_run set library_id = ?, options = ? where id = ? and state in ('collecting', 'ready') and started_at is null`, libraryId, JSON.stringify(options), id).changes === 1;
export const setCollection = (sql: Sql, id: number, collection: string, pluginVersion: string): void => void sql.run('update import_run set collection = ?, plugin_version = ? where id = ?', collection, pluginVersion, id);
export const setPreview = (sql: Sql, id: number, preview: RunPreview | null): void => void sql.run('update import_run set preview = ? where id = ?', preview && JSON.stringify(preview), id);
export const setSummary = (sql: Sql, id: number, tally: Tally | null): void => void sql.run('update import_run set summary = ? where id = ?', tally && JSON.stringify(tally), id);
export const setCertificate = (sql: Sql, id: number, certificate: object | null): void => void sql.run(`update import_run set certificate = ? where id = ? and state = 'done'`, certificate && JSON.stringify(certificate), id);

/** `scanned`: its entries are known. `received` stands in the file itself. */
export interface Part { name: string; bytes: number; state: RunPart['state']; scanned?: boolean }
export const partsOf = (row: Pick<RunRow, 'parts'>): Part[] => JSON.parse(row.parts) as Part[];
export function setPart(sql: Sql, id: number, n: number, change: Partial<Part>): void {
  const row = runById(sql, id);
  const parts = row ? partsOf(row) : [];
  if (!parts[n]) return;
  parts[n] = { ...parts[n], ...change };
  sql.run('update import_run set parts = ? where id = ?', JSON.stringify(parts), id);
}
