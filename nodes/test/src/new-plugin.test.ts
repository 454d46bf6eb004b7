// scripts/new-plugin, as a newcomer uses it; and that what it writes runs behind the walls.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ScanEvent } from '@mantel/contracts/models/source.ts';
import { checkManifest } from '@mantel/runtime/plugins/manifest.ts';
import { openPlugin } from '@mantel/runtime/plugins/open-plugin.ts';
import { afterAll, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../../scripts/new-plugin', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'mantel-new-plugin-'));
const run = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync(SCRIPT, args, { cwd: dir, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('an import source: written, tried, and run behind the walls', async () => {
  expect(run('old-card')).toMatchObject({ status: 0, said: expect.stringContaining('scripts/new-plugin --check old-card') as string });
  const tried = run('--check', 'old-card');
  expect(tried, tried.said).toMatchObject({ status: 0 });
  expect(tried.said).toMatch(/pass 2/);

  const folder = join(dir, 'old-card'), manifest = checkManifest(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  expect(manifest).toMatchObject({ id: 'old-card', name: 'Old card' });
  const fixtures = join(folder, 'fixtures'), config = { path: fixtures, tag: 'found' }, { signal } = new AbortController();
  const plugin = await openPlugin({ folder, manifest, grants: { read: [fixtures], write: [], store: join(dir, 'store') }, log: () => undefined });
  try {
    expect(await plugin.check(config, signal)).toMatchObject({ ok: true, collection: fixtures });
    expect(await plugin.check({ path: '/etc' }, signal), 'what was not granted is not there').toMatchObject({ ok: false, problems: [{ field: 'path' }] });
    const events: ScanEvent[] = [];
    for await (const batch of plugin.scan(config, signal)) events.push(...batch);
    expect(events.flatMap((e) => (e.type === 'item' ? [[e.item.id, e.item.hints.tags]] : []))).toEqual([['holiday/beach.jpg', ['found']], ['home.jpg', ['found']]]);
    expect(events.flatMap((e) => (e.type === 'entry' ? [e.entry.path] : []))).toEqual(['holiday/notes.txt']);
  } finally { await plugin.stop(); }
});

it('a tagger', () => {
  expect(run('dark-ones', '--kind', 'tagger', 'elsewhere').status).toBe(0);
  expect(run('--check', 'elsewhere')).toMatchObject({ status: 0, said: expect.stringMatching(/pass 1/) as string });
});

it('a plugin that breaks a promise is told which', () => {
  expect(run('lossy').status).toBe(0);
  const file = join(dir, 'lossy', 'src/index.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('id: file.path', 'id: crypto.randomUUID()').replace("reason: 'not-a-photo'", "reason: 'dull' as never"));
  const { status, said } = run('--check', 'lossy');
  expect(status).not.toBe(0);
  expect(said).toContain('every event is one that the house takes');
  expect(said).toContain('entry.reason is none of');
  expect(said).toContain('a second scan finds the same (configuration 1): ids or facts differ');
});

it('what cannot be is refused, and nothing is overwritten', () => {
  expect(run()).toMatchObject({ status: 2, said: expect.stringContaining('Usage') as string });
  expect(run('Bad Name')).toMatchObject({ status: 2, said: expect.stringContaining('cannot be an id') as string });
  expect(run('fine', '--kind', 'sorcery')).toMatchObject({ status: 2 });
  writeFileSync(join(dir, 'old-card', 'src/index.ts'), 'mine');
  expect(run('old-card')).toMatchObject({ status: 1, said: expect.stringContaining('not empty') as string });
  expect(readFileSync(join(dir, 'old-card', 'src/index.ts'), 'utf8')).toBe('mine');
  expect(run('--check', dir)).toMatchObject({ status: 1, said: expect.stringContaining('no manifest.json') as string });
});
