// The two promises of the queue, against chance: nobody gets what its settings forbid, and every job ends exactly once. MANTEL_TEST_SEED repeats a run.
import { randomUUID } from 'node:crypto';
import { INTERACTIVE, JOB_KINDS, type JobKind, type Needs } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeSettings } from '@mantel/contracts/models/node.ts';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, SEED } from '../../testing/house.ts';
import { ensureNode, saveSettings } from '../nodes/nodes.repository.ts';
import { insertJob } from './queue.repository.ts';
import { createQueue, type Leased, type Queue } from './queue.ts';

const WORKERS = ['w0000000001', 'w0000000002', 'w0000000003'];
const START = new Date('2026-03-10T12:00:00').getTime();
let house: House;
let queue: Queue;
let clock = START;
let libraries: { id: number; uuid: string }[];
let effects: Map<string, string[]>;
const end = {
  done: (_sql: unknown, job: { key: string }) => void effects.set(job.key, [...(effects.get(job.key) ?? []), 'done']),
  failed: (_sql: unknown, job: { key: string }) => void effects.set(job.key, [...(effects.get(job.key) ?? []), 'failed']),
};
const open = (): Queue => createQueue({ db: house.db, ends: { preview: end, probe: end }, leaseMs: 10_000, now: () => clock });
beforeAll(async () => {
  house = await openHouse();
  await house.addPerson('Ann');
  libraries = house.db.sql.all('select id, uuid from library order by id');
  console.log(`seed ${SEED}`);
});
afterEach(() => { queue.stop(); });
afterAll(() => house.close());
async function fresh(): Promise<void> {
  await house.db.writeSql((sql) => { for (const t of ['job', 'job_class', 'job_kind', 'node_kind', 'node']) sql.run(`delete from ${t}`); });
  effects = new Map();
  clock = START;
  queue = open();
}

const LABELS = ['gpu', 'fast', `node:${WORKERS[0]}`, `node:${WORKERS[1]}`];
const labels = fc.option(fc.uniqueArray(fc.constantFrom(...LABELS), { maxLength: 2 }), { nil: undefined });
const some = fc.record({ require: labels, any: labels }).map((n) => JSON.parse(JSON.stringify(n)) as Needs);
const kind = fc.constantFrom<JobKind>(...JOB_KINDS);
const worker = fc.integer({ min: 0, max: WORKERS.length - 1 });
const hour = fc.constantFrom('00:00', '06:30', '11:59', '12:00', '12:01', '13:00', '23:59');
const settings: fc.Arbitrary<Partial<NodeSettings>> = fc.record({
  paused: fc.boolean(), slots: fc.option(fc.integer({ min: 1, max: 3 })), kindsOff: fc.subarray([...JOB_KINDS]), whenIdle: fc.boolean(), labels: fc.subarray(['gpu', 'fast']),
  hours: fc.option(fc.tuple(hour, hour).filter(([a, b]) => a !== b).map(([from, to]) => ({ from, to }))), libraries: fc.option(fc.subarray([0, 1]).map((l) => l.map(String))),
}, { requiredKeys: [] });

type Step = { do: 'add'; kind: JobKind; library: number | null; needs: Needs; urgent: boolean } | { do: 'set'; w: number; settings: Partial<NodeSettings> } | { do: 'drain' | 'hello'; w: number; on: boolean } | { do: 'owner'; w: number; owner: 'away' | 'active' | 'unknown' }
  | { do: 'pause'; kind: JobKind; on: boolean } | { do: 'lease'; w: number; kinds: JobKind[]; interactive: boolean } | { do: 'done' } | { do: 'time'; ms: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), kind, library: fc.constantFrom(null, 0, 1), needs: some, urgent: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set' as const), w: worker, settings }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drain' as const, 'hello' as const), w: worker, on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('owner' as const), w: worker, owner: fc.constantFrom('away' as const, 'active' as const, 'unknown' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), kind, on: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('lease' as const), w: worker, kinds: fc.subarray([...JOB_KINDS], { minLength: 1 }), interactive: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('done' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.constantFrom(30_000, 60_000, 3600_000) }) },
);

