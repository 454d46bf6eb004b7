import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ImportRun, ScanEvent, SourceFile } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INCOMING } from '../../library/receive.ts';
import { type ImportHouse, openImportHouse, picture } from '../../testing/import-house.ts';

let house: ImportHouse;
beforeEach(async () => { house = await openImportHouse(); });
afterEach(() => house.end());
const rules = () => house.imports.imports;
const create = (more: object = {}): Promise<ImportRun> => rules().create(house.asker, { pluginId: 'fake', config: {}, start: true, ...more });
const shown = (): string[] => house.db.sql.all<{ name: string }>('select original_name name from asset where vis = 1 order by name').map((r) => r.name);
const count = (where: string): number => house.db.sql.get<{ n: number }>(`select count(*) n from asset where ${where}`)!.n;
const outcomes = async (id: string): Promise<string[]> => (await rules().entries(house.asker, id, { limit: 1000 })).entries.map((e) => e.outcome);
const photos = async (n: number): Promise<ScanEvent[]> => Promise.all(Array.from({ length: n }, async (_, i) => house.put(`p${String(i).padStart(3, '0')}`, await picture(i))));

test('a clip whose photo lies in a part that is not here is kept, and joins its photo when that comes', async () => {
  const [still, clip] = [await picture(1), await picture(2)];
  house.source.files.set('still', still);
  house.source.files.set('clip', clip);
  const item = (here: boolean): ScanEvent => ({ type: 'item', item: { id: 'live', hints: { takenAt: Date.UTC(2020, 1, 1) }, albums: [], files: [
    { role: 'original', name: 'a.jpg', copies: [{ part: '2.zip', path: 'a.jpg', bytes: still.length, here, ref: 'still' }] }, { role: 'raw', name: 'a.raw.jpg', copies: [{ part: '1.zip', path: 'a.raw.jpg', bytes: clip.length, here: !here, ref: 'clip' }] },
  ] as [SourceFile, SourceFile] } });
  house.source.events = () => [item(false)];
  const first = await house.until((await create()).id, ['done']);
  expect(first.items).toEqual({ total: 1, done: 1, failed: 1 });
  expect([shown(), await outcomes(first.id)]).toEqual([['a.raw.jpg'], ['raw']]);
  house.source.events = () => [item(true)];
  const second = await house.until((await create()).id, ['done']);
  expect(second.items.failed).toBe(0);
  expect(count('vis = 1')).toBe(1);
  expect(house.db.sql.all<{ role: string }>('select role from file order by role').map((f) => f.role)).toEqual(['original', 'raw']);
});

test('what the source knows comes with the photo; what is not wanted is told as that; locked photos go where only their owner looks', async () => {
  house.source.events = () => [...events];
  const events = [house.put('fav', await picture(1), { hints: { favourite: true, takenAt: Date.UTC(2001, 2, 3) } }), house.put('bin', await picture(2), { hints: { trashed: true } }), house.put('safe', await picture(3), { hints: { locked: true } }), house.put('theirs', await picture(4), { hints: { partner: true } })];
  const run = await house.until((await create({ options: { partner: false } })).id, ['done']);
  expect(run.counts).toEqual({ imported: 3, ignored: 1 });
  expect(count('trashed_at is not null')).toBe(1);
  expect(house.db.sql.get<{ kind: string }>(`select l.kind from asset a join library l on l.id = a.library_id where a.original_name = 'safe.jpg'`)).toEqual({ kind: 'locked' });
  expect(count(`original_name = 'fav.jpg' and taken_at = ${Date.UTC(2001, 2, 3)}`)).toBe(1);
  expect(house.db.sql.get<{ n: number }>('select count(*) n from asset_user where favourite = 1')!.n).toBe(1);
});

