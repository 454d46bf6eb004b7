// The whole life of a plugin: looked at, installed, set up, run, crashed, updated, taken back, tampered with, removed; and what nobody may ever read or do on the way.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, PluginOffer } from '@mantel/contracts/models/plugin.ts';
import type { Repair } from '@mantel/contracts/models/repair.ts';
import type { ImportRun, ImportSource } from '@mantel/contracts/models/source.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig } from './rig.ts';
import { type Answer, ask } from './rig/ask.ts';
import { picture } from './rig/pictures.ts';
import { packShelf, SECRET, type ShelfOptions, WAIT, writeShelf } from './rig/shelf.ts';

let rig: Rig;
let admin: Person;
let bob: Person;
let photos: string;
let source: ImportSource;
const answers: string[] = [];

/** Every answer is kept: no secret may be in any of them. */
const api = async (method: string, path: string, body?: unknown, who: Person = admin): Promise<Answer> => {
  const answer = await rig.api(method, path, body, { token: who.token });
  answers.push(answer.bytes.toString());
  return answer;
};
const plugin = async (): Promise<Plugin> => must(await api('GET', '/plugins/shelf'), 200).json as unknown as Plugin;
const repairs = async (): Promise<Repair[]> => must(await api('GET', '/repairs'), 200).json as unknown as Repair[];
const mine = async (): Promise<ImportSource> => (must(await api('GET', '/sources'), 200).json as unknown as ImportSource[]).find((s) => s.id === source.id)!;
const check = (config: object, extra: object = {}): Promise<Answer> => api('POST', '/sources/check', { pluginId: 'shelf', config, ...extra });
const inspect = (o: ShelfOptions = {}): Promise<Answer> => api('POST', '/plugins/inspect', { origin: 'folder', ref: writeShelf(rig.dir, o) });
async function upload(file: string, name = 'shelf.tgz'): Promise<Answer> {
  const body = readFileSync(file);
  const answer = await ask(rig.port, { method: 'POST', path: `/api/v1/plugins/upload?name=${name}`, headers: { 'content-type': 'application/octet-stream', 'content-length': body.length, authorization: `Bearer ${admin.token}` }, body });
  answers.push(answer.bytes.toString());
  return answer;
}
const install = async (offered: Answer): Promise<Answer> => {
  const { token, manifest } = must(offered, 200).json as unknown as PluginOffer;
  return api('POST', '/plugins/install', { token, permissions: manifest.permissions });
};
const installed = (): string[] => readdirSync(join(rig.state, 'plugins', 'shelf')).filter((n) => /^\d/.test(n));

beforeAll(async () => {
  rig = await startRig();
  admin = await rig.admin();
  bob = await rig.addUser(admin, 'Bob');
  photos = join(rig.dir, 'photos');
  mkdirSync(photos);
  for (const n of [1, 2, 3]) writeFileSync(join(photos, `P${n}.jpg`), await picture(n));
});
afterAll(() => rig.stop());

