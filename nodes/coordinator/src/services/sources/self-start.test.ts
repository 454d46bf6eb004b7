import { randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { createSelfStart } from './self-start.ts';
import { insertSource, sourceRow, updateSource } from './sources.repository.ts';

const MANIFEST: Manifest = { id: 'cam', name: 'Cam', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'i.ts', memoryMb: 64, permissions: { paths: [], hosts: [], addons: false }, config: { type: 'object', properties: {} } };
const NIGHT = new Date(2026, 4, 5, 3, 0).getTime(); // in the time of the house, as the schedules are
const MINUTE = 60_000;
let house: House;
let ann: Person;
let now: number;
let begun: string[];
let fails: string | undefined;
let kinds: Manifest[];
let cards: string[];
let opened: number;
let sees: EventEmitter;
let self: ReturnType<typeof createSelfStart>;

beforeEach(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  [now, begun, fails, kinds, cards, opened, sees] = [NIGHT - MINUTE, [], undefined, [MANIFEST], [], 0, new EventEmitter()];
  self = start();
});
afterEach(async () => {
  await self.stop();
  await house.close();
});
const start = () => createSelfStart({
  db: house.db, now: () => now, onChange: () => undefined, background: (_what, work) => void work.catch(() => undefined), debounceMs: 5, backMs: [5, 20],
  plugins: {
    manifest: () => MANIFEST, kinds: () => kinds, grants: async (_id, config) => ({ read: [], config }),
    open: async () => {
      opened++;
      return { stop: async () => undefined, async* watch(_config: object, signal: AbortSignal) {
        for await (const [what] of on(sees, 'new', { signal })) {
          if (what === 'fall') throw new MantelError('plugin_failed', 'The camera is off.');
          yield;
        }
      } } as unknown as PluginProcess;
    },
  },
  begin: async (id) => {
    begun.push(id);
    if (fails !== undefined) throw new MantelError('source_invalid', fails);
  },
  cards: { raise: async (c) => void cards.push(`+${c.kind}`), clear: async (kind) => void cards.push(`-${kind}`) },
});
async function add(o: { schedule?: string; watch?: boolean }): Promise<string> {
  const uuid = randomUUID();
  await house.db.writeSql((sql) => insertSource(sql, { uuid, pluginId: 'cam', name: 'Cam', config: {}, configVersion: '1.0.0', library: house.libraryId('Family'), owner: ann.id, options: {}, schedule: o.schedule ?? null, watch: o.watch ?? false, at: now }));
  return uuid;
}
const running = (uuid: string, state: string): Promise<unknown> => house.db.writeSql((sql) => sql.run(
  `insert into import_run(uuid, source_id, plugin_id, plugin_version, name, config, collection, library_id, owner_id, state, created_at) values(?, ?, 'cam', '1', 'x', '{}', 'c', ?, ?, ?, 0)`, randomUUID(), sourceRow(sql, uuid)!.id, house.libraryId('Family'), ann.id, state));
const over = (): Promise<unknown> => house.db.writeSql((sql) => sql.run(`update import_run set state = 'done'`));

test('runs once when its time has come, and not again before the next', async () => {
  const id = await add({ schedule: '0 3 * * *' });
  await self.look();
  expect(begun).toEqual([]);
  now = NIGHT + 1000;
  await self.look();
  await self.look();
  expect(begun).toEqual([id]);
  now += 24 * 60 * MINUTE;
  await self.look();
  expect(begun).toEqual([id, id]);
});

test('what was missed while the house was off runs once, however often it was missed', async () => {
  await add({ schedule: '0 3 * * *' });
  now = NIGHT + 9 * 24 * 60 * MINUTE;
  await self.look();
  await self.look();
  expect(begun).toHaveLength(1);
});

test('one run at a time: while one is open it waits, and then it has its turn', async () => {
  const id = await add({ schedule: '0 3 * * *' });
  await running(id, 'running');
  now = NIGHT + 1000;
  await self.look();
  expect(begun).toEqual([]);
  await over();
  await self.look();
  expect(begun).toEqual([id]);
});

test('a run that cannot begin is told on the source and on a card, which goes when it works again; a plugin that is off is waited for', async () => {
  const id = await add({ schedule: '0 * * * *' });
  fails = 'There is no folder /card.';
  now = NIGHT + 1000;
  await self.look();
  expect([sourceRow(house.db.sql, id)!.trouble, cards]).toEqual(['There is no folder /card.', ['+source_failed']]);
  fails = undefined;
  now += 60 * MINUTE;
  await self.look();
  expect([sourceRow(house.db.sql, id)!.trouble, cards]).toEqual([null, ['+source_failed', '-source_failed']]);
  kinds = [];
  now += 60 * MINUTE;
  await self.look();
  expect(begun).toHaveLength(2);
  kinds = [MANIFEST];
  await self.look();
  expect(begun).toHaveLength(3);
});

test('watching: a burst starts one run, what comes during a run starts one after it, and a plugin that falls over is opened again', async () => {
  const id = await add({ watch: true });
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(1);
  for (let n = 0; n < 20; n++) sees.emit('new', 'picture');
  await expect.poll(() => begun.length).toBe(1);
  await running(id, 'running');
  sees.emit('new', 'picture');
  await self.look(); // a busy run holds it back; nothing else may begin one
  expect(begun).toHaveLength(1);
  await over();
  await expect.poll(() => begun.length).toBe(2);
  sees.emit('new', 'fall');
  await expect.poll(() => opened).toBe(2);
  expect(sourceRow(house.db.sql, id)!.trouble).toBe('The camera is off.');
  await expect.poll(() => sees.listenerCount('new')).toBe(1);
  sees.emit('new', 'picture');
  await expect.poll(() => begun.length).toBe(3);
  expect(sourceRow(house.db.sql, id)!.trouble).toBeNull();
});

test('a watcher ends with its source, with its plugin, and with the house', async () => {
  const id = await add({ watch: true });
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(1);
  const s = sourceRow(house.db.sql, id)!;
  await house.db.writeSql((sql) => updateSource(sql, { ...s, library: house.libraryId('Family'), enabled: false }));
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(0);
  await house.db.writeSql((sql) => updateSource(sql, { ...s, library: house.libraryId('Family'), enabled: true }));
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(1);
  kinds = [];
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(0);
  kinds = [MANIFEST];
  await self.look();
  await expect.poll(() => sees.listenerCount('new')).toBe(1);
  await self.stop();
  expect(sees.listenerCount('new')).toBe(0);
});
