import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ImportRun, ScanEvent } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';
import type { Asker } from './imports.ts';
import { moveRun, runByUuid, setPart, setStarted } from './runs.repository.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const rules = () => house.imports.imports;
const create = (more: object = {}, who: Asker = house.asker): Promise<ImportRun> => rules().create(who, { pluginId: 'fake', config: {}, start: true, ...more });

test('a member does not choose that photos are moved out of a folder of the house, or stay in it; what an admin chose they may start', async () => {
  const member: Asker = { ...house.asker, all: false };
  house.doors.plugins.grants = (_m, config) => Promise.resolve({ read: [house.data], config });
  const source = { pluginId: 'fake', name: 'NAS', config: {}, libraryUuid: house.db.sql.get<{ uuid: string }>(`select uuid from library where name = 'Ann'`)!.uuid, ownerUuid: house.ann.uuid, ownerId: house.ann.id, options: {} };
  house.doors.source = () => source;
  const about = { pluginId: undefined, config: undefined, sourceId: house.uuid(), start: false };
  for (const mode of ['move', 'index']) await expect(create({ ...about, options: { mode } }, member)).rejects.toMatchObject({ type: 'forbidden', data: { field: 'mode' } });
  const copied = await house.until((await create(about, member)).id, ['ready']);
  await expect(rules().options(member, copied.id, { options: { mode: 'move' } })).rejects.toMatchObject({ type: 'forbidden' });
  expect((await rules().options(house.asker, copied.id, { options: { mode: 'move' } })).options).toEqual({ mode: 'move' });
  house.doors.source = () => ({ ...source, options: { mode: 'move' } });
  expect((await create(about, member)).options).toEqual({ mode: 'move' });
  expect(house.source.removed).toEqual([]);
});

test('the library of a run that begins in the same moment stays as it is', async () => {
  house.source.events = () => [];
  const { id } = await house.until((await create({ start: false })).id, ['ready']);
  const row = runByUuid(house.db.sql, id)!;
  const { target } = house.doors.library;
  house.doors.library.target = (...who) => { // begun between the look and the write
    void house.db.writeSql((sql) => { moveRun(sql, row.id, ['ready'], 'paused'); setStarted(sql, row.id); });
    return target(...who);
  };
  const family = house.db.sql.get<{ uuid: string }>(`select uuid from library where name = 'Family'`)!.uuid;
  await expect(rules().options(house.asker, id, { libraryId: family })).rejects.toMatchObject({ type: 'run_state' });
  expect(runByUuid(house.db.sql, id)!.libraryId).toBe(row.libraryId);
});

test('two runs of one export never run side by side, whatever library they are for', async () => {
  let [inside, most] = [0, 0];
  const { open } = house.doors.plugins;
  house.doors.plugins.open = async (id, o) => {
    const process = await open(id, o);
    if (o.collection === undefined) return process;
    most = Math.max(most, ++inside);
    return { ...process, stop: () => { inside--; return Promise.resolve(); } };
  };
  const events = await Promise.all(Array.from({ length: 10 }, async (_, n) => house.put(`p${n}`, await picture(n))));
  house.source.events = () => events;
  const family = house.db.sql.get<{ uuid: string }>(`select uuid from library where name = 'Family'`)!.uuid;
  const runs = await Promise.all([create(), create({ libraryId: family }), create()]);
  for (const { id } of runs) await house.until(id, ['done']);
  expect(most).toBe(1);
});

test('an entry that was not here when an import looked first is told when it is, although its photo was known', async () => {
  const bytes = await picture(1);
  const item = (here: boolean): ScanEvent => house.put('a', bytes, { copies: [{ crc32: '00000001', here }] });
  house.source.events = () => [item(true)];
  await house.until((await create()).id, ['done']);
  house.source.events = () => [item(false)];
  const { id } = await house.until((await create()).id, ['done']);
  house.source.events = () => [item(true)];
  await rules().retry(house.asker, id);
  expect((await house.until(id, ['done'])).counts).toEqual({ duplicate: 1 });
});

test('a part is let go of only when every file of it is in the library as it came; a cancelled run whose parts went is not tried again', async () => {
  const bytes = await picture(1);
  house.source.events = () => [house.put('a', bytes, { copies: [{ part: '1.zip' }] })];
  const run = await create({ parts: [{ name: '1.zip', bytes: 3 }, { name: '2.zip', bytes: 3 }] });
  const row = runByUuid(house.db.sql, run.id)!;
  const path = house.imports.parts.path(run.id, '1.zip');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'zip');
  const { release } = house.imports.parts;
  let lost = true;
  house.imports.parts.release = async (now, signal) => {
    if (lost) await house.db.writeSql((sql) => { sql.run('delete from asset'); });
    lost = false;
    await release(now, signal);
  };
  await house.imports.partMoved(row, 0, 'here');
  const parts = async (): Promise<string[]> => (await rules().get(house.asker, run.id)).parts.map((p) => p.state);
  while ((await parts())[0] === 'here') await new Promise((resolve) => { setTimeout(resolve, 10); });
  expect(await parts()).toEqual(['imported', 'waiting']);
  await rules().cancel(house.asker, run.id);
  expect(() => rules().retry(house.asker, run.id)).toThrow(/send them again/);
  await house.db.writeSql((sql) => { for (const n of [0, 1]) setPart(sql, row.id, n, { state: 'released' }); });
  await rules().retry(house.asker, run.id);
  await house.until(run.id, ['done']);
});

