import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Imports, openImports } from '../../testing/imports.ts';
import type { Person } from '../../testing/house.ts';

let house: Imports;
let ann: Person;
let bob: Person;
let root: string;
let libraryId: string;
beforeEach(async () => {
  house = await openImports();
  [ann, bob] = [await house.addPerson('Ann'), await house.addPerson('Bob')];
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mantel-outside-')));
  libraryId = await house.libraries.externalOf(ann.id, root, 'Old disk');
});
afterEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await house.close();
});
const put = async (below: string, n: number, at = '2019:08:12 10:11:12'): Promise<string> => {
  const path = join(root, below);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, await house.picture(n, at));
  return path;
};
const index = (path: string, more: object = {}, who = ann) => house.imports.index(who.id, { libraryId, path, name: path.split('/').at(-1)!, ...more });
const lying = (): string[] => (readdirSync(root, { recursive: true }) as string[]).map((p) => `${p} ${statSync(join(root, p)).mtimeMs}`).toSorted();
const pathOf = (fileUuid: string): string => house.db.sql.get<{ path: string }>('select path from file where uuid = ?', fileUuid)!.path;
const bytesOf = async (fileUuid: string): Promise<Buffer> => {
  const place = await house.places.open(pathOf(fileUuid));
  try {
    return readFileSync(place.file);
  } finally {
    place.close();
  }
};

test('a photo stays where it is, byte for byte; what is changed here is written elsewhere', async () => {
  const path = await put('2019/IMG_1.jpg', 1);
  chmodSync(path, 0o400);
  const before = lying();
  const made = await index(path, { hints: { description: 'from there', favourite: true } });
  expect(made).toMatchObject({ outcome: 'created', libraryId });
  expect(house.assets.get(ann.id, made.assetId)).toMatchObject({ takenAtLocal: '2019-08-12T10:11:12', description: 'from there', favourite: true, files: [{ name: 'IMG_1.jpg' }] });
  await house.assets.update(ann.id, made.assetId, { title: 'mine' });
  expect(await bytesOf(made.fileId)).toEqual(readFileSync(path));
  expect(lying()).toEqual(before);
  const sidecar = house.db.sql.get<{ path: string }>('select path from sidecar')!.path;
  expect(sidecar).toBe(join('library', '.mantel', 'external', libraryId, '2019', 'IMG_1.jpg.xmp'));
  expect(statSync(join(house.data, sidecar, '..')).isDirectory()).toBe(true);
  expect((await house.db.read('assets.export', { userId: ann.id, library: null, after: 0, limit: 9 })).lines).toMatchObject([{ path, library: 'Old disk' }]);
  expect(await index(path)).toMatchObject({ outcome: 'duplicate', assetId: made.assetId });
  expect(house.db.sql.get('select count(*) n from asset')).toEqual({ n: 1 });
});

test('two that differ only in capitals are two; a moved one is found again, a changed one read anew', async () => {
  const [small, capital] = [await index(await put('a.jpg', 1)), await index(await put('A.JPG', 2))];
  expect(capital.outcome).toBe('created');
  renameSync(join(root, 'a.jpg'), join(root, 'b.jpg'));
  expect(await index(join(root, 'b.jpg'))).toMatchObject({ outcome: 'duplicate', assetId: small.assetId });
  expect(await bytesOf(small.fileId)).toEqual(readFileSync(join(root, 'b.jpg')));
  await put('b.jpg', 3, '2021:01:01 00:00:00');
  expect(await index(join(root, 'b.jpg'))).toMatchObject({ outcome: 'duplicate', assetId: small.assetId });
  expect(house.assets.get(ann.id, small.assetId)).toMatchObject({ takenAtLocal: '2021-01-01T00:00:00', files: [{ bytes: statSync(join(root, 'b.jpg')).size }] });
});

test('what is away keeps its place here, and is said; it comes back with its disk', async () => {
  const path = await put('IMG_1.jpg', 1);
  const made = await index(path);
  rmSync(path);
  expect(await house.external.lookAround()).toBe(1);
  expect(await house.external.lookAround()).toBe(0);
  expect(house.assets.get(ann.id, made.assetId).problems).toEqual(['missing']);
  await expect(house.places.open(pathOf(made.fileId))).rejects.toMatchObject({ type: 'not_found' });
  renameSync(root, `${root}-unplugged`); // a disk that is not there says nothing of its photos
  expect(await house.external.lookAround()).toBe(0);
  renameSync(`${root}-unplugged`, root);
  await put('IMG_1.jpg', 1);
  await house.external.lookAround();
  expect(house.assets.get(ann.id, made.assetId).problems).toEqual([]);
});

test('nothing outside of the folder is read, by whatever way', async () => {
  const secret = mkdtempSync(join(tmpdir(), 'mantel-secret-'));
  try {
    writeFileSync(join(secret, 'x.jpg'), await house.picture(9));
    symlinkSync(join(secret, 'x.jpg'), join(root, 'link.jpg'));
    symlinkSync(secret, join(root, 'folder'));
    for (const path of [join(root, 'link.jpg'), join(root, 'folder', 'x.jpg'), join(secret, 'x.jpg'), join(root, '..', 'x.jpg'), root]) await expect(index(path), path).rejects.toMatchObject({ type: 'not_found' });
    const made = await index(await put('y/IMG.jpg', 1));
    rmSync(join(root, 'y'), { recursive: true });
    symlinkSync(secret, join(root, 'y'));
    renameSync(join(secret, 'x.jpg'), join(secret, 'IMG.jpg'));
    await expect(house.places.open(pathOf(made.fileId))).rejects.toMatchObject({ type: 'not_found' });
  } finally {
    rmSync(secret, { recursive: true, force: true });
  }
});

test('only who manages such a library adds to it, and nobody uploads there', async () => {
  const path = await put('IMG_1.jpg', 1);
  await expect(index(path, {}, bob)).rejects.toMatchObject({ type: 'not_found' });
  await expect(house.send(ann, await house.picture(2), 'up.jpg', { libraryId })).rejects.toMatchObject({ type: 'forbidden' });
  await expect(house.libraries.externalOf(bob.id, root, 'Mine')).rejects.toMatchObject({ type: 'conflict' });
  expect(await house.libraries.externalOf(ann.id, root, 'Again')).toBe(libraryId);
});

test('to the trash only hides it', async () => {
  const path = await put('IMG_1.jpg', 1);
  const made = await index(path);
  await house.assets.trash(ann.id, [made.assetId]);
  expect(house.db.sql.get('select vis from asset')).toEqual({ vis: 0 });
  expect(statSync(path).isFile()).toBe(true);
});
