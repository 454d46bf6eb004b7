import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, insertAsset, openHouse, type Person } from '../../testing/house.ts';
import { sidecarDue } from '../sidecars/sidecars.repository.ts';
import { setLocalTime } from '../timeline/counters.repository.ts';
import { localSeconds } from '../timeline/ord.ts';
import { type Albums, createAlbums } from './albums.ts';

let house: House;
let ann: Person;
let bob: Person;
let albums: Albums;
const wanted: number[] = [];
beforeEach(async () => {
  house = await openHouse();
  [ann, bob] = [await house.addPerson('Ann'), await house.addPerson('Bob')];
  wanted.length = 0;
  albums = createAlbums({ db: house.db, sidecarDue, wanted: (ids) => wanted.push(...ids) });
});
afterEach(() => house.close());

/** Visible photos with a shown file each. */
const photos = (library: string, ...at: [local: string, sha256?: string][]): Promise<{ id: number; uuid: string }[]> => house.db.writeSql((sql) => at.map(([local, sha256]) => insertAsset(sql, { libraryId: house.libraryId(library), local, ...(sha256 ? { sha256 } : {}) })));
const album = (owner: Person, name = 'Trip', more: object = {}): Promise<string> => albums.ensure({ ownerId: owner.id, name, ...more });
const inside = async (who: Person, uuid: string): Promise<string[]> => (await albums.assets(who.id, who.uuid, uuid, {})).assets.map((a) => a.takenAtLocal.slice(0, 10));
const changes = (): string[] => house.db.sql.all<{ op: string }>(`select op from change where kind = 'album' order by seq`).map((c) => c.op);

test('everybody sees of an album what they may see, the oldest first; its cover is the newest of that', async () => {
  const shared = await photos('Family', ['2020-05-02T12:00:00'], ['2019-01-01T12:00:00']);
  const mine = await photos('Ann', ['2021-01-01T12:00:00']);
  const trip = await album(ann);
  expect(await albums.add(ann.id, trip, [...shared, ...mine].map((a) => a.uuid))).toBe(3);
  expect(await inside(ann, trip)).toEqual(['2019-01-01', '2020-05-02', '2021-01-01']);
  expect(await inside(bob, trip)).toEqual(['2019-01-01', '2020-05-02']);
  const cover = (id: number): string => house.db.sql.get<{ uuid: string }>('select uuid from file where asset_id = ?', id)!.uuid;
  expect(await albums.get(ann.id, ann.uuid, trip)).toMatchObject({ name: 'Trip', assets: 3, from: '2019-01-01T12:00:00', to: '2021-01-01T12:00:00', cover: { fileId: cover(mine[0]!.id) } });
  expect(await albums.list(bob.id)).toMatchObject([{ id: trip, assets: 2, to: '2020-05-02T12:00:00', cover: { fileId: cover(shared[0]!.id) } }]);
  expect(wanted.length).toBeGreaterThan(0);
  await house.db.writeSql((sql) => setLocalTime(sql, shared[0]!.id, localSeconds('2018-01-01T00:00:00')));
  expect((await albums.assets(bob.id, bob.uuid, trip, {})).assets.map((a) => a.id)).toEqual([shared[0]!.uuid, shared[1]!.uuid]);
});

test('an album without a photo for me is not there for me, unless it is mine', async () => {
  const trip = await album(ann);
  await albums.add(ann.id, trip, (await photos('Ann', ['2021-01-01T12:00:00'])).map((a) => a.uuid));
  await expect(albums.get(bob.id, bob.uuid, trip)).rejects.toMatchObject({ type: 'not_found' });
  await expect(albums.assets(bob.id, bob.uuid, trip, {})).rejects.toMatchObject({ type: 'not_found' });
  expect(await albums.list(bob.id)).toEqual([]);
  const empty = await album(bob, 'Empty');
  expect(await albums.list(bob.id)).toMatchObject([{ id: empty, assets: 0, cover: null, from: null }]);
});

