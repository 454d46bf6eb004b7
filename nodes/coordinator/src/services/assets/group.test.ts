import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conflict } from '@mantel/contracts/models/asset.ts';
import type { Sql } from '../../db/database.ts';
import type { Facts } from '../../library/facts/facts.ts';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { doneJob, insertJob, takeJob } from '../jobs/queue.repository.ts';
import { joinSidecars, sidecarDue, splitSidecar } from '../sidecars/sidecars.repository.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, nextOrd, setHidden, setLocalTime } from '../timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../timeline/ord.ts';
import { createTimeline } from '../timeline/timeline.ts';
import { assetFor } from './assets.repository.ts';
import { nearby } from './group.repository.ts';
import { createEdits, type FactChange } from './edit.ts';
import { setConflicts } from './edit.repository.ts';
import { createGroups, type Groups } from './group.ts';
import { insertArrival, putPeople, putTags, recordContribution, setLive } from './ingest.repository.ts';
import { createPreview, previewKey } from './preview.ts';
import { setPreview } from './preview.repository.ts';

let house: House;
let ann: Person;
let bob: Person;
let groups: Groups;
let broken = false;
const errors: object[] = [];
beforeEach(async () => {
  house = await openHouse();
  broken = false;
  errors.length = 0;
  ann = await house.addPerson('Ann');
  bob = await house.addPerson('Bob');
  groups = createGroups({
    enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), position, ratioByte,
    moveTo: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)), enqueue: (sql, job) => { if (broken) throw new Error('broken'); preview.enqueue(sql, job); }, sidecarDue, joinSidecars, splitSidecar, log: { error: (fields) => void errors.push(fields) },
  });
});
afterEach(async () => {
  if (!broken) expect(errors).toEqual([]);
  await house.close();
});
const preview = createPreview({ data: '/nowhere', ratioByte, enqueue: insertJob });
const position = (sql: Sql, local: string, w: number | null, h: number | null): { ord: number; month: number; ratio: number } => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) });

interface Coming { name: string; mime?: string; facts?: Partial<Facts>; library?: string; by?: Person; sha256?: string }
/** What a reader of facts would say of such a file. */
function facts({ name, facts: f = {} }: Coming): Facts {
  const local = f.takenAtLocal ?? '2019-05-05T12:00:00';
  return {
    takenAt: Date.parse(`${local}Z`) - (f.offsetMinutes ?? 0) * 60_000, takenAtLocal: local, takenAtSource: 'exif', offsetMinutes: null, lat: null, lon: null, altitude: null, width: 640, height: 480, durationMs: /\.(mov|mp4|mp)$/i.test(name) ? 2000 : null,
    make: 'Apple', model: 'iPhone 11', lens: null, iso: null, fNumber: null, exposureTime: null, focalLength: null, orientation: null, colourSpace: null, videoCodec: null, audioCodec: null, rating: null, title: null, description: null, tags: [], people: [],
    contentId: null, motion: null, sources: {}, problems: [], ...f,
  };
}
const MIMES: Record<string, string> = { mov: 'video/quicktime', mp4: 'video/mp4', mp: 'video/mp4', heic: 'image/heic', dng: 'image/x-adobe-dng', png: 'image/png' };
/** The way of an upload through the database. Answers the asset that the file is part of then. */
const arrive = (c: Coming): Promise<string> => house.db.writeSql((sql) => {
  const read = facts(c);
  const mime = c.mime ?? MIMES[c.name.split('.').at(-1)!.toLowerCase()] ?? 'image/jpeg';
  const sha256 = c.sha256 ?? createHash('sha256').update(c.name).digest('hex');
  const libraryId = house.libraryId(c.library ?? 'Family');
  const place = position(sql, read.takenAtLocal, read.width, read.height);
  const ids = { assetUuid: randomUUID(), fileUuid: randomUUID() };
  const made = insertArrival(sql, { ...ids, ...place, libraryId, type: mime.startsWith('video/') ? 'video' : 'image', name: c.name, path: `library/${libraryId}/${ids.fileUuid}/${c.name}`, temp: '', bytes: 1, mime, sha256, sha1: '', facts: read });
  recordContribution(sql, { ...made, userId: (c.by ?? ann).id, originalName: c.name });
  putTags(sql, made.assetId, place.ord, read.tags, randomUUID);
  putPeople(sql, made.assetId, place.ord, read.people, randomUUID);
  setLive(sql, made.assetId, made.fileId);
  sidecarDue(sql, made.assetId);
  enterTimeline(sql, counted(sql, made.assetId)!);
  preview.enqueue(sql, { assetId: made.assetId, fileId: ids.fileUuid, mime, bytes: 1, name: c.name });
  return groups.group(sql, made.assetId, made.fileId).assetUuid;
});
const arriveAll = async (all: Coming[]): Promise<void> => { for (const c of all) await arrive(c); };

