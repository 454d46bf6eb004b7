import { expect, test } from 'vitest';
import type { ImportSource, Manifest, PluginOffer, Repair } from '../data/types.ts';
import { abilities, abilityLine, asksMore, compareVersions, fixWords, pluginLine, repairLink, replacesLine, sourceState } from './plugin-words.ts';

const manifest = (permissions: Partial<Manifest['permissions']> = {}, properties: Record<string, unknown> = {}): Manifest => ({
  id: 'x', name: 'X', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'x.js', config: { type: 'object', properties }, permissions: { paths: [], hosts: [], addons: false, ...permissions }, memoryMb: 128,
});
const words = (m: Manifest, before?: Manifest): string[] => abilities(m, before).map((a) => `${a.fresh ? '! ' : ''}${a.text}`);

test('what a plugin may do, in plain words', () => {
  expect(words(manifest())).toEqual(['Read no files of this machine', 'Reach nothing on the network', 'Take up to 128 MB of memory']);
  expect(words(manifest({ paths: ['/mnt/card'], hosts: ['a.example:8080'], addons: true }, { folder: { mantel: 'path' }, token: { mantel: 'secret' } }))).toEqual([
    'Read the files and folders that you name when you set up a source', 'Read everything in /mnt/card', 'Talk to a.example:8080', 'Use the passwords that you enter for it', 'Run native code, which no wall holds back', 'Take up to 128 MB of memory',
  ]);
  expect(abilityLine(manifest({ hosts: ['a', 'b', 'c'] }, { p: { mantel: 'paths' } }))).toBe('reads what you name · talks to a, b +1');
  expect(abilityLine(manifest({ paths: ['/a', '/b'], addons: true }))).toBe('reads 2 folders · no network · native code');
});
test('what a new version asks for anew is marked, and nothing else', () => {
  const before = manifest({ hosts: ['a.example'], paths: ['/a'] }), now = manifest({ hosts: ['a.example', 'b.example'], paths: ['/a'], addons: true }, { token: { mantel: 'secret' } });
  expect(words(now, before).filter((w) => w.startsWith('!'))).toEqual(['! Talk to b.example', '! Use the passwords that you enter for it', '! Run native code, which no wall holds back']);
  expect(words(now, now).some((w) => w.startsWith('!'))).toBe(false);
  const offer = { asksMore: ['hosts: b.example', 'addons', 'something: of later'] } as PluginOffer;
  expect(asksMore(offer, abilities(now, before))).toEqual(['something: of later']);
});
test('which way a version goes', () => {
  expect([compareVersions('1.10.0', '1.9.9') > 0, compareVersions('2.0.0-beta.1', '2.0.0') < 0, compareVersions('1.0.0', '1.0.0')]).toEqual([true, true, 0]);
  expect([replacesLine('1.0.0', '1.1.0'), replacesLine('1.1.0', '1.0.0'), replacesLine('1.0.0', '1.0.0')]).toEqual(['Replaces version 1.0.0', 'Steps back from version 1.1.0', 'Version 1.0.0 is here already; it would be installed anew']);
});
test('a repair card says what its button does and where it leads', () => {
  const repair = (kind: string, fix: string | null): Repair => ({ id: `${kind}:a/b`, kind, about: 'a/b', text: '', fix, at: '', times: 1 } as Repair);
  expect(fixWords(repair('plugin_crashed', 'plugins.enable'))).toBe('Try it again');
  expect([fixWords(repair('plugin_crashed', 'something.new')), fixWords(repair('not_isolated', null))]).toEqual(['Repair', null]);
  expect([repairLink(repair('plugin_crashed', null))?.href, repairLink(repair('source_failed', null))?.href, repairLink(repair('import_stopped', null))?.href, repairLink(repair('not_isolated', null))]).toEqual(['/admin/plugins/a%2Fb', '/admin/sources/a%2Fb', '/import/a%2Fb', null]);
});
test('how a source is', () => {
  const source = (s: Partial<ImportSource>): ImportSource => ({ enabled: true, schedule: null, nextRunAt: null, watch: false, ...s } as ImportSource);
  expect(sourceState(source({}))).toBe('only when asked');
  expect(sourceState(source({ watch: true }))).toBe('watched');
  expect(sourceState(source({ enabled: false, schedule: '0 3 * * *' }))).toBe('Switched off');
  expect(sourceState(source({ schedule: '0 3 * * *' }))).toBe('waits for its plugin');
  expect(sourceState(source({ schedule: '0 3 * * *', nextRunAt: new Date(2099, 0, 1, 3).toISOString(), watch: true }))).toBe('next Thu 1 Jan at 03:00 · watched');
});
test('lines of a log', () => {
  const at = new Date(2026, 10, 23, 1, 36, 40), now = new Date(2026, 10, 23, 12);
  expect(pluginLine(`${at.toISOString()} looking`, now)).toEqual({ time: '01:36:40', text: 'looking' });
  expect(pluginLine(`${at.toISOString()} looking`, new Date(2026, 10, 24))).toEqual({ time: '23 Nov 2026 01:36:40', text: 'looking' });
  expect(pluginLine('just words', now)).toEqual({ time: '', text: 'just words' });
});
