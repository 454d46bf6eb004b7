import { MantelError } from '@mantel/contracts/errors.ts';
import type { Asset, Conflict, FactSources, Problem } from '@mantel/contracts/models/asset.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import * as repo from './assets.repository.ts';
import { offsetText } from './offset.ts';

export interface AssetDeps {
  db: Database;
  enter: (sql: Sql, assetId: number) => void;
  leave: (sql: Sql, assetId: number) => void;
  hideArchived: (sql: Sql, userId: number, assetId: number, on: boolean) => void;
}
const iso = (ms: number): string => new Date(ms).toISOString();
const canEdit = (a: repo.AssetRow): boolean => a.role !== 'viewer';
/** Contributors trash what they brought in themselves, managers anything. */
const canTrash = (a: repo.AssetRow): boolean => a.role === 'manager' || (a.role === 'contributor' && a.mine === 1);

export function createAssets({ db, enter, leave, hideArchived }: AssetDeps) {
  const find = (sql: Pick<Sql, 'get' | 'all'>, userId: number, uuid: string): repo.AssetRow => {
    const row = repo.assetFor(sql, userId, uuid);
    if (!row) throw new MantelError('not_found');
    return row;
  };
  const view = (row: repo.AssetRow): Asset => {
    const files = repo.filesOf(db.sql, row.id);
    return {
      id: row.uuid, libraryId: row.libraryUuid, libraryName: row.libraryName, type: row.type, originalName: row.originalName, takenAt: iso(row.takenAt), takenAtLocal: row.takenAtLocal, takenAtSource: row.takenAtSource,
      offset: offsetText(row.offsetMinutes), gps: row.lat === null || row.lon === null ? null : [row.lat, row.lon], altitude: row.altitude, width: row.width, height: row.height, durationMs: row.durationMs, make: row.make, model: row.model,
      lens: row.lens, iso: row.iso, fNumber: row.fNumber, exposureTime: row.exposureTime, focalLength: row.focalLength, rating: row.rating, title: row.title, description: row.description, tags: repo.tagsOf(db.sql, row.id), people: repo.peopleOf(db.sql, row.id),
      orientation: row.orientation, colourSpace: row.colourSpace, videoCodec: row.videoCodec, audioCodec: row.audioCodec, sources: JSON.parse(row.sources) as FactSources, conflicts: JSON.parse(row.conflicts) as Conflict[],
      favourite: row.favourite === 1, archived: row.archived === 1, trashedAt: row.trashedAt === null ? null : iso(row.trashedAt), preview: row.preview, problems: JSON.parse(row.problems) as Problem[],
      thumbhash: row.thumbhash?.toString('base64') ?? null, version: row.previewVersion, fileId: files[0]?.id ?? row.uuid, files, canEdit: canEdit(row), canTrash: canTrash(row),
      contributions: repo.contributionsOf(db.sql, row.id).map((c) => ({ ...c, at: iso(c.at) })),
    };
  };
  /** Applies a change to those of the assets where it is allowed and does something; refuses when it is allowed for none. */
  const each = (userId: number, ids: string[], allowed: (a: repo.AssetRow) => boolean, apply: (sql: Sql, a: repo.AssetRow) => boolean): Promise<number> => db.writeSql((sql) => {
    const rows = [...new Set(ids)].map((id) => repo.assetFor(sql, userId, id)).filter((r) => r !== undefined);
    if (rows.length === 0) throw new MantelError('not_found');
    const may = rows.filter(allowed);
    if (may.length === 0) throw new MantelError('forbidden', 'You can only do this with photos that you brought in, or in libraries that you manage.');
    return may.filter((row) => apply(sql, row)).length;
  });

  return {
    get: (userId: number, uuid: string): Asset => view(find(db.sql, userId, uuid)),
    favourite: (userId: number, ids: string[], value: boolean): Promise<number> => each(userId, ids, () => true, (sql, a) => {
      const changed = repo.putAssetUser(sql, userId, a, 'favourite', value);
      if (changed) logChange(sql, 'asset', a.uuid, 'update', { userId });
      return changed;
    }),
    archive: (userId: number, ids: string[], value: boolean): Promise<number> => each(userId, ids, () => true, (sql, a) => {
      const changed = repo.putAssetUser(sql, userId, a, 'archived', value);
      if (changed && a.vis === 1) hideArchived(sql, userId, a.id, value);
      if (changed) logChange(sql, 'asset', a.uuid, 'update', { userId });
      return changed;
    }),
    trash: (userId: number, ids: string[]): Promise<number> => each(userId, ids, canTrash, (sql, a) => {
      if (a.trashedAt !== null) return false;
      repo.setTrashed(sql, a.id, userId);
      leave(sql, a.id);
      logChange(sql, 'asset', a.uuid, 'delete', { libraryId: a.libraryId });
      return true;
    }),
    restore: (userId: number, ids: string[]): Promise<number> => each(userId, ids, canTrash, (sql, a) => {
      if (a.trashedAt === null) return false;
      repo.setRestored(sql, a.id);
      enter(sql, a.id);
      logChange(sql, 'asset', a.uuid, 'create', { libraryId: a.libraryId });
      return true;
    }),
    async update(userId: number, uuid: string, change: repo.AssetChange): Promise<Asset> {
      await each(userId, [uuid], canEdit, (sql, a) => {
        repo.setFields(sql, a.id, change);
        logChange(sql, 'asset', a.uuid, 'update', { libraryId: a.libraryId });
        return true;
      });
      return view(find(db.sql, userId, uuid));
    },
  };
}
export type Assets = ReturnType<typeof createAssets>;
