import type { RepairKind } from '@mantel/contracts/models/repair.ts';
import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
export interface RepairRow { id: string; kind: RepairKind; about: string; text: string; fix: string | null; at: number; times: number }

const COLUMNS = 'id, kind, about, text, fix, at, times';
export const openRepairs = (sql: Read): RepairRow[] => sql.all(`select ${COLUMNS} from repair where dismissed_at is null order by at desc, id limit 500`);
export const openRepair = (sql: Read, id: string): RepairRow | undefined => sql.get(`select ${COLUMNS} from repair where id = ? and dismissed_at is null`, id);

/** A new occurrence brings back what was put away; a standing condition that is only told again does not. */
export function putRepair(sql: Sql, r: Omit<RepairRow, 'times'>, standing: boolean): void {
  sql.run(
    `insert into repair(id, kind, about, text, fix, at) values(?, ?, ?, ?, ?, ?) on conflict(id) do update set text = excluded.text, fix = excluded.fix${standing ? '' : ', at = excluded.at, times = times + 1, dismissed_at = null'}`,
    r.id, r.kind, r.about, r.text, r.fix, r.at);
}
export const dropRepair = (sql: Sql, id: string): boolean => sql.run('delete from repair where id = ?', id).changes === 1;
export const dismissRepair = (sql: Sql, id: string, at: number): boolean => sql.run('update repair set dismissed_at = ? where id = ? and dismissed_at is null', at, id).changes === 1;
