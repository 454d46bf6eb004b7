import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DECODERS } from '@mantel/contracts/models/job.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sql } from '../../db/database.ts';
import { readSetting, writeSetting } from '../../db/settings.ts';
import { createExiftool, type Exiftool } from '../../library/exiftool.ts';
import { createFacts } from '../../library/facts/facts.ts';
import { UNKNOWN_MIME } from '../../library/facts/kinds.ts';
import { openMarker } from '../../library/marker.ts';
import { type House, insertAsset, openHouse, type Person } from '../../testing/house.ts';
import { insertJob } from '../jobs/queue.repository.ts';
import { counted, enterTimeline, leaveTimeline, setLocalTime } from '../timeline/counters.repository.ts';
import { localSeconds } from '../timeline/ord.ts';
import { createEdits } from './edit.ts';
import { createPreview, previewKey } from './preview.ts';
import { createRetry, type Retry } from './retry.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
let house: House;
let ann: Person;
let exiftool: Exiftool;
let retry: Retry;
let wakes = 0;
const regrouped: number[] = [];
const open = async (meanwhile = async (): Promise<void> => undefined): Promise<Retry> => createRetry({
  db: house.db, data: house.data, facts: { read: async (...what) => { const read = await createFacts({ log: { warn: () => undefined }, exiftool }).read(...what); await meanwhile(); return read; } }, marker: await openMarker(house.db, house.data), preview: createPreview({ data: house.data, ratioByte: () => 64, enqueue: insertJob }), wake: () => void wakes++,
  enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), move: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)), regroup: (_sql, id) => void regrouped.push(id), log: { info: () => undefined, warn: () => undefined },
});
beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  exiftool = createExiftool();
  wakes = 0;
  regrouped.length = 0;
  retry = await open();
});
afterEach(async () => {
  await retry.stop();
  await exiftool.close();
  await house.close();
});

/** An asset that could not be shown, with its file on the disk. */
async function failed(name: string, bytes: Buffer, { mime = UNKNOWN_MIME, problems = ['undecodable', 'no_date'], more = {} }: { mime?: string; problems?: string[]; more?: Record<string, string | number> } = {}): Promise<{ id: number; uuid: string }> {
  const made = await house.db.writeSql((sql) => {
    const asset = insertAsset(sql, { libraryId: house.libraryId('Family'), local: '2024-01-01T00:00:00' });
    const path = join('library', 'Family', String(asset.id), name);
    sql.run(`update asset set preview = 'failed', problems = ?, taken_at_source = 'upload' where id = ?`, JSON.stringify(problems), asset.id);
    for (const [column, value] of Object.entries(more)) sql.run(`update asset set ${column} = ? where id = ?`, value, asset.id);
    sql.run('update file set path = ?, path_key = ?, name = ?, mime = ?, bytes = ? where asset_id = ?', path, path, name, mime, bytes.length, asset.id);
    insertJob(sql, { kind: 'preview', key: previewKey(asset.id), libraryId: house.libraryId('Family'), payload: { assetId: asset.id } });
    sql.run(`update job set state = 'failed' where key = ?`, previewKey(asset.id));
    mkdirSync(join(house.data, dirname(path)), { recursive: true });
    writeFileSync(join(house.data, path), bytes);
    return asset;
  });
  return made;
}
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
const row = (id: number) => house.db.sql.get<{ preview: string; problems: string; local: string; source: string; title: string | null; make: string | null; mime: string; lat: number | null; month: number; type: string }>(
  'select a.preview, a.problems, a.taken_at_local local, a.taken_at_source source, a.title, a.make, a.lat, a.month, a.type, f.mime from asset a join file f on f.asset_id = a.id where a.id = ?', id)!;
const jobs = (id: number) => house.db.sql.all<{ state: string; prio: number; payload: string }>('select state, prio, payload from job where key = ? order by id', previewKey(id));

