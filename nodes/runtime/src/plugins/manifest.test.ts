import { expect, it } from 'vitest';
import { checkManifest } from './manifest.ts';

const GOOD = { id: 'a-card', name: 'A card', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'src/index.ts', config: { type: 'object', properties: {} }, permissions: { paths: [], hosts: ['nas.local:8080'], addons: false }, memoryMb: 64 };

it('takes what the house speaks', () => {
  expect(checkManifest(GOOD)).toEqual(GOOD);
  for (const apiVersion of ['^1.0.0', '1.x', '>=1.0.0 <3', '1.0.0', '*']) expect(checkManifest({ ...GOOD, apiVersion }).apiVersion).toBe(apiVersion);
});
it.each([['^2.0.0'], ['>=1.1.0'], ['0.x'], ['^1.0.1']])('refuses contracts %s, which this house does not have', (apiVersion) => {
  expect(() => checkManifest({ ...GOOD, apiVersion })).toThrow(expect.objectContaining({ type: 'plugin_unsupported', message: expect.stringMatching(/A card 1\.0\.0 was made for plugin contracts .* this Mantel has 1\.0\.0/) as string }));
});
it.each<[string, object, RegExp]>([
  ['no id', { id: undefined }, /"id"/], ['an id with capitals', { id: 'Card' }, /"id"/], ['a version that is none', { version: 'one' }, /its version "one"/], ['a range that is none', { apiVersion: 'newest' }, /its apiVersion "newest"/],
  ['an unknown kind', { kind: 'theme' }, /"kind"/], ['an unknown key', { postinstall: 'x' }, /"postinstall" is not known/], ['an entry elsewhere', { entry: '../../x.ts' }, /its entry/], ['an absolute entry', { entry: '/x.ts' }, /its entry/], ['an entry that is no module', { entry: 'run.sh' }, /its entry/],
  ['a help page elsewhere', { help: '../../../etc/passwd' }, /its help/], ['no form', { config: { type: 'string' } }, /its config/], ['a whole disk', { permissions: { paths: ['/'], hosts: [], addons: false } }, /permitted paths/], ['a path that is relative', { permissions: { paths: ['x'], hosts: [], addons: false } }, /permitted paths/],
  ['a host that is an address', { permissions: { paths: [], hosts: ['http://x/'], addons: false } }, /"permissions\.hosts\[0\]"/], ['no memory', { memoryMb: 1 }, /"memoryMb"/],
])('refuses %s', (_, change, why) => {
  expect(() => checkManifest({ ...GOOD, ...change })).toThrow(expect.objectContaining({ type: 'plugin_invalid', message: expect.stringMatching(why) as string }));
});
it('refuses what is no manifest at all', () => {
  for (const raw of [null, [], 'x', 7, {}]) expect(() => checkManifest(raw)).toThrow(expect.objectContaining({ type: 'plugin_invalid' }));
});