test('paused in the middle it rests, and goes on to the same end; nothing is left behind', async () => {
  const events = await photos(40);
  house.source.events = () => events;
  let reached = (): void => undefined;
  const middle = new Promise<void>((resolve) => { reached = resolve; });
  house.source.onOpen = (ref) => { if (ref === 'p020') reached(); };
  const { id } = await create();
  await middle;
  const paused = await rules().pause(house.asker, id);
  expect(paused.state).toBe('paused');
  expect(paused.items.done).toBeLessThan(40);
  await rules().resume(house.asker, id);
  const done = await house.until(id, ['done']);
  expect([done.counts, shown().length]).toEqual([{ imported: 40 }, 40]);
  expect(await readdir(join(house.data, INCOMING))).toEqual([]);
});

test('stopped at any moment, also between a photo and the note of it, it comes to the same end: each photo once, each told as imported', async () => {
  const events = await photos(50);
  house.source.events = () => events;
  for (const files of [1, 5, 9]) {
    let [left, reached] = [files, (): void => undefined];
    const here = new Promise<void>((resolve) => { reached = resolve; });
    house.source.onOpen = () => { if (--left === 0) reached(); };
    if (files === 1) await create();
    await here;
    await house.restart();
  }
  delete house.source.onOpen;
  // what a stop leaves between photo and note: the photo is here, its item waits still
  const [run] = await rules().list(house.asker);
  const done = await house.until(run!.id, ['done']);
  expect(done.counts).toEqual({ imported: 50 });
  await house.db.writeSql((sql) => {
    sql.run(`update import_item set state = 'pending', created = 0, asset_uuid = null where n in (3, 4)`);
    sql.run(`update import_entry set outcome = 'pending' where item in (3, 4)`);
    sql.run('delete from import_file where item in (3, 4)');
    sql.run('delete from import_known');
    sql.run(`update import_run set state = 'running', summary = null`);
  });
  await house.restart();
  expect((await house.until(run!.id, ['done'])).counts).toEqual({ imported: 50 });
  expect(shown()).toHaveLength(50);
});

test('a full disk pauses with its sentence and a card, and goes on when there is room', async () => {
  const events = await photos(12);
  house.source.events = () => events;
  const { ingest } = house.doors.library;
  let full = true;
  house.doors.library.ingest = (...args) => (full ? Promise.reject(new MantelError('storage_full')) : ingest(...args));
  await house.restart();
  const { id } = await create();
  const paused = await house.until(id, ['paused']);
  expect([paused.trouble, house.cards.get(id)]).toEqual([expect.stringMatching(/disk is full/), paused.trouble]);
  expect((await outcomes(id)).every((o) => o === 'pending')).toBe(true);
  full = false;
  await rules().resume(house.asker, id);
  expect((await house.until(id, ['done'])).counts).toEqual({ imported: 12 });
  expect(house.cards.size).toBe(0);
});

test('a plugin that ends is started again and no file is lost by it; one that ends again and again is given up on, and the run can go on later', async () => {
  const events = await photos(20);
  house.source.events = () => events;
  const crash = (): never => {
    house.source.end?.('It needed too much memory.');
    throw new MantelError('plugin_failed', 'Fake source stopped working.');
  };
  let crashes = 1;
  house.source.onOpen = (ref) => { if (ref === 'p005' && crashes-- > 0) crash(); };
  const one = await house.until((await create()).id, ['done']);
  expect(one.counts).toEqual({ imported: 20 });

  const more = await Promise.all(Array.from({ length: 20 }, async (_, i) => house.put(`q${i}`, await picture(100 + i))));
  house.source.events = () => more;
  house.source.onOpen = crash;
  const { id } = await create();
  await house.until(id, ['failed']).catch(() => undefined);
  const failed = await rules().get(house.asker, id);
  expect([failed.state, failed.trouble]).toEqual(['failed', expect.stringMatching(/again and again.*memory/)]);
  delete house.source.onOpen;
  await rules().resume(house.asker, id);
  expect((await house.until(id, ['done'])).items.total).toBe(20);
  await rules().retry(house.asker, id);
  expect((await house.until(id, ['done'])).counts).toEqual({ imported: 20 });
});

