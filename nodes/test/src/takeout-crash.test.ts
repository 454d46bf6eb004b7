// The house is killed at random moments of an import, again and again. In the end the library is as if nothing had happened.
import { join } from 'node:path';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import type { Album } from '@mantel/contracts/models/album.ts';
import type { ImportRun, RunEntry } from '@mantel/contracts/models/source.ts';
import { afterAll, expect, test } from 'vitest';
import { must } from './rig.ts';
import { apiOf, openMortalHouse } from './rig/mortal-house.ts';
import { random } from './rig/pictures.ts';
import { makeSet, score } from './rig/takeout.ts';

const KILLS = 6;
const house = await openMortalHouse('takeout-crash');
afterAll(house.close);
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

test(`an import that is cut off ${KILLS} times ends as if it had not been`, async () => {
  const set = makeSet(join(house.dir, 'export'));
  const next = random(4242);
  await house.boot();
  const api = apiOf(house.port, await house.login());
  const { id } = must(await api('POST', '/imports', { pluginId: 'google-takeout', config: { paths: set.parts }, options: { previews: false }, start: true }), 201).json as unknown as ImportRun;
  const look = async (): Promise<ImportRun> => must(await api('GET', `/imports/${id}`), 200).json as unknown as ImportRun;
  let cut = 0;
  let among = 0; // kills that fell between the first and the last photo
  for (let n = 0; n < KILLS; n++) {
    // half of them while photos come in, the others soon after the start: while parts are looked through, or settled
    const before = await look();
    const enough = n % 2 === 1 ? before.items.done + 1 + Math.floor(next() * 10) : Infinity;
    const until = performance.now() + (n % 2 === 1 ? 20_000 : next() * 200);
    let now = before;
    for (; now.state !== 'done' && now.items.done < enough && performance.now() < until; now = await look()) await pause(2);
    if (now.state === 'done') break;
    cut++;
    if (now.items.done > 0) among++;
    await house.kill();
    await house.boot();
  }
  expect([cut > 2, among > 0]).toEqual([true, true]);
  let run = await look();
  for (let n = 0; n < 1200 && run.state !== 'done'; n++) {
    if (run.state === 'failed' || run.state === 'paused') throw new Error(`${run.state}: ${run.trouble ?? ''}`);
    await pause(50);
    run = await look();
  }
  const lines = must(await api('GET', '/assets/export'), 200).bytes.toString().trim().split('\n').map((l) => JSON.parse(l) as ExportLine);
  expect(score(set, lines, must(await api('GET', '/albums'), 200).json as unknown as Album[])).toBe('');
  const told = JSON.parse(must(await api('GET', `/imports/${id}/report?format=json`), 200).bytes.toString()) as RunEntry[];
  expect(told.filter((e) => e.outcome === 'pending')).toEqual([]);
  expect(told.filter((e) => e.outcome === 'problem').map((e) => e.path).toSorted()).toEqual(set.problems.map((p) => p.path).toSorted());
}, 180_000);
