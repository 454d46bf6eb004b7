import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runConformance } from '@mantel/plugin-sdk/conformance.ts';
import { testContext } from '@mantel/plugin-sdk/testing.ts';
import plugin from '../src/index.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const manifest: unknown = JSON.parse(readFileSync(at('../manifest.json'), 'utf8'));
const path = at('../fixtures');

test('it keeps what it promises', async () => {
  const entries = ['holiday/beach.jpg', 'holiday/notes.txt', 'home.jpg'].map((p) => ({ part: null, path: p }));
  const { failed } = await runConformance(plugin, manifest, { configs: { good: [{ path }, { path, tag: 'old' }], bad: [{ path: '/nowhere/at/all' }] }, entries });
  assert.deepEqual(failed, []);
});

test('photos get the tag', async () => {
  for await (const event of plugin.scan({ path, tag: 'old' }, testContext())) if (event.type === 'item') assert.deepEqual(event.item.hints.tags, ['old']);
});
