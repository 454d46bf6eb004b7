// Import runs in a real house with real plugins: through the API, with pause, restart, report, undo and parts from a browser.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import sharp from 'sharp';
import { must, type Person, type Rig, startRig } from './rig.ts';

let rig: Rig;
let ann: Person;
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.admin();
});
afterAll(() => rig.stop());

const picture = (n: number): Promise<Buffer> => sharp({ create: { width: 40, height: 30, channels: 3, background: { r: n % 256, g: (n * 7) % 256, b: n % 13 } } }).withExif({ IFD2: { DateTimeOriginal: `2021:07:08 09:${String(n % 60).padStart(2, '0')}:11` } }).jpeg().toBuffer();
const card = async (name: string, count: number, from = 0): Promise<string> => {
  const dir = join(rig.dir, name, 'DCIM');
  mkdirSync(dir, { recursive: true });
  for (let n = from; n < from + count; n++) writeFileSync(join(dir, `IMG_${String(n).padStart(4, '0')}.JPG`), await picture(n));
  return join(rig.dir, name);
};
const api = async (method: string, path: string, body?: object, token = ann.token) => rig.api(method, path, body, { token });
const run = async (id: string): Promise<ImportRun> => must(await api('GET', `/imports/${id}`), 200).json as unknown as ImportRun;
/** Waits for hints of the house, and asks. */
async function until(id: string, done: (r: ImportRun) => boolean): Promise<ImportRun> {
  for (let n = 0; n < 1200; n++) {
    const r = await run(id);
    if (done(r)) return r;
    if (r.state === 'failed') throw new Error(`failed: ${r.trouble ?? ''}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error('it took too long');
}
const create = async (body: object): Promise<ImportRun> => must(await api('POST', '/imports', body), 201).json as unknown as ImportRun;

test('a folder: preview, start, report of every file; a second run adds nothing; undo empties the timeline', async () => {
  const dir = await card('card', 30);
  writeFileSync(join(dir, 'DCIM', '=1+1.txt'), 'no photo');
  const ready = await until((await create({ pluginId: 'folder', config: { paths: [dir] } })).id, (r) => r.state === 'ready');
  expect(ready.preview).toMatchObject({ items: 30, photos: 30, known: 0, enough: true });
  must(await api('POST', `/imports/${ready.id}/start`), 200);
  const done = await until(ready.id, (r) => r.state === 'done');
  expect(done.items).toEqual({ total: 30, done: 30, failed: 0 });
  expect(done.counts.imported).toBe(30);
  const csv = must(await api('GET', `/imports/${ready.id}/report?format=csv`), 200).bytes.toString();
  expect(csv.trim().split('\r\n')).toHaveLength(32);
  const json = JSON.parse(must(await api('GET', `/imports/${ready.id}/report?format=json`), 200).bytes.toString()) as { outcome: string }[];
  expect(json).toHaveLength(31);
  expect(json.filter((e) => e.outcome === 'pending')).toEqual([]);

  const again = await until((await create({ pluginId: 'folder', config: { paths: [dir] }, start: true })).id, (r) => r.state === 'done');
  expect(again.counts.duplicate).toBe(30);
  expect(again.counts.imported).toBeUndefined();

  for (const id of [ready.id, again.id]) { // the second run said that they are here: they go when both are taken back
    must(await api('POST', `/imports/${id}/undo`), 200);
    await until(id, (r) => r.state === 'undone');
  }
  expect(rig.coordinator.db.sql.get<{ n: number }>('select count(*) n from asset where vis = 1')!.n).toBe(0);
  const back = await until((await create({ pluginId: 'folder', config: { paths: [dir] }, start: true })).id, (r) => r.state === 'done');
  expect(back.counts.problem).toBeUndefined();
  expect(rig.coordinator.db.sql.get<{ n: number }>('select count(*) n from asset where vis = 1')!.n).toBe(30);
});

test('nobody else sees a run or its report, and folders of the machine are the admins\' to name', async () => {
  const bob = await rig.addUser(ann, 'Bob');
  const [mine] = must(await api('GET', '/imports'), 200).json as unknown as ImportRun[];
  for (const path of [`/imports/${mine!.id}`, `/imports/${mine!.id}/report`, `/imports/${mine!.id}/entries`]) expect((await api('GET', path, undefined, bob.token)).status).toBe(404);
  expect((await api('POST', '/imports', { pluginId: 'folder', config: { paths: ['/'] } }, bob.token)).status).toBe(403);
  expect((await api('POST', '/imports', { pluginId: 'folder', config: { paths: ['/nowhere/at/all'] } })).json).toMatchObject({ code: 'source_invalid', message: expect.stringContaining('/nowhere/at/all') });
  expect((await api('GET', `/imports/${mine!.id}/report?format=xml`)).status).toBe(400);
});

test('photos that stay where they are: looked at in a library of their own, nothing is written there, and no certificate says that they may go', async () => {
  const dir = await card('album', 3, 500);
  const before = readdirSync(join(dir, 'DCIM'));
  const done = await until((await create({ pluginId: 'folder', config: { paths: [dir] }, options: { mode: 'index' }, start: true })).id, (r) => r.state === 'done');
  expect(done).toMatchObject({ counts: { imported: 3 }, libraryName: 'album', preview: { needsBytes: 0 } });
  expect(readdirSync(join(dir, 'DCIM'))).toEqual(before);
  expect(rig.coordinator.db.sql.get<{ kind: string }>('select kind from library where uuid = ?', done.libraryId)).toEqual({ kind: 'external' });
  expect((await api('POST', `/imports/${done.id}/certify`, {})).json).toMatchObject({ code: 'run_state' });
  expect((await api('POST', '/imports', { pluginId: 'folder', config: { paths: [dir, join(dir, 'DCIM')] }, options: { mode: 'index' } })).json).toMatchObject({ code: 'source_invalid' });
});

test('what moved is gone there and read again here', async () => {
  const dir = await card('moved', 4, 600);
  const done = await until((await create({ pluginId: 'folder', config: { paths: [dir] }, options: { mode: 'move' }, start: true })).id, (r) => r.state === 'done');
  expect(done.counts.imported).toBe(4);
  expect(readdirSync(join(dir, 'DCIM'))).toEqual([]);
  const { path } = rig.coordinator.db.sql.get<{ path: string }>(`select path from file where name = 'IMG_0600.JPG'`)!;
  expect(readFileSync(join(rig.data, path)).equals(await picture(600))).toBe(true);
});