test('the same bytes in two libraries are one photo; what lies in the trash or is locked is none', async () => {
  const [twin] = await photos('Family', ['2019-01-01T12:00:00', 'same']);
  const [other, gone] = await photos('Ann', ['2019-01-01T12:00:01', 'same'], ['2020-01-01T00:00:00']);
  const locked = await house.libraries.lockedOf(ann.id);
  const [secret] = await photos(house.db.sql.get<{ name: string }>('select name from library where uuid = ?', locked)!.name, ['2022-01-01T00:00:00']);
  const trip = await album(ann);
  expect(await albums.add(ann.id, trip, [twin, other, gone, secret].map((a) => a!.uuid))).toBe(3);
  await house.db.writeSql((sql) => { sql.run('update asset set vis = 0, trashed_at = 1 where id = ?', gone!.id); sql.run('insert into album_asset(album_id, ord, asset_id, added_by, added_at) select 1, ord, id, ?, 0 from asset where id = ?', ann.id, secret!.id); });
  expect(await inside(ann, trip)).toEqual(['2019-01-01']);
  expect(await albums.get(ann.id, ann.uuid, trip)).toMatchObject({ assets: 1, to: '2019-01-01T12:00:00' });
});

test('photos come in once, and only those that its owner may see; their sidecars say so', async () => {
  const [shared] = await photos('Family', ['2019-01-01T12:00:00']);
  const [hers] = await photos('Ann', ['2019-01-02T12:00:00']);
  const trip = await album(bob);
  expect(await albums.add(bob.id, trip, [shared!.uuid, hers!.uuid])).toBe(1);
  expect(await albums.add(bob.id, trip, [shared!.uuid])).toBe(0);
  await expect(albums.add(ann.id, trip, [hers!.uuid])).rejects.toMatchObject({ type: 'not_found' });
  expect(house.db.sql.all('select asset_id id from sidecar')).toEqual([{ id: shared!.id }]);
  expect(changes()).toEqual(['create', 'update']);
});

test('two albums of one name are two; an import fills the one of an earlier import, but never one twice', async () => {
  const [first, second] = [await album(ann, 'Trip'), await album(ann, 'Trip', { description: ' by the sea ' })];
  expect(first).not.toBe(second);
  expect(await album(ann, 'Trip ', { except: [], description: 'late' })).toBe(first);
  expect(await album(ann, 'Trip', { except: [first] })).toBe(second);
  expect(await album(bob, 'Trip', { except: [] })).not.toBe(first);
  expect(house.db.sql.all(`select description from album where owner_id = ? order by id`, ann.id)).toEqual([{ description: 'late' }, { description: 'by the sea' }]);
});

test('what shows nothing any more goes; what does, stays', async () => {
  const [one] = await photos('Family', ['2019-01-01T12:00:00']);
  const trip = await album(ann);
  await albums.add(ann.id, trip, [one!.uuid]);
  expect(await albums.dropIfEmpty(trip)).toBe(false);
  await house.db.writeSql((sql) => sql.run('update asset set vis = 0, trashed_at = 1 where id = ?', one!.id));
  expect(await albums.dropIfEmpty(trip)).toBe(true);
  expect(await albums.dropIfEmpty(trip)).toBe(false);
  expect(house.db.sql.all('select * from album_asset')).toEqual([]);
});

test('page after page', async () => {
  const trip = await album(ann);
  await albums.add(ann.id, trip, (await photos('Family', ...Array.from({ length: 7 }, (_, i): [string] => [`2019-01-0${i + 1}T12:00:00`]))).map((a) => a.uuid));
  const seen: string[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await albums.assets(ann.id, ann.uuid, trip, { after, limit: 3 });
    seen.push(...page.assets.map((a) => a.takenAtLocal.slice(8, 10)));
    after = page.next;
  }
  expect(seen).toEqual(['01', '02', '03', '04', '05', '06', '07']);
});
