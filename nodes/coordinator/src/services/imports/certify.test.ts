import { chmod, link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate, ScanEvent } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';
import { copyFolder, withoutCopy } from './second-copy.ts';

let house: ImportHouse;
let disk: string;
beforeEach(async () => {
  house = await openImportHouse();
  disk = await mkdtemp(join(tmpdir(), 'mantel-copy-'));
  await mkdir(join(disk, '/copy-1'));
});
afterEach(async () => {
  await house.end();
  await rm(disk, { recursive: true });
});
const rules = () => house.imports.imports;
const bring = async (events: ScanEvent[], more: object = {}): Promise<string> => {
  house.source.events = () => events;
  const { id } = await rules().create(house.asker, { pluginId: 'fake', config: {}, start: true, ...more });
  await house.until(id, ['done']);
  return id;
};
const certificate = async (id: string, copy?: string): Promise<Certificate> => {
  const before = rules().certificate(house.asker, id)?.at;
  await rules().certify(house.asker, id, copy);
  return expect.poll(() => { const c = rules().certificate(house.asker, id); return c && c.at !== before ? c : null; }, { timeout: 20_000, interval: 5 }).not.toBeNull().then(() => rules().certificate(house.asker, id)!);
};
const check = (c: Certificate, name: string) => c.checks.find((x) => x.name === name)!;

test('a copy with other bytes is never called safe, and its path is told; once its bytes are here, it is', async () => {
  const [a, b] = [await picture(1), await picture(2)];
  house.source.files.set('B', b);
  const both = house.put('a', a, { copies: [{ part: '1.zip', crc32: '0000000a' }, { part: '1.zip', crc32: '0000000b', ref: 'B', bytes: b.length }] });
  const backup = join(disk, 'copy-1');
  await writeFile(join(backup, 'a'), a);
  await writeFile(join(backup, 'b'), b);
  const first = await bring([both]);
  const no = await certificate(first, backup);
  expect([no.verdict, check(no, 'copies'), check(no, 'second_copy').ok]).toEqual([false, expect.objectContaining({ ok: false, failing: ['1.zip: copy 1/a.jpg (other bytes)'] }), true]);
  await bring([house.put('b', b, { copies: [{ ref: 'B' }] })]);
  const yes = await certificate(first, backup);
  expect([yes.verdict, yes.files]).toEqual([true, 2]); // read again, and its second copy looked for, too
});

test('a yes holds no longer than every photo stays', async () => {
  const a = await picture(1);
  await writeFile(join(disk, 'copy-1', 'a'), a);
  const id = await bring([house.put('a', a)]);
  expect((await certificate(id, join(disk, 'copy-1'))).verdict).toBe(true);
  await house.trash(house.db.sql.get<{ uuid: string }>('select uuid from asset')!.uuid);
  expect(rules().certificate(house.asker, id)).toBeNull();
});

test('what was left out by choice is gone when it is deleted there', async () => {
  const id = await bring([house.put('a', await picture(1)), house.put('b', await picture(2), { hints: { locked: true } })], { options: { locked: false } });
  expect(check(await certificate(id), 'accounted')).toMatchObject({ ok: false, failing: ['b.jpg'] });
});

test('photos that were put together since are found by their bytes; after another try, nothing is certified', async () => {
  const id = await bring([house.put('a', await picture(1)), house.put('b', await picture(2))]);
  await house.db.writeSql((sql) => sql.run(`update import_entry set asset_uuid = 'gone'`));
  expect(check(await certificate(id), 'stored').ok).toBe(true);
  await rules().retry(house.asker, id);
  expect(rules().certificate(house.asker, id)).toBeNull();
  await house.until(id, ['done']);
});

test('the second copy is neither the source, nor on the disk of the library, nor a file of the library by another name', async () => {
  const a = await picture(1);
  const [card, copy] = [join(disk, 'card'), join(disk, 'copy-1')];
  await mkdir(join(card, 'DCIM'), { recursive: true });
  await symlink(card, join(disk, 'copy-link'));
  const refused = (path: string, config: object = { path: card }): Promise<unknown> => copyFolder({ data: house.data, diskOf: house.doors.diskOf, config: { ...config } }, path).then((at) => ({ at }), (e: Error) => e.message);
  const elsewhere = { data: house.data, config: { path: card }, diskOf: (path: string) => Promise.resolve(path) };
  for (const path of [card, join(card, 'DCIM'), disk, join(disk, 'copy-link')]) await expect(copyFolder(elsewhere, path)).rejects.toThrow(/no second copy/);
  await expect(copyFolder({ ...elsewhere, config: { paths: ['/nowhere', join(card, 'DCIM')] } }, card)).rejects.toThrow(/no second copy/);
  expect(await refused(house.data)).toMatch(/holds the library/);
  expect(await refused(join(disk, 'card'), {})).toMatch(/same disk/);
  expect(await refused(copy)).toEqual({ at: copy });

  const [file, linked] = [join(disk, 'mine.jpg'), join(copy, 'linked.jpg')];
  await writeFile(file, a);
  await link(file, linked);
  const wanted = new Map([['0'.repeat(64), { bytes: 1, name: 'other', at: file }]]);
  const { createHash } = await import('node:crypto');
  wanted.set(createHash('sha256').update(a).digest('hex'), { bytes: a.length, name: 'mine', at: file });
  expect((await withoutCopy(copy, wanted, AbortSignal.timeout(10_000))).missing.toSorted()).toEqual(['mine', 'other']);
  await writeFile(join(copy, 'true copy'), a);
  expect((await withoutCopy(copy, wanted, AbortSignal.timeout(10_000))).missing).toEqual(['other']);
});

test('a folder that nobody may look into is told, and ends nothing', async () => {
  const copy = join(disk, 'copy-1');
  const id = await bring([house.put('a', await picture(1))]);
  await mkdir(join(copy, 'lost+found'), { mode: 0o700 });
  await chmod(join(copy, 'lost+found'), 0o000);
  const c = await certificate(id, copy);
  expect(check(c, 'second_copy')).toMatchObject({ ok: false, failing: ['a.jpg'] });
  expect((await withoutCopy(join(copy, 'gone'), new Map(), AbortSignal.timeout(10_000))).unread).toEqual([join(copy, 'gone')]);
});