interface Row { id: number; uuid: string; type: string; sha256: string; parts: number; original_name: string; taken_at_local: string; rating: number | null; title: string | null; lat: number | null; preview: string; preview_version: string; width: number | null; ord: number; sources: string; edited: string; conflicts: string }
const assets = (): Row[] => house.db.sql.all('select * from asset order by original_name');
const filesOf = (id: number): string[] => house.db.sql.all<{ name: string; role: string; shown: number }>('select name, role, shown from file where asset_id = ? order by name', id).map((f) => `${f.name} ${f.role}${f.shown ? ' shown' : ''}`);
/** The end as people see it, without ids. */
const picture = (): object[] => assets().map((a) => ({
  name: a.original_name, type: a.type, sha256: a.sha256, parts: a.parts, at: a.taken_at_local, rating: a.rating, title: a.title, lat: a.lat, files: filesOf(a.id),
  tags: house.db.sql.all('select t.path from asset_tag x join tag t on t.id = x.tag_id where x.asset_id = ? order by t.path', a.id),
  people: house.db.sql.all('select p.name, f.x, f.w from face f join person p on p.id = f.person_id where f.asset_id = ? order by p.name', a.id),
  contributions: house.db.sql.all('select original_name n from contribution where asset_id = ? order by n', a.id), job: house.db.sql.all(`select payload ->> '$.name' n from job where key = ? and state = 'queued'`, previewKey(a.id)),
}));
function permutations<T>(list: T[]): T[][] {
  return list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest]));
}
/** Every counter and every row that is sorted by an asset's place agrees with the rows. */
async function sound(): Promise<void> {
  const { sql } = house.db;
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  for (const person of [ann, bob]) {
    const seen = new Set<string>();
    const months = new Map<number, number>();
    for (const r of sql.all<{ sha256: string; month: number; archived: number | null }>(
      'select a.sha256, a.month, s.archived from asset a join membership m on m.library_id = a.library_id and m.user_id = ? and m.show = 1 left join asset_user s on s.asset_id = a.id and s.user_id = m.user_id where a.vis = 1 order by a.id', person.id)) {
      if (seen.has(r.sha256)) continue;
      seen.add(r.sha256);
      if (!r.archived) months.set(r.month, (months.get(r.month) ?? 0) + 1);
    }
    expect(Object.fromEntries((await timeline.months(person.id)).months.map((m) => [m.month, m.count]))).toEqual(Object.fromEntries(months));
    expect(new DataView((await timeline.layout(person.id)).buffer).getUint32(8, true)).toBe([...months.values()].reduce((n, m) => n + m, 0));
  }
  expect(sql.get('select coalesce(sum(n), 0) n from geo_cell where z = 2')).toEqual(sql.get('select count(*) n from asset where vis = 1 and lat is not null'));
  for (const table of ['asset_user', 'asset_tag', 'album_asset', 'face']) expect(sql.get(`select count(*) n from ${table} x left join asset a on a.id = x.asset_id where a.id is null or x.ord <> a.ord`), table).toEqual({ n: 0 });
  expect(sql.get(`select count(*) n from asset a where (select count(*) from file f where f.asset_id = a.id and f.shown = 1) <> 1 or (select count(*) from file f where f.asset_id = a.id and f.role = 'original') <> 1`)).toEqual({ n: 0 });
  expect(sql.get('select count(*) n from contribution c join file f on f.id = c.file_id where c.asset_id <> f.asset_id')).toEqual({ n: 0 });
  expect(sql.get(`select count(*) n from job j where state = 'queued' and not exists (select 1 from asset a join file f on f.asset_id = a.id and f.shown = 1 where j.key = 'preview:' || a.id and j.payload ->> '$.fileId' = f.uuid)`)).toEqual({ n: 0 });
}

const HEIC = { name: 'IMG_4120.HEIC', facts: { contentId: 'A', rating: 4, lat: 1, lon: 2, tags: ['sea'], people: [{ name: 'Cleo', region: { x: 0.1, y: 0.1, w: 0.2, h: 0.2 } }], sources: { rating: 'xmp' as const } } };
const MOV = { name: 'IMG_4120.MOV', facts: { contentId: 'A', takenAtLocal: '2019-05-05T12:00:01', takenAtSource: 'quicktime' as const, tags: ['clip'], width: 320, height: 240 } };
const EDIT = { name: 'IMG_E4120.JPG', facts: { width: 480, height: 480, title: 'cropped' } };
const DNG = { name: 'IMG_4120.DNG', facts: { tags: ['raw'] } };

