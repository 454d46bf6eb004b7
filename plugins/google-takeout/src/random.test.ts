import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createHost } from './testing/host.ts';
import { ERAS, LOCALES } from './testing/locales.ts';
import { dice, makeRandom } from './testing/random-export.ts';
import { differences } from './testing/score.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-takeout-random-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
// more of them: MANTEL_SEEDS=200
const SEEDS = Number(process.env.MANTEL_SEEDS ?? 1);
const FIRST = Number(process.env.MANTEL_SEED ?? 1);

test.each(LOCALES.map((l, i) => [l.code, l, i] as const))('exports by chance come out right whatever the language, era and order of parts: %s', async (_code, locale, i) => {
  for (let k = 0; k < SEEDS; k++) {
    for (const [e, era] of ERAS.entries()) {
      const seed = (FIRST + k) * 1000 + i * 10 + e;
      const next = dice(seed);
      const made = makeRandom(join(dir, locale.code), { seed, locale, era, tgz: (seed + e) % 5 === 0 });
      const order = made.parts.map((p) => [next(), p] as const).toSorted((a, b) => a[0] - b[0]).map(([, p]) => p);
      const host = createHost();
      const run = await host.run(order);
      expect([made.note, differences(made.expected, host.end())]).toEqual([made.note, []]);
      expect([...run.accounted].filter(([, n]) => n !== 1)).toEqual([]);
      expect(run.entries.filter((x) => x.outcome === 'problem')).toEqual([]);
      if (made.twins) continue;
      const slow = createHost();
      for (const part of order) await slow.run([part]);
      expect([made.note, order.map((p) => p.at(-5)), differences(made.expected, slow.end())]).toEqual([made.note, order.map((p) => p.at(-5)), []]);
      expect((await slow.run(order)).added).toBe(0);
    }
  }
});