test('what a worker could not show is queued once more, in place of the job that failed', async () => {
  const a = await failed('a.jpg', fixture('orient-6.jpg'), { mime: 'image/jpeg', problems: ['undecodable'] });
  expect(await retry.assets(ann.id, [a.uuid])).toBe(1);
  expect(row(a.id).preview).toBe('waiting');
  expect(jobs(a.id).map((j) => [j.state, j.prio])).toEqual([['queued', 10]]);
  expect(wakes).toBe(1);
  expect(await retry.assets(ann.id, [a.uuid])).toBe(0); // it is on its way
});

test('what nobody understood when it came is looked at again: type, facts and place in time follow, and what people said stays', async () => {
  const a = await failed('a.jpg', fixture('tz-0330.jpg'), { more: { title: 'Ours', sources: '{"title":"user"}', edited: '{"title":1}' } });
  const before = house.db.sql.all('select month, n from month_count');
  expect(await retry.assets(ann.id, [a.uuid])).toBe(1);
  const now = row(a.id);
  expect(now).toMatchObject({ preview: 'waiting', mime: 'image/jpeg', title: 'Ours', source: 'exif', type: 'image' });
  expect(JSON.parse(now.problems)).toEqual([]);
  expect(now.month).toBe(Number(now.local.slice(0, 7).replace('-', '')));
  expect(house.db.sql.all('select month, n from month_count where n > 0')).toEqual([{ month: now.month, n: 1 }]);
  expect(before).not.toEqual(house.db.sql.all('select month, n from month_count where n > 0'));
  expect(JSON.parse(jobs(a.id)[0]!.payload)).toMatchObject({ assetId: a.id, mime: 'image/jpeg' });
  expect(regrouped).toEqual([a.id]); // it may belong to others, now that it is known
  const tagged = await failed('c.jpg', fixture('tags.jpg'));
  await retry.assets(ann.id, [tagged.uuid]);
  expect(house.db.sql.all('select t.path from asset_tag x join tag t on t.id = x.tag_id join asset a on a.id = x.asset_id and a.ord = x.ord where a.id = ?', tagged.id)).not.toEqual([]);
  const placed = await failed('b.jpg', fixture('gps-Lisbon.jpg'));
  await retry.assets(ann.id, [placed.uuid]);
  expect(row(placed.id).lat).toBeCloseTo(38.71, 1);
  expect(house.db.sql.get<{ n: number }>('select sum(n) n from geo_cell where z = (select min(z) from geo_cell)')).toEqual({ n: 1 });
});

test('a date that somebody set is not taken back by the file', async () => {
  const a = await failed('a.jpg', fixture('tz-0330.jpg'), { more: { taken_at_source: 'user', sources: '{"takenAt":"user"}', edited: '{"takenAt":1}' } });
  await retry.assets(ann.id, [a.uuid]);
  expect(row(a.id)).toMatchObject({ local: '2024-01-01T00:00:00', source: 'user', mime: 'image/jpeg' });
});

describe('while it is read', () => {
  const meanwhile = (work: (sql: Sql) => void): Promise<Retry> => open(() => house.db.writeSql(work));
  const counts = (): unknown[] => house.db.sql.all('select month, n from month_count where n <> 0');
  test('what a person edits holds', async () => {
    const a = await failed('a.jpg', fixture('tags.jpg'));
    const edits = createEdits({ enter: () => undefined, leave: () => undefined, setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)), sidecarDue: () => undefined });
    const busy = await meanwhile((sql) => void edits.apply(sql, a.id, { title: 'typed meanwhile', tags: ['mine'], takenAtLocal: '1987-12-24T18:00:00' }, 'user', 5));
    expect(await busy.assets(ann.id, [a.uuid])).toBe(1);
    expect(row(a.id)).toMatchObject({ title: 'typed meanwhile', source: 'user', month: 198712, preview: 'waiting' });
    expect(house.db.sql.get('select sources ->> ? title, sources ->> ? tags, edited ->> ? at from asset where id = ?', '$.title', '$.tags', '$.title', a.id)).toEqual({ title: 'user', tags: 'user', at: 5 });
    expect(house.db.sql.all('select t.path from asset_tag x join tag t on t.id = x.tag_id join asset a on a.id = x.asset_id and a.ord = x.ord')).toEqual([{ path: 'mine' }]);
    expect(counts()).toEqual([{ month: 198712, n: 1 }]);
  });
  test('what goes to the trash is counted no more', async () => {
    const a = await failed('a.jpg', fixture('tz-0330.jpg'));
    const busy = await meanwhile((sql) => { sql.run('update asset set vis = 0, trashed_at = 1 where id = ?', a.id); leaveTimeline(sql, counted(sql, a.id)!); });
    await busy.assets(ann.id, [a.uuid]);
    expect([counts(), row(a.id).mime, regrouped]).toEqual([[], 'image/jpeg', []]);
  });
  test('what is joined to another, or tried by somebody else, is left alone', async () => {
    const [a, b] = [await failed('a.jpg', fixture('tz-0330.jpg')), await failed('b.jpg', fixture('tz-0330.jpg'))];
    const busy = await meanwhile((sql) => { sql.run('delete from asset where id = ?', a.id); sql.run(`update asset set preview = 'waiting' where id = ?`, b.id); });
    expect(await busy.assets(ann.id, [a.uuid, b.uuid])).toBe(0);
    expect([row(b.id).mime, jobs(b.id).map((j) => j.state)]).toEqual([UNKNOWN_MIME, ['failed']]);
  });
});

