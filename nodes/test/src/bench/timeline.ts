import { LAYOUT_MAGIC, type TimelineWindow } from '@mantel/contracts/models/timeline.ts';
import { fillLibrary } from './big-library.ts';
import type { Bench } from './bench.ts';
import { startHouse, type House } from './house.ts';
import { cpuMs } from './process-tree.ts';
import { told, within, type Row } from './row.ts';
import { median, percentile, seeded } from './stats.ts';

const WINDOW = 500;
const WINDOW_P99_MS = 10;
const MONTHS_P99_MS = 5;

/** Days of a layout with how many photos each has, newest first. */
function daysOf(layout: Buffer): { total: number; days: number[] } {
  if (layout.readUInt32LE(0) !== LAYOUT_MAGIC) throw new Error('this is no layout');
  return { total: layout.readUInt32LE(8), days: Array.from({ length: layout.readUInt32LE(12) }, (_, i) => layout.readUInt32LE(16 + i * 8)) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** What a client waits for: an upper bound of the server's own time. The same run's trivial request says how much of it is client, kernel and frame. */
function rows(name: string, all: number[], floor: number[], budgetMs: number | undefined, what: string): Row[] {
  const base = median(floor);
  const p50 = percentile(all, 0.5);
  const p99 = percentile(all, 0.99);
  const times = (ms: number): string => `${(ms / base).toFixed(1)} × a trivial request (${base.toFixed(2)} ms)`;
  return [
    told(`${name} p50`, p50, 'ms', `${what}; ${times(p50)}`),
    budgetMs === undefined ? told(`${name} p99`, p99, 'ms', times(p99)) : within(`${name} p99`, p99, 'ms', budgetMs, `as the client waits for it, ${all.length} requests; ${times(p99)}`),
  ];
}

async function measure({ client, coordinator }: House, quick: boolean, progress: (text: string) => void): Promise<Row[]> {
  const requests = quick ? 100 : 600;
  const random = seeded(7);
  const { total, days } = daysOf(await client.bytes('GET', '/timeline/layout'));
  const windowAt = (): Promise<Buffer> => client.bytes('GET', `/timeline/window?day=${days[Math.floor(random() * days.length * 0.98)]!}&limit=${WINDOW}`);
  const first = JSON.parse((await client.bytes('GET', `/timeline/window?day=${days[0]!}&limit=${WINDOW}`)).toString()) as TimelineWindow;
  if (first.ids.length !== WINDOW) throw new Error(`a window has ${first.ids.length} rows`);
  const monthCounts = (): Promise<Buffer> => client.bytes('GET', '/timeline/months');
  const trivial = (): Promise<Buffer> => client.bytes('GET', '/health');
  /** CPU time is what remains to be believed on a busy machine; in a row of one kind, because the kernel counts in ticks. */
  const cpuOf = async (what: () => Promise<unknown>): Promise<number> => {
    const before = cpuMs(coordinator.process.pid!);
    for (let i = 0; i < requests; i++) await what();
    return (cpuMs(coordinator.process.pid!) - before) / requests;
  };
  for (const warmUp of [windowAt, monthCounts, trivial]) await cpuOf(warmUp);

  const health: number[] = [];
  const windows: number[] = [];
  const months: number[] = [];
  for (let i = 0; i < requests; i++) {
    if (i % 200 === 0) progress(`${i} of ${requests} requests`);
    health.push(await timed(trivial));
    windows.push(await timed(windowAt));
    months.push(await timed(monthCounts));
  }
  const [windowCpu, monthsCpu, trivialCpu] = [await cpuOf(windowAt), await cpuOf(monthCounts), await cpuOf(trivial)];
  const made: number[] = [];
  const kept: number[] = [];
  for (let i = 0; i < (quick ? 4 : 12); i++) {
    await client.json('POST', '/assets/favourite', { ids: [first.ids[i]], value: true });
    await client.json('POST', '/assets/favourite', { ids: [first.ids[i]], value: false }); // one of them is a change: the layout in memory is too old
    made.push(await timed(() => client.bytes('GET', '/timeline/layout')));
    kept.push(await timed(() => client.bytes('GET', '/timeline/layout')));
  }
  return [
    ...rows('timeline window', windows, health, WINDOW_P99_MS, `${WINDOW} rows of ${total}`),
    told('timeline window CPU', windowCpu, 'CPU ms', `coordinator, per request; a trivial one needs ${trivialCpu.toFixed(2)}`),
    ...rows('month counts', months, health, MONTHS_P99_MS, 'all libraries'),
    told('month counts CPU', monthsCpu, 'CPU ms', 'coordinator, per request'),
    told('layout, after a change', median(made), 'ms', `${total} photos in ${days.length} days`),
    told('layout, unchanged', median(kept), 'ms', 'from memory'),
  ];
}

const timelineBench: Bench = {
  name: 'timeline', about: 'windows, month counts and the layout of a timeline of 100,000 photos in three libraries',
  async run(context) {
    const empty = await startHouse({ worker: false });
    const { dir } = empty;
    try {
      await empty.client.json('POST', '/libraries', { name: 'Grandparents' });
      await empty.stop(true);
      context.progress('writing the library');
      await fillLibrary(dir, context.quick ? 10_000 : 100_000);
    } catch (e) {
      await empty.stop();
      throw e;
    }
    const house = await startHouse({ worker: false, dir, profile: context.profile });
    try {
      return await measure(house, context.quick, context.progress);
    } finally {
      await house.stop();
    }
  },
};

export const timelineBenches: Bench[] = [timelineBench];