describe('coming in', () => {
  test('what it asks for is shown first, and nothing is installed by looking', async () => {
    const offer = must(await inspect({ hosts: ['photos.example.com'] }), 200).json as unknown as PluginOffer;
    expect(offer).toMatchObject({ origin: 'folder', replaces: null, asksMore: [], migrates: 0, files: expect.any(Number), manifest: { id: 'shelf', version: '1.0.0', permissions: { hosts: ['photos.example.com'], paths: [], addons: false } } });
    expect(codeOf(await api('GET', '/plugins/shelf'))).toEqual([404, 'not_found']);
    for (const permissions of [{}, { paths: [], hosts: [], addons: false }, { ...offer.manifest.permissions, more: true }]) expect(codeOf(await api('POST', '/plugins/install', { token: offer.token, permissions }))).toEqual([409, 'conflict']);
    expect(codeOf(await api('POST', '/plugins/install', { token: 'nobody-gave-this-one', permissions: offer.manifest.permissions }))).toEqual([404, 'not_found']);
  });

  test('one that is no plugin, brings links, needs another Mantel or takes a bundled name is refused with a reason', async () => {
    expect((await api('POST', '/plugins/inspect', { origin: 'folder', ref: photos })).json).toMatchObject({ code: 'plugin_invalid', message: expect.stringContaining('no manifest.json') });
    expect(codeOf(await api('POST', '/plugins/inspect', { origin: 'folder', ref: join(rig.dir, 'nowhere') }))).toEqual([404, 'not_found']);
    expect((await inspect({ apiVersion: '^9.0.0' })).json).toMatchObject({ code: 'plugin_unsupported', message: expect.stringContaining('^9.0.0') });
    const bundled = (must(await api('GET', '/plugins'), 200).json as unknown as Plugin[]).find((p) => p.origin === 'bundled')!;
    expect((await inspect({ id: bundled.id })).json).toMatchObject({ code: 'conflict', message: expect.stringContaining('came with Mantel') });
    const linked = writeShelf(rig.dir);
    symlinkSync('/etc/passwd', join(linked, 'src/data.ts'));
    expect((await api('POST', '/plugins/inspect', { origin: 'folder', ref: linked })).json).toMatchObject({ code: 'plugin_invalid', message: expect.stringContaining('src/data.ts is a link') });
    expect((await upload(packShelf(linked))).json).toMatchObject({ code: 'plugin_invalid', message: expect.stringContaining('is a link') });
    expect((await upload(join(photos, 'P1.jpg'))).json).toMatchObject({ code: 'plugin_invalid', message: expect.stringContaining('damaged, or no tar archive') });
    expect(codeOf(await api('POST', '/plugins/inspect', { origin: 'npm', ref: '../../etc' }))).toEqual([400, 'bad_request']);
    expect(codeOf(await api('POST', '/plugins/inspect', { origin: 'folder', ref: writeShelf(rig.dir) }, bob))).toEqual([403, 'forbidden']);
    const broken = writeShelf(rig.dir);
    writeFileSync(join(broken, 'src/index.ts'), 'export default {};');
    expect((await install(await api('POST', '/plugins/inspect', { origin: 'folder', ref: broken }))).json).toMatchObject({ message: expect.stringContaining('does not start, so it was not installed') });
    expect(codeOf(await api('GET', '/plugins/shelf'))).toEqual([404, 'not_found']);
  });

  test('it is installed from a folder; only this user reads its files and nobody writes them', async () => {
    const [hears, bobHears] = [await rig.live(admin.token), await rig.live(bob.token)];
    expect(must(await install(await inspect()), 201).json).toMatchObject({ id: 'shelf', state: 'enabled', origin: 'folder', previous: null, sources: 0, running: 0, crashes: 0 });
    await hears.next((e) => e.event === 'plugins');
    expect(bobHears.events.filter((e) => e.event === 'plugins')).toEqual([]);
    rig.hangUp();
    const home = join(rig.state, 'plugins', 'shelf', installed()[0]!);
    expect([statSync(home).mode & 0o777, statSync(join(home, 'manifest.json')).mode & 0o777]).toEqual([0o700, 0o400]);
    expect(must(await api('GET', '/plugins/shelf/help', undefined, bob), 200).json).toMatchObject({ markdown: expect.stringContaining('# Shelf') });
    expect((must(await api('GET', '/sources/kinds', undefined, bob), 200).json as unknown as { id: string }[]).map((k) => k.id)).toContain('shelf');
  });
});

