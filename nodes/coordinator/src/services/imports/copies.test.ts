import type { ImportRun, ScanEvent, SourceCopy } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const rules = () => house.imports.imports;
const run = async (events: ScanEvent[], more: object = {}): Promise<ImportRun> => {
  house.source.events = () => events;
  const { id } = await rules().create(house.asker, { pluginId: 'fake', config: {}, start: true, ...more });
  return house.until(id, ['done']);
};
const told = async (id: string) => (await rules().entries(house.asker, id, {})).entries.map((e) => [e.path, e.outcome, e.sha256 !== null, e.detail !== null]);
const hashes = (): string[] => house.db.sql.all<{ sha256: string }>(`select sha256 from file where state = 'live' order by sha256`).map((f) => f.sha256);
const copy = (ref: string, path: string, more: Partial<SourceCopy> = {}): Partial<SourceCopy> => ({ ref, path, bytes: house.source.files.get(ref)!.length, part: '1.zip', ...more });
const put = async (ref: string, n: number): Promise<void> => void house.source.files.set(ref, await picture(n));

test('a copy with other bytes is read and told; when the source later knows it as a photo of its own, it comes in', async () => {
  await put('A', 1);
  await put('B', 2);
  const [a, b] = [copy('A', 'year/scan.jpg', { crc32: '0000000a' }), copy('B', 'album/scan.jpg', { crc32: '0000000b' })];
  const first = await run([house.put('scan', null, { copies: [a, b] })]);
  expect(await told(first.id)).toEqual([['year/scan.jpg', 'imported', true, false], ['album/scan.jpg', 'copy', true, true]]);
  expect(hashes()).toHaveLength(1);
  expect(house.source.opened.toSorted()).toEqual(['A', 'B']);
  // the same again: nobody reads it twice
  const again = await run([house.put('scan', null, { copies: [a, b] })]);
  expect((await told(again.id)).map((e) => e[1])).toEqual(['duplicate', 'copy']);
  expect(house.source.opened).toHaveLength(2);
  const second = await run([house.put('one', null, { copies: [a] }), house.put('two', null, { copies: [b] })]);
  expect(second.counts).toEqual({ duplicate: 1, imported: 1 });
  expect(hashes()).toHaveLength(2);
  // and now it is here, wherever it is called a copy
  const third = await run([house.put('scan', null, { copies: [a, b] })]);
  expect(third.counts).toEqual({ duplicate: 1, copy: 1 });
  expect((await run([house.put('two', null, { copies: [b] })])).counts).toEqual({ duplicate: 1 });
});

test('copies of which the source says for sure that they are the same are not read; others are, and equal ones are known', async () => {
  await put('A', 1);
  house.source.files.set('A2', house.source.files.get('A')!);
  const sure = { crc32: '0000000a' };
  const first = await run([house.put('a', null, { copies: [copy('A', 'x/a.jpg', sure), { ...copy('A', 'y/a.jpg', sure), ref: 'not opened' }, copy('A2', 'z/a.jpg', { modifiedAt: 5 })] })]);
  expect((await told(first.id)).map((e) => [e[1], e[2], e[3]])).toEqual([['imported', true, false], ['copy', true, false], ['copy', true, false]]);
  expect(house.source.opened).toEqual(['A', 'A2']);
});

test('a copy that is damaged is told as that', async () => {
  await put('A', 1);
  const first = await run([house.put('a', null, { copies: [copy('A', 'x/a.jpg'), { ...copy('A', 'y/a.jpg'), ref: 'gone' }] })]);
  expect(first.counts).toEqual({ imported: 1, problem: 1 });
});

test('another file in the same place is another file: by its size, its date, and by its bytes where nothing else tells', async () => {
  await put('A', 1);
  await put('B', 2);
  await put('C', 3);
  const one = (ref: string, more: Partial<SourceCopy>): ScanEvent[] => [house.put('a', null, { copies: [copy(ref, 'x/a.jpg', more)] })];
  expect((await run(one('A', { modifiedAt: 1 }))).counts).toEqual({ imported: 1 });
  expect((await run(one('B', { modifiedAt: 2 }))).counts).toEqual({ imported: 1 });
  expect((await run(one('C', {}))).counts).toEqual({ imported: 1 });
  const bytes = house.source.files.get('C')!.length;
  house.source.files.set('D', Buffer.concat([(await picture(4)).subarray(0, bytes), Buffer.alloc(Math.max(0, bytes - (await picture(4)).length))]));
  expect((await run(one('D', {}))).counts).toEqual({ imported: 1 });
  expect(hashes()).toHaveLength(4);
});
