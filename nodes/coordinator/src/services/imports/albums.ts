import type { SourceAlbum } from '@mantel/contracts/models/source.ts';
import type { Doors } from './doors.ts';
import { albumOf, emptyAlbums, setAlbum } from './items.repository.ts';
import { albumsKnown, knownAlbum, remember } from './known.repository.ts';
import { wantsAlbum } from './plan.ts';
import { lacksPlace, type TakeRun } from './take.ts';

const KEPT = 2000;
/**
 * The albums of a run: each made once per collection, when its first photo is there; one of its name that another import made is filled instead, but two of this one stay two.
 * One after the other, so that each knows which are taken; what a stop cuts off before it is remembered is found again by its name.
 */
export function createAlbumMap(doors: Doors, run: TakeRun) {
  const { db } = doors;
  const found = new Map<string, Promise<{ uuid: string; album: SourceAlbum } | null>>();
  let turn: Promise<unknown> = Promise.resolve();
  const find = async (key: string): Promise<{ uuid: string; album: SourceAlbum } | null> => {
    const row = albumOf(db.sql, run.id, key);
    if (!row) return null;
    const album = JSON.parse(row.album) as SourceAlbum;
    if (!wantsAlbum(album, run.options)) return null;
    const known = knownAlbum(db.sql, run.collection, key, run.ownerId);
    const title = album.title.trim();
    const [ownerId, name, description] = [run.ownerId, title, album.description ?? null];
    // its data may have come in a later part than its photos
    if (known) await doors.albums.learn({ ownerId, uuid: known.uuid, name, description, was: known.given });
    const uuid = known?.uuid ?? await doors.albums.ensure({ ownerId, name, description, except: albumsKnown(db.sql, run.collection) });
    await db.writeSql((sql) => {
      setAlbum(sql, run.id, key, uuid, run.startedAt);
      const ours = known ? known.given !== null : albumOf(sql, run.id, key)?.made === 1;
      remember(sql, run.collection, 'album', key, uuid, ours ? title : null);
    });
    return { uuid, album };
  };
  const of = (key: string): ReturnType<typeof find> => {
    const known = found.get(key);
    if (known) return known;
    if (found.size >= KEPT) found.clear();
    const work = turn.then(() => find(key));
    turn = work.catch(() => undefined);
    found.set(key, work);
    work.catch(() => found.delete(key));
    return work;
  };
  return {
    async put(assetUuid: string, keys: string[]): Promise<void> {
      for (const key of new Set(keys)) {
        const one = await of(key);
        if (!one) continue;
        await doors.albums.add(run.ownerId, one.uuid, [assetUuid]);
        const { place } = one.album;
        if (place && run.options.albumPlaces && lacksPlace(doors, assetUuid)) await doors.library.applyHints(run.ownerId, assetUuid, { gps: place });
      }
    },
    /** Those that are empty at the source are albums, too; `except`: those whose photos did not come in. */
    async rest(except: ReadonlySet<string>): Promise<void> {
      for (const key of emptyAlbums(db.sql, run.id)) if (!except.has(key)) await of(key);
    },
  };
}
