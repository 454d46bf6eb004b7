import type { JobKind } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeCaps, type NodeSettings } from '@mantel/contracts/models/node.ts';
import type { Sql } from '../../db/database.ts';

export interface NodeRow { id: string; settings: NodeSettings; caps: NodeCaps | null; version: string | null; build: string | null; address: string | null; joinedAt: number | null; lastSeenAt: number | null; ended: 'stop' | 'sleep' | 'cut' | null }
type Raw = Omit<NodeRow, 'settings' | 'caps'> & { settings: string; caps: string | null };
type Reader = Pick<Sql, 'all' | 'get'>;

const COLUMNS = 'id, settings, caps, version, build, address, joined_at joinedAt, last_seen_at lastSeenAt, ended';
const parsed = (r: Raw): NodeRow => ({ ...r, settings: { ...DEFAULT_SETTINGS, ...(JSON.parse(r.settings) as Partial<NodeSettings>) }, caps: r.caps === null ? null : (JSON.parse(r.caps) as NodeCaps) });

export const nodeRow = (sql: Reader, id: string): NodeRow | undefined => {
  const row = sql.get<Raw>(`select ${COLUMNS} from node where id = ?`, id);
  return row && parsed(row);
};
export const nodeRows = (sql: Reader): Map<string, NodeRow> => new Map(sql.all<Raw>(`select ${COLUMNS} from node`).map((r) => [r.id, parsed(r)]));
/** For every worker that is let in; the keys stand elsewhere. */
export const ensureNode = (sql: Sql, id: string, now: number): void => void sql.run('insert into node(id, joined_at) values(?, ?) on conflict do nothing', id, now);
export const greeted = (sql: Sql, id: string, n: { caps: NodeCaps | null; version: string; build: string | null; address: string | null; now: number }): void =>
  void sql.run('update node set caps = coalesce(?, caps), version = ?, build = ?, address = coalesce(?, address), last_seen_at = ?, ended = null where id = ?', n.caps && JSON.stringify(n.caps), n.version, n.build, n.address, n.now, id);
export const endedNode = (sql: Sql, id: string, how: 'stop' | 'sleep' | 'cut', now: number): void => void sql.run('update node set ended = ?, last_seen_at = ? where id = ?', how, now, id);
export const seenNodes = (sql: Sql, times: { id: string; at: number }[]): void => { for (const t of times) sql.run('update node set last_seen_at = max(coalesce(last_seen_at, 0), ?) where id = ?', t.at, t.id); };
export const addressOf = (sql: Sql, id: string, address: string): void => void sql.run('update node set address = ? where id = ? and address is not ?', address, id, address);
export const saveSettings = (sql: Sql, id: string, settings: NodeSettings): void => void sql.run('update node set settings = ? where id = ?', JSON.stringify(settings), id);
/** How many of these libraries there are. */
export const librariesAmong = (sql: Reader, uuids: string[]): number => sql.get<{ n: number }>('select count(*) n from library where uuid in (select value from json_each(?))', JSON.stringify(uuids))!.n;
export const removeNode = (sql: Sql, id: string): void => void sql.run('delete from node where id = ?', id);
export function settleNodes(sql: Sql, ids: string[], now: number): void {
  for (const id of ids) ensureNode(sql, id, now);
  for (const { id } of sql.all<{ id: string }>('select id from node')) if (!ids.includes(id)) removeNode(sql, id);
}
/** Whether work for anybody waits; tests do not count. */
export const anyWaiting = (sql: Reader): boolean => sql.get(`select 1 from job where state = 'queued' and not_before = 0 and kind <> 'probe' and class_id not in (select id from job_class where needs like '%"node:%') limit 1`) !== undefined;
export const runningJobs = (sql: Reader): { id: number; worker: string; kind: JobKind; name: string; startedAt: number }[] =>
  sql.all(`select id, worker, kind, coalesce(json_extract(payload, '$.name'), '') name, started_at startedAt from job where state = 'leased' order by id`);
