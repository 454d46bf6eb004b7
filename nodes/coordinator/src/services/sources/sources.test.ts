import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { CheckResult } from '@mantel/contracts/models/source.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type House, openHouse, type Person } from '../../testing/house.ts';
import { type Asker, createSources, type Sources } from './sources.ts';

const MANIFEST: Manifest = {
  id: 'cloud', name: 'Cloud', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'i.ts', memoryMb: 64, permissions: { paths: [], hosts: [], addons: false },
  config: { type: 'object', required: ['paths'], properties: {
    paths: { type: 'array', items: { type: 'string' }, minItems: 1, mantel: 'paths', accept: ['.zip'], title: 'Archives' }, key: { type: 'string', mantel: 'secret' }, into: { type: 'string', mantel: 'library', title: 'Into' }, whose: { type: 'string', mantel: 'user', title: 'Whose' }, when: { type: 'string', mantel: 'schedule', title: 'When' },
  } },
};
let house: House;
let ann: Person;
let bob: Person;
let admin: Asker;
let member: Asker;
let sources: Sources;
let family: string;
let annsOwn: string;
let answer: CheckResult;
let seen: object[];
let cleared: string[];

beforeAll(async () => {
  house = await openHouse();
  ann = await house.addPerson('Ann');
  bob = await house.addPerson('Bob');
  [admin, member] = [{ admin: true, userId: ann.uuid }, { admin: false, userId: bob.uuid }];
  const uuidOf = (name: string): string => house.db.sql.get<{ uuid: string }>('select uuid from library where name = ?', name)!.uuid;
  [family, annsOwn] = [uuidOf('Family'), uuidOf('Ann')];
  sources = createSources({
    db: house.db, onChange: () => undefined, cards: { clear: async (_kind, about) => void cleared.push(about) },
    plugins: {
      manifest: (id) => (id === 'cloud' ? MANIFEST : undefined), kinds: () => [MANIFEST], grants: async (_id, config) => ({ read: config.paths as string[], config }),
      open: async () => ({ abilities: { watch: false }, stop: async () => undefined, check: async (config: object) => { seen.push(config); return answer; } }) as unknown as PluginProcess,
    },
  });
});
afterAll(() => house.close());
beforeEach(() => { [answer, seen, cleared] = [{ ok: true, problems: [] }, [], []]; });

const base = { pluginId: 'cloud', name: ' Phone ', config: { paths: ['/exports/a.zip'], key: 'k1' } };

