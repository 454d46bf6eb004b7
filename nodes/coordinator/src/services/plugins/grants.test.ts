import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyFolder } from './files.ts';
import { createGrants, type GrantRules } from './grants.ts';

let dir: string;
let grants: GrantRules;
const manifest = (paths: string[] = []): Manifest => ({
  id: 'p', name: 'P', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'i.ts', memoryMb: 64, permissions: { paths, hosts: [], addons: false },
  config: { type: 'object', properties: { one: { type: 'string', mantel: 'path' }, many: { type: 'array', items: { type: 'string' }, mantel: 'paths' }, other: { type: 'string' } } },
});
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'mantel-grants-')));
  for (const d of ['data/library/.mantel/parts/run', 'data/library/Family', 'state', 'photos/2020', 'fixed']) mkdirSync(join(dir, d), { recursive: true });
  symlinkSync(join(dir, 'photos'), join(dir, 'link'));
  symlinkSync(join(dir, 'state'), join(dir, 'sneaky'));
  grants = createGrants({ state: join(dir, 'state'), data: join(dir, 'data') });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('what the configuration names, by its real path, and what the manifest was granted', async () => {
  const at = (p: string): string => join(dir, p);
  expect(await grants.of(manifest([at('fixed'), at('nowhere'), at('state')]), { one: at('link'), many: [at('photos/2020')], other: at('state') })).toEqual({
    read: [at('photos'), at('photos/2020'), at('fixed')], config: { one: at('photos'), many: [at('photos/2020')], other: at('state') },
  });
});

test.each(['state', 'sneaky', 'data', 'data/library/Family', '.', 'data/library/.mantel/parts/run', 'nowhere'])('%s is nobody’s to read', async (path) => {
  await expect(grants.of(manifest(), { many: [join(dir, path)] })).rejects.toMatchObject({ type: 'source_invalid', data: { problems: [{ field: 'many', message: expect.stringContaining(dir) }] } });
});
test.each(['/', '/proc', '/proc/self/environ', '/sys/kernel', '/dev', '/run', '/var/run', '/etc', '/etc/ssl'])('%s neither', async (one) => {
  await expect(grants.of(manifest(), { one })).rejects.toMatchObject({ type: 'source_invalid' });
});

test('what services of the machine listen at is out of reach; a card that was plugged in is not', () => {
  for (const path of ['/run/docker.sock', '/run/user/0', '/run/media', '/boot', '/run/mediation/x']) expect(grants.refusal(path)).toContain('belongs to the machine itself');
  expect([grants.refusal('/run/media/ana/CARD'), grants.refusal('/runs'), grants.refusal('/etcetera')]).toEqual([undefined, undefined, undefined]);
  expect(['/run', '/run/media', '/run/media/ana', '/run/user', '/etc', '/proc'].map(grants.hidden)).toEqual([false, false, false, true, true, true]); // one must get there
});

test('the parts of this run may be read, but not those of another, and no folder elsewhere that is called its parts', async () => {
  const parts = join(dir, 'data/library/.mantel/parts/run');
  writeFileSync(join(parts, 'a.zip'), '');
  expect((await grants.of(manifest(), { many: [join(parts, 'a.zip')] }, { parts })).read).toEqual([join(parts, 'a.zip')]);
  await expect(grants.of(manifest(), { many: [join(parts, 'a.zip')] }, { parts: `${parts}2` })).rejects.toMatchObject({ type: 'source_invalid' });
  await expect(grants.of(manifest(), { many: [join(dir, 'state')] }, { parts: join(dir, 'state') })).rejects.toMatchObject({ type: 'source_invalid' });
});

test('a folder is copied without what links lead to, and never one that holds the house itself', async () => {
  const plugin = join(dir, 'plugin');
  mkdirSync(join(plugin, '.git'), { recursive: true });
  mkdirSync(join(plugin, 'node_modules/@mantel/plugin-sdk'), { recursive: true });
  for (const f of ['manifest.json', '.git/config', 'node_modules/@mantel/plugin-sdk/index.ts', 'index.ts']) writeFileSync(join(plugin, f), '{}');
  await copyFolder(plugin, join(dir, 'copy'));
  await expect(copyFolder(dir, join(dir, 'state/x'))).rejects.toMatchObject({ type: 'bad_request' });
  symlinkSync('/etc/hostname', join(plugin, 'name'));
  await expect(copyFolder(plugin, join(dir, 'copy2'))).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining('name is a link') });
  await expect(copyFolder(join(dir, 'nowhere'), join(dir, 'copy3'))).rejects.toMatchObject({ type: 'not_found' });
});
