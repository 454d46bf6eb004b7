// The rules of plugins with processes that are made up: what happens over restarts, updates of Mantel, crashes and time.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { OpenPlugin, PluginOptions, PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type House, openHouse } from '../../testing/house.ts';
import { openPlugins } from './open-plugins.ts';

let house: House;
let dir: string;
let now: number;
let cards: Map<string, string>;
let processes: PluginOptions[];
let open: OpenPlugin;
let plugged: Awaited<ReturnType<typeof start>>;

const manifest = (o: Partial<Manifest> = {}): Manifest => ({
  id: 'cam', name: 'Cam', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: 'A camera.', entry: 'index.ts', memoryMb: 64, permissions: { paths: [], hosts: [], addons: false },
  config: { type: 'object', properties: { host: { type: 'string' }, key: { type: 'string', mantel: 'secret' } } }, ...o,
});
function write(folder: string, m: Manifest): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(m));
  writeFileSync(join(folder, 'index.ts'), `export default ${JSON.stringify(m.version)};`);
  return folder;
}
const fake = (o: Partial<PluginProcess> = {}): PluginProcess => ({
  isolation: 'bubblewrap', pid: 1, abilities: { open: false, watch: false, remove: false, migrate: true }, stop: async () => undefined,
  check: async () => ({ ok: true, problems: [] }), migrate: async (config) => ({ ...config, host: `${String(config.host)}.lan` }), remove: async () => undefined,
  async* scan() { yield []; }, async* open() { yield Buffer.alloc(0); }, async* watch() { yield; }, ...o,
});
const start = () => openPlugins({
  db: house.db, state: join(dir, 'state'), data: join(dir, 'data'), bundled: join(dir, 'bundled'), open: (o) => open(o), isolation: async () => 'bubblewrap', onChange: () => undefined, now: () => now,
  background: (_what, work) => void work.catch((e: unknown) => { throw e; }), log: { error: (_fields, text) => void cards.set('log', text) },
  cards: { raise: async (c) => void cards.set(`${c.kind}:${c.about}`, c.text), clear: async (kind, about) => void cards.delete(`${kind}:${about}`) },
});
const again = async (): Promise<void> => {
  await plugged.stop();
  plugged = await start();
  await plugged.settle();
};
const addSource = (config: object): Promise<unknown> => house.db.writeSql((sql) => sql.run(
  `insert into source(uuid, plugin_id, name, config, config_version, library_id, owner_id, due_from, created_at) values('s', 'cam', 'Door', ?, '1.0.0', ?, (select min(id) from user), 0, 0)`, JSON.stringify(config), house.libraryId('Family')));
const source = (): { config: string; config_version: string; enabled: number; trouble: string | null } => house.db.sql.get(`select * from source where uuid = 's'`)!;
const install = async (m: Manifest): Promise<unknown> => {
  const { token } = await plugged.plugins.inspect('folder', write(mkdtempSync(join(dir, 'made-')), m));
  return plugged.plugins.install(token, { ...m.permissions });
};

beforeEach(async () => {
  house = await openHouse();
  await house.addPerson('Ann');
  dir = mkdtempSync(join(tmpdir(), 'mantel-plugins-'));
  [now, cards, processes] = [Date.UTC(2026, 0, 1), new Map(), []];
  open = async (o) => { processes.push(o); return fake(); };
  plugged = await start();
});
afterEach(async () => {
  await plugged.stop();
  await house.close();
  rmSync(dir, { recursive: true, force: true });
});

test('a bundled plugin is there without a row; with an update of Mantel its sources follow, and one that cannot is stopped with a card', async () => {
  write(join(dir, 'bundled/cam'), manifest());
  write(join(dir, 'bundled/sdk'), manifest({ id: 'sdk' }));
  await again();
  expect(await plugged.plugins.list()).toMatchObject([{ id: 'cam', origin: 'bundled', state: 'enabled', previous: null, sources: 0 }]);
  await expect(plugged.plugins.remove('cam')).rejects.toMatchObject({ type: 'conflict' });
  await expect(plugged.plugins.rollback('cam')).rejects.toMatchObject({ type: 'conflict' });
  await addSource({ host: 'door', key: 'geheim!' });
  write(join(dir, 'bundled/cam'), manifest({ version: '1.1.0' }));
  await again();
  expect(source()).toMatchObject({ config: JSON.stringify({ host: 'door.lan', key: 'geheim!' }), config_version: '1.1.0', enabled: 1 });
  open = async () => fake({ migrate: async () => { throw new MantelError('plugin_failed', 'No idea.'); } });
  write(join(dir, 'bundled/cam'), manifest({ version: '1.2.0' }));
  await again();
  expect(source()).toMatchObject({ config_version: '1.1.0', enabled: 0, trouble: expect.stringContaining('No idea.') });
  expect(cards.get('source_failed:s')).toContain('"Door"');
});