describe('whatever comes first', () => {
  const sets: [string, Coming[], string[][]][] = [
    ['live pair', [HEIC, MOV], [['IMG_4120.HEIC original shown', 'IMG_4120.MOV live']]],
    ['RAW and JPEG', [{ name: 'DSC_1.JPG' }, { name: 'DSC_1.dng' }], [['DSC_1.JPG original shown', 'DSC_1.dng raw']]],
    ['edited', [{ name: 'a.jpg' }, { name: 'a-bearbeitet.jpg' }], [['a-bearbeitet.jpg edited shown', 'a.jpg original']]],
    ['all four', [HEIC, MOV, EDIT, DNG], [['IMG_4120.DNG raw', 'IMG_4120.HEIC original', 'IMG_4120.MOV live', 'IMG_E4120.JPG edited shown']]],
    ['an edited live photo', [HEIC, MOV, EDIT, { name: 'IMG_E4120.MOV', facts: { contentId: 'A' } }], [['IMG_4120.HEIC original', 'IMG_4120.MOV live', 'IMG_E4120.JPG edited shown', 'IMG_E4120.MOV edited']]],
    ['two copies of a live photo with one mark', [{ name: 'live.JPG', facts: { contentId: 'B' } }, { name: 'live.MOV', facts: { contentId: 'B' } }, { name: 'renamed.JPG', facts: { contentId: 'B' } }, { name: 'other.MOV', facts: { contentId: 'B' } }],
      [['live.JPG original shown', 'live.MOV live'], ['other.MOV live', 'renamed.JPG original shown']]],
    ['a clip too many', [HEIC, MOV, { name: 'copy.MOV', facts: { contentId: 'A' } }], [['IMG_4120.HEIC original shown', 'IMG_4120.MOV live'], ['copy.MOV original shown']]],
    ['one clip, two stills', [{ name: 'x.JPG', facts: { contentId: 'C' } }, { name: 'y.JPG', facts: { contentId: 'C', takenAtLocal: '2019-05-05T12:00:02' } }, { name: 'z.MOV', facts: { contentId: 'C' } }], [['x.JPG original shown', 'z.MOV live'], ['y.JPG original shown']]],
    ['two renditions', [{ name: 'b.jpg' }, { name: 'b~2.jpg' }, { name: 'b~3.jpg' }], [['b.jpg original', 'b~2.jpg edited', 'b~3.jpg edited shown']]],
  ];
  test.each(sets)('%s', async (_what, all, want) => {
    let first: object[] | undefined;
    for (const order of permutations(all)) {
      await house.db.writeSql((sql) => { for (const table of ['asset', 'month_count', 'geo_cell', 'tag', 'person', 'job', 'hidden', 'hidden_count']) sql.run(`delete from ${table}`); });
      await arriveAll(order);
      expect(assets().map((a) => filesOf(a.id)), order.map((o) => o.name).join()).toEqual(want);
      first ??= picture();
      expect(picture(), order.map((o) => o.name).join()).toEqual(first);
      await sound();
    }
  });
});

const one = (): Row => {
  expect(assets()).toHaveLength(1);
  return assets()[0]!;
};
const idOf = (uuid: string): number => house.db.sql.get<{ id: number }>('select id from asset where uuid = ?', uuid)!.id;
const fileOf = (name: string): { id: number; uuid: string; assetId: number } => house.db.sql.get('select id, uuid, asset_id assetId from file where name = ?', name)!;
const sidecars = (): string[] => house.db.sql.all<{ path: string }>('select s.path from sidecar s order by s.asset_id').map((s) => s.path.split('/').at(-1)!);
const changes = (): string[] => house.db.sql.all<{ op: string; uuid: string }>(`select op, uuid from change where kind = 'asset' order by seq`).map((c) => `${c.op} ${c.uuid}`);

test('the oldest asset stays, under its id, with the facts of the still; who keeps the other hears that it is gone', async () => {
  const first = await arrive(MOV);
  const second = await arrive(HEIC);
  expect(second).toBe(first);
  const a = one();
  expect(a).toMatchObject({ uuid: first, type: 'image', original_name: 'IMG_4120.HEIC', taken_at_local: '2019-05-05T12:00:00', rating: 4, lat: 1, width: 640, parts: 1 });
  expect(JSON.parse(a.sources)).toEqual({ rating: 'xmp' });
  expect(changes().filter((c) => c.startsWith('delete'))).toHaveLength(1);
  expect(changes().at(-1)).toBe(`update ${first}`);
  expect(sidecars()).toEqual(['IMG_4120.HEIC.xmp']);
});

