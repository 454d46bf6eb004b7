import { MantelError } from '@mantel/contracts/errors.ts';
import type { Asset, Conflict, FactName, FactSources, Problem } from '@mantel/contracts/models/asset.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import * as repo from './assets.repository.ts';
import { lostValue } from './conflicts.ts';
import { checkedLocal, type Edits, type FactChange } from './edit.ts';
import { setConflicts } from './edit.repository.ts';
import { offsetMinutes, offsetText } from './offset.ts';

export interface AssetDeps {
  db: Database;
  enter: (sql: Sql, assetId: number) => void;
  leave: (sql: Sql, assetId: number) => void;
  hideArchived: (sql: Sql, userId: number, assetId: number, on: boolean) => void;
  edit: Edits['apply'];
  sidecarDue: (sql: Sql, assetId: number) => void;
  /** It is visible again: its parts may have come meanwhile. */
  regroup: (sql: Sql, assetId: number) => void;
  /** Somebody looks at one asset: time to see whether another program changed its sidecar. */
  opened: (assetId: number) => void;
}
const iso = (ms: number): string => new Date(ms).toISOString();
const canEdit = (a: repo.AssetRow): boolean => a.role !== 'viewer';
/** Contributors trash what they brought in themselves, every file of it; managers anything. */
const canTrash = (a: repo.AssetRow): boolean => a.role === 'manager' || (a.role === 'contributor' && a.mine === 1);

/** `offset`: `+02:00`; `gps`: latitude, longitude. */
export interface AssetChange { takenAtLocal?: string; offset?: string | null; gps?: [number, number] | null; tags?: string[]; addTags?: string[]; removeTags?: string[]; rating?: number | null; title?: string | null; description?: string | null }
const changeOf = ({ takenAtLocal, offset, gps, ...rest }: AssetChange): FactChange => ({
  ...rest, ...(takenAtLocal === undefined ? {} : { takenAtLocal: checkedLocal(takenAtLocal) }), ...(offset === undefined ? {} : { offsetMinutes: offsetMinutes(offset) }), ...(gps === undefined ? {} : { gps: gps && { lat: gps[0], lon: gps[1] } }),
});

export function createAssets({ db, enter, leave, hideArchived, edit, sidecarDue, regroup, opened }: AssetDeps) {
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
    if (may.length === 0) throw new MantelError('forbidden', rows.every((r) => r.role === 'viewer') ? 'You can look at this library but not change it.' : 'You can only do this with photos that you brought in, or in libraries that you manage.');
    return may.filter((row) => apply(sql, row)).length;
  });

  return {
    get(userId: number, uuid: string): Asset {
      const row = find(db.sql, userId, uuid);
      opened(row.id);
      return view(row);
    },
    favourite: (userId: number, ids: string[], value: boolean): Promise<number> => each(userId, ids, () => true, (sql, a) => {
      const changed = repo.putAssetUser(sql, userId, a, 'favourite', value);
      if (changed) sidecarDue(sql, a.id);
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
      regroup(sql, a.id);
      return true;
    }),
    async update(userId: number, uuid: string, change: AssetChange): Promise<Asset> {
      const facts = changeOf(change);
      await each(userId, [uuid], canEdit, (sql, a) => {
        if (edit(sql, a.id, facts, 'user', Date.now()).length) logChange(sql, 'asset', a.uuid, 'update', { libraryId: a.libraryId });
        return true;
      });
      return view(find(db.sql, userId, uuid));
    },
    /** `held`: what holds stays, and the conflict is forgotten; `lost`: the value that lost holds again, as if the person had just entered it. */
    async settle(userId: number, uuid: string, fact: FactName, take: 'held' | 'lost'): Promise<Asset> {
      await each(userId, [uuid], canEdit, (sql, a) => {
        const conflicts = JSON.parse(a.conflicts) as Conflict[];
        const conflict = conflicts.find((c) => c.fact === fact);
        if (!conflict) throw new MantelError('not_found', 'There is no conflict about this any more.');
        if (take === 'lost') edit(sql, a.id, lostValue(conflict), 'user', Date.now());
        setConflicts(sql, a.id, conflicts.filter((c) => c.fact !== fact));
        logChange(sql, 'asset', a.uuid, 'update', { libraryId: a.libraryId });
        return true;
      });
      return view(find(db.sql, userId, uuid));
    },
  };
}
export type Assets = ReturnType<typeof createAssets>;
