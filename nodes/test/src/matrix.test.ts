// What may happen to a worker or to the house in the middle of a job, on a LAN of whole processes: how long until the work goes on, what was done twice, what was lost.
// Each fault has a LAN of its own; they run side by side, because jobs here mostly wait. The table of a run stands in nodes/README.md.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { noLan } from './rig/lan.ts';
import { type LanHouse, type LanWorker, openLanHouse } from './rig/lan-house.ts';

const JOB_MS = 6000;
const INTO_THE_JOB_MS = 2000;
const LEASE_MS = 10_000;
const DOWN_MS = 3000;
const AWAY_MS = 20_000;
/** After a silent drop a PC asks again when its TCP does: seconds. */
const BACK_MS = 25_000;

interface Fault {
  name: string;
  /** Within this the jobs that were hit run elsewhere; undefined: they must end where they are, on the lease that they have. */
  againMs?: number;
  strike: (house: LanHouse, victim: LanWorker) => Promise<unknown> | void;
  /** How long it lasts. */
  ms: number;
  heal: (house: LanHouse, victim: LanWorker) => Promise<unknown> | void;
}
const SILENT_MS = LEASE_MS + 2000;
const FAULTS: Fault[] = [
  { name: 'worker: kill -9', againMs: 1000, strike: (_h, v) => void v.child.process.kill('SIGKILL'), ms: 0, heal: (h, v) => h.startWorker(h.workers.indexOf(v)) },
  { name: 'worker: cable cut 20 s', againMs: SILENT_MS, strike: (h, v) => h.lan.cut(v.host), ms: AWAY_MS, heal: (h, v) => h.lan.restore(v.host) },
  { name: 'worker: silent drop 20 s', againMs: SILENT_MS, strike: (h, v) => h.lan.drop(v.host), ms: AWAY_MS, heal: (h, v) => h.lan.restore(v.host) },
  { name: 'worker: SIGSTOP 20 s', againMs: SILENT_MS, strike: (_h, v) => void v.child.process.kill('SIGSTOP'), ms: AWAY_MS, heal: (_h, v) => void v.child.process.kill('SIGCONT') },
  { name: 'nats-server: kill -9, 3 s down', strike: (h) => h.killNats(), ms: DOWN_MS, heal: (h) => h.startNats() },
  { name: 'coordinator: kill -9, 3 s down', strike: (h) => h.killCoordinator(), ms: DOWN_MS, heal: (h) => h.startCoordinator() },
];

interface Row { fault: string; /** From the fault to the moment when the work goes on. */ recoverMs: number; /** From the end of the fault to the next job of that PC (a fault of the house: of the later of both). */ backMs: number; jobs: number; twice: number; lost: number; refused: string }
const rows: Row[] = [];
const RESULT = { sha256: '0'.repeat(64), getMs: 1, workMs: 1, putMs: 1 };
const LATE = /came too late|belongs to somebody else/;

