import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConformance } from '@mantel/plugin-sdk/conformance.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check } from './check.ts';
import plugin from './plugin.ts';

const GENERATOR = new URL('../fixtures/generator/scenario-shareable.mjs', import.meta.url).pathname;
const manifest: unknown = JSON.parse(readFileSync(new URL('../manifest.json', import.meta.url), 'utf8'));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-takeout-conform-'));
  execFileSync(process.execPath, [GENERATOR, dir]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const part = (n: number): string => join(dir, `takeout-20250921T101500Z-3-00${n}.zip`);

test('keeps the contract', async () => {
  const report = await runConformance(plugin, manifest, { configs: { good: [{ paths: [dir] }, { paths: [part(2)] }], bad: [{ paths: [] }, { paths: ['/nowhere'] }] } });
  expect(report.failed).toEqual([]);
});

test('looks before it reads: parts that are missing, that belong to two exports, that are none', () => {
  expect(check([dir])).toMatchObject({ ok: true, collection: 'takeout 20250921T101500Z', summary: expect.stringMatching(/^3 parts of the export of 21 September 2025/), problems: [] });
  expect(check([part(3)])).toMatchObject({ ok: true, collection: 'takeout 20250921T101500Z', summary: expect.stringContaining('Parts 1 and 2 of 3 are not here; they can come later.') });
  const other = join(dir, 'takeout-20240101T000000Z-001.zip');
  writeFileSync(other, readFileSync(part(1)));
  expect(check([dir])).toMatchObject({ ok: false, problems: [{ field: 'paths', message: expect.stringMatching(/2 exports: 1 of 1 January 2024.*3 of 21 September 2025/) }] });
  rmSync(other);
  mkdirSync(join(dir, 'nothing'));
  mkdirSync(join(dir, 'code', 'src'), { recursive: true });
  for (const f of ['package.json', 'src/a.jpg']) writeFileSync(join(dir, 'code', f), '{"title":"x"}');
  for (const folder of ['nothing', 'code']) expect(check([join(dir, folder)])).toMatchObject({ ok: false, problems: [{ field: 'paths', message: expect.stringContaining('There is no Google Takeout in') }] });
  mkdirSync(join(dir, 'one album'));
  writeFileSync(join(dir, 'one album', 'a.jpg.json'), '{"title":"a.jpg","photoTakenTime":{"timestamp":"1500000000"}}');
  expect(check([join(dir, 'one album')])).toMatchObject({ ok: true, problems: [] });
  for (const paths of [[], ['/nowhere'], [join(dir, 'expected.json')], undefined]) expect(check(paths)).toMatchObject({ ok: false, problems: [{ field: 'paths', message: expect.stringMatching(/\.$/) }] });
});