test('one that an update of Mantel left behind is not started, and a card says so', async () => {
  await install(manifest());
  await house.db.writeSql((sql) => sql.run('update plugin set manifest = ?', JSON.stringify(manifest({ apiVersion: '^0.9.0' }))));
  await again();
  expect(await plugged.plugins.get('cam')).toMatchObject({ state: 'broken', trouble: expect.stringContaining('^0.9.0') });
  await expect(plugged.plugins.open('cam')).rejects.toMatchObject({ type: 'plugin_unsupported' });
  expect(plugged.plugins.kinds()).toEqual([]);
  expect(cards.get('plugin_unsupported:cam')).toContain('^0.9.0');
  await install(manifest({ version: '2.0.0' }));
  expect([(await plugged.plugins.get('cam')).state, cards.has('plugin_unsupported:cam')]).toEqual(['enabled', false]);
});

test('three crashes in ten minutes switch it off, over restarts; three in an hour do not; an update of Mantel gives it another chance', async () => {
  write(join(dir, 'bundled/cam'), manifest());
  await again();
  const crash = async (): Promise<void> => {
    await plugged.plugins.open('cam');
    processes.at(-1)!.onEnd!('It used too much memory.');
  };
  for (let n = 0; n < 3; n++) { await crash(); now += 6 * 60_000; }
  await expect.poll(async () => (await plugged.plugins.get('cam')).crashes).toBe(3);
  expect((await plugged.plugins.get('cam')).state).toBe('enabled');
  now += 3600_000;
  await crash();
  now += 60_000;
  await crash();
  await expect.poll(async () => (await plugged.plugins.get('cam')).crashes).toBe(2);
  await again();
  now += 60_000;
  const onEnd: string[] = [];
  const bystander = await plugged.plugins.open('cam', { onEnd: (why) => void onEnd.push(why) });
  expect(bystander.isolation).toBe('bubblewrap');
  await crash();
  await expect.poll(async () => (await plugged.plugins.get('cam')).state).toBe('broken');
  expect(cards.get('plugin_crashed:cam')).toContain('It used too much memory.');
  await expect(plugged.plugins.open('cam')).rejects.toMatchObject({ type: 'plugin_off' });
  await again();
  expect((await plugged.plugins.get('cam')).state).toBe('broken');
  write(join(dir, 'bundled/cam'), manifest({ version: '1.0.1' }));
  await again();
  expect([(await plugged.plugins.get('cam')).state, cards.has('plugin_crashed:cam')]).toEqual(['enabled', false]);
});

test('what waits for it when it is switched off hears why, and that is no crash', async () => {
  await install(manifest());
  let fail: (e: Error) => void = () => undefined;
  open = async (o) => fake({ check: () => new Promise((_, reject) => { fail = reject; }), stop: async () => { fail(new MantelError('plugin_failed', 'It ended.')); void o; } });
  const process = await plugged.plugins.open('cam');
  const waiting = process.check({}, AbortSignal.timeout(10_000));
  await Promise.all([expect(waiting).rejects.toMatchObject({ type: 'plugin_off', message: expect.stringContaining('Cam was switched off') }), plugged.plugins.disable('cam')]);
  expect(await plugged.plugins.get('cam')).toMatchObject({ state: 'disabled', crashes: 0, running: 0 });
});

test('one that is just starting when it is switched off does not stay', async () => {
  await install(manifest());
  const stopped: string[] = [];
  let ready: (() => void) | undefined;
  open = async () => {
    await new Promise<void>((resolve) => { ready = resolve; });
    return fake({ stop: async () => void stopped.push('stopped') });
  };
  const opening = plugged.plugins.open('cam');
  const refused = expect(opening).rejects.toMatchObject({ type: 'plugin_off' });
  await expect.poll(() => ready).toBeDefined();
  await plugged.plugins.disable('cam');
  ready!();
  await refused;
  expect([stopped, (await plugged.plugins.get('cam')).running, (await plugged.plugins.get('cam')).crashes]).toEqual([['stopped'], 0, 0]);
});

test('its log keeps the last 500 lines, over a restart, and no secret that it was given', async () => {
  await install(manifest());
  const process = await plugged.plugins.open('cam', { collection: 'door' });
  await process.check({ host: 'x', key: 'geheim"!ß' }, AbortSignal.timeout(1000));
  for (let n = 0; n < 700; n++) processes.at(-1)!.log(`line ${n} geheim"!ß ${encodeURIComponent('geheim"!ß')} ${JSON.stringify({ key: 'geheim"!ß' })}`);
  await again();
  const lines = plugged.plugins.log('cam');
  expect([lines.length, lines.at(-1)]).toEqual([500, expect.stringContaining('line 699 ••• ••• {"key":"•••"}')]);
  expect(lines.join()).not.toContain('geheim');
});

