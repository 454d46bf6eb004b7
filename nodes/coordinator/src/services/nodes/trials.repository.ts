import type { Sql } from '../../db/database.ts';

/** A test is not tried again: it says how it went. Returns its number. */
export function onlyOnce(sql: Sql, key: string): number {
  const { id } = sql.get<{ id: number }>(`select id from job where key = ? and state in ('queued', 'leased')`, key)!;
  sql.run('update job set max_attempts = attempt + 1 where id = ?', id);
  return id;
}
export const trialJob = (sql: Pick<Sql, 'get'>, id: number): { state: string; error: string | null; ms: number | null } | undefined => sql.get('select state, error, done_at - started_at ms from job where id = ?', id);
/** Leaves no trace among the jobs of the house. What still runs hears with its next word that it is not wanted any more. */
export const dropTrial = (sql: Sql, id: number): void => void sql.run('delete from job where id = ?', id);
/** Those of an earlier run of the house: nobody waits for them any more. */
export function dropOldTrials(sql: Sql): void {
  for (const states of [`state in ('queued', 'leased')`, `state = 'failed'`]) sql.run(`delete from job where ${states} and (key between 'test:' and 'test;' or key between 'probe:test:' and 'probe:test;')`); // as the indexes say it
}
