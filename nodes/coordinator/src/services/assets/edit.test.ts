import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, insertAsset, openHouse, type Person } from '../../testing/house.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, setHidden, setLocalTime } from '../timeline/counters.repository.ts';
import { localSeconds } from '../timeline/ord.ts';
import { type Assets, createAssets } from './assets.ts';
import { createEdits } from './edit.ts';
import { setConflicts } from './edit.repository.ts';

let house: House;
let ann: Person;
let assets: Assets;
let id: string;
let rowId: number;
const due: number[] = [];
const opened: number[] = [];
const regrouped: [number, number][] = [];

beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  due.length = opened.length = regrouped.length = 0;
  const enter = (sql: Parameters<typeof enterTimeline>[0], a: number): void => enterTimeline(sql, counted(sql, a)!);
  const leave = (sql: Parameters<typeof enterTimeline>[0], a: number): void => leaveTimeline(sql, counted(sql, a)!);
  const edits = createEdits({ enter, leave, setLocalTime: (sql, a, local) => setLocalTime(sql, a, localSeconds(local)), sidecarDue: (_sql, a) => void due.push(a) });
  assets = createAssets({ db: house.db, enter, leave, hideArchived: (sql, user, a, on) => setHidden(sql, user, counted(sql, a)!, HIDDEN.archived, on), edit: edits.apply, sidecarDue: (_sql, a) => void due.push(a), regroup: (sql, a) => void regrouped.push([a, sql.get<{ vis: number }>('select vis from asset where id = ?', a)!.vis]), opened: (a) => void opened.push(a) });
  ({ id: rowId, uuid: id } = await house.db.writeSql((sql) => insertAsset(sql, { libraryId: house.libraryId('Ann'), local: '2020-05-06T07:08:09', lat: 10, lon: 20 })));
});
afterEach(() => house.close());
const raw = (): Record<string, unknown> => house.db.sql.get('select * from asset where id = ?', rowId)!;
const months = (): unknown[] => house.db.sql.all('select month, n from month_count where n <> 0');
const cells = (): number => house.db.sql.get<{ n: number }>('select count(*) n from geo_cell')!.n;
const changes = (): number => house.db.sql.get<{ n: number }>(`select count(*) n from change where kind = 'asset' and op = 'update'`)!.n;

