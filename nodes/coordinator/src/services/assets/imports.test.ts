import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { type Imports, openImports } from '../../testing/imports.ts';
import type { Person } from '../../testing/house.ts';

let house: Imports;
let ann: Person;
let bob: Person;
beforeEach(async () => {
  house = await openImports();
  [ann, bob] = [await house.addPerson('Ann'), await house.addPerson('Bob')];
});
afterEach(() => house.close());

const MOMENT = Date.UTC(2019, 7, 12, 9, 11, 12);
const EXIF = '2019:08:12 10:11:12';
const row = (uuid: string): Record<string, unknown> => house.db.sql.get('select * from asset where uuid = ?', uuid)!;
const assets = (): { uuid: string; vis: number }[] => house.db.sql.all('select uuid, vis from asset order by id');
const filesOf = (uuid: string): string[] => house.db.sql.all<{ name: string; role: string; shown: number }>('select f.name, f.role, f.shown from file f join asset a on a.id = f.asset_id where a.uuid = ? order by f.name', uuid).map((f) => `${f.name} ${f.role}${f.shown ? ' shown' : ''}`);
const names = (uuid: string, what: 'tags' | 'people'): string[] => house.assets.get(ann.id, uuid)[what].map((t) => (typeof t === 'string' ? t : t.name));
const changes = (): number => house.db.sql.get<{ n: number }>('select count(*) n from change')!.n;
const exported = async (userId = ann.id) => (await house.db.read('assets.export', { userId, library: null, after: 0, limit: 100 })).lines;

test('what a source says is in the photo from the first moment, and says where it is from', async () => {
  const made = await house.send(ann, await house.picture(1, EXIF), 'IMG_1.jpg', { hints: { takenAt: MOMENT, gps: { lat: 38.7, lon: -9.1 }, description: 'on the pier', people: ['Cleo'], tags: ['sea'], favourite: true, archived: true } });
  expect(house.assets.get(ann.id, made.assetId)).toMatchObject({
    takenAt: '2019-08-12T09:11:12.000Z', takenAtLocal: '2019-08-12T10:11:12', takenAtSource: 'import', offset: '+01:00', gps: [38.7, -9.1], description: 'on the pier', tags: ['sea'], favourite: true, archived: true,
    sources: { takenAt: 'import', offset: 'exif', gps: 'import', description: 'import', tags: 'import', people: 'import' },
  });
  expect(names(made.assetId, 'people')).toEqual(['Cleo']);
  expect(house.assets.get(bob.id, made.assetId)).toMatchObject({ favourite: false, archived: false });
});

test('said later, or twice, it ends the same; what people did meanwhile stays', async () => {
  const hints: SourceHints = { takenAt: MOMENT, description: 'from there', rating: 3, tags: ['sea'], people: ['Cleo'], favourite: true };
  const [early, late] = [await house.send(ann, await house.picture(1, EXIF), 'IMG_1.jpg', { hints }), await house.send(ann, await house.picture(2, EXIF), 'IMG_2.jpg')];
  await house.imports.applyHints(ann.id, late.assetId, hints);
  const same = ['taken_at', 'taken_at_local', 'taken_at_source', 'offset_minutes', 'description', 'rating', 'sources', 'month', 'problems'];
  for (const key of same) expect(row(late.assetId)[key], key).toEqual(row(early.assetId)[key]);
  expect([names(late.assetId, 'tags'), names(late.assetId, 'people')]).toEqual([['sea'], ['Cleo']]);

  await house.assets.update(ann.id, late.assetId, { description: 'mine', takenAtLocal: '2019-08-13T00:00:00', tags: [] });
  await house.assets.favourite(ann.id, [late.assetId], false);
  const before = changes();
  await house.imports.applyHints(ann.id, late.assetId, hints);
  expect(changes()).toBe(before);
  await house.imports.applyHints(ann.id, late.assetId, { ...hints, takenAt: MOMENT + 1000, description: 'newer', rating: 5, tags: ['sun'] });
  expect(house.assets.get(ann.id, late.assetId)).toMatchObject({ description: 'mine', takenAtLocal: '2019-08-13T00:00:00', rating: 5, tags: [], favourite: false });
});

test('a sidecar goes before the source; its tags stay, with the new ones beside them', async () => {
  const made = await house.send(ann, await house.picture(1, EXIF), 'IMG_1.jpg');
  await house.db.writeSql((sql) => house.edits.apply(sql, row(made.assetId).id as number, { description: 'in the XMP', tags: ['xmp'] }, 'sidecar', 1));
  await house.imports.applyHints(ann.id, made.assetId, { description: 'from there', rating: 2, tags: ['sea'] });
  expect(house.assets.get(ann.id, made.assetId)).toMatchObject({ description: 'in the XMP', rating: 2, tags: ['sea', 'xmp'] });
});

