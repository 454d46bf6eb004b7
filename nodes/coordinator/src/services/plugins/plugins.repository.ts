import type { Manifest, PluginOrigin, PluginPermissions, PluginState } from '@mantel/contracts/models/plugin.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** What a rollback brings back. `configs`: of its sources, as they were. */
export interface Previous { version: string; sha256: string; origin: PluginOrigin; ref: string | null; manifest: Manifest; installedAt: number; configs: SourceConfig[] }
export interface SourceConfig { uuid: string; config: Record<string, unknown>; configVersion: string }
export interface PluginRow { id: string; version: string; origin: PluginOrigin; ref: string | null; sha256: string; manifest: Manifest; permissions: PluginPermissions; state: PluginState; trouble: string | null; previous: Previous | null; installedAt: number }
interface Stored extends Omit<PluginRow, 'manifest' | 'permissions' | 'previous'> { manifest: string; permissions: string; previous: string | null }

const parse = (r: Stored): PluginRow => ({ ...r, manifest: JSON.parse(r.manifest) as Manifest, permissions: JSON.parse(r.permissions) as PluginPermissions, previous: r.previous === null ? null : (JSON.parse(r.previous) as Previous) });
const SELECT = 'select id, version, origin, ref, sha256, manifest, permissions, state, trouble, previous, installed_at installedAt from plugin';
export const pluginRows = (sql: Read): PluginRow[] => sql.all<Stored>(`${SELECT} order by id`).map(parse);
export const pluginRow = (sql: Read, id: string): PluginRow | undefined => {
  const row = sql.get<Stored>(`${SELECT} where id = ?`, id);
  return row && parse(row);
};
export const putPlugin = (sql: Sql, p: PluginRow): void => void sql.run(
  `insert or replace into plugin(id, version, origin, ref, sha256, manifest, permissions, state, trouble, previous, installed_at) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  p.id, p.version, p.origin, p.ref, p.sha256, JSON.stringify(p.manifest), JSON.stringify(p.permissions), p.state, p.trouble, p.previous && JSON.stringify(p.previous), p.installedAt);
export const setState = (sql: Sql, id: string, state: PluginState, trouble: string | null): void => void sql.run('update plugin set state = ?, trouble = ? where id = ?', state, trouble, id);
export function dropPlugin(sql: Sql, id: string): void {
  sql.run('delete from source where plugin_id = ?', id);
  sql.run('delete from plugin where id = ?', id);
  sql.run('delete from plugin_crash where plugin_id = ?', id);
}

// --- crashes ---
export function addCrash(sql: Sql, id: string, at: number, why: string, keepFrom: number): void {
  sql.run('delete from plugin_crash where at < ?', keepFrom);
  sql.run('insert into plugin_crash(plugin_id, at, why) values(?, ?, ?)', id, at, why);
}
export const crashesSince = (sql: Read, id: string, at: number): { at: number; why: string }[] => sql.all('select at, why from plugin_crash where plugin_id = ? and at >= ? order by at', id, at);
export const forgetCrashes = (sql: Sql, id: string): void => void sql.run('delete from plugin_crash where plugin_id = ?', id);

// --- the configurations that were made for it ---
export const configsOf = (sql: Read, pluginId: string): (SourceConfig & { name: string })[] =>
  sql.all<{ uuid: string; name: string; config: string; configVersion: string }>('select uuid, name, config, config_version configVersion from source where plugin_id = ? order by id', pluginId).map((r) => ({ ...r, config: JSON.parse(r.config) as Record<string, unknown> }));
export const sourceCount = (sql: Read, pluginId: string): number => sql.get<{ n: number }>('select count(*) n from source where plugin_id = ?', pluginId)!.n;
export const setConfig = (sql: Sql, c: SourceConfig): void => void sql.run('update source set config = ?, config_version = ? where uuid = ?', JSON.stringify(c.config), c.configVersion, c.uuid);
export const stopSource = (sql: Sql, uuid: string, trouble: string): void => void sql.run('update source set enabled = 0, trouble = ? where uuid = ?', trouble, uuid);