test('no job is ever leased to a worker whose settings forbid it, and no job that is allowed is kept back', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
    await fresh();
    interface Job { key: string; kind: JobKind; library: string | null; needs: Needs; urgent: boolean; by: number | null; lease?: Leased }
    const jobs: Job[] = [];
    const set = WORKERS.map((): NodeSettings => ({ ...DEFAULT_SETTINGS }));
    const [drained, owner, paused] = [new Set<number>(), WORKERS.map(() => 'unknown'), new Set<JobKind>()];
    /** The rules once more, told another way. */
    const allowed = (w: number, kinds: JobKind[], interactive: boolean, job: Job): boolean => {
      const s = set[w]!;
      const mine = [`node:${WORKERS[w]}`, ...s.labels];
      const time = new Date(clock).toTimeString().slice(0, 5);
      const inHours = !s.hours || (s.hours.from < s.hours.to ? s.hours.from <= time && time < s.hours.to : time >= s.hours.from || time < s.hours.to);
      const busy = jobs.filter((j) => j.by === w);
      const slots = s.slots ?? 64;
      const background = busy.filter((j) => !j.urgent).length;
      return kinds.includes(job.kind) && !paused.has(job.kind) && !s.kindsOff.includes(job.kind) && !s.paused && !drained.has(w) && inHours && (!s.whenIdle || owner[w] === 'away')
        && (job.library === null || s.libraries === null || s.libraries.includes(job.library)) && (job.needs.require ?? []).every((l) => mine.includes(l)) && (!job.needs.any?.length || job.needs.any.some((l) => mine.includes(l)))
        && (!interactive || job.urgent) && busy.length < Math.min(slots + 1, 64) && (job.urgent || background < slots);
    };
    for (const [i, s] of steps.entries()) {
      const id = 'w' in s ? WORKERS[s.w]! : '';
      if (s.do === 'add') {
        jobs.push({ key: `j${i}`, kind: s.kind, library: s.library === null ? null : libraries[s.library]!.uuid, needs: s.needs, urgent: s.urgent, by: null });
        await house.db.writeSql((sql) => insertJob(sql, { kind: s.kind, key: `j${i}`, libraryId: s.library === null ? null : libraries[s.library]!.id, needs: s.needs, payload: {}, prio: s.urgent ? INTERACTIVE : 0 }));
      } else if (s.do === 'set') {
        Object.assign(set[s.w]!, s.settings, s.settings.libraries ? { libraries: s.settings.libraries.map((l) => libraries[Number(l)]!.uuid) } : {});
        await house.db.writeSql((sql) => {
          ensureNode(sql, id, clock);
          saveSettings(sql, id, set[s.w]!);
        });
      } else if (s.do === 'drain') {
        queue.drain(id, s.on);
        drained[s.on ? 'add' : 'delete'](s.w);
      } else if (s.do === 'hello') {
        queue.greeted(id);
        drained.delete(s.w);
        owner[s.w] = 'unknown';
      } else if (s.do === 'owner') {
        queue.owner(id, s.owner);
        owner[s.w] = s.owner;
      } else if (s.do === 'pause') {
        await queue.pause(s.kind, s.on);
        paused[s.on ? 'add' : 'delete'](s.kind);
      } else if (s.do === 'time') clock += s.ms;
      else if (s.do === 'done') {
        const running = jobs.find((j) => j.by !== null);
        if (!running) continue;
        expect(await queue.done({ worker: WORKERS[running.by!]!, id: running.lease!.id, token: running.lease!.token }, {})).toBe(true);
        jobs.splice(jobs.indexOf(running), 1);
      } else if (s.do === 'lease') {
        const may = jobs.filter((j) => j.by === null && allowed(s.w, s.kinds, s.interactive, j)).sort((a, b) => Number(b.urgent) - Number(a.urgent) || jobs.indexOf(a) - jobs.indexOf(b));
        const lease = await queue.lease(id, s.kinds, 0, s.interactive);
        expect(lease?.key).toBe(may[0]?.key); // the best of what it may do, or nothing
        if (lease) Object.assign(may[0]!, { by: s.w, lease });
      }
    }
    queue.stop();
  }), { seed: SEED, numRuns: 60 });
}, 60_000);

