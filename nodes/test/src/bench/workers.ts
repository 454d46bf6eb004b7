import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Discovered } from '@mantel/contracts/models/node.ts';
import { noLan } from '../rig/lan.ts';
import { type LanHouse, openLanHouse, type Spare, type Step } from '../rig/lan-house.ts';
import type { Bench, BenchContext } from './bench.ts';
import { missed, told, within, type Row } from './row.ts';
import { median, percentile, sum } from './stats.ts';

const LEASE_MS = 30_000;
const TIMED = new URL('../rig/timed-worker-process.ts', import.meta.url).href;
const CARD_MS = 3000;
const FIRST_JOB_MS = 2000;
const UNEQUAL_AT_MOST = 1.15;
const MANY = 100_000;
const ENQUEUE_MS = 2000;
const ENQUEUE_MB = 50;
const INTERACTIVE_MS = 250;

/** Runs them all; the steps of their way. */
async function done(house: LanHouse, count: number, holdMs: number): Promise<Step[]> {
  const before = house.steps().length;
  await house.ask('flood', { count, holdMs });
  for (const until = Date.now() + 120_000; ; await pause(50)) {
    const ended = house.sql<{ n: number }>(`select count(*) n from rig_step where became = 'done' and n > ${before}`)[0]!.n;
    if (ended >= count) return house.steps(before);
    if (Date.now() > until) throw new Error(`${count - ended} of ${count} jobs were not done`);
  }
}
const span = (steps: Step[]): number => Math.max(...steps.map((s) => s.at)) - Math.min(...steps.map((s) => s.at));
async function inHouse<T>(options: Parameters<typeof openLanHouse>[0], work: (house: LanHouse) => Promise<T>): Promise<T> {
  const house = await openLanHouse(options);
  try { return await work(house); } finally { await house.close(); }
}

async function speed(workers: number, jobs: number): Promise<Row> {
  const spares = Array.from({ length: workers }, (_v, i): Spare => ({ host: i % 2 ? 'pc2' : 'pc1', slots: 4 }));
  return inHouse({ leaseMs: LEASE_MS, spares }, async (house) => {
    await done(house, workers * 20, 0); // warm
    const ms = span(await done(house, jobs, 0));
    return told(`jobs/s, ${workers} worker${workers > 1 ? 's' : ''}`, jobs / (ms / 1000), '1/s', `${jobs} empty probes, each with its bytes there and back; four slots per worker, all on these cores`);
  });
}

/** Two PCs, one four times as fast. Possible: if both had worked without a gap at the speed that they showed in this run. */
async function unequal(jobs: number): Promise<Row> {
  const spares: Spare[] = [20, 80].map((ms, i) => ({ host: i ? 'pc2' : 'pc1', slots: 1, module: TIMED, env: { MANTEL_JOB_MS: String(ms) } }));
  return inHouse({ leaseMs: LEASE_MS, spares }, async (house) => {
    await done(house, 20, 0);
    const steps = await done(house, jobs, 0);
    const took = house.workers.map((w) => {
      const mine = steps.filter((s) => s.worker === w.entry.id);
      return mine.filter((s) => s.became === 'done').map((s) => s.at - mine.find((l) => l.job === s.job && l.became === 'leased')!.at);
    });
    const possible = jobs / sum(took.map((t) => 1 / (sum(t) / t.length)));
    const value = span(steps);
    return { ...told('two unequal PCs', value, 'ms', `at most ${UNEQUAL_AT_MOST} × what is possible; ${jobs} jobs, ${took[0]!.length} on the fast, ${took[1]!.length} on the slow PC; medians ${took.map((t) => median(t).toFixed(0)).join(' and ')} ms from lease to result`), limit: possible, ratio: value / possible, ok: value / possible <= UNEQUAL_AT_MOST };
  });
}