test('albums, covers, marks, tags and people of all parts come together', async () => {
  const [clip, still] = [idOf(await arrive({ ...MOV, name: 'b.MOV', facts: { ...MOV.facts, contentId: null } })), idOf(await arrive({ ...HEIC, name: 'a.HEIC', facts: { ...HEIC.facts, contentId: null } }))];
  await house.db.writeSql((sql) => {
    for (const [album, asset] of [[1, clip], [2, clip], [2, still]] as const) {
      sql.run('insert into album(id, uuid, name, cover_asset_id, owner_id, created_at, updated_at) values(?, ?, ?, ?, ?, 0, 0) on conflict do nothing', album, `album ${album}`, `Album ${album}`, clip, ann.id);
      sql.run('insert into album_asset(album_id, ord, asset_id, added_by, added_at) select ?, ord, id, ?, 0 from asset where id = ?', album, ann.id, asset);
    }
    sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 1, 1 from asset where id = ?', ann.id, clip);
    sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 0, 1 from asset where id = ?', bob.id, still);
    for (const id of [clip, still]) {
      sql.run('update asset set vis = 0 where id = ?', id);
      leaveTimeline(sql, counted(sql, id)!);
      sql.run('update asset set vis = 1 where id = ?', id);
      enterTimeline(sql, counted(sql, id)!);
    }
    sql.run(`insert into tag(id, uuid, name, path) values(99, 't', 'mine', 'mine')`);
    sql.run(`insert into asset_tag select 99, ord, id, 'user' from asset where id = ?`, clip);
    sql.run(`update file set content_id = 'Z'`); // the mark is found later
    groups.group(sql, still, fileOf('a.HEIC').id);
  });
  const a = one();
  expect(a.id).toBe(clip);
  const { sql } = house.db;
  expect(sql.all('select album_id n from album_asset order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(sql.all('select cover_asset_id n from album')).toEqual([{ n: clip }, { n: clip }]);
  expect(sql.all('select user_id u, favourite f, archived a from asset_user order by u')).toEqual([{ u: ann.id, f: 1, a: 0 }, { u: bob.id, f: 0, a: 1 }]); // what somebody put away was the clip alone; the still he did
  expect(sql.all('select t.path p from asset_tag x join tag t on t.id = x.tag_id order by p')).toEqual([{ p: 'clip' }, { p: 'mine' }, { p: 'sea' }]);
  await sound();
});

test('a clip that is taken in gives its cover and its favourite mark, and does not take the still into the archive', async () => {
  const [still, clip] = [idOf(await arrive({ name: 'a.HEIC' })), idOf(await arrive({ name: 'b.MOV' }))];
  await house.db.writeSql((sql) => {
    sql.run(`insert into album(id, uuid, name, cover_asset_id, owner_id, created_at, updated_at) values(1, 'x', 'Summer', ?, ?, 0, 0)`, clip, ann.id);
    sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 1, 1 from asset where id = ?', ann.id, clip);
    setHidden(sql, ann.id, counted(sql, clip)!, HIDDEN.archived, true);
    sql.run(`update file set content_id = 'Z'`);
    groups.group(sql, clip, fileOf('b.MOV').id);
  });
  expect(one().id).toBe(still);
  expect(house.db.sql.get('select cover_asset_id cover from album')).toEqual({ cover: still });
  expect(house.db.sql.all('select user_id u, favourite f, archived a from asset_user')).toEqual([{ u: ann.id, f: 1, a: 0 }]);
  await sound();
});

test('what a person changed holds over what files say, the newest first', async () => {
  const clip = idOf(await arrive({ ...MOV, name: 'b.MOV', facts: { ...MOV.facts, contentId: 'Q' } }));
  await house.db.writeSql((sql) => {
    sql.run(`update asset set title = 'mine', rating = 1, taken_at = 1000, taken_at_local = '2001-01-01T00:00:00', taken_at_source = 'user', edited = '{"title":5,"rating":5,"takenAt":5}', sources = '{"takenAt":"user"}' where id = ?`, clip);
    setLocalTime(sql, clip, localSeconds('2001-01-01T00:00:00'));
  });
  await arrive({ ...HEIC, name: 'a.HEIC', facts: { ...HEIC.facts, contentId: 'Q', title: 'theirs' } });
  expect(one()).toMatchObject({ title: 'mine', rating: 1, taken_at_local: '2001-01-01T00:00:00', original_name: 'a.HEIC', lat: 1 });
  expect(JSON.parse(one().edited)).toEqual({ title: 5, rating: 5, takenAt: 5 });
  expect(house.db.sql.get('select month from asset')).toEqual({ month: 200101 });
  await sound();
});

describe('what people said about both', () => {
  const edits = createEdits({ enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)), sidecarDue });
  const edit = (id: number, change: FactChange, at: number, source: 'user' | 'sidecar' = 'user'): Promise<unknown> => house.db.writeSql((sql) => edits.apply(sql, id, change, source, at));
  const marked = (id: number): Promise<unknown> => house.db.writeSql((sql) => { sql.run(`update file set content_id = 'Z'`); return groups.group(sql, id, sql.get<{ id: number }>('select id from file where asset_id = ?', id)!.id); });
  const conflicts = (): { fact: string; lost: string | null; lostFrom: string; at: string }[] => JSON.parse(one().conflicts) as never;
  const iso = (ms: number): string => new Date(ms).toISOString();

  test('tags are united; words, stars and dates that lose are kept as conflicts', async () => {
    const still = idOf(await arrive({ name: 'a.HEIC', facts: { tags: ['sea', 'sky'] } }));
    const clip = idOf(await arrive({ name: 'b.MOV', facts: { tags: ['clip'] } }));
    await edit(still, { tags: ['Beach', 'sea'], title: 'Title of the first', rating: 3, takenAtLocal: '2001-01-01T00:00:00', description: 'same' }, 1000);
    await edit(clip, { tags: ['Anna'], title: 'Title of the second', rating: 4, description: 'same' }, 2000);
    await marked(still);
    expect(picture()).toMatchObject([{ tags: [{ path: 'Anna' }, { path: 'Beach' }], title: 'Title of the second', rating: 4, at: '2001-01-01T00:00:00' }]); // "sea" is in the picture itself
    expect(conflicts()).toEqual([{ fact: 'rating', lost: '3', lostFrom: 'here', at: iso(1000) }, { fact: 'title', lost: 'Title of the first', lostFrom: 'here', at: iso(1000) }]);
    await sound();
  });
  test('what came with a sidecar is nowhere else', async () => {
    const sources = { title: 'sidecar', tags: 'sidecar', people: 'sidecar' } as const;
    const still = idOf(await arrive({ name: 'a.HEIC', facts: { title: 'of the still', tags: ['Lightroom'], people: [{ name: 'Cleo', region: null }, { name: 'Dan', region: null }], sources } }));
    const clip = idOf(await arrive({ name: 'b.MOV', facts: { title: 'of the clip', tags: ['digiKam'], sources: { ...sources } } }));
    await edit(clip, { tags: ['Anna'], people: [{ name: 'Dan', region: null }] }, 2000);
    await marked(still);
    expect(picture()).toMatchObject([{ tags: [{ path: 'Anna' }, { path: 'Lightroom' }], title: 'of the still', people: [{ name: 'Cleo' }, { name: 'Dan' }] }]);
    expect(conflicts()).toMatchObject([{ fact: 'title', lost: 'of the clip', lostFrom: 'sidecar' }]);
  });
  test('one conflict for each fact, with those from before', async () => {
    const [still, clip] = [idOf(await arrive({ name: 'a.HEIC' })), idOf(await arrive({ name: 'b.MOV' }))];
    await edit(still, { description: 'first', title: 'x' }, 1000);
    await edit(clip, { description: 'second', title: 'x' }, 2000);
    const old = (fact: 'description' | 'rating' | 'title' | 'tags', lost: string, at: number): Conflict => ({ fact, lost, lostFrom: 'sidecar', at: iso(at) });
    await house.db.writeSql((sql) => {
      setConflicts(sql, still, [old('description', 'from before', 500), old('rating', '1', 1), old('title', 'x', 1), old('tags', 'a\nb', 3)]);
      setConflicts(sql, clip, [old('rating', '2', 2), old('tags', 'b\nc', 4)]);
    });
    await marked(still);
    expect(conflicts().toSorted((a, b) => a.fact.localeCompare(b.fact))).toEqual([
      { fact: 'description', lost: 'first\nfrom before', lostFrom: 'here', at: iso(1000) }, { fact: 'rating', lost: '2', lostFrom: 'sidecar', at: iso(2) }, { fact: 'tags', lost: 'b\nc\na', lostFrom: 'sidecar', at: iso(4) },
    ]);
  });
});

