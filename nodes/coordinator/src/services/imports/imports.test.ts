import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const create = (more: object = {}) => house.imports.imports.create(house.asker, { pluginId: 'fake', config: {}, ...more });
const outcomes = async (id: string): Promise<Record<string, string>> => Object.fromEntries((await house.imports.imports.entries(house.asker, id, { limit: 1000 })).entries.map((e) => [e.path, e.outcome]));
const assets = (): number => house.db.sql.get<{ n: number }>('select count(*) n from asset where vis = 1')!.n;

test('a run is looked at first, and brings in what it showed: photos, copies, albums; again, it adds nothing', async () => {
  const [a, b] = [await picture(1), await picture(2)];
  house.source.events = () => [
    { type: 'album', album: { id: 'trip', title: 'Trip' } }, { type: 'album', album: { id: 'untitled', title: 'Untitled', optional: true } },
    house.put('a', a, { copies: [{ modifiedAt: 5 }, { modifiedAt: 5 }], albums: ['trip', 'untitled'], hints: { favourite: true, people: ['Ann'], takenAt: Date.UTC(2019, 1, 2) } }), house.put('b', b, { copies: [{ modifiedAt: 6 }], albums: ['trip'] }),
    { type: 'entry', entry: { part: null, path: 'a.json', bytes: 5, outcome: 'metadata', reason: 'metadata' } }, { type: 'entry', entry: { part: null, path: 'Thumbs.db', bytes: 5, outcome: 'ignored', reason: 'system-file' } },
  ];
  const run = await create();
  const ready = await house.until(run.id, ['ready']);
  expect(ready.preview).toMatchObject({ items: 2, photos: 2, known: 0, entries: 5, ignored: 2, favourites: 1, withoutMetadata: 1, years: [{ year: null, items: 1 }, { year: 2019, items: 1 }], people: [{ name: 'Ann', items: 1 }], bytes: a.length + b.length, enough: true });
  expect(ready.preview!.albums.map((x) => [x.title, x.items, x.optional])).toEqual([['Trip', 2, false], ['Untitled', 1, true]]);
  expect(assets()).toBe(0);
  await house.imports.imports.start(house.asker, run.id);
  const done = await house.until(run.id, ['done']);
  expect(done).toMatchObject({ counts: { imported: 2, copy: 1, metadata: 1, ignored: 1 }, items: { total: 2, done: 2, failed: 0 }, canUndo: true });
  expect(assets()).toBe(2);
  expect([...house.albums.values()].map((x) => [x.name, x.assets.size])).toEqual([['Trip', 2]]);

  house.source.opened.length = 0;
  const again = await house.until((await create({ start: true })).id, ['done']);
  expect(again.preview).toMatchObject({ known: 2, needsBytes: 0 });
  expect(again.counts).toEqual({ duplicate: 2, copy: 1, metadata: 1, ignored: 1 });
  expect(house.source.opened).toEqual([]);
  expect([assets(), house.albums.size]).toEqual([2, 1]);
});

test('a file that cannot be taken is told and the others come; a damaged copy gives way to a good one', async () => {
  const good = await picture(3);
  house.source.files.set('good', good);
  house.source.events = () => [
    house.put('text', Buffer.from('no picture at all, only some words')), house.put('empty', Buffer.alloc(0)), house.put('gone', null),
    house.put('two', null, { copies: [{ ref: 'broken' }, { ref: 'good', bytes: good.length }] }), house.put('fine', await0),
  ];
  const run = await house.until((await create({ start: true })).id, ['done']);
  expect(await outcomes(run.id)).toEqual({ 'text.jpg': 'imported', 'empty.jpg': 'problem', 'gone.jpg': 'problem', 'two.jpg': 'problem', 'copy 1/two.jpg': 'imported', 'fine.jpg': 'imported' });
  expect(run.items).toEqual({ total: 5, done: 5, failed: 2 });
  const said = (await house.imports.imports.entries(house.asker, run.id, { outcome: 'problem' })).entries;
  expect((await house.imports.imports.entries(house.asker, run.id, { search: 'text' })).entries).toMatchObject([{ reason: 'damaged', assetId: expect.any(String) }]);
  expect(said.every((e) => (e.detail ?? '').length > 10 && e.reason !== null)).toBe(true);
});
const await0 = await picture(4);

test('a part that could not be read counts as failed; what loses nothing does not', async () => {
  house.source.events = () => [
    house.put('fine', await0), { type: 'entry', entry: { part: null, path: 'part-002.zip', bytes: 5, outcome: 'problem', reason: 'damaged-part', detail: 'This is no zip.' } }, { type: 'entry', entry: { part: 'part-003.zip', path: 'a.jpg', bytes: 5, outcome: 'problem', reason: 'encrypted' } },
    { type: 'entry', entry: { part: null, path: 'gone.jpg.json', bytes: 5, outcome: 'problem', reason: 'sidecar-without-media' } }, { type: 'entry', entry: { part: null, path: 'Failed Videos/x.mp4', bytes: 5, outcome: 'problem', reason: 'damaged' } },
  ];
  const { id } = await house.until((await create({ start: true })).id, ['done']);
  expect((await house.imports.imports.get(house.asker, id)).items).toEqual({ total: 1, done: 1, failed: 2 });
});

test('a run counts what lies in it, not what earlier parts brought or could not bring', async () => {
  const gone = { type: 'item' as const, item: { id: 'bad', files: [{ role: 'original' as const, name: 'bad.jpg', copies: [{ part: 'part-001.zip', path: 'bad.jpg', bytes: 7, here: false }] }], hints: { people: ['Ann'] }, albums: [] } };
  house.source.events = () => [gone, house.put('fine', await0)];
  const run = await house.until((await create({ start: true })).id, ['done']);
  expect(run.items).toEqual({ total: 1, done: 1, failed: 0 });
  expect(run.preview).toMatchObject({ items: 1, photos: 1, people: [], years: [{ year: null, items: 1 }] });
});