describe('set up', () => {
  test('a configuration is tried before it is saved, and every mistake has a sentence', async () => {
    expect((await check({ folder: photos })).json).toEqual({ ok: false, problems: [{ field: 'password', message: '"Password" is missing.' }] });
    expect((await check({ folder: photos, password: 'another guess' })).json).toEqual({ ok: false, problems: [{ field: 'password', message: 'This password is wrong.' }] });
    expect((await check({ folder: join(rig.dir, 'gone'), password: SECRET })).json).toMatchObject({ ok: false, problems: [{ field: 'folder', message: expect.stringContaining('There is no file or folder') }] });
    for (const own of [rig.state, rig.data, rig.dir, '/', '/proc/self']) expect((await check({ folder: own, password: SECRET })).json, own).toMatchObject({ ok: false, problems: [{ field: 'folder' }] });
    expect((await check({ folder: photos, password: SECRET })).json).toEqual({ ok: true, summary: `Photos below ${photos}`, collection: photos, problems: [] });
    const { id: libraryId } = await rig.library(admin.token, 'personal');
    expect((await api('POST', '/sources', { pluginId: 'shelf', name: 'Shelf', libraryId, config: { folder: photos, password: 'a bad guess' } })).json).toMatchObject({ code: 'source_invalid', message: 'This password is wrong.' });
    expect((await api('POST', '/sources', { pluginId: 'shelf', name: 'Shelf', libraryId, schedule: 'every now and then', config: { folder: photos, password: SECRET } })).json).toMatchObject({ code: 'source_invalid', data: { problems: [{ field: 'schedule' }] } });
    source = must(await api('POST', '/sources', { pluginId: 'shelf', name: 'Attic', libraryId, schedule: '30 4 1 * *', config: { folder: photos, password: SECRET } }), 201).json as unknown as ImportSource;
    expect(source).toMatchObject({ name: 'Attic', enabled: true, config: { folder: photos, password: { secret: true }, mood: 'calm' }, nextRunAt: expect.stringMatching(/^\d{4}-\d\d-01T/) });
  });

  test('a secret that comes back as it was shown is kept; a member sees, changes and takes over nothing', async () => {
    expect(must(await api('PATCH', `/sources/${source.id}`, { name: 'Loft', config: source.config }), 200).json).toMatchObject({ name: 'Loft', config: { password: { secret: true } } });
    expect((await check(source.config, { sourceId: source.id })).json).toMatchObject({ ok: true });
    expect((await check(source.config)).json).toMatchObject({ ok: false, problems: [{ message: '"Password" is missing.' }] });
    expect(must(await api('GET', '/sources', undefined, bob), 200).json).toEqual([]);
    for (const [method, body] of [['PATCH', { name: 'Mine' }], ['DELETE', undefined]] as const) expect(codeOf(await api(method, `/sources/${source.id}`, body, bob))).toEqual([404, 'not_found']);
    expect(codeOf(await api('POST', '/sources/check', { pluginId: 'shelf', config: { folder: photos, password: SECRET } }, bob))).toEqual([403, 'forbidden']);
    expect(codeOf(await api('POST', '/sources/check', { pluginId: 'shelf', config: source.config, sourceId: source.id }, bob))).toEqual([404, 'not_found']);
    expect(codeOf(await api('GET', '/sources/browse', undefined, bob))).toEqual([403, 'forbidden']);
    const listing = must(await api('GET', `/sources/browse?path=${rig.dir}`), 200).json as unknown as { entries: { name: string }[] };
    expect(listing.entries.map((e) => e.name)).toEqual(expect.arrayContaining(['data', 'photos']));
    expect(listing.entries.map((e) => e.name)).not.toContain('state');
  });
});

