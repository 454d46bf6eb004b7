import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from './testing/host.ts';
import { differences, type ExpectedSet } from './testing/score.ts';
import { closeZip, openZip, readAt } from './zip.ts';

const GENERATOR = new URL('../fixtures/generator/scenario-shareable.mjs', import.meta.url).pathname;
let dir: string;
let expected: ExpectedSet;
let parts: string[];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-takeout-'));
  execFileSync(process.execPath, [GENERATOR, dir]);
  expected = JSON.parse(readFileSync(join(dir, 'expected.json'), 'utf8')) as ExpectedSet;
  parts = expected.archives.map((a) => join(dir, a));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const permutations = <T>(list: T[]): T[][] => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest])));

test('a realistic export: every photo, fact, album and pair', async () => {
  const host = createHost();
  const run = await host.run(parts);
  expect(differences(expected, host.end())).toEqual([]);
  const reported = new Map(run.entries.map((e) => [e.path, e]));
  for (const path of expected.ignored) expect([path, reported.get(path)?.outcome]).toEqual([path, expect.stringMatching(/ignored|metadata/)]);
  expect(run.entries.filter((e) => e.outcome === 'problem').map((e) => `${e.reason} ${e.path}`).toSorted()).toEqual(expected.problems.map((p) => `${p.kind === 'unreadable-media' ? 'damaged' : p.kind} ${p.path}`).toSorted());
  expect([...run.accounted.values()].filter((n) => n !== 1)).toEqual([]);
  // again: nothing new, the same photos under the same ids
  const again = await host.run(parts);
  expect(again.added).toBe(0);
  expect(again.items.map((i) => i.id)).toEqual(run.items.map((i) => i.id));
  expect(differences(expected, host.end())).toEqual([]);
});

test('parts in any order, one at a time, come to the same end', async () => {
  for (const order of permutations(parts)) {
    const together = createHost();
    await together.run(order);
    expect(differences(expected, together.end())).toEqual([]);
    const host = createHost();
    for (const part of order) await host.run([part]);
    expect([order.map((p) => p.at(-5)), differences(expected, host.end())]).toEqual([expect.anything(), []]);
  }
});

test('an export that somebody unpacked', async () => {
  const root = join(dir, 'unpacked');
  for (const part of parts) {
    const zip = openZip(part);
    for (const e of zip.entries) {
      const head = readAt(zip.fd, e.at, 30);
      const body = readAt(zip.fd, e.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28), e.packed);
      mkdirSync(dirname(join(root, e.path)), { recursive: true });
      writeFileSync(join(root, e.path), e.method === 8 ? inflateRawSync(body) : body);
    }
    closeZip(zip);
  }
  const host = createHost();
  const run = await host.run([root]);
  expect(differences(expected, host.end())).toEqual([]);
  expect([...run.accounted.values()].filter((n) => n !== 1)).toEqual([]);
  expect((await host.run([join(root, 'Takeout', 'Google Photos')])).added).toBe(0);
});
