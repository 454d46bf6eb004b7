import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Album } from '@mantel/contracts/models/album.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { AlbumTile, AlbumTotals } from './albums.reads.ts';
import * as repo from './albums.repository.ts';

export interface AlbumDeps {
  db: Database;
  /** Sidecars name the albums of their photo. */
  sidecarDue: (sql: Sql, assetId: number) => void;
  /** Somebody looks at photos that still wait for their preview. */
  wanted: (assetIds: number[]) => void;
}
const BATCH = 500;
const MAX_NAME = 500;
const MAX_DESCRIPTION = 20_000;
const PAGE = 500;
const titleOf = (name: string): string => name.normalize('NFC').trim().slice(0, MAX_NAME).toWellFormed() || 'Album';

/** Albums: selections over libraries. Everybody sees of them what they may see anyway. */
export function createAlbums({ db, sidecarDue, wanted }: AlbumDeps) {
  const view = (row: repo.AlbumRow, t: AlbumTotals | undefined): Album => ({
    id: row.uuid, name: row.name, description: row.description, ownerId: row.ownerUuid, assets: t?.assets ?? 0, from: t?.from ?? null, to: t?.to ?? null, createdAt: new Date(row.createdAt).toISOString(),
    cover: t?.fileId ? { fileId: t.fileId, version: t.version ?? '', thumbhash: t.thumbhash?.length ? Buffer.from(t.thumbhash).toString('base64') : null } : null,
  });
  /** An album that this person may know of, with what they see in it. */
  const seen = async (userId: number, userUuid: string, uuid: string): Promise<{ row: repo.AlbumRow; totals: AlbumTotals | undefined }> => {
    const row = repo.albumByUuid(db.sql, uuid);
    const [totals] = row ? await db.read('albums.totals', { user: userId, only: row.id }) : [];
    if (!row || (row.ownerUuid !== userUuid && !totals)) throw new MantelError('not_found');
    return { row, totals };
  };

  return {
    /** Newest photos first; those without any at the end. */
    async list(userId: number): Promise<Album[]> {
      const totals = new Map((await db.read('albums.totals', { user: userId, only: null })).map((t) => [t.id, t]));
      const rows = new Map([...repo.albumsById(db.sql, [...totals.keys()]), ...repo.albumsOwned(db.sql, userId)].map((r) => [r.id, r]));
      return [...rows.values()].toSorted((a, b) => (totals.get(b.id)?.last ?? -Infinity) - (totals.get(a.id)?.last ?? -Infinity) || a.id - b.id).map((row) => view(row, totals.get(row.id)));
    },
    async get(userId: number, userUuid: string, uuid: string): Promise<Album> {
      const { row, totals } = await seen(userId, userUuid, uuid);
      return view(row, totals);
    },
    /** `after`: how many were read before. */
    async assets(userId: number, userUuid: string, uuid: string, { after = 0, limit = PAGE }: { after?: number | undefined; limit?: number | undefined }): Promise<{ assets: Omit<AlbumTile, 'n'>[]; next: number | null }> {
      const { row } = await seen(userId, userUuid, uuid);
      const { tiles, waiting } = await db.read('albums.tiles', { user: userId, album: row.id, after, limit });
      if (waiting.length) wanted(waiting);
      return { assets: tiles.map(({ n: _n, ...tile }) => tile), next: tiles.length === limit ? after + limit : null };
    },

    /**
     * A new album of this person; two of one name are two albums. With `except`, the oldest of that name that is none of these is taken instead, where there is one: an album that an earlier import made is filled, not made again.
     * Answers its id.
     */
    ensure: ({ ownerId, name, description, except }: { ownerId: number; name: string; description?: string | null | undefined; except?: readonly string[] | undefined }): Promise<string> => db.writeSql((sql) => {
      const title = titleOf(name);
      const words = description?.trim().slice(0, MAX_DESCRIPTION).toWellFormed() || null;
      const known = except ? repo.namedAlbum(sql, ownerId, title, except)?.uuid : undefined;
      if (known !== undefined) {
        if (words !== null && repo.describe(sql, known, words)) logChange(sql, 'album', known, 'update', { userId: ownerId });
        return known;
      }
      const uuid = randomUUID();
      repo.insertAlbum(sql, { uuid, name: title, description: words, ownerId });
      logChange(sql, 'album', uuid, 'create', { userId: ownerId });
      return uuid;
    }),
    /** What is known of an album by now: its true name, unless a person gave it another than `was`, and a description where it has none. */
    learn: ({ ownerId, uuid, name, description, was }: { ownerId: number; uuid: string; name: string; description: string | null; was: string | null }): Promise<void> => db.writeSql((sql) => {
      const row = repo.albumByUuid(sql, uuid);
      if (!row) return;
      const title = titleOf(name);
      const renamed = row.name !== title && was !== null && titleOf(was) === row.name && repo.rename(sql, uuid, title);
      const words = description?.trim().slice(0, MAX_DESCRIPTION).toWellFormed() || null;
      const described = words !== null && repo.describe(sql, uuid, words);
      if (!renamed && !described) return;
      if (renamed) for (const id of repo.allIn(sql, uuid)) sidecarDue(sql, id);
      logChange(sql, 'album', uuid, 'update', { userId: ownerId });
    }),
    /** Puts photos into an album of this person: those that they may see. Answers how many are new in it. Throws `not_found` for an album that is not theirs. */
    async add(ownerId: number, albumUuid: string, assetUuids: readonly string[]): Promise<number> {
      let added = 0;
      for (let at = 0; at < assetUuids.length; at += BATCH) {
        added += await db.writeSql((sql) => {
          const album = repo.ownedAlbum(sql, ownerId, albumUuid);
          if (!album) throw new MantelError('not_found', 'There is no such album, or it belongs to somebody else.');
          const fresh = repo.addable(sql, ownerId, assetUuids.slice(at, at + BATCH)).filter((a) => repo.putAsset(sql, album.id, a.id, ownerId));
          for (const a of fresh) sidecarDue(sql, a.id);
          if (fresh.length === 0) return 0;
          repo.touch(sql, album.id);
          for (const libraryId of new Set(fresh.map((a) => a.libraryId))) logChange(sql, 'album', albumUuid, 'update', { libraryId });
          return fresh.length;
        });
      }
      return added;
    },
    /** Takes an album away that shows nothing to anybody any more. Answers whether it did. */
    dropIfEmpty: (uuid: string): Promise<boolean> => db.writeSql((sql) => {
      const held = repo.trashedIn(sql, uuid);
      const gone = repo.dropEmpty(sql, uuid);
      if (!gone) return false;
      for (const id of held) sidecarDue(sql, id);
      logChange(sql, 'album', uuid, 'delete', { userId: gone.ownerId });
      return true;
    }),
  };
}
export type Albums = ReturnType<typeof createAlbums>;
