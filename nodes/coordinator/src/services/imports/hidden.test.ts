import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImportRun, ScanEvent } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const rules = () => house.imports.imports;
const bring = async (...events: ScanEvent[]): Promise<ImportRun> => {
  house.source.events = () => events;
  return house.until((await rules().create(house.asker, { pluginId: 'fake', config: {}, start: true })).id, ['done']);
};
const seen = (): string[] => house.db.sql.all<{ kind: string }>(`select l.kind from asset a join library l on l.id = a.library_id where a.vis = 1 order by l.kind`).map((l) => l.kind);

test('a photo that was locked after it came in goes where only its owner looks, and the open one is told until a person takes it away', async () => {
  const [a, where] = [await picture(1), { modifiedAt: 5 }];
  await bring(house.put('a', a, { copies: [where] }));
  expect(seen()).toEqual(['shared']);
  const locked = house.put('a', a, { hints: { locked: true }, copies: [where] });
  const run = await bring(locked);
  expect([seen(), run.items]).toEqual([['locked', 'shared'], { total: 1, done: 1, failed: 1 }]);
  const { entries } = await rules().entries(house.asker, run.id, {});
  expect(entries[0]!.detail).toMatch(/can be seen in “Family”/);
  const { uuid } = house.db.sql.get<{ uuid: string }>(`select a.uuid from asset a join library l on l.id = a.library_id where l.kind = 'shared'`)!;
  await house.trash(uuid);
  const again = await bring(locked);
  expect([seen(), again.items, again.counts]).toEqual([['locked'], { total: 1, done: 1, failed: 0 }, { duplicate: 1 }]);
});

test('what somebody else shows is theirs to show', async () => {
  const a = await picture(1);
  await bring(house.put('a', a));
  const ben = await house.addPerson('Ben');
  await house.db.writeSql((sql) => sql.run(`update contribution set user_id = ? where file_id in (select id from file)`, ben.id));
  expect((await bring(house.put('a', a, { hints: { locked: true } }))).items.failed).toBe(0);
});

test('what lay in the trash there is not shown here when the house stops between the photo and what is known of it', async () => {
  const { id } = await bring(house.put('bin', await picture(1), { hints: { trashed: true, favourite: true } }));
  expect(seen()).toEqual([]);
  await house.db.writeSql((sql) => { // as a power cut leaves it: the photo is settled at the start, and nobody noted the rest
    sql.run('update asset set vis = 1, trashed_at = null, trashed_by = null');
    sql.run('update contribution set marks = 1');
    sql.run(`update import_item set state = 'pending', created = 0, asset_uuid = null`);
    sql.run(`update import_entry set outcome = 'pending'`);
    sql.run('delete from import_known');
    sql.run('delete from import_file');
    sql.run(`update import_run set state = 'running', summary = null`);
  });
  await house.restart();
  expect((await house.until(id, ['done'])).counts).toEqual({ imported: 1 });
  expect(seen()).toEqual([]);
});

test('nobody who reads the folders of the library comes upon locked photos, or whose they are', async () => {
  await bring(house.put('safe', await picture(1), { hints: { locked: true } }));
  const { path } = house.db.sql.get<{ path: string }>('select path from file')!;
  const folder = join(house.data, 'library', '.mantel', 'locked');
  expect(path).toMatch(/^library\/\.mantel\/locked\/[0-9a-f-]{36}\/\d{4}\//);
  expect([(await stat(folder)).mode & 0o777, (await stat(join(house.data, path))).isFile()]).toEqual([0o700, true]);
  expect(await readdir(dirname(dirname(folder)))).toEqual(['.mantel']);
});