test('only an admin names folders of the machine or sets up for somebody else; nobody adds where the owner may not', async () => {
  await expect(sources.create(member, { ...base, libraryId: family })).rejects.toMatchObject({ type: 'forbidden', data: { field: 'paths' } });
  await expect(sources.create(member, { ...base, libraryId: family, ownerId: ann.uuid })).rejects.toMatchObject({ type: 'forbidden' });
  await expect(sources.create(member, { ...base, libraryId: annsOwn })).rejects.toMatchObject({ type: 'not_found' });
  await expect(sources.create(admin, { ...base, libraryId: annsOwn, ownerId: bob.uuid })).rejects.toMatchObject({ type: 'not_found', message: 'This person is not a member of that library.' });
  await expect(sources.create({ admin: true, userId: null }, { ...base, libraryId: family })).rejects.toMatchObject({ type: 'bad_request' });
  await expect(sources.create(admin, { ...base, pluginId: 'other', libraryId: family })).rejects.toMatchObject({ type: 'not_found' });
  await house.db.writeSql((sql) => sql.run(`update membership set role = 'viewer' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
  await expect(sources.create(admin, { ...base, libraryId: family, ownerId: bob.uuid })).rejects.toMatchObject({ type: 'forbidden' });
  await house.db.writeSql((sql) => sql.run(`update membership set role = 'contributor' where user_id = ? and library_id = ?`, bob.id, house.libraryId('Family')));
  expect([seen, sources.list(admin)]).toEqual([[], []]);
});

test('what an admin set up for a member is theirs: they rename and time it and keep its folders, but do not choose others', async () => {
  const made = await sources.create(admin, { ...base, libraryId: family, ownerId: bob.uuid, schedule: '0 3 * * *' });
  expect(made).toMatchObject({ name: 'Phone', ownerId: bob.uuid, config: { paths: ['/exports/a.zip'], key: { secret: true } }, schedule: '0 3 * * *', enabled: true });
  expect([sources.list(member).length, sources.list({ admin: false, userId: ann.uuid }).length]).toEqual([1, 0]);
  expect(await sources.update(member, { id: made.id, name: 'Mine', config: made.config, schedule: null })).toMatchObject({ name: 'Mine', schedule: null, nextRunAt: null });
  expect(seen.at(-1)).toEqual({ paths: ['/exports/a.zip'], key: 'k1' });
  expect(cleared).toEqual([made.id]);
  await expect(sources.update(member, { id: made.id, config: { ...made.config, paths: ['/etc'] } })).rejects.toMatchObject({ type: 'forbidden' });
  await expect(sources.update(member, { id: made.id, options: { mode: 'move' } })).rejects.toMatchObject({ type: 'forbidden' });
  await sources.update(admin, { id: made.id, options: { mode: 'move' } });
  expect(await sources.update(member, { id: made.id, options: { mode: 'move', albums: false } })).toMatchObject({ options: { mode: 'move', albums: false } });
  expect(await sources.update(member, { id: made.id, options: {} })).toMatchObject({ options: {} });
  await expect(sources.update(member, { id: made.id, ownerId: ann.uuid })).rejects.toMatchObject({ type: 'forbidden' });
  expect(await sources.update(member, { id: made.id, config: { ...made.config, key: 'k2' } })).toMatchObject({ config: { key: { secret: true } } });
  expect(sources.resolve(made.id)).toMatchObject({ name: 'Mine', config: { key: 'k2' }, ownerUuid: bob.uuid, ownerId: bob.id, libraryUuid: family });
  expect(await sources.update(admin, { id: made.id, enabled: false })).toMatchObject({ enabled: false });
  expect(() => sources.resolve(made.id)).toThrow(expect.objectContaining({ type: 'conflict' }));
  await sources.remove(member, made.id);
  expect(sources.list(admin)).toEqual([]);
});

test('what the plugin says is wrong is not saved, and it cannot be asked for what it does not do', async () => {
  answer = { ok: false, problems: [{ field: 'key', message: 'This key is too old.' }] };
  await expect(sources.create(admin, { ...base, libraryId: family })).rejects.toMatchObject({ type: 'source_invalid', message: 'This key is too old.', data: { problems: [{ field: 'key' }] } });
  answer = { ok: true, problems: [] };
  await expect(sources.create(admin, { ...base, libraryId: family, watch: true })).rejects.toMatchObject({ type: 'source_invalid', message: expect.stringContaining('cannot watch') });
  expect(sources.list(admin)).toEqual([]);
});

test('choices of library, person and time are looked at', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  const told = async (asker: Asker, extra: object): Promise<unknown> => (await sources.check(asker, { pluginId: 'cloud', config: { ...(asker.admin ? base.config : {}), ...extra } })).problems.map((p) => p.field);
  expect(await told(admin, { into: family, whose: bob.uuid, when: '0 3 * * *' })).toEqual([]);
  expect(await told(admin, { into: nobody, whose: nobody, when: 'soon' })).toEqual(['into', 'whose', 'when']);
  expect(await told(member, { into: annsOwn, whose: ann.uuid })).toEqual(['paths', 'into', 'whose']);
});

test('a run with files from a browser needs no paths yet, and a member still names none', () => {
  expect(sources.prepare(member, 'cloud', { key: 'k' }, { parts: true })).toEqual({ key: 'k' });
  expect(() => sources.prepare(member, 'cloud', { paths: ['/etc'] }, { parts: true })).toThrow(expect.objectContaining({ type: 'forbidden' }));
  expect(() => sources.prepare(admin, 'cloud', {})).toThrow(expect.objectContaining({ type: 'source_invalid', message: '"Archives" is missing.' }));
  expect(sources.partsField('cloud')).toBe('paths');
});