test('nor does it say it to people: not in what it finds, and not in its errors', async () => {
  await install(manifest());
  open = async () => fake({
    check: async (config) => ({ ok: false, summary: `${String(config.key)}!`, collection: `c-${String(config.key)}`, problems: [{ field: 'key', message: `The key ${String(config.key)} is wrong.` }] }),
    migrate: async (config) => { throw new MantelError('plugin_failed', `Nobody knows ${String(config.key)}.`); },
  });
  const process = await plugged.plugins.open('cam');
  expect(await process.check({ key: 'geheim!' }, AbortSignal.timeout(1000))).toEqual({ ok: false, summary: '•••!', collection: 'c-•••', problems: [{ field: 'key', message: 'The key ••• is wrong.' }] });
  await expect(process.migrate({ key: 'geheim!' }, '1.0.0')).rejects.toMatchObject({ message: 'Nobody knows •••.' });
});

test('the same version with other files is another one, and the first can be brought back', async () => {
  await install(manifest());
  const first = await plugged.plugins.get('cam');
  await install(manifest({ description: 'A better camera.' }));
  expect(await plugged.plugins.get('cam')).toMatchObject({ previous: '1.0.0', manifest: { description: 'A better camera.' } });
  expect(await plugged.plugins.rollback('cam')).toMatchObject({ sha256: first.sha256, previous: null, manifest: { description: 'A camera.' } });
  await (await plugged.plugins.open('cam')).stop();
});

test('documents of a collection stay, those of a check do not; a configuration that fits no more after going back stops its source', async () => {
  await install(manifest());
  await (await plugged.plugins.open('cam', { collection: 'door' })).stop();
  await (await plugged.plugins.open('cam')).stop();
  expect(readdirSync(join(dir, 'state/plugins/cam/store'))).toHaveLength(1);
  await install(manifest({ version: '2.0.0', config: { type: 'object', properties: { place: { type: 'string' } } } }));
  expect(readdirSync(join(dir, 'state/plugins/cam')).filter((n) => /^\d/.test(n))).toHaveLength(2);
  await install(manifest({ version: '2.1.0', config: { type: 'object', properties: { place: { type: 'string' } } } }));
  expect(readdirSync(join(dir, 'state/plugins/cam')).filter((n) => /^\d/.test(n)).map((n) => n.slice(0, 5)).sort()).toEqual(['2.0.0', '2.1.0']);
  await house.db.writeSql((sql) => sql.run(`update plugin set previous = json_set(previous, '$.manifest.config', json('{"type":"object","properties":{"host":{"type":"string"}},"required":["host"]}'))`));
  await addSource({ place: 'door' });
  await plugged.plugins.rollback('cam');
  expect(source()).toMatchObject({ enabled: 0, config: '{}', trouble: expect.stringContaining('"host" is missing') });
});

test('an offer is good for ten minutes, few wait at once, and none outlives the house', async () => {
  const staging = join(dir, 'state/plugins/.staging');
  const made = write(join(dir, 'made'), manifest());
  const first = await plugged.plugins.inspect('folder', made);
  for (let n = 0; n < 6; n++) await plugged.plugins.inspect('folder', made);
  expect(readdirSync(staging)).toHaveLength(5);
  await expect(plugged.plugins.install(first.token, first.manifest.permissions)).rejects.toMatchObject({ type: 'not_found' });
  const { token } = await plugged.plugins.inspect('folder', made);
  now += 10 * 60_000 + 1;
  await expect(plugged.plugins.install(token, first.manifest.permissions)).rejects.toMatchObject({ type: 'not_found', message: expect.stringContaining('too long ago') });
  await again();
  expect([existsSync(staging), readdirSync(staging)]).toEqual([true, []]);
});

test.each<[string, Partial<Manifest>, (folder: string) => void]>([
  ['plugin_invalid', { entry: '../index.ts' }, () => undefined], ['plugin_invalid', { entry: 'gone.ts' }, () => undefined], ['plugin_invalid', { version: 'one' }, () => undefined], ['plugin_invalid', { help: 'gone.md' }, () => undefined],
  ['plugin_invalid', { config: { type: 'object', properties: { a: { type: 'blob' } } } }, () => undefined], ['plugin_invalid', { permissions: { paths: ['relative'], hosts: [], addons: false } }, () => undefined],
  ['plugin_invalid', {}, (folder) => writeFileSync(join(folder, 'fast.node'), '')], ['plugin_invalid', {}, (folder) => writeFileSync(join(folder, 'manifest.json'), '{')], ['plugin_unsupported', { apiVersion: '^2.0.0' }, () => undefined],
])('%s: %j', async (type, odd, spoil) => {
  const folder = write(mkdtempSync(join(dir, 'odd-')), manifest(odd));
  spoil(folder);
  await expect(plugged.plugins.inspect('folder', folder)).rejects.toMatchObject({ type, message: expect.stringMatching(/\.$/) });
  expect(readdirSync(join(dir, 'state/plugins/.staging'))).toEqual([]);
});

test('the state folder is no permission that a plugin can get', async () => {
  for (const path of ['state', 'data', '.']) {
    const folder = write(mkdtempSync(join(dir, 'odd-')), manifest({ permissions: { paths: [join(dir, path)], hosts: [], addons: false } }));
    await expect(plugged.plugins.inspect('folder', folder), path).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining('no plugin gets') });
  }
});
