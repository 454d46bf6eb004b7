import type { ImportOptions } from '@mantel/contracts/models/source.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface SourceRow {
  id: number; uuid: string; pluginId: string; name: string; config: Record<string, unknown>; configVersion: string; libraryId: string; ownerId: string; owner: number; options: ImportOptions; schedule: string | null; watch: boolean; enabled: boolean;
  dueFrom: number; trouble: string | null; lastRunId: string | null;
}
interface Stored extends Omit<SourceRow, 'config' | 'options' | 'watch' | 'enabled'> { config: string; options: string; watch: number; enabled: number }

const SELECT = `select s.id, s.uuid, s.plugin_id pluginId, s.name, s.config, s.config_version configVersion, l.uuid libraryId, u.uuid ownerId, u.id owner, s.options, s.schedule, s.watch, s.enabled, s.due_from dueFrom, s.trouble,
  (select r.uuid from import_run r where r.source_id = s.id order by r.id desc limit 1) lastRunId
  from source s join library l on l.id = s.library_id join user u on u.id = s.owner_id`;
const parse = (r: Stored): SourceRow => ({ ...r, config: JSON.parse(r.config) as Record<string, unknown>, options: JSON.parse(r.options) as ImportOptions, watch: r.watch === 1, enabled: r.enabled === 1 });
export const sourceRows = (sql: Read, ownerId: string | null): SourceRow[] => sql.all<Stored>(`${SELECT} where ? is null or u.uuid = ? order by s.name, s.id`, ownerId, ownerId).map(parse);
export const sourceRow = (sql: Read, uuid: string): SourceRow | undefined => {
  const row = sql.get<Stored>(`${SELECT} where s.uuid = ?`, uuid);
  return row && parse(row);
};
/** Those that run by themselves. */
export const selfStarting = (sql: Read): SourceRow[] => sql.all<Stored>(`${SELECT} where s.enabled = 1 and u.disabled = 0 and (s.schedule is not null or s.watch = 1)`).map(parse);
/** A run of it that is not over yet. */
export const openRun = (sql: Read, id: number): string | undefined => sql.get<{ state: string }>(`select state from import_run where source_id = ? and state in ('collecting', 'scanning', 'running', 'paused', 'undoing') order by id desc limit 1`, id)?.state;

export interface SourceFields { uuid: string; pluginId: string; name: string; config: Record<string, unknown>; configVersion: string; library: number; owner: number; options: ImportOptions; schedule: string | null; watch: boolean; at: number }
export const insertSource = (sql: Sql, s: SourceFields): void => void sql.run(
  'insert into source(uuid, plugin_id, name, config, config_version, library_id, owner_id, options, schedule, watch, due_from, created_at) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  s.uuid, s.pluginId, s.name, JSON.stringify(s.config), s.configVersion, s.library, s.owner, JSON.stringify(s.options), s.schedule, s.watch ? 1 : 0, s.at, s.at);
export const updateSource = (sql: Sql, s: Omit<SourceFields, 'pluginId' | 'at'> & { enabled: boolean; dueFrom: number }): void => void sql.run(
  'update source set name = ?, config = ?, config_version = ?, library_id = ?, owner_id = ?, options = ?, schedule = ?, watch = ?, enabled = ?, due_from = ?, trouble = null where uuid = ?',
  s.name, JSON.stringify(s.config), s.configVersion, s.library, s.owner, JSON.stringify(s.options), s.schedule, s.watch ? 1 : 0, s.enabled ? 1 : 0, s.dueFrom, s.uuid);
export const dropSource = (sql: Sql, uuid: string): void => void sql.run('delete from source where uuid = ?', uuid);
export const setTrouble = (sql: Sql, id: number, trouble: string | null): void => void sql.run('update source set trouble = ? where id = ?', trouble, id);
export const setDueFrom = (sql: Sql, id: number, at: number): void => void sql.run('update source set due_from = ? where id = ?', at, id);

/** The library, when this person may add to it; the person, when there is one who is not shut out. */
export const libraryFor = (sql: Read, libraryId: string, userId: string): { id: number; role: string } | undefined =>
  sql.get('select l.id, m.role from library l join membership m on m.library_id = l.id join user u on u.id = m.user_id where l.uuid = ? and u.uuid = ?', libraryId, userId);
export const userNamed = (sql: Read, userId: string): { id: number } | undefined => sql.get('select id from user where uuid = ? and disabled = 0', userId);