describe('run', () => {
  const begin = async (): Promise<string> => (must(await api('POST', '/imports', { sourceId: source.id, start: true }), 201).json as unknown as ImportRun).id;
  const now = async (id: string): Promise<ImportRun> => must(await api('GET', `/imports/${id}`), 200).json as unknown as ImportRun;
  const ended = async (id: string): Promise<ImportRun> => {
    await expect.poll(async () => (await now(id)).state, { timeout: 30_000 }).toMatch(/^(done|failed|ready)$/);
    return now(id);
  };
  const run = async (): Promise<ImportRun> => ended(await begin());
  test('its pictures come in, and a second time nothing does', async () => {
    expect(await run()).toMatchObject({ state: 'done', trouble: null, pluginVersion: '1.0.0', counts: { imported: 3 } });
    expect(await run()).toMatchObject({ state: 'done', counts: { duplicate: 3 } });
    expect((await mine()).lastRunId).toEqual(expect.any(String));
    expect((await plugin()).running).toBe(0);
  });

  test('switched off in the middle, its run pauses and says why; switched on, it goes on', async () => {
    writeFileSync(join(photos, WAIT), '');
    const id = await begin();
    await expect.poll(async () => (await plugin()).running, { timeout: 20_000 }).toBe(1);
    must(await api('POST', '/plugins/shelf/disable'), 200);
    await expect.poll(async () => (await now(id)).state, { timeout: 20_000 }).toBe('paused');
    expect(await now(id)).toMatchObject({ trouble: expect.stringMatching(/^Shelf (is|was) switched off/) });
    expect(await plugin()).toMatchObject({ state: 'disabled', running: 0, crashes: 0 });
    rmSync(join(photos, WAIT));
    must(await api('POST', '/plugins/shelf/enable'), 200);
    must(await api('POST', `/imports/${id}/resume`), 200);
    expect(await ended(id)).toMatchObject({ state: 'done', counts: { duplicate: 3 } });
  });
});

describe('moving on', () => {
  test('another version takes the configuration over; its wishes are shown, and the previous one can be brought back', async () => {
    const offered = await upload(packShelf(writeShelf(rig.dir, { version: '2.0.0', place: true, hosts: ['new.example.com'] })), 'shelf-2.tgz');
    expect(offered.json).toMatchObject({ origin: 'tarball', ref: 'shelf-2.tgz', replaces: '1.0.0', migrates: 1, asksMore: ['hosts: new.example.com'] });
    expect(must(await install(offered), 201).json).toMatchObject({ origin: 'tarball', previous: '1.0.0', sources: 1, manifest: { version: '2.0.0' } });
    expect((await mine()).config).toEqual({ place: photos, password: { secret: true }, mood: 'calm' });
    expect((await check((await mine()).config, { sourceId: source.id })).json).toEqual({ ok: true, summary: `Photos below ${photos}`, collection: photos, problems: [] });
    expect(installed()).toHaveLength(2);
  });

  test('one that cannot take it over, or was made for another Mantel, changes nothing', async () => {
    const before = await plugin();
    expect((await install(await inspect({ version: '3.0.0', place: true, migrate: 'throws' }))).json).toMatchObject({ code: 'plugin_failed', message: expect.stringMatching(/"Loft" could not be taken over to version 3.0.0: The shelf does not remember.*Nothing was changed/) });
    expect((await install(await inspect({ version: '3.0.0' }))).json).toMatchObject({ code: 'plugin_invalid', message: expect.stringMatching(/"Loft" does not fit version 3.0.0: "Folder" is missing/) });
    expect((await upload(packShelf(writeShelf(rig.dir, { version: '3.0.0', apiVersion: '>=2' })))).json).toMatchObject({ code: 'plugin_unsupported' });
    expect(await plugin()).toEqual(before);
    expect((await mine()).config).toEqual({ place: photos, password: { secret: true }, mood: 'calm' });
  });

  test('the previous version comes back with the configuration as it was', async () => {
    expect(must(await api('POST', '/plugins/shelf/rollback'), 200).json).toMatchObject({ previous: null, origin: 'folder', manifest: { version: '1.0.0' } });
    expect((await mine()).config).toEqual(source.config);
    expect((await check(source.config, { sourceId: source.id })).json).toMatchObject({ ok: true });
    expect(installed()).toHaveLength(1);
    expect(codeOf(await api('POST', '/plugins/shelf/rollback'))).toEqual([409, 'conflict']);
  });
});