test('a clip that a better one displaces stays in the archive', async () => {
  const still = idOf(await arrive(HEIC));
  await arrive({ ...MOV, name: 'copy.MOV' });
  expect(filesOf(one().id)).toEqual(['IMG_4120.HEIC original shown', 'copy.MOV live']);
  await house.db.writeSql((sql) => {
    sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 1, 1 from asset', ann.id);
    setHidden(sql, ann.id, counted(sql, still)!, HIDDEN.archived, true);
  });
  await arrive(MOV);
  expect(filesOf(fileOf('copy.MOV').assetId)).toEqual(['copy.MOV original shown']);
  expect(house.db.sql.all('select favourite f, archived a from asset_user where asset_id = ?', fileOf('copy.MOV').assetId)).toEqual([{ f: 0, a: 1 }]);
  expect((await createTimeline({ db: house.db, wanted: () => undefined }).months(ann.id)).total).toBe(0);
  await sound();
});

test('an error while parts are put together leaves them apart and everything else as it is', async () => {
  await arrive({ name: 'a.jpg' });
  const { id, uuid, assetId } = await arrive({ name: 'z.jpg' }).then(() => fileOf('z.jpg'));
  const before = [picture(), changes()];
  broken = true;
  const answer = await house.db.writeSql((sql) => {
    sql.run(`update file set name = 'a-edited.jpg', stem = 'a' where id = ?`, id);
    return groups.group(sql, assetId, id);
  });
  expect([assets().some((a) => a.uuid === answer.assetUuid && a.id === assetId), errors.length, assets().length]).toEqual([true, 1, 2]);
  await house.db.writeSql((sql) => sql.run(`update file set name = 'z.jpg' where uuid = ?`, uuid));
  expect([picture(), changes()]).toEqual(before);
  await sound();
  broken = false;
  errors.length = 0;
  await house.db.writeSql((sql) => { sql.run(`update file set name = 'a-edited.jpg' where id = ?`, id); groups.around(sql, assetId); });
  expect(assets()).toHaveLength(1);
});