test('to the trash goes only what the import itself brought', async () => {
  const trashed = { hints: { trashed: true } };
  const [mine, gone] = [await house.picture(1, EXIF), await house.picture(2, EXIF)];
  const here = await house.send(ann, mine, 'IMG_1.jpg', { device: 'phone' });
  await house.send(ann, mine, 'IMG_1.jpg', trashed);
  expect(row(here.assetId).vis).toBe(1);
  const made = await house.send(ann, gone, 'IMG_2.jpg', trashed);
  expect(made.trashed).toBe(true);
  expect(await exported()).toMatchObject([{ originalName: 'IMG_1.jpg', trashed: false }, { originalName: 'IMG_2.jpg', trashed: true }]);

  const part = await house.send(ann, await house.picture(3), 'cut.jpg', { role: 'edited', of: made.assetId });
  expect(part.assetId).toBe(made.assetId);
  expect(filesOf(made.assetId)).toEqual(['IMG_2.jpg original', 'cut.jpg edited shown']);
  expect(row(made.assetId)).toMatchObject({ vis: 0 });
  await house.assets.restore(ann.id, [made.assetId]);
  await house.imports.applyHints(ann.id, made.assetId, { trashed: true }, { mayTrash: true });
  expect(row(made.assetId).vis, 'restored by hand').toBe(1);

  const later = await house.send(ann, await house.picture(4, EXIF), 'IMG_4.jpg', { hints: {} });
  await house.send(bob, await house.picture(4, EXIF), 'IMG_4.jpg');
  await house.imports.applyHints(ann.id, later.assetId, { trashed: true }, { mayTrash: true });
  expect(row(later.assetId).vis, 'somebody else brought it in, too').toBe(1);
});

test('a file that is taken off its photo lies in the trash alone; restored, or put together again, it is a part of it as before', async () => {
  const a = await house.send(ann, await house.picture(1, EXIF), 'IMG_7.jpg', { device: 'phone' });
  const b = await house.send(ann, await house.picture(2, EXIF), 'IMG_7-edited.jpg', { hints: {} });
  expect([b.assetId, filesOf(a.assetId).length]).toEqual([a.assetId, 2]);
  expect(await house.imports.takeOff(bob.id, a.assetId, b.fileId)).toBe(false); // not his to take
  expect(await house.imports.takeOff(ann.id, a.assetId, b.fileId)).toBe(true);
  expect([filesOf(a.assetId), assets().map((r) => r.vis)]).toEqual([['IMG_7.jpg original shown'], [1, 0]]);
  await house.assets.restore(ann.id, [house.imports.fileByUuid(ann.id, b.fileId)!.assetId]);
  expect([assets().length, filesOf(a.assetId).length]).toEqual([1, 2]);
  expect([await house.imports.takeOff(ann.id, a.assetId, a.fileId), filesOf(house.imports.fileByUuid(ann.id, b.fileId)!.assetId).length]).toEqual([true, 1]); // the original, too
});

test('a photo that a partner shared is told apart, unless it is mine, too', async () => {
  await house.send(ann, await house.picture(1, EXIF), 'a.jpg', { hints: { partner: true } });
  const b = await house.send(ann, await house.picture(2, EXIF), 'b.jpg', { hints: {} });
  await house.send(ann, await house.picture(3, EXIF), 'c.jpg', { device: 'phone' });
  await house.send(ann, await house.picture(3, EXIF), 'c.jpg', { hints: { partner: true }, device: 'import' });
  await house.imports.applyHints(ann.id, b.assetId, { partner: true });
  expect((await exported()).map((l) => [l.originalName, l.partner])).toEqual([['a.jpg', true], ['b.jpg', true], ['c.jpg', false]]);
  expect((await exported(bob.id)).every((l) => !l.partner)).toBe(true);
});

interface Step { name: string; file: number; at?: string; role?: 'edited' | 'copy' }
const ORIGINAL: Step = { name: 'IMG_9.jpg', file: 1, at: '2019:08:12 10:11:12' };
const EDITED: Step = { name: 'odd name.jpg', file: 2, at: '2022:01:01 00:00:01', role: 'edited' };
const COPY: Step = { name: 'IMG_9(1).jpg', file: 3, at: '2019:08:12 10:11:12', role: 'copy' };
const HINTS: SourceHints = { takenAt: MOMENT, description: 'one photo', favourite: true };
const permutations = <T>(list: T[]): T[][] => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest])));
/** As runs do it over days: what is there is brought in as well as it is known, and put together once its original is there. */
const bring = async (order: Step[]): Promise<string> => {
  const here: { step: Step; fileId: string }[] = [];
  let original: string | undefined;
  for (const step of order) {
    const made = await house.send(ann, await house.picture(step.file, step.at), step.name, step.role && original ? { role: step.role, of: original } : { hints: step.role ? { takenAtLocal: '2019' } : HINTS });
    here.push({ step, fileId: made.fileId });
    if (!step.role) original = await house.imports.joinFiles(ann.id, made.assetId, here.filter((h) => h.step.role).map((h) => ({ fileUuid: h.fileId, role: h.step.role! })));
  }
  return original!;
};
test.each(permutations([ORIGINAL, EDITED, COPY]).map((order) => [order.map((s) => s.name).join(', '), order] as const))('one photo from parts in any order: %s', async (_what, order) => {
  const asset = await bring(order);
  expect(assets()).toHaveLength(1);
  expect(filesOf(asset)).toEqual(['IMG_9(1).jpg edited', 'IMG_9.jpg original', 'odd name.jpg edited shown']);
  expect(await exported()).toMatchObject([{ originalName: 'IMG_9.jpg', takenAt: '2019-08-12T09:11:12.000Z', offset: '+01:00', description: 'one photo', favorite: true, edited: [{ name: 'odd name.jpg' }] }]);
  const before = changes();
  await bring(order);
  expect(assets()).toHaveLength(1);
  expect(changes(), 'again').toBe(before);
});

