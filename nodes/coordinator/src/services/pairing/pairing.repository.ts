import type { Sql } from '../../db/database.ts';

export interface IgnoredRow { id: string; name: string; at: number }
export const ignoredRows = (sql: Pick<Sql, 'all'>): IgnoredRow[] => sql.all('select id, name, at from node_ignored order by at desc limit 200');
export const isIgnored = (sql: Pick<Sql, 'get'>, id: string): boolean => sql.get('select 1 from node_ignored where id = ?', id) !== undefined;
export const setIgnored = (sql: Sql, row: IgnoredRow, ignored: boolean): void => void (ignored ? sql.run('insert into node_ignored(id, name, at) values(?, ?, ?) on conflict do nothing', row.id, row.name, row.at) : sql.run('delete from node_ignored where id = ?', row.id));