/** From the start of an unpaired worker's advertisement to its card, and from the approval to its first job. */
async function joining(): Promise<Row[]> {
  return inHouse({ leaseMs: LEASE_MS, spares: [], discovery: true }, async (house) => {
    const folder = join(house.dir, 'newcomer');
    mkdirSync(folder);
    const token = await house.signIn();
    await house.ask('flood', { count: 20, holdMs: 0 });
    const child = house.lan.on('pc1', process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { MANTEL_PAIRED: join(folder, 'paired.json'), MANTEL_NAME: 'newcomer', MANTEL_SLOTS: '1', MANTEL_LOG: 'info', TMPDIR: folder });
    await child.line((l) => l.includes('waiting for this computer'), 30_000);
    const began = Date.now();
    const card = async (fits: (d: Discovered) => boolean): Promise<Discovered> => {
      for (const until = Date.now() + 20_000; Date.now() < until; await pause(20)) {
        const found = ((await house.ask('api', { method: 'GET', path: '/nodes/discovered', token })).json as Discovered[]).find(fits);
        if (found) return found;
      }
      throw new Error('the card did not come');
    };
    const act = async (d: Discovered, what: 'add' | 'approve', body?: object): Promise<void> => {
      const { status, json } = await house.ask('api', { method: 'POST', path: `/nodes/discovered/${d.id}/${what}`, token, ...(body ? { body } : {}) });
      if (status !== 200) throw new Error(`${what} was answered with ${status} ${JSON.stringify(json)}`);
    };
    const found = await card((d) => d.name === 'newcomer');
    const cardMs = Date.now() - began;
    await act(found, 'add', {});
    const coded = await card((d) => d.id === found.id && d.code !== null);
    const approved = Date.now();
    await act(found, 'approve', { code: coded.code });
    const first = await house.step((s) => s.became === 'leased', 20_000);
    if (!existsSync(join(folder, 'paired.json'))) throw new Error('it works without a pairing');
    return [within('card of a discovered PC', cardMs, 'ms', CARD_MS, 'from its first word in the LAN'), within('approval to first job', first.at - approved, 'ms', FIRST_JOB_MS)];
  });
}

const lanOnly = (name: string, about: string, run: (c: BenchContext) => Promise<Row[]>): Bench => ({ name, about, run: async (c) => {
  const why = noLan();
  return why ? [missed(name, why)] : run(c);
} });

const workersBench = lanOnly('workers', 'jobs per second against the number of workers, two unequal PCs, and how soon a new PC works, on a LAN of namespaces', async ({ quick, progress }) => {
  const rows: Row[] = [];
  for (const n of [1, 2, 4]) {
    progress(`${n} worker${n > 1 ? 's' : ''}`);
    rows.push(await speed(n, quick ? 200 : 1000));
  }
  progress('two unequal PCs');
  rows.push(await unequal(quick ? 150 : 300));
  progress('a new PC');
  return [...rows, ...await joining().catch((e: unknown) => [missed('a new PC', e instanceof Error ? e.message.split('\n')[0]! : String(e))])];
});

const queueBench = lanOnly('queue', 'a hundred thousand waiting jobs, and what somebody waits for behind them', ({ quick, progress }) =>
  inHouse({ leaseMs: LEASE_MS, spares: [{ host: 'pc1', slots: 2 }] }, async (house) => {
    await done(house, 50, 0);
    progress('queueing');
    const { ms, mb } = await house.ask('flood', { count: MANY, holdMs: 300 });
    const rounds = quick ? 20 : 100;
    progress(`${rounds} times somebody waits, while two slots are busy with jobs of 300 ms`);
    const waits: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const began = house.steps().length;
      const asked = Date.now();
      await house.ask('probes', { keys: [`now ${i}`], holdMs: 20, bytes: 1, prio: 10 });
      const { id } = house.sql<{ id: number }>(`select id from job where key = 'probe:now ${i}'`)[0]!;
      waits.push((await house.step((s) => s.n > began && s.job === id && s.became === 'leased', 10_000)).at - asked);
      await pause((i * 37) % 150);
    }
    return [
      within('100,000 jobs queued', ms, 'ms', ENQUEUE_MS), within('100,000 jobs queued, memory', mb, 'MB', ENQUEUE_MB, 'of the coordinator'),
      within('interactive start p95', percentile(waits, 0.95), 'ms', INTERACTIVE_MS, `behind them; p50 ${median(waits).toFixed(0)} ms; from the order to the lease`),
    ];
  }));

export const workerBenches: Bench[] = [workersBench, queueBench];