test('undo takes back what this run brought in, not what was here, and the albums that it made; importing again brings it back', async () => {
  const old = await picture(99);
  house.source.events = () => [house.put('old', old)];
  await house.until((await create()).id, ['done']);
  house.source.check = () => ({ ok: true, collection: 'two', problems: [] });
  const events: ScanEvent[] = [{ type: 'album', album: { id: 't', title: 'Trip' } }, house.put('old', old, { albums: ['t'] }), house.put('new', await picture(98), { albums: ['t'] })];
  house.source.events = () => events;
  const { id } = await house.until((await create()).id, ['done']);
  await rules().undo(house.asker, id);
  expect((await house.until(id, ['undone'])).state).toBe('undone');
  expect(shown()).toEqual(['old.jpg']);
  expect(house.albums.size).toBe(0);
  await rules().undo(house.asker, id); // again: the same end
  await house.until(id, ['undone']);
  expect(shown()).toEqual(['old.jpg']);
  const again = await house.until((await create()).id, ['done']);
  expect([shown(), again.counts]).toEqual([['new.jpg', 'old.jpg'], { duplicate: 1, imported: 1 }]);
});

test('moving takes away there only what was read again here; a file that is not the same stays', async () => {
  const events = [house.put('a', await picture(1)), house.put('b', await picture(2), { copies: [{}, { ref: 'other' }] })];
  house.source.files.set('other', Buffer.from('the same picture, written anew'));
  house.source.events = () => events;
  await house.until((await create({ options: { mode: 'move' } })).id, ['done']);
  expect(house.source.removed.toSorted()).toEqual(['a', 'b']);
});

test('a certificate says yes only when all is accounted for, read again, and has a second copy', async () => {
  const [a, b] = [await picture(1), await picture(2)];
  house.source.events = () => [house.put('a', a), house.put('b', b)];
  const { id } = await house.until((await create()).id, ['done']);
  const asked = async (copy?: string) => {
    const before = rules().certificate(house.asker, id)?.at;
    await rules().certify(house.asker, id, copy);
    for (let n = 0; n < 1500; n++) {
      const now = rules().certificate(house.asker, id);
      if (now && now.at !== before) return now;
      await new Promise((resolve) => { setTimeout(resolve, 10); });
    }
    throw new Error('no certificate', { cause: house.errors });
  };
  expect((await asked()).checks.map((c) => [c.name, c.ok])).toEqual([['accounted', true], ['no_problems', true], ['copies', true], ['stored', true], ['second_copy', false]]);
  const disk = join(house.data, '..', `copy-${house.uuid()}`);
  await rules().certify(house.asker, id, disk).then(() => { throw new Error('a folder that is not there'); }, (e: Error) => expect(e.message).toMatch(/no folder/));
  const { mkdir } = await import('node:fs/promises');
  await mkdir(disk);
  try {
    await writeFile(join(disk, 'one.jpg'), a);
    expect((await asked(disk)).checks[4]).toMatchObject({ ok: false, failing: ['b.jpg'] });
    await writeFile(join(disk, 'two.jpg'), b);
    expect(await asked(disk)).toMatchObject({ verdict: true, files: 2, bytes: a.length + b.length });
    const { path } = house.db.sql.get<{ path: string }>(`select path from file where name = 'a.jpg'`)!;
    await rm(join(house.data, path));
    await writeFile(join(house.data, path), 'spoilt');
    expect((await asked(disk)).checks[3]).toMatchObject({ ok: false, failing: ['a.jpg (differs from what came in)'] });
  } finally {
    await rm(disk, { recursive: true });
  }
});

test('another run of the same library waits for its turn and says for whom', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => { open = resolve; });
  const events = await photos(2);
  house.source.events = () => events;
  house.source.onOpen = () => gate;
  const first = await create();
  while (house.source.opened.length === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
  house.source.check = () => ({ ok: true, collection: 'two', problems: [] });
  const second = await create();
  const waiting = await house.until(second.id, ['running']);
  expect(waiting.trouble).toMatch(/Waits until “Fake source”/);
  open();
  await house.until(first.id, ['done']);
  expect((await house.until(second.id, ['done'])).counts).toEqual({ duplicate: 2 });
});