test('what is empty, still not understood or gone from the disk stays as it is', async () => {
  const empty = await failed('a.jpg', Buffer.alloc(0), { problems: ['empty'] });
  const noise = await failed('b.jpg', fixture('garbage.jpg'));
  const cipher = await failed('c.jpg', Buffer.from('Salted__12345678'), { problems: ['encrypted'] });
  expect(await retry.assets(ann.id, [empty.uuid, noise.uuid, cipher.uuid])).toBe(0);
  expect([empty, noise, cipher].map((a) => row(a.id).preview)).toEqual(['failed', 'failed', 'failed']);
});

test('who may only look is told so; a stranger finds nothing', async () => {
  const a = await failed('a.jpg', fixture('orient-6.jpg'), { mime: 'image/jpeg' });
  const bob = await house.addPerson('Bob');
  await house.db.writeSql((sql) => sql.run(`update membership set role = 'viewer' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
  await expect(retry.assets(bob.id, [a.uuid])).rejects.toMatchObject({ type: 'forbidden' });
  await house.db.writeSql((sql) => sql.run('delete from membership where user_id = ? and library_id = ?', bob.id, house.libraryId('Family')));
  await expect(retry.assets(bob.id, [a.uuid])).rejects.toMatchObject({ type: 'not_found' });
});

test('after an upgrade all that failed is queued, once, behind the work of today', async () => {
  const bytes = fixture('orient-6.jpg');
  const made = [];
  for (let i = 0; i < 120; i++) made.push(await failed(`x${i}.jpg`, bytes, { mime: 'image/jpeg', problems: ['undecodable'] }));
  const empty = await failed('empty.jpg', Buffer.alloc(0), { problems: ['empty'] });
  await house.db.writeSql((sql) => writeSetting(sql, 'decoders', String(DECODERS - 1)));
  await retry.afterUpgrade();
  expect(made.map((a) => row(a.id).preview).filter((p) => p !== 'waiting')).toEqual([]);
  expect(row(empty.id).preview).toBe('failed');
  expect(jobs(made[0]!.id).map((j) => [j.state, j.prio])).toEqual([['queued', -1]]);
  expect(readSetting(house.db.sql, 'decoders')).toBe(String(DECODERS));
  await house.db.writeSql((sql) => sql.run(`update asset set preview = 'failed'`));
  await retry.afterUpgrade();
  expect(row(made[0]!.id).preview).toBe('failed');
});

test('stopped in the middle it begins anew the next time', async () => {
  const a = await failed('a.jpg', fixture('orient-6.jpg'), { mime: 'image/jpeg' });
  await retry.stop();
  await retry.afterUpgrade();
  expect([row(a.id).preview, readSetting(house.db.sql, 'decoders')]).toEqual(['failed', undefined]);
  await (await open()).afterUpgrade();
  expect(row(a.id).preview).toBe('waiting');
});
