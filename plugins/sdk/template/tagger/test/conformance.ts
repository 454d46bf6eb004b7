import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Pixels, TaggerInput } from '@mantel/plugin-sdk';
import { runConformance } from '@mantel/plugin-sdk/conformance.ts';
import plugin from '../src/index.ts';

const manifest: unknown = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'));
const photo = (assetId: string, light: number): TaggerInput & { pixels: Pixels } => ({
  assetId, type: 'image', mime: 'image/jpeg', width: 8, height: 8, originalName: `${assetId}.jpg`, takenAtLocal: '2020-06-01T12:00:00', gps: null, pixels: { data: new Uint8Array(64).fill(light), width: 8, height: 8, channels: 1 },
});

test('it keeps what it promises', async () => {
  const { failed } = await runConformance(plugin, manifest, { configs: { good: [{}] }, photos: [photo('night', 10), photo('day', 200)] });
  assert.deepEqual(failed, []);
});
