import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { expect, test, vi } from 'vitest';
import { openHouse } from '../../testing/house.ts';
import { type Backlog, type Crew, estimateMs, secondsFor } from './forecast.ts';
import { insertJob } from './queue.repository.ts';
import { createQueue } from './queue.ts';
import { createRates } from './rates.ts';
import { createRoster } from './roster.ts';

const work = (id: number, jobs: number): Backlog => ({ what: { id, kind: 'preview', library: null, needs: {} }, jobs });
const crew = (id: string, slots: number, ms: number, only?: number): Crew => ({ id, slots, ms: new Map([['preview', ms]]), may: (c) => only === undefined || c.id === only });

test.each<[string, Backlog[], Crew[], number | null]>([
  ['nothing to do', [], [], 0], ['nothing left', [work(1, 0)], [], 0], ['nobody there', [work(1, 5)], [], null],
  ['one', [work(1, 100)], [crew('a', 1, 1000)], 100], ['two slots', [work(1, 100)], [crew('a', 2, 1000)], 50], ['two unequal', [work(1, 100)], [crew('a', 1, 1000), crew('b', 1, 250)], 20],
  ['only one may do the first, then both help', [work(1, 10), work(2, 90)], [crew('a', 1, 1000), crew('b', 1, 1000, 2)], 50],
  ['one class that nobody may do', [work(1, 10), work(2, 10)], [crew('a', 1, 1000, 1)], null], ['nobody was ever measured', [work(1, 10)], [{ ...crew('a', 1, 1), ms: new Map() }], null],
])('%s', (_name, backlog, who, seconds) => {
  const got = secondsFor(backlog, who);
  if (seconds === null) expect(got).toBeNull();
  else expect(got).toBeCloseTo(seconds, 6);
});
test('a machine that was never measured is judged by the one nearest in speed; without one nothing is said', () => {
  const known = [{ ms: new Map([['preview' as const, 100]]), caps: { speed: 2000 } }, { ms: new Map([['preview' as const, 900]]), caps: { speed: 300 } }, { ms: new Map([['preview' as const, 1]]), caps: null }];
  expect([estimateMs('preview', 1000, known), estimateMs('preview', 200, known), estimateMs('probe', 1000, known), estimateMs('preview', 0, known), estimateMs('preview', 1000, [])]).toEqual([200, 1350, undefined, undefined, undefined]);
});

test('from what was measured: now, without each, with a new one; unknown until then', async () => {
  const house = await openHouse();
  let clock = Date.now();
  const roster = createRoster({ now: () => clock });
  const end = { done: vi.fn(), failed: vi.fn() };
  const queue = createQueue({ db: house.db, ends: { preview: end, probe: end }, roster, now: () => clock });
  const rates = createRates({ db: house.db, roster, background: (_what, p) => void p, now: () => clock });
  const caps: NodeCaps = { os: 'x', arch: 'x64', cpu: 'x', cores: 4, memoryBytes: 1, gpu: null, speed: 1000, slots: 1, macs: [], missing: [] };
  try {
    await house.db.writeSql((sql) => {
      sql.run('insert into node(id, caps) values(?, ?), (?, ?)', 'w1', JSON.stringify(caps), 'w2', JSON.stringify({ ...caps, speed: 500 }));
      for (let i = 0; i < 102; i++) insertJob(sql, { kind: 'preview', key: `j${i}`, libraryId: house.libraryId('Family'), payload: {} });
      insertJob(sql, { kind: 'probe', key: 'p', libraryId: null, payload: {} }); // a test is no work of the house
    });
    expect(rates.forecastWith(caps)).toEqual({ before: null, after: null }); // not counted yet
    expect(await rates.forecast()).toEqual({ backlogSeconds: null, perNode: [] });
    for (const [worker, ms] of [['w1', 1000], ['w2', 4000]] as const) {
      const job = (await queue.lease(worker, ['preview'], 0))!;
      clock += ms;
      await queue.done({ worker, id: job.id, token: job.token }, {});
    }
    clock += 3000;
    await queue.lease('w3', ['preview'], 0); // never measured, never told what it has
    expect(await rates.forecast()).toEqual({ backlogSeconds: 80, perNode: [{ id: 'w1', without: 400 }, { id: 'w2', without: 100 }, { id: 'w3', without: 80 }] });
    expect(rates.forecastWith({ ...caps, speed: 2000, slots: 2 })).toEqual({ before: 80, after: 19 }); // 1.25 + 2 × 2 per second
    expect([rates.backlogWithout('w1'), rates.backlogWithout('nobody')]).toEqual([400, 80]);
    expect(rates.kinds('w1')).toEqual([{ kind: 'preview', done: 1, failed: 0, msPerJob: 1000, share: 0.5, heldUntil: null, lastError: null }]);
    queue.drain('w2', true);
    expect((await rates.forecast()).backlogSeconds).toBe(100);
    await queue.pause('preview', true);
    expect((await rates.forecast()).backlogSeconds).toBeNull();
  } finally {
    queue.stop();
    await house.close();
  }
});