describe('in trouble', () => {
  test('files that were changed after the installation are not started; installing it again mends that', async () => {
    const entry = join(rig.state, 'plugins', 'shelf', installed()[0]!, 'src/index.ts');
    chmodSync(entry, 0o600);
    writeFileSync(entry, `${readFileSync(entry, 'utf8')}\n// and a bit more`);
    expect((await check(source.config, { sourceId: source.id })).json).toMatchObject({ code: 'plugin_failed', message: expect.stringContaining('were changed after it was installed') });
    expect(await repairs()).toMatchObject([{ kind: 'plugin_files_changed', about: 'shelf', fix: null }]);
    expect((await plugin()).state).toBe('broken');
    expect(codeOf(await api('POST', '/plugins/shelf/enable'))).toEqual([502, 'plugin_failed']);
    must(await install(await inspect()), 201);
    expect(await repairs()).toEqual([]);
    expect((await check(source.config, { sourceId: source.id })).json).toMatchObject({ ok: true });
  });

  test('one that keeps falling over is switched off with a card, also after a restart, until somebody says so', async () => {
    for (let n = 0; n < 3; n++) expect(codeOf(await check({ ...source.config, mood: 'crash' }, { sourceId: source.id }))).toEqual([502, 'plugin_failed']);
    await expect.poll(async () => (await plugin()).state, { timeout: 10_000 }).toBe('broken');
    expect(await plugin()).toMatchObject({ crashes: 3, running: 0, trouble: expect.stringContaining('fell over three times') });
    expect(codeOf(await check(source.config, { sourceId: source.id }))).toEqual([409, 'plugin_off']);
    await rig.stopCoordinator();
    await rig.startCoordinator();
    expect((await plugin()).state).toBe('broken');
    const [card] = await repairs();
    expect(card).toMatchObject({ kind: 'plugin_crashed', about: 'shelf', fix: 'plugins.enable' });
    expect(codeOf(await api('POST', `/repairs/${encodeURIComponent(card!.id)}/fix`, {}, bob))).toEqual([403, 'forbidden']);
    must(await api('POST', `/repairs/${encodeURIComponent(card!.id)}/fix`), 200);
    expect([await repairs(), (await plugin()).state]).toEqual([[], 'enabled']);
    expect((await check(source.config, { sourceId: source.id })).json).toMatchObject({ ok: true });
  });

  test('switched off, it offers nothing and runs nothing; its log has what it said, but not the secret', async () => {
    must(await api('POST', '/plugins/shelf/disable'), 200);
    expect(codeOf(await check(source.config, { sourceId: source.id }))).toEqual([409, 'plugin_off']);
    expect((must(await api('GET', '/sources/kinds'), 200).json as unknown as { id: string }[]).map((k) => k.id)).not.toContain('shelf');
    expect(await mine()).toMatchObject({ nextRunAt: null });
    must(await api('POST', '/plugins/shelf/enable'), 200);
    const { lines } = must(await api('GET', '/plugins/shelf/log'), 200).json as { lines: string[] };
    expect(lines.join('\n')).toContain(`looking at ${photos} with •••`);
    expect(lines.join('\n')).toContain('Version 2.0.0 was installed in place of 1.0.0.');
  });
});

test('removed, it leaves nothing behind; and no answer ever had the secret in it', async () => {
  expect(must(await api('DELETE', '/plugins/shelf'), 200).json).toEqual({ ok: true });
  expect(codeOf(await api('GET', '/plugins/shelf'))).toEqual([404, 'not_found']);
  expect(must(await api('GET', '/sources'), 200).json).toEqual([]);
  expect(existsSync(join(rig.state, 'plugins', 'shelf'))).toBe(false);
  expect(readdirSync(join(rig.state, 'plugins', '.staging')).length).toBeLessThanOrEqual(5);
  expect(answers.length).toBeGreaterThan(60);
  for (const text of answers) expect(text).not.toContain(SECRET);
  for (const line of rig.log) expect(JSON.stringify(line)).not.toContain(SECRET);
  expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
});