test('what another program wrote into the sidecar since holds too, also where the file came with one', async () => {
  const sidecar = { rating: 'sidecar', title: 'sidecar', tags: 'sidecar', gps: 'sidecar' } as const;
  const still = idOf(await arrive({ ...HEIC, facts: { ...HEIC.facts, title: 'as it came', sources: sidecar } }));
  await house.db.writeSql((sql) => {
    sql.run(`update asset set title = 'digiKam' where id = ?`, still);
    sql.run('delete from asset_tag');
    putTags(sql, still, assets()[0]!.ord, ['harbour'], randomUUID);
  });
  await arrive(MOV);
  expect(one()).toMatchObject({ title: 'digiKam', rating: 4, lat: 1 });
  expect(picture()).toMatchObject([{ tags: [{ path: 'harbour' }] }]); // not the clip's, nor what is gone
  expect(JSON.parse(one().sources)).toEqual(sidecar);
  await sound();
});

test('the sidecar of the original goes on, what is known of the others is kept, and a file that leaves takes its own along', async () => {
  const clip = await arrive(MOV);
  const known = (title: string): Promise<unknown> => house.db.writeSql((sql) => sql.run('update sidecar set base = ?, mtime_ms = 1, bytes = 1', JSON.stringify({ title })));
  await known('clip');
  const whole = await arrive(HEIC);
  expect([clip === whole, sidecars()]).toEqual([true, ['IMG_4120.HEIC.xmp']]);
  await arrive(EDIT);
  expect(sidecars()).toEqual(['IMG_4120.HEIC.xmp']);
  const { old } = house.db.sql.get<{ old: string }>('select old from sidecar')!;
  expect(JSON.parse(old)).toMatchObject([{ path: expect.stringMatching(/IMG_4120\.MOV\.xmp$/) as string, base: { title: 'clip' }, stamp: { mtimeMs: 1, bytes: 1 } }]);
  const made = await house.db.writeSql((sql) => groups.split(sql, ann.id, whole, fileOf('IMG_E4120.JPG').uuid));
  expect(sidecars()).toEqual(['IMG_4120.HEIC.xmp', 'IMG_E4120.JPG.xmp']);
  expect(house.db.sql.get('select asset_id id from sidecar where path like ?', '%E4120%')).toEqual({ id: idOf(made.assetUuid) });
});

test('a preview that is ready stays with its file; another shown file gets its own, and a lease for what is gone ends in peace', async () => {
  const still = idOf(await arrive({ ...HEIC, name: 'c.jpg' }));
  const ready = (sql: Sql, id: number, version: string): void => setPreview(sql, id, { width: 600, height: 450, thumbhash: 'AAAA', dhash: '0'.repeat(16), durationMs: null, problems: [], version, ratio: 85, allProblems: [] });
  await house.db.writeSql((sql) => {
    sql.run(`update job set state = 'done'`);
    ready(sql, still, 'v1');
  });
  await arrive({ ...MOV, name: 'c.MOV', facts: { ...MOV.facts, contentId: null } });
  expect(one()).toMatchObject({ preview: 'ready', preview_version: 'v1', width: 600 }); // the clip changes nothing that is shown
  expect(house.db.sql.all(`select 1 from job where state = 'queued'`)).toEqual([]);

  // a worker is at the rendition's preview while the original comes: its asset goes into the older one or stays, its result counts only for what is shown
  const worker = await house.db.writeSql((sql) => {
    sql.run('delete from job');
    sql.run('delete from asset');
    for (const table of ['month_count', 'geo_cell', 'hidden', 'hidden_count']) sql.run(`delete from ${table}`);
    return () => takeJob(sql, sql.get<{ id: number }>(`select id from job where state = 'queued'`)!.id, 'w', 1000, Date.now());
  });
  await arrive({ name: 'd.jpg' });
  const lease = await house.db.writeSql(() => worker());
  await arrive({ name: 'd-edited.jpg' });
  expect(one().preview).toBe('waiting');
  await house.db.writeSql((sql) => {
    doneJob(sql, { id: lease.id, worker: 'w', token: lease.token }, {}, Date.now());
    preview.end.done(sql, lease, { width: 1, height: 1, thumbhash: 'AAAA', dhash: '0'.repeat(16), durationMs: null, problems: [], version: 'old' });
  });
  expect(one()).toMatchObject({ preview: 'waiting', preview_version: '' });
  expect(house.db.sql.all(`select payload ->> '$.name' n from job where state = 'queued'`)).toEqual([{ n: 'd-edited.jpg' }]);
  await sound();
});