type Move = { do: 'add' | 'lease' | 'extend' | 'done' | 'fail' | 'spoilt' | 'expire' | 'gone' | 'release' | 'stale' | 'restart' | 'retry'; w: number; n: number };
const move: fc.Arbitrary<Move> = fc.record({ do: fc.constantFrom('add' as const, 'add' as const, 'lease' as const, 'lease' as const, 'lease' as const, 'extend' as const, 'done' as const, 'done' as const, 'fail' as const, 'spoilt' as const, 'expire' as const, 'gone' as const, 'release' as const, 'stale' as const, 'restart' as const), w: worker, n: fc.nat(1000) });

test('every job ends exactly once, whatever happens in between, and what was done is counted', async () => {
  await fc.assert(fc.asyncProperty(fc.array(move, { minLength: 30, maxLength: 90 }), async (moves) => {
    await fresh();
    const leases: { worker: string; id: number; token: string }[] = []; // everything that anybody ever held
    const failure = (permanent: boolean) => ({ code: permanent ? 'undecodable' as const : 'internal' as const, message: randomUUID(), permanent });
    let added = 0;
    const lease = async (w: string): Promise<Leased | null> => {
      const job = await queue.lease(w, ['preview'], 0);
      if (job) leases.push({ worker: w, id: job.id, token: job.token });
      return job;
    };
    for (const m of moves) {
      const w = WORKERS[m.w]!;
      const held = leases[m.n % Math.max(1, leases.length)];
      if (m.do === 'add') await house.db.writeSql((sql) => insertJob(sql, { kind: 'preview', key: `k${added++}`, libraryId: libraries[0]!.id, payload: {} }));
      else if (m.do === 'lease') await Promise.all([lease(w), lease(WORKERS[(m.w + 1) % 3]!)]);
      else if (m.do === 'expire') {
        clock += 11_000;
        await queue.reap();
      } else if (m.do === 'gone') await queue.gone(w);
      else if (m.do === 'restart') {
        queue.stop();
        queue = open();
      } else if (held && m.do === 'extend') await queue.extend(held);
      else if (held && m.do === 'done') await Promise.all([queue.done(held, {}), queue.done(held, {})]); // a reply that was lost: it says it again
      else if (held && m.do === 'fail') await queue.fail(held, failure(false));
      else if (held && m.do === 'spoilt') await queue.fail(held, failure(true));
      else if (held && m.do === 'release') await queue.release(held);
      else if (held && m.do === 'stale') await Promise.all([queue.done({ ...held, worker: WORKERS[(m.w + 1) % 3]! }, {}), queue.done({ ...held, token: 'guessed' }, {})]);
    }
    // one that does not fail does the rest
    for (let round = 0; round < 400 && house.db.sql.get(`select 1 from job where state in ('queued', 'leased')`); round++) {
      clock += 31_000;
      await queue.reap();
      const job = await lease('w00000000ff');
      if (job) expect(await queue.done({ worker: 'w00000000ff', id: job.id, token: job.token }, {})).toBe(true);
    }
    for (let i = 0; i < added; i++) expect(effects.get(`k${i}`), `k${i}`).toHaveLength(1);
    const done = [...effects.values()].filter(([e]) => e === 'done').length;
    expect(house.db.sql.get(`select coalesce(sum(done), 0) done from node_kind`)).toEqual({ done });
    expect(house.db.sql.get(`select count(*) done from job where state = 'done'`)).toEqual({ done });
    queue.stop();
  }), { seed: SEED, numRuns: 60 });
}, 60_000);
