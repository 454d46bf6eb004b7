import type { Sql } from '../../db/database.ts';

/** Several edits that follow each other are written once. */
export const DEBOUNCE_MS = 2000;

/**
 * The asset's sidecar must be written (again): called in the transaction of every change that a sidecar tells of, also when the asset got or lost a file or shows another one.
 * `path` in the row is where the sidecar lies now; when the shown file is another one, the writer moves it.
 */
export function sidecarDue(sql: Sql, assetId: number, at = Date.now() + DEBOUNCE_MS): void {
  sql.run(
    `insert into sidecar(asset_id, path, due_at) select asset_id, path || '.xmp', ? from file where asset_id = ? and shown = 1 and state = 'live'
      on conflict(asset_id) do update set state = 'due', due_at = excluded.due_at, tries = 0, error = null`, at, assetId);
}
