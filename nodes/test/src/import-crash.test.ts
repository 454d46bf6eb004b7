// A house that is killed in the middle of an import, again and again, comes to the same end as one that was left alone.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { afterAll, expect, test } from 'vitest';
import { must } from './rig.ts';
import { apiOf, openMortalHouse } from './rig/mortal-house.ts';
import { random } from './rig/pictures.ts';

const KILLS = 4;
const house = await openMortalHouse('import-crash');
afterAll(house.close);

test(`${KILLS} kills in the middle of an import: every photo once, every entry told once, nothing left behind`, async () => {
  const source = join(house.dir, 'export');
  execFileSync(process.execPath, [new URL('../../../plugins/google-takeout/fixtures/generator/scenario-shareable.mjs', import.meta.url).pathname, source], { stdio: 'ignore' });
  const next = random(5);
  await house.boot();
  const api = apiOf(house.port, await house.login());
  const { id } = must(await api('POST', '/imports', { pluginId: 'google-takeout', config: { paths: [source] }, start: true, options: { previews: false } }), 201).json as unknown as ImportRun;
  const until = async (done: (r: ImportRun) => boolean): Promise<ImportRun> => {
    for (let n = 0; n < 1500; n++) {
      const run = must(await api('GET', `/imports/${id}`), 200).json as unknown as ImportRun;
      if (done(run)) return run;
      if (['failed', 'paused', 'done'].includes(run.state)) throw new Error(`${run.state}: ${run.trouble ?? ''}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error('it took too long');
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const at = Math.floor(((kill + next()) / (KILLS + 1)) * 100); // of 102; the first may fall into the scan
    await until((r) => (at === 0 ? r.state === 'scanning' : r.items.done >= at) || r.state === 'done');
    await house.kill();
    await house.boot();
  }
  const done = await until((r) => r.state === 'done');
  expect(done.items).toEqual({ total: 102, done: 102, failed: 0 });
  expect(done.counts).toMatchObject({ imported: 102 });
  expect([done.counts.pending, done.counts.duplicate]).toEqual([undefined, undefined]);
  const report = JSON.parse(must(await api('GET', `/imports/${id}/report?format=json`), 200).bytes.toString()) as { part: string; path: string }[];
  expect(new Set(report.map((e) => `${e.part} ${e.path}`)).size).toBe(report.length);
  expect(must(await api('GET', '/assets/export'), 200).bytes.toString().trim().split('\n')).toHaveLength(102);
  expect(readdirSync(join(house.data, 'library', '.mantel', 'incoming'))).toEqual([]);
});
