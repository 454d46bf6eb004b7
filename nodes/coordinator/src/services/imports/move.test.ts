import { createHash } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';
import { moveAway } from './move.ts';
import type { Taken } from './take.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const run = async (): Promise<string> => (await house.imports.imports.create(house.asker, { pluginId: 'fake', config: {}, start: true, options: { mode: 'move' } })).id;
const stored = (): string[] => house.db.sql.all<{ path: string }>(`select path from file where state = 'live' order by path`).map((f) => join(house.data, f.path));

test('a source that is the library itself by another mount loses nothing: the run stops at the first file', async () => {
  const bytes = [await picture(1), await picture(2)];
  house.source.events = () => bytes.map((b, n) => house.put(`p${n}`, b));
  house.source.onRemove = (ref) => rm(stored().find((path) => path.endsWith(`${ref}.jpg`))!); // what it removes is the stored file itself
  const failed = await house.until(await run(), ['failed']);
  expect(failed.trouble).toMatch(/library itself/);
  expect(house.source.removed.length).toBeGreaterThan(0);
  expect(await Promise.all(stored().map((path) => readFile(path)))).toEqual(bytes);
});

test('a second name of a stored file is not taken away, and nothing is left behind when all is well', async () => {
  const bytes = await picture(1);
  house.source.events = () => [house.put('a', bytes)];
  const { id } = await house.imports.imports.create(house.asker, { pluginId: 'fake', config: {}, start: true });
  await house.until(id, ['done']);
  const [path] = stored();
  const other = join(house.data, 'other-way.jpg');
  await link(path!, other);
  const known = house.db.sql.get<{ uuid: string; sha256: string }>('select uuid, sha256 from file')!;
  const removed: string[] = [];
  const away = (at: string): Promise<unknown> => {
    const copy = { part: null, path: 'a.jpg', bytes: bytes.length, here: true, ref: 'a', span: { path: at, start: 0, length: bytes.length, method: 'stored' as const } };
    const files: SourceFile[] = [{ role: 'original', name: 'a.jpg', copies: [copy] }];
    const taken = { known: [{ copy, fileUuid: known.uuid, sha256: known.sha256 }] } as unknown as Taken;
    return moveAway(house.doors, { files, taken, signal: AbortSignal.timeout(20_000), bytes: { async *open() { yield await readFile(at); } }, remove: (ref) => { removed.push(ref); return rm(at); } });
  };
  await expect(away(other)).rejects.toThrow(/library itself/);
  expect(removed).toEqual([]);
  await writeFile(join(house.data, 'card.jpg'), bytes);
  expect([await away(join(house.data, 'card.jpg')), removed]).toEqual([[], ['a']]);
  expect(await readdir(join(house.data, 'library', '.mantel', 'moving'))).toEqual([]);
  expect(createHash('sha256').update(await readFile(path!)).digest('hex')).toBe(known.sha256);
});
