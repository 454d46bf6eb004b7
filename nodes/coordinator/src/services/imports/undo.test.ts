import { Readable } from 'node:stream';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receive } from '../../library/receive.ts';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const rules = () => house.imports.imports;
const create = async (more: object = {}, who = house.asker): Promise<ImportRun> => house.until((await rules().create(who, { pluginId: 'fake', config: {}, ownerId: house.ann.uuid, start: true, ...more })).id, ['done']);
const undo = async (id: string): Promise<ImportRun> => { await rules().undo(house.asker, id); return house.until(id, ['undone']); };
const phone = async (bytes: Buffer, name: string): Promise<UploadResult> => house.doors.library.ingest(house.ann.id, { ...(await receive(house.data, Readable.from([bytes]))), name, device: 'phone' });
const files = (): string[] => house.db.sql.all<{ name: string }>('select f.name from file f join asset a on a.id = f.asset_id where a.vis = 1 order by f.name').map((r) => r.name);
const other = (collection: string): void => { house.source.check = () => ({ ok: true, collection, problems: [] }); };

test('a photo that was here stays; what an import joined to it leaves it again, and comes back with it', async () => {
  const old = await phone(await picture(1), 'IMG_0007.jpg');
  const edited = await picture(2);
  house.source.events = () => [house.put('IMG_0007-edited', edited)];
  const run = await create();
  expect(house.db.sql.all('select 1 from asset where vis = 1')).toHaveLength(1); // one photo now
  const undone = await undo(run.id);
  expect([files(), undone.trouble]).toEqual([['IMG_0007.jpg'], null]);
  expect(house.db.sql.get<{ uuid: string }>('select uuid from asset where vis = 1')).toEqual({ uuid: old.assetId });
  const again = await create();
  expect([files(), again.counts, house.db.sql.all('select 1 from asset').length]).toEqual([['IMG_0007-edited.jpg', 'IMG_0007.jpg'], { imported: 1 }, 1]);
  await undo(again.id);
  expect(files()).toEqual(['IMG_0007.jpg']);
});

test('what a phone or another import brought in, too, or was told of, stays, and the report says so', async () => {
  const [a, b, c] = [await picture(1), await picture(2), await picture(3)];
  house.source.events = () => [house.put('a', a), house.put('b', b), house.put('c', c)];
  const one = await create();
  expect((await phone(a, 'mine.jpg')).outcome).toBe('duplicate'); // the phone lets go of it
  other('two');
  house.source.events = () => [house.put('b', b)];
  const two = await create();
  expect(two.counts).toEqual({ duplicate: 1 });
  expect((await undo(one.id)).trouble).toMatch(/^2 files stay: /);
  expect(files()).toEqual(['a.jpg', 'b.jpg']);
  expect((await rules().entries(house.asker, one.id, {})).entries.map((e) => e.detail?.slice(0, 9) ?? null)).toEqual(['It stays:', 'It stays:', null]);
  await undo(two.id); // nobody else is left who was told of it
  expect(files()).toEqual(['a.jpg']);
});

test('a run that is due by itself brings nothing back that was taken back, and none brings back what a person threw away', async () => {
  const a = await picture(1);
  house.source.events = () => [house.put('a', a)];
  const one = await create();
  await undo(one.id);
  const due = await create({}, { userId: null, userUuid: null, all: true });
  expect([files(), due.counts]).toEqual([[], { duplicate: 1 }]);
  const asked = await create();
  expect([files(), asked.counts]).toEqual([['a.jpg'], { imported: 1 }]);
  const { uuid } = house.db.sql.get<{ uuid: string }>('select uuid from asset')!;
  await house.trash(uuid);
  expect((await create()).counts).toEqual({ duplicate: 1 });
  expect(files()).toEqual([]);
});

test('what took its photos away where they came from is not undone', async () => {
  const a = await picture(1);
  house.source.events = () => [house.put('a', a)];
  const run = await create({ options: { mode: 'move' } });
  expect(run.canUndo).toBe(false);
  expect(() => rules().undo(house.asker, run.id)).toThrow(/all there is of them/);
  expect(files()).toEqual(['a.jpg']);
});
