// Google Takeout through a real house: what the export says is what the library holds, in every order of its parts, and whatever happens on the way.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import type { Album } from '@mantel/contracts/models/album.ts';
import type { ImportRun, RunEntry } from '@mantel/contracts/models/source.ts';
import { ROOT } from '@mantel/runtime/build.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig } from './rig.ts';
import { makeLateSidecar, makeSet, readSet, score, type TakeoutSet } from './rig/takeout.ts';

let rig: Rig;
let ann: Person;
let set: TakeoutSet;
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.admin();
  set = makeSet(join(rig.dir, 'export'));
});
afterAll(async () => {
  await rig.stop();
});

const finished = async (id: string): Promise<ImportRun> => {
  for (let n = 0; n < 1200; n++) {
    const run = must(await rig.api('GET', `/imports/${id}`, undefined, { token: ann.token }), 200).json as unknown as ImportRun;
    if (run.state === 'failed' || run.state === 'paused') throw new Error(`${run.state}: ${run.trouble ?? ''}`);
    if (run.state === 'done') return run;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error('it took too long');
};
/** The house reads these parts for somebody. */
const bring = async (who: Person, paths: string[]): Promise<ImportRun> => {
  const { id: libraryId } = await rig.library(who.token, 'personal');
  const run = must(await rig.api('POST', '/imports', { pluginId: 'google-takeout', config: { paths }, libraryId, ownerId: who.id, options: { previews: false }, start: true }, { token: ann.token }), 201).json as unknown as ImportRun;
  return finished(run.id);
};
const lines = async (who: Person): Promise<ExportLine[]> => must(await rig.api('GET', '/assets/export', undefined, { token: who.token }), 200).bytes.toString().trim().split('\n').filter((l) => l !== '').map((l) => JSON.parse(l) as ExportLine);
const judge = async (who: Person, of = set): Promise<string> => score(of, await lines(who), must(await rig.api('GET', '/albums', undefined, { token: who.token }), 200).json as unknown as Album[]);
const entries = async (id: string): Promise<RunEntry[]> => JSON.parse(must(await rig.api('GET', `/imports/${id}/report?format=json`, undefined, { token: ann.token }), 200).bytes.toString()) as RunEntry[];

test('everything that the export holds is here, once, and every entry is accounted for; again, nothing is added', async () => {
  const bea = await rig.addUser(ann, 'Bea');
  const run = await bring(bea, set.parts);
  expect(await judge(bea)).toBe('');
  const told = await entries(run.id);
  expect(told.filter((e) => e.outcome === 'pending')).toEqual([]);
  expect(told.filter((e) => e.outcome === 'problem').map((e) => e.path).toSorted()).toEqual(set.problems.map((p) => p.path).toSorted());
  for (const path of set.ignored) expect(told.find((e) => e.path === path)?.outcome).toMatch(/ignored|metadata/);
  const before = await lines(bea);
  const again = await bring(bea, set.parts);
  expect(again.counts.imported).toBeUndefined();
  expect(await judge(bea)).toBe('');
  expect(await lines(bea)).toEqual(before);
});

const permutations = <T>(list: T[]): T[][] => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest])));
test.each(permutations([0, 1, 2]).map((order) => [order.map((n) => n + 1).join(' '), order] as const))('one part at a time: %s', async (name, order) => {
  const who = await rig.addUser(ann, `Person${name.replaceAll(' ', '')}`);
  for (const n of order) await bring(who, [set.parts[n]!]);
  expect(await judge(who)).toBe('');
}, 120_000);

test('a video that passed for the clip of a photo is one of its own as soon as its sidecar comes', async () => {
  const dan = await rig.addUser(ann, 'Dan');
  const parts = makeLateSidecar(join(rig.dir, 'late'));
  await bring(dan, [parts[0]!]);
  expect((await lines(dan)).map((l) => [l.originalName, l.live !== null])).toEqual([['IMG_1.jpg', true]]);
  await bring(dan, [parts[1]!]);
  expect((await lines(dan)).map((l) => [l.originalName, l.live !== null, l.takenAt]).toSorted()).toEqual([['IMG_1.jpg', false, '2023-05-05T10:00:00.000Z'], ['IMG_1.mp4', false, '2023-11-05T10:00:00.000Z']]);
});

const SHARED = join(ROOT, '../shared/fixtures/takeout/shareable');
if (existsSync(join(SHARED, 'expected.json'))) test('the export that lies beside the checkout', async () => {
  const cid = await rig.addUser(ann, 'Cid');
  const shared = readSet(SHARED);
  await bring(cid, shared.parts.toReversed());
  expect(await judge(cid, { ...shared, dir: set.dir })).toBe('');
});