test('a file that a source gave to one photo is not taken by another; one taken apart by hand stays apart', async () => {
  const [a, b] = [await house.send(ann, await house.picture(1, EXIF), 'a.jpg', { hints: {} }), await house.send(ann, await house.picture(2, '2020:01:01 00:00:00'), 'b.jpg', { hints: {} })];
  const part = await house.send(ann, await house.picture(3), 'part.jpg', { role: 'edited', of: a.assetId });
  expect(await house.imports.joinFiles(ann.id, b.assetId, [{ fileUuid: part.fileId, role: 'edited' }])).toBe(b.assetId);
  expect([filesOf(a.assetId), filesOf(b.assetId)]).toEqual([['a.jpg original', 'part.jpg edited shown'], ['b.jpg original shown']]);
  const alone = await house.split(ann.id, a.assetId, part.fileId);
  expect(await house.imports.joinFiles(ann.id, a.assetId, [{ fileUuid: part.fileId, role: 'edited' }])).toBe(a.assetId);
  expect(filesOf(alone)).toEqual(['part.jpg original shown']);
});

test.each([[0], [1]])('a photo of its own is put together with nothing, whoever comes first (%i)', async (first) => {
  const pair = [{ name: 'IMG_7.jpg', n: 1, alone: true }, { name: 'IMG_7-edited.jpg', n: 2, alone: false }];
  for (const p of first ? pair.toReversed() : pair) await house.send(ann, await house.picture(p.n, EXIF), p.name, { hints: {}, alone: p.alone });
  expect(assets()).toHaveLength(2);
  // without the word of the source they are one
  for (const p of pair) await house.send(ann, await house.picture(p.n + 10, EXIF), p.name.replace('7', '8'), { hints: {} });
  expect(assets()).toHaveLength(3);
});
test('said later of a photo that is here, it parts what the names had put together', async () => {
  const base = await house.picture(1, EXIF);
  await house.send(ann, base, 'IMG_7.jpg');
  await house.send(ann, await house.picture(2, EXIF), 'IMG_7-edited.jpg');
  expect(assets()).toHaveLength(1);
  await house.send(ann, base, 'IMG_7.jpg', { hints: {}, alone: true });
  expect(assets()).toHaveLength(2);
});

test('the name that it had where it was taken, learnt later', async () => {
  const cut = await house.send(ann, await house.picture(1, EXIF), 'a very long nam.jpg', { hints: {} });
  await house.imports.applyHints(ann.id, cut.assetId, {}, { name: 'a very long name indeed.jpg' });
  expect(row(cut.assetId).original_name).toBe('a very long name indeed.jpg');
  const phone = await house.send(ann, await house.picture(2, EXIF), 'IMG_2.jpg', { device: 'phone' });
  await house.imports.applyHints(ann.id, phone.assetId, {}, { name: 'other.jpg' });
  expect(row(phone.assetId).original_name).toBe('IMG_2.jpg');
});

test('locked photos lie in a library that only their owner can export, and in no timeline', async () => {
  const library = await house.libraries.lockedOf(ann.id);
  expect(await house.libraries.lockedOf(ann.id)).toBe(library);
  const made = await house.send(ann, await house.picture(1, EXIF), 'secret.jpg', { libraryId: library, hints: { locked: true } });
  expect(await exported()).toMatchObject([{ originalName: 'secret.jpg', locked: true }]);
  expect(await exported(bob.id)).toEqual([]);
  expect(() => house.assets.get(bob.id, made.assetId)).toThrow();
  await expect(house.send(bob, await house.picture(2, EXIF), 'x.jpg', { libraryId: library })).rejects.toMatchObject({ type: 'not_found' });
  await expect(house.libraries.show(ann.id, library, { show: true })).rejects.toMatchObject({ type: 'forbidden' });
  await expect(house.libraries.setMember(ann.id, library, bob.uuid, 'viewer')).rejects.toMatchObject({ type: 'forbidden' });
});

test('previews that wait until somebody looks are not queued with the others', async () => {
  await house.send(ann, await house.picture(1, EXIF), 'a.jpg', { hints: {}, previews: false });
  await house.send(ann, await house.picture(2, EXIF), 'b.jpg', { hints: {} });
  expect(house.db.sql.all(`select payload ->> '$.name' name from job`)).toEqual([{ name: 'b.jpg' }]);
});
