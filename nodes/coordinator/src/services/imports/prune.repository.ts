import type { Sql } from '../../db/database.ts';

type Read = Pick<Sql, 'get' | 'all'>;
/** Earlier runs of the same source that began by themselves and are through, without the last `keep`. */
export const oldRuns = (sql: Read, runId: number, keep: number): number[] => sql.all<{ id: number }>(
  `select id from import_run where source_id = (select source_id from import_run where id = @runId) and asked = 0 and pruned = 0 and state = 'done' and id < @runId order by id desc limit -1 offset @keep`, { runId, keep }).map((r) => r.id);
/** From now on this run says no more than what it came to, and what it brought in. */
export const setPruned = (sql: Sql, runId: number): void => void sql.run('update import_run set pruned = 1, certificate = null where id = ?', runId);
export const lastRow = (sql: Read, runId: number): number => sql.get<{ n: number }>('select max(coalesce((select max(n) from import_item where run_id = @runId), -1), coalesce((select max(n) from import_entry where run_id = @runId), -1)) n', { runId })!.n;
const BORN = 'select item from import_file where run_id = @runId and born = 1';
/** Rows of what was here already, from `from` on, `count` of them. */
export function dropRows(sql: Sql, runId: number, from: number, count: number): void {
  const at = { runId, from, to: from + count };
  sql.run(`delete from import_entry where run_id = @runId and n >= @from and n < @to and (item is null or item not in (${BORN}))`, at);
  sql.run(`delete from import_item where run_id = @runId and n >= @from and n < @to and n not in (${BORN})`, at);
}
/** Files that a newer run answers for, too. */
export const dropAnswers = (sql: Sql, runId: number, newer: number): void =>
  void sql.run('delete from import_file where run_id = ? and born = 0 and file_uuid in (select file_uuid from import_file where run_id = ?)', runId, newer);