test('what lies in the trash, in another library or from another hand is not joined', async () => {
  const clip = await arrive({ ...MOV, facts: { ...MOV.facts, contentId: null } });
  await house.db.writeSql((sql) => {
    sql.run('update asset set vis = 0, trashed_at = 1 where uuid = ?', clip);
    leaveTimeline(sql, counted(sql, idOf(clip))!);
  });
  await arrive({ ...HEIC, facts: { ...HEIC.facts, contentId: null } });
  expect(assets()).toHaveLength(2);
  await house.db.writeSql((sql) => {
    sql.run('update asset set vis = 1, trashed_at = null where uuid = ?', clip);
    enterTimeline(sql, counted(sql, idOf(clip))!);
    groups.around(sql, idOf(clip));
  });
  expect(filesOf(one().id)).toEqual(['IMG_4120.HEIC original shown', 'IMG_4120.MOV live']); // restored, it finds its still
  await sound();
  await arrive({ name: 'e.HEIC', library: 'Ann' });
  await arrive({ name: 'e.MOV' });
  await arrive({ name: 'f.HEIC' });
  await arrive({ name: 'f.MOV', by: bob });
  expect(assets().map((a) => filesOf(a.id).length)).toEqual([2, 1, 1, 1, 1]);
  await sound();
});

test('twins are told by the still, whatever clips hang on it', async () => {
  await arrive({ name: 'g.HEIC', library: 'Ann', sha256: 'twin' });
  await arrive({ name: 'g.MOV' });
  await arrive({ name: 'g.HEIC', sha256: 'twin' });
  expect(assets()).toHaveLength(2);
  const timeline = createTimeline({ db: house.db, wanted: () => undefined });
  expect((await timeline.months(ann.id)).total).toBe(1);
  await sound();
});

