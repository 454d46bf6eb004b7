import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { createPartStore, PARTS, type PartStore } from './parts.ts';
import { insertRun, type Part, runById, type RunRow, setEnded } from './runs.repository.ts';

const GB = 1e9;
let house: House;
let ann: Person;
let free: number;
let store: PartStore;
beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  store = createPartStore({ db: house.db, data: house.data, log: { info: () => undefined, warn: () => undefined, error: () => undefined }, changed: () => undefined }, () => Promise.resolve(free));
});
afterEach(() => house.close());
const run = async (uuid: string, parts: Part[], state: RunRow['state'] = 'collecting'): Promise<RunRow> => {
  const id = await house.db.writeSql((sql) => insertRun(sql, { uuid, sourceUuid: null, pluginId: 'fake', pluginVersion: '1.0.0', name: 'x', config: {}, libraryId: house.libraryId('Ann'), ownerId: ann.id, options: {}, state, auto: false, asked: true, parts }));
  return runById(house.db.sql, id)!;
};

test('a part comes when it leaves 2 GB; else it waits for those before it, or says that room must be made', async () => {
  const big = { bytes: 50 * GB };
  const alone = await run('a', [{ name: '1.zip', ...big, state: 'waiting' }, { name: '2.zip', ...big, state: 'waiting' }]);
  free = 52 * GB;
  await store.room(alone, 0);
  free = 52 * GB - 1;
  await expect(store.room(alone, 0)).rejects.toMatchObject({ type: 'storage_full', data: { wait: false } });
  await expect(store.room(await run('b', [{ name: '1.zip', ...big, state: 'here' }, { name: '2.zip', ...big, state: 'waiting' }]), 1)).rejects.toMatchObject({ type: 'storage_full', data: { wait: true } });
  // one that began has its place: two at once are not both promised the same room
  free = 60 * GB;
  await expect(store.room(await run('c', [{ name: '1.zip', ...big, state: 'arriving' }, { name: '2.zip', ...big, state: 'waiting' }]), 1)).rejects.toMatchObject({ data: { wait: true } });
  await store.room(await run('d', [{ name: '1.zip', ...big, state: 'released' }, { name: '2.zip', ...big, state: 'waiting' }]), 1);
});

test('at the start, parts of runs that are over or unknown are swept; those of open runs stay', async () => {
  const part: Part[] = [{ name: '1.zip', bytes: 5, state: 'waiting' }];
  await run('open', part);
  await run('gone', part, 'cancelled');
  const old = await run('old', part, 'done');
  const young = await run('young', part, 'done');
  await house.db.writeSql((sql) => { setEnded(sql, young.id); setEnded(sql, old.id); });
  for (const name of ['open', 'gone', 'old', 'young', 'nobody']) {
    await mkdir(join(house.data, PARTS, name), { recursive: true });
    await writeFile(join(house.data, PARTS, name, '1.zip'), 'x');
  }
  await store.sweep();
  expect((await readdir(join(house.data, PARTS))).sort()).toEqual(['old', 'open', 'young']);
  await store.sweep(Date.now() + 8 * 24 * 3600 * 1000);
  expect(await readdir(join(house.data, PARTS))).toEqual(['open']);
});
