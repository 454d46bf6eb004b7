import { DEFAULT_SETTINGS, type Node } from '@mantel/contracts/models/node.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type House, openHouse } from '../../testing/house.ts';
import { insertJob } from '../jobs/queue.repository.ts';
import { createQueue, type Queue } from '../jobs/queue.ts';
import { createNodes } from './nodes.ts';
import { createSteering } from './steering.ts';

let house: House;
let queue: Queue;
let steering: ReturnType<typeof createSteering>;
const [ID, OTHER] = ['w0000000001', 'w0000000002'];
const names = new Map<string, string>();
const admin = { kind: 'system' } as const;
beforeEach(async () => {
  house = await openHouse();
  const end = { done: vi.fn(), failed: vi.fn() };
  queue = createQueue({ db: house.db, ends: { preview: end, probe: end }, leaseMs: 10_000 });
  const workers = [ID, OTHER].map((id) => ({ id, nkey: id, token: id, name: id, local: false }));
  names.clear();
  steering = createSteering({ db: house.db, nodes: createNodes({ db: house.db, workers: () => workers }), queue, rates: { forecast: async () => ({ backlogSeconds: null, perNode: [] }) }, rename: async (id, name) => void names.set(id, name), onChange: () => undefined });
});
afterEach(async () => {
  queue.stop();
  await house.close();
});
const update = (p: object, id = ID): Promise<Node> => steering['nodes.update']!({ id, ...p } as never, admin) as Promise<Node>;
const add = (key: string): Promise<void> => house.db.writeSql((sql) => void insertJob(sql, { kind: 'preview', key, libraryId: house.libraryId('Family'), payload: {} }));
const library = (): string => house.db.sql.get<{ uuid: string }>('select uuid from library where id = ?', house.libraryId('Family'))!.uuid;

test('what is left out stays; another worker is not touched', async () => {
  expect((await update({ settings: { paused: true, labels: ['fast'] } })).settings).toEqual({ ...DEFAULT_SETTINGS, paused: true, labels: ['fast'] });
  expect((await update({ settings: { paused: false } })).settings).toEqual({ ...DEFAULT_SETTINGS, labels: ['fast'] });
  expect((await update({ name: '  attic ' }, OTHER)).settings).toEqual(DEFAULT_SETTINGS);
  expect([...names]).toEqual([[OTHER, 'attic']]);
});

test.each<[string, object]>([['hours', { hours: { from: '08:00', to: '08:00' } }], ['labels', { labels: ['node:w2'] }], ['libraries', { libraries: ['00000000-0000-4000-8000-000000000000'] }]])('%s that mean nothing are refused and change nothing', async (_name, settings) => {
  await expect(update({ settings: { ...settings, paused: true } })).rejects.toMatchObject({ type: 'bad_request' });
  expect((await update({})).settings).toEqual(DEFAULT_SETTINGS);
});
test('a worker that is not there', async () => {
  for (const call of [update({ settings: {} }, 'w00000000ff'), (async () => steering['nodes.drain']!({ id: 'w00000000ff', on: true }, admin))(), (async () => steering['nodes.release']!({ id: 'w00000000ff', kind: 'preview' }, admin))()]) await expect(call).rejects.toMatchObject({ type: 'not_found' });
});

test('a poll that waits is woken by settings and by the end of a drain, and gets nothing in between', async () => {
  await update({ settings: { libraries: [] } });
  const poll = queue.lease(ID, ['preview'], 30_000);
  await add('a');
  queue.wake();
  await update({ settings: { libraries: [library()], paused: true } });
  await steering['nodes.drain']!({ id: ID, on: true }, admin);
  await update({ settings: { paused: false } });
  expect(await Promise.race([poll, Promise.resolve('waits')])).toBe('waits');
  await steering['nodes.drain']!({ id: ID, on: false }, admin);
  expect((await poll)?.key).toBe('a');
});

test('three failures in a row end with nodes.release', async () => {
  for (const key of ['a', 'b', 'c', 'd']) await add(key);
  for (let i = 0; i < 3; i++) {
    const job = (await queue.lease(ID, ['preview'], 0))!;
    await queue.fail({ worker: ID, id: job.id, token: job.token }, { code: 'internal', message: 'no', permanent: false });
  }
  const poll = queue.lease(ID, ['preview'], 30_000);
  expect((await queue.lease(OTHER, ['preview'], 0))?.key).toBe('d'); // another worker may
  await add('e');
  await steering['nodes.release']!({ id: ID, kind: 'preview' }, admin);
  expect((await poll)?.key).toBe('e');
});