test('an import takes no more room than there is beside everything else that comes in, and pauses before the disk is full', async () => {
  const events = await Promise.all(Array.from({ length: 20 }, async (_, n) => house.put(`p${n}`, await picture(n), n % 2 ? {} : { copies: [{ bytes: null }] })));
  house.source.events = () => events;
  let [promised, asked, left] = [0, 0, 6];
  house.doors.room = { promise: (bytes) => {
    if (left-- <= 0) return Promise.reject(new MantelError('storage_full'));
    promised += bytes;
    asked++;
    return Promise.resolve(() => { promised -= bytes; });
  } };
  const { id, trouble } = await house.until((await create()).id, ['paused']);
  expect([asked, promised, trouble]).toEqual([6, 0, expect.stringMatching(/disk is full/)]);
  left = 100;
  await rules().resume(house.asker, id);
  expect((await house.until(id, ['done'])).counts).toEqual({ imported: 20 });
  expect(promised).toBe(0);
});

test('runs that begin by themselves keep what they brought in; of what was here already only the last few tell', async () => {
  await house.db.writeSql((sql) => sql.run(`insert into source(uuid, plugin_id, name, config, config_version, library_id, owner_id, options, due_from, created_at) values('s', 'fake', 'NAS', '{}', '1.0.0', ?, ?, '{}', 0, 0)`, house.libraryId('Ann'), house.ann.id));
  house.doors.source = () => ({ pluginId: 'fake', name: 'NAS', config: {}, libraryUuid: house.db.sql.get<{ uuid: string }>(`select uuid from library where name = 'Ann'`)!.uuid, ownerUuid: house.ann.uuid, ownerId: house.ann.id, options: {} });
  const events: ScanEvent[] = [];
  house.source.events = () => [...events];
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) {
    events.push(house.put(`p${n}`, await picture(n), { copies: [{ modifiedAt: n }] }));
    ids.push((await house.until((await create({ pluginId: undefined, config: undefined, sourceId: 's' }, { userId: null, userUuid: null, all: true })).id, ['done'])).id);
  }
  const rows = (): number[] => ids.map((id) => house.db.sql.get<{ n: number }>('select count(*) n from import_entry where run_id = (select id from import_run where uuid = ?)', id)!.n);
  const pruned = (): number => house.db.sql.get<{ n: number }>('select count(*) n from import_run where pruned = 1')!.n;
  while (pruned() < 2) await new Promise((resolve) => { setTimeout(resolve, 10); }); // beside the runs, so nothing tells when
  expect(rows()).toEqual([1, 1, 3, 4, 5, 6]);
  expect((await rules().get(house.asker, ids[1]!)).counts).toEqual({ imported: 1, duplicate: 1 });
  await expect(rules().certify(house.asker, ids[1]!, undefined)).rejects.toThrow(/newer import/);
  for (const id of ids.toReversed()) { await rules().undo(house.asker, id); await house.until(id, ['undone']); }
  expect(house.db.sql.get('select count(*) n from asset where vis = 1')).toEqual({ n: 0 });
});

test('what a source keeps secret stands in none of its runs; a run asks its source for it', async () => {
  const manifest = house.doors.plugins.manifest('fake');
  house.doors.plugins.manifest = () => ({ ...manifest, config: { type: 'object', properties: { key: { type: 'string', mantel: 'secret' } } } });
  await house.db.writeSql((sql) => sql.run(`insert into source(uuid, plugin_id, name, config, config_version, library_id, owner_id, options, due_from, created_at) values('s', 'fake', 'NAS', '{}', '1.0.0', ?, ?, '{}', 0, 0)`, house.libraryId('Ann'), house.ann.id));
  house.doors.source = () => ({ pluginId: 'fake', name: 'NAS', config: { key: 'very secret' }, libraryUuid: house.db.sql.get<{ uuid: string }>(`select uuid from library where name = 'Ann'`)!.uuid, ownerUuid: house.ann.uuid, ownerId: house.ann.id, options: {} });
  let seen: unknown;
  house.source.events = (config) => { seen = config; return []; };
  const { id } = await create({ pluginId: undefined, config: undefined, sourceId: 's' });
  await house.until(id, ['done']);
  expect([seen, house.db.sql.get('select config from import_run')]).toEqual([{ key: 'very secret' }, { config: '{"key":{"secret":true}}' }]);
  await house.db.writeSql((sql) => sql.run('delete from source'));
  await rules().retry(house.asker, id);
  await expect(house.until(id, ['done'])).rejects.toThrow(/source was removed/);
});
