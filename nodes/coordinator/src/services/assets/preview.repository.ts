import type { Problem } from '@mantel/contracts/models/asset.ts';
import type { PreviewResult } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';

export interface Previewed { uuid: string; libraryId: number; version: string; problems: string; width: number | null; height: number | null; shown: string }
export const previewed = (sql: Pick<Sql, 'get'>, assetId: number): Previewed | undefined => sql.get('select uuid, library_id libraryId, preview_version version, problems, width, height, (select f.uuid from file f where f.asset_id = asset.id and f.shown = 1) shown from asset where id = ?', assetId);

export function setPreview(sql: Sql, assetId: number, p: PreviewResult & { version: string; ratio: number; allProblems: Problem[] }): void {
  sql.run(
    `update asset set preview = 'ready', preview_version = ?, width = ?, height = ?, ratio = ?, thumbhash = ?, dhash = ?, duration_ms = coalesce(?, duration_ms), problems = ?, updated_at = ? where id = ?`,
    p.version, p.width, p.height, p.ratio, Buffer.from(p.thumbhash, 'base64'), p.dhash, p.durationMs, JSON.stringify(p.allProblems), Date.now(), assetId);
}
export const setPreviewFailed = (sql: Sql, assetId: number, problems: Problem[]): void =>
  void sql.run(`update asset set preview = 'failed', problems = ?, updated_at = ? where id = ?`, JSON.stringify(problems), Date.now(), assetId);
/** Nobody needs to look: the asset says why already. */
export const setPreviewImpossible = (sql: Sql, assetId: number): void => void sql.run(`update asset set preview = 'failed' where id = ?`, assetId);
export const hopeless = (sql: Pick<Sql, 'get'>, assetId: number): boolean => sql.get(`select 1 from asset, json_each(asset.problems) p where asset.id = ? and p.value in ('empty', 'encrypted')`, assetId) !== undefined;
export const isLazy = (sql: Pick<Sql, 'get'>, assetId: number): boolean => sql.get<{ lazy: number }>('select lazy from asset where id = ?', assetId)?.lazy === 1;
export const libraryOf = (sql: Pick<Sql, 'get'>, assetId: number): number => sql.get<{ id: number }>('select library_id id from asset where id = ?', assetId)!.id;
export const setPreviewWaiting = (sql: Sql, assetId: number): void => void sql.run(`update asset set preview = 'waiting' where id = ?`, assetId);

/** Visible assets that wait for a preview and have no open job; all of them, or those of a list. */
export const waitingWithoutJob = (sql: Pick<Sql, 'all'>, only?: number[]): { assetId: number; fileId: string; mime: string; bytes: number; name: string }[] =>
  sql.all(
    `select a.id assetId, f.uuid fileId, f.mime, f.bytes, f.name from asset a join file f on f.asset_id = a.id and f.shown = 1 and f.state = 'live'
      where a.preview = 'waiting' and iif(? is null, a.lazy = 0, a.id in (select value from json_each(?))) and not exists (select 1 from job j where j.key = 'preview:' || a.id and j.state in ('queued', 'leased'))`,
    only ? 1 : null, JSON.stringify(only ?? []));