const why = noLan();
if (why) console.warn(`SKIPPED: the failure matrix: ${why}.`);
describe.skipIf(why)('the failure matrix', () => {
  const houses: LanHouse[] = [];
  beforeAll(async () => {
    for (const _ of FAULTS) houses.push(await openLanHouse({ leaseMs: LEASE_MS, spares: [{ host: 'pc1', slots: 3 }, { host: 'pc2', slots: 3 }] }));
  }, 240_000);
  afterAll(async () => {
    console.log(tableOf(FAULTS.flatMap((f) => rows.find((r) => r.fault === f.name) ?? [])));
    await Promise.all(houses.map((h) => h.close()));
  }, 60_000);

  test.concurrent.for(FAULTS.map((fault, i) => [fault.name, fault, i] as const))('%s', { timeout: 90_000 }, async ([, fault, i], { expect }) => {
    const house = houses[i]!;
    const doing = (n: number, holdMs: number, name: string): Promise<unknown> => house.ask('probes', { keys: Array.from({ length: n }, (_v, k) => `${name} ${k}`), holdMs });

    await doing(3, JOB_MS, 'hit'); // three slots each: whatever is taken back has a place at once
    const taken = (): ReturnType<LanHouse['steps']> => house.steps().filter((s) => s.became === 'leased');
    await expect.poll(() => taken().length, { timeout: 10_000 }).toBe(3);
    const of = (w: LanWorker): number => taken().filter((s) => s.worker === w.entry.id).length;
    const [victim, other] = house.workers.toSorted((a, b) => of(b) - of(a)) as [LanWorker, LanWorker];
    await pause(INTO_THE_JOB_MS);
    const held = house.sql<{ id: number; token: string }>(`select id, token from job where state = 'leased' and worker = ?`, victim.entry.id);
    expect(held.length).toBeGreaterThan(0);

    const struck = Date.now();
    await fault.strike(house, victim);
    let goesOn = 0;
    if (fault.againMs !== undefined) {
      const again = await Promise.all(held.map(({ id }) => house.step((s) => s.job === id && s.became === 'leased' && s.attempt === 2, fault.againMs! + 3000)));
      expect(new Set(again.map((s) => s.worker))).toEqual(new Set([other.entry.id]));
      goesOn = Math.max(...again.map((s) => s.at)) - struck;
      expect(goesOn, 'time until the jobs run elsewhere').toBeLessThan(fault.againMs);
    }
    await pause(struck + fault.ms - Date.now());
    const healed = Date.now();
    await fault.heal(house, victim);
    const before = house.steps().length;
    const next: number[] = [];
    let jobs = 3;
    for (const w of fault.againMs === undefined ? house.workers : [victim]) {
      const back = (): number | undefined => house.steps(before).find((s) => s.became === 'leased' && s.worker === w.entry.id)?.at;
      for (; back() === undefined; jobs += 6) {
        expect(Date.now() - healed, 'time until that PC works again').toBeLessThan(BACK_MS);
        await doing(6, 200, `after ${jobs}`); // always something to take: the other one is quick
        await pause(350);
      }
      next.push(back()!);
    }
    if (fault.againMs === undefined) goesOn = Math.min(...next) - struck;

    const ends = (): Map<number, number> => {
      const all = new Map<number, number>();
      for (const s of house.steps()) if (s.became === 'done') all.set(s.job, (all.get(s.job) ?? 0) + 1);
      return all;
    };
    await expect.poll(() => ends().size, { timeout: 30_000 }).toBe(jobs);
    let refused = 'none was late';
    if (fault.againMs === undefined) {
      for (const { id } of held) expect(house.steps().filter((s) => s.job === id).map((s) => s.became), 'a job that ran when the house was away').toEqual(['leased', 'done']);
    } else {
      for (const { id, token } of held) expect(await house.ask('gateway', { action: 'jobs.done', params: { auth: victim.entry.token, id, token, result: RESULT } }), 'a late result').toEqual({ answer: { ok: false } });
      if (fault.ms > 0) await expect.poll(() => victim.lines().filter((l) => LATE.test(l)).length, { timeout: 15_000 }).toBe(held.length); // what the PC itself heard
      refused = `${held.length} of ${held.length}`;
    }
    const twice = [...ends().values()].filter((n) => n > 1).length;
    const lost = jobs - ends().size + house.sql(`select id from job where state <> 'done'`).length;
    rows.push({ fault: fault.name, recoverMs: goesOn, backMs: Math.max(...next) - healed, jobs, twice, lost, refused });
    expect([twice, lost]).toEqual([0, 0]);
    expect(house.sql<{ n: number }>('select sum(done) n from node_kind')[0]!.n, 'effects').toBe(jobs); // counted in the transaction that ends a job
  });
});

function tableOf(all: Row[]): string {
  const s = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
  const cells = [['fault', 'work goes on', 'back at work', 'jobs', 'done twice', 'lost', 'late results refused'], ...all.map((r) => [r.fault, s(r.recoverMs), s(r.backMs), String(r.jobs), String(r.twice), String(r.lost), r.refused])];
  const widths = cells[0]!.map((_v, i) => Math.max(...cells.map((c) => c[i]!.length)));
  const line = (c: string[]): string => `| ${c.map((t, i) => t.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(cells[0]!), `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`, ...cells.slice(1).map(line)].join('\n');
}