describe('taking apart', () => {
  test('a file becomes an asset of its own with its own facts, stays in the albums, and stays apart', async () => {
    const whole = await arrive(HEIC);
    await arriveAll([MOV, DNG]);
    await house.db.writeSql((sql) => {
      sql.run(`insert into album(id, uuid, name, owner_id, created_at, updated_at) values(1, 'x', 'Summer', ?, 0, 0)`, ann.id);
      sql.run('insert into album_asset(album_id, ord, asset_id, added_by, added_at) select 1, ord, id, ?, 0 from asset', ann.id);
      sql.run('insert into asset_user(user_id, asset_id, ord, favourite, archived) select ?, id, ord, 1, 0 from asset', ann.id);
    });
    const made = (await house.db.writeSql((sql) => groups.split(sql, ann.id, whole, fileOf('IMG_4120.MOV').uuid))).assetUuid;
    expect(assets().map((a) => [a.uuid, a.type, a.parts, filesOf(a.id)])).toEqual([
      [whole, 'image', 2, ['IMG_4120.DNG raw', 'IMG_4120.HEIC original shown']], [made, 'video', 0, ['IMG_4120.MOV original shown']],
    ]);
    expect(house.db.sql.get('select count(*) n from album_asset')).toEqual({ n: 2 });
    expect(house.db.sql.get('select count(*) n from asset_user where favourite = 1')).toEqual({ n: 2 });
    expect(changes().slice(-2)).toEqual([`update ${whole}`, `create ${made}`]);
    await sound();
    // a new part makes the rules look again; what was taken apart stays so
    await arrive(EDIT);
    expect(assets().map((a) => filesOf(a.id))).toEqual([['IMG_4120.DNG raw', 'IMG_4120.HEIC original', 'IMG_E4120.JPG edited shown'], ['IMG_4120.MOV original shown']]);
    await sound();
  });

  test('the original itself can go: what stays chooses another', async () => {
    const whole = await arrive(HEIC);
    await arriveAll([MOV, EDIT]);
    const made = (await house.db.writeSql((sql) => groups.split(sql, ann.id, whole, fileOf('IMG_4120.HEIC').uuid))).assetUuid;
    expect([whole, made].map((uuid) => filesOf(idOf(uuid)))).toEqual([['IMG_4120.MOV live', 'IMG_E4120.JPG original shown'], ['IMG_4120.HEIC original shown']]);
    await sound();
  });

  test('refusals', async () => {
    const whole = await arrive(HEIC);
    const split = (by: Person, uuid: string, file: string): Promise<unknown> => house.db.writeSql((sql) => groups.split(sql, by.id, uuid, file));
    const heic = fileOf('IMG_4120.HEIC').uuid;
    await expect(split(ann, whole, heic)).rejects.toMatchObject({ type: 'conflict' });
    await arrive(MOV);
    await expect(split(ann, randomUUID(), heic)).rejects.toMatchObject({ type: 'not_found' });
    await expect(split(ann, whole, randomUUID())).rejects.toMatchObject({ type: 'not_found' });
    await house.db.writeSql((sql) => sql.run(`update membership set role = 'viewer' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
    await expect(split(bob, whole, heic)).rejects.toMatchObject({ type: 'forbidden' });
    await house.db.writeSql((sql) => sql.run(`update membership set role = 'contributor' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
    await expect(split(bob, whole, heic)).rejects.toMatchObject({ type: 'forbidden' }); // he brought in none of it
    await house.db.writeSql((sql) => sql.run('update asset set vis = 0, trashed_at = 1'));
    await expect(split(ann, whole, heic)).rejects.toMatchObject({ type: 'conflict' });
  });
});

test('who else brought in a part brings the parts together; nobody trashes what another brought in', async () => {
  await arrive({ name: 'h.HEIC' });
  await arrive({ name: 'h.MOV', by: bob });
  expect(assets()).toHaveLength(2);
  const still = fileOf('h.HEIC');
  await house.db.writeSql((sql) => {
    recordContribution(sql, { assetId: still.assetId, fileId: still.id, userId: bob.id, originalName: 'h.HEIC' });
    groups.group(sql, still.assetId, still.id);
  });
  const { uuid } = one();
  expect([ann, bob].map((p) => assetFor(house.db.sql, p.id, uuid)!.mine)).toEqual([0, 1]); // the clip is Bob's alone, the still both brought in
});

test('partners are found by the index', () => {
  const asked: string[] = [];
  nearby({ get: () => undefined, all: (text) => { asked.push(text); return []; } }, 1, { stem: 'a', takenAt: 0, contentId: 'x' });
  const plans = asked.map((text) => house.db.sql.all<{ detail: string }>(`explain query plan ${text}`, ...Array.from({ length: text.split('?').length - 1 }, () => 1)).map((r) => r.detail).join());
  expect(plans).toEqual([expect.stringContaining('file_stem (library_id=? AND stem=? AND taken_at>'), expect.stringContaining('file_content_id (library_id=? AND content_id=?')]);
});

test('a name that many share stays quick and joins nothing', async () => {
  const started = performance.now();
  for (let n = 0; n < 150; n++) await arrive({ name: 'image.jpg', sha256: String(n), facts: { takenAtLocal: `2019-05-05T12:${String(Math.floor(n / 60)).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}` } });
  expect(assets()).toHaveLength(150);
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('random arrivals, trash and splits: counters always agree', async () => {
  const pick = ((s) => (n: number): number => { s = (Math.imul(s, 1664525) + 1013904223) >>> 0; return Math.floor((s / 2 ** 32) * n); })(7);
  for (let step = 0; step < 120; step++) {
    const n = pick(8);
    const kind = pick(5);
    const name = [`IMG_${4000 + n}.HEIC`, `IMG_${4000 + n}.MOV`, `IMG_${4000 + n}.DNG`, `IMG_E${4000 + n}.JPG`, `IMG_${4000 + n}-edited.jpg`][kind]!;
    const library = pick(3) ? 'Family' : 'Ann';
    const sha256 = createHash('sha256').update(name).digest('hex');
    if (step % 4 !== 3) {
      if (house.db.sql.get('select 1 from file where sha256 = ? and library_id = ?', sha256, house.libraryId(library))) continue;
      await arrive({ name, library, facts: { takenAtLocal: `2019-0${1 + n}-05T12:00:0${kind === 1 ? 1 : 0}`, ...(kind === 1 ? {} : { lat: n, lon: n }), contentId: n % 2 && kind < 2 ? `C${n}` : null } });
      continue;
    }
    const all = house.db.sql.all<{ id: number; uuid: string; vis: number; file: string; files: number }>('select a.id, a.uuid, a.vis, f.uuid file, (select count(*) from file g where g.asset_id = a.id) files from asset a join file f on f.asset_id = a.id');
    const a = all[pick(all.length)]!;
    await house.db.writeSql((sql) => {
      if (a.files > 1 && a.vis && pick(2)) groups.split(sql, ann.id, a.uuid, a.file);
      else {
        sql.run('update asset set vis = 1 - vis, trashed_at = iif(vis, 1, null) where id = ?', a.id);
        (a.vis ? leaveTimeline : enterTimeline)(sql, counted(sql, a.id)!);
      }
    });
    await sound();
  }
  expect(house.db.sql.get<{ n: number }>('select max(n) n from (select count(*) n from file group by asset_id)')!.n).toBeGreaterThan(2);
});