test('the date: place in time, month, UTC, sources, sidecar and change log follow', async () => {
  await house.db.writeSql((sql) => sql.run(`update asset set problems = '["no_date","truncated"]' where id = ?`, rowId));
  await assets.favourite(ann.id, [id], true);
  await assets.update(ann.id, id, { tags: ['x'] });
  const a = await assets.update(ann.id, id, { takenAtLocal: '1987-12-24T18:00:00', offset: '+01:00' });
  expect(a).toMatchObject({ takenAtLocal: '1987-12-24T18:00:00', takenAt: '1987-12-24T17:00:00.000Z', offset: '+01:00', takenAtSource: 'user', problems: ['truncated'], sources: { takenAt: 'user', offset: 'user', tags: 'user' }, favourite: true, tags: ['x'] });
  expect(raw()).toMatchObject({ month: 198712 });
  const ord = raw().ord;
  for (const table of ['asset_user', 'asset_tag']) expect(house.db.sql.all(`select ord from ${table} where asset_id = ?`, rowId)).toEqual([{ ord }]);
  expect(months()).toEqual([{ month: 198712, n: 1 }]);
  expect(due).toContain(rowId);
  expect(JSON.parse(raw().edited as string)).toMatchObject({ takenAt: expect.closeTo(Date.now(), -4) as number, offset: expect.any(Number) as number });
  // the zone alone moves the moment, not the wall clock
  expect(await assets.update(ann.id, id, { offset: null })).toMatchObject({ takenAtLocal: '1987-12-24T18:00:00', takenAt: '1987-12-24T18:00:00.000Z', offset: null });
});
test('the place: the map follows, taken away as well', async () => {
  const before = cells();
  expect(await assets.update(ann.id, id, { gps: [-54.8, -68.3] })).toMatchObject({ gps: [-54.8, -68.3], altitude: null, sources: { gps: 'user' } });
  expect(cells()).toBe(before);
  expect((await assets.update(ann.id, id, { gps: null })).gps).toBeNull();
  expect([cells(), months()]).toEqual([0, [{ month: 202005, n: 1 }]]);
});
test('tags: exactly these, levels tidied, those that stay keep their source', async () => {
  await house.db.writeSql((sql) => {
    sql.run(`insert into tag(uuid, name, path) values('t', 'kept', 'kept')`);
    sql.run(`insert into asset_tag(tag_id, ord, asset_id, source) values(last_insert_rowid(), 0, ?, 'file')`, rowId);
  });
  expect((await assets.update(ann.id, id, { tags: ['kept', ' Orte / Süd ', 'Orte/Süd', '/'] })).tags).toEqual(['Orte/Süd', 'kept']);
  expect(house.db.sql.all('select path, source from asset_tag x join tag t on t.id = x.tag_id order by path')).toEqual([{ path: 'Orte/Süd', source: 'user' }, { path: 'kept', source: 'file' }]);
  expect((await assets.update(ann.id, id, { tags: [] })).tags).toEqual([]);
});
test('tags one by one: two people who add and remove at once both get what they want', async () => {
  await assets.update(ann.id, id, { tags: ['old', 'Family/Ann'] });
  const bob = await house.addPerson('Bob');
  await house.db.writeSql((sql) => sql.run(`insert into membership(library_id, user_id, role) values(?, ?, 'contributor')`, house.libraryId('Ann'), bob.id));
  due.length = 0;
  await Promise.all([assets.update(ann.id, id, { addTags: ['Sea', ' Orte / Süd '] }), assets.update(bob.id, id, { addTags: ['Beach', 'FAMILY/ann'], removeTags: ['old', 'sea'] })]);
  expect(assets.get(ann.id, id)).toMatchObject({ tags: ['Beach', 'Family/Ann', 'Orte/Süd', 'Sea'], sources: { tags: 'user' } });
  expect(due).toEqual([rowId, rowId]);
  due.length = 0;
  await assets.update(ann.id, id, { addTags: ['sea', 'sea', '/'], removeTags: ['nowhere'] });
  expect(due).toEqual([]); // nothing is different
  expect((await assets.update(ann.id, id, { tags: ['a', 'b'], removeTags: ['b', 'c'], addTags: ['c', 'C'] })).tags).toEqual(['a', 'c']);
});
test('words and stars; blank words are none; what is the same is no change', async () => {
  expect(await assets.update(ann.id, id, { title: 'T', description: 'a\nb', rating: 4 })).toMatchObject({ title: 'T', description: 'a\nb', rating: 4, sources: { title: 'user', rating: 'user' } });
  const told = changes();
  due.length = 0;
  await assets.update(ann.id, id, { title: 'T', rating: 4 });
  expect([changes() - told, due]).toEqual([0, []]);
  expect((await assets.update(ann.id, id, { title: ' ' })).title).toBeNull();
});
test('days and zones that do not exist are refused, and nothing is changed', async () => {
  for (const change of [{ takenAtLocal: '2021-02-30T00:00:00' }, { takenAtLocal: '2021-13-01T00:00:00' }, { takenAtLocal: '0001-01-01T00:00:00' }, { takenAtLocal: '2300-01-01T00:00:00' }, { offset: '+15:00' }, { offset: '+01:99' }, { offset: '-13:00' }]) {
    await expect(assets.update(ann.id, id, { title: 'no', ...change })).rejects.toMatchObject({ type: 'bad_request' });
  }
  expect(raw()).toMatchObject({ title: null, taken_at_local: '2020-05-06T07:08:09' });
});
test('a viewer changes nothing', async () => {
  const bob = await house.addPerson('Bob');
  await house.db.writeSql((sql) => sql.run(`insert into membership(library_id, user_id, role) values(?, ?, 'viewer')`, house.libraryId('Ann'), bob.id));
  await expect(assets.update(bob.id, id, { title: 'no' })).rejects.toMatchObject({ type: 'forbidden' });
});
test('a guess that somebody confirms is no guess any more', async () => {
  await house.db.writeSql((sql) => sql.run(`update asset set taken_at_source = 'upload', problems = '["no_date"]' where id = ?`, rowId));
  expect(await assets.update(ann.id, id, { takenAtLocal: '2020-05-06T07:08:09' })).toMatchObject({ takenAtSource: 'user', problems: [] });
});
test('in the trash: edits work and nothing is counted', async () => {
  await assets.trash(ann.id, [id]);
  await assets.update(ann.id, id, { takenAtLocal: '1990-01-01T00:00:00', gps: [1, 1] });
  expect([months(), cells()]).toEqual([[], 0]);
  await assets.restore(ann.id, [id]);
  expect(months()).toEqual([{ month: 199001, n: 1 }]);
});
test('a conflict is settled: what holds stays, or the other value comes back; an edit settles it, too', async () => {
  const at = new Date(0).toISOString();
  const conflicts = [
    { fact: 'title', lost: 'other', lostFrom: 'sidecar', at }, { fact: 'takenAt', lost: '1999-01-02T03:04:05', lostFrom: 'here', at }, { fact: 'offset', lost: '+05:45', lostFrom: 'here', at }, { fact: 'gps', lost: '1.5, -2.5', lostFrom: 'here', at },
    { fact: 'tags', lost: 'a/b\nc', lostFrom: 'here', at }, { fact: 'people', lost: 'Ana\nBen', lostFrom: 'here', at }, { fact: 'rating', lost: null, lostFrom: 'here', at }, { fact: 'description', lost: 'x', lostFrom: 'here', at },
  ] as Parameters<typeof setConflicts>[2];
  await assets.update(ann.id, id, { title: 'mine', rating: 3 });
  await house.db.writeSql((sql) => setConflicts(sql, rowId, conflicts));
  expect(await assets.settle(ann.id, id, 'title', 'held')).toMatchObject({ title: 'mine' });
  for (const fact of ['takenAt', 'offset', 'gps', 'tags', 'people', 'rating'] as const) await assets.settle(ann.id, id, fact, 'lost');
  expect(assets.get(ann.id, id)).toMatchObject({ takenAtLocal: '1999-01-02T03:04:05', offset: '+05:45', gps: [1.5, -2.5], tags: ['a/b', 'c'], people: [{ name: 'Ana', region: null }, { name: 'Ben', region: null }], rating: null, conflicts: [{ fact: 'description' }] });
  await expect(assets.settle(ann.id, id, 'title', 'lost')).rejects.toMatchObject({ type: 'not_found' });
  expect((await assets.update(ann.id, id, { description: 'settled' })).conflicts).toEqual([]);
  expect(opened).toContain(rowId);
});
test('what comes back from the trash looks for its parts, visible again', async () => {
  await assets.trash(ann.id, [id]);
  expect(regrouped).toEqual([]);
  expect([await assets.restore(ann.id, [id]), await assets.restore(ann.id, [id])]).toEqual([1, 0]);
  expect(regrouped).toEqual([[rowId, 1]]);
});
