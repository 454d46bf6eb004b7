// A thousand jobs while workers, cables, nats-server and the coordinator fail at random moments, two faults at a time: every job takes effect once.
// The choices follow from MANTEL_TEST_SEED; the moments within the jobs do not.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noLan } from './rig/lan.ts';
import { type LanHouse, openLanHouse, type Spare } from './rig/lan-house.ts';
import { random } from './rig/pictures.ts';

const JOBS = 1000;
const ORDERS = 20;
const LEASE_MS = 2500;
const TROUBLE_MS = 45_000;
const REST_MS = 40_000;
const SPARES: Spare[] = [{ host: 'pc1', slots: 3 }, { host: 'pc1', slots: 2 }, { host: 'pc2', slots: 3 }, { host: 'pc2', slots: 1 }];

const next = random(4);
const between = (a: number, b: number): number => Math.round(a + next() * (b - a));
const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;

type Fault = (house: LanHouse) => Promise<void>;
/** Each makes its fault, lasts, and mends it. */
const AT_WORKERS: Record<string, Fault> = {
  'kill -9': async (h) => {
    const i = between(0, SPARES.length - 1);
    await h.workers[i]!.child.kill();
    await pause(between(0, 1000));
    await h.startWorker(i);
  },
  SIGSTOP: async (h) => {
    const { child } = one(h.workers);
    child.process.kill('SIGSTOP');
    await pause(between(300, 4000));
    child.process.kill('SIGCONT');
  },
  'cable cut': async (h) => {
    const host = one(['pc1', 'pc2'] as const);
    h.lan.cut(host);
    await pause(between(300, 4000));
    h.lan.restore(host);
  },
  'silent drop': async (h) => {
    const host = one(['pc1', 'pc2'] as const);
    h.lan.drop(host);
    await pause(between(300, 4000));
    h.lan.restore(host);
  },
};
const AT_THE_HOUSE: Record<string, Fault> = {
  'nats-server killed': async (h) => {
    await h.killNats();
    await pause(between(100, 1500));
    await h.startNats();
  },
  'coordinator killed': async (h) => {
    await h.killCoordinator();
    await pause(between(0, 1000));
    await h.startCoordinator();
  },
};

const why = noLan();
if (why) console.warn(`SKIPPED: a thousand jobs with random faults: ${why}.`);
describe.skipIf(why)('a thousand jobs with random faults', () => {
  let opened: LanHouse | undefined;
  beforeAll(async () => { opened = await openLanHouse({ leaseMs: LEASE_MS, spares: SPARES }); }, 120_000);
  afterAll(() => opened?.close(), 60_000);

  test('every effect exactly once', { timeout: TROUBLE_MS + REST_MS + 30_000 }, async () => {
    const house = opened!;
    const began = Date.now();
    for (let order = 0; order < ORDERS; order++) await house.ask('probes', { keys: Array.from({ length: JOBS / ORDERS }, (_v, i) => `${order} ${i}`), holdMs: between(20, 500) });
    const left = (): number => house.sql<{ n: number }>(`select count(*) n from job where state in ('queued', 'leased')`)[0]!.n;
    const counts = new Map<string, number>();
    const trouble = async (kinds: Record<string, Fault>, [least, most]: readonly [number, number]): Promise<void> => {
      while (left() > 0 && Date.now() - began < TROUBLE_MS) {
        const [name, fault] = one(Object.entries(kinds));
        counts.set(name, (counts.get(name) ?? 0) + 1);
        await fault(house);
        await pause(between(least, most));
      }
    };
    await Promise.all([trouble(AT_WORKERS, [200, 1000]), trouble(AT_THE_HOUSE, [4000, 10_000])]);
    await expect.poll(left, { timeout: REST_MS }).toBe(0);

    const steps = house.steps();
    const of = (became: string): number => steps.filter((s) => s.became === became).length;
    const ends = new Map<number, number>();
    for (const s of steps) if (s.became === 'done') ends.set(s.job, (ends.get(s.job) ?? 0) + 1);
    const row = {
      seed: process.env.MANTEL_TEST_SEED ?? '1', seconds: Math.round((Date.now() - began) / 1000), jobs: JOBS, faults: Object.fromEntries(counts), starts: of('leased'),
      'done twice': [...ends.values()].filter((n) => n > 1).length, lost: JOBS - ends.size,
    };
    console.log(JSON.stringify(row));
    expect([...counts.values()].reduce((a, b) => a + b, 0), 'faults').toBeGreaterThan(6);
    expect(row.starts, 'jobs that a fault hit').toBeGreaterThan(JOBS + 10);
    expect(house.sql(`select id, state, error from job where state <> 'done'`)).toEqual([]);
    expect([row['done twice'], row.lost]).toEqual([0, 0]);
    expect(house.sql<{ n: number }>('select sum(done) n from node_kind')[0]!.n, 'effects').toBe(JOBS);
  });
});
