import type { Bench } from './bench.ts';
import { Client } from './client.ts';
import { end, program, startHouse } from './house.ts';
import { cpuMs } from './process-tree.ts';
import { compared, told } from './row.ts';
import { median, percent, percentile, spread, sum } from './stats.ts';

const IN_FLIGHT = 4;
/** Two hashes, four syncs and the reading of EXIF have their price: 0.27 to 0.42 was measured on two busy cores. Below this something new went wrong. */
const AT_LEAST = 0.2;

const uploadBench: Bench = {
  name: 'upload', about: 'multipart uploads, synced and acknowledged, against a server that throws them away',
  async run(context) {
    const photos = await context.photos();
    const [rounds, perRound] = context.quick ? [2, 6] : [6, 16];
    const house = await startHouse({ worker: false, profile: context.profile });
    const sink = program(new URL('null-sink-process.ts', import.meta.url).href, {});
    const floor = new Client(Number((await sink.line((l) => l.startsWith('listening '))).slice(10)));
    const speed = async (client: Client): Promise<number> => {
      const batch = photos.take(perRound);
      const began = performance.now();
      const results = await client.uploadAll(batch, IN_FLIGHT);
      const seconds = (performance.now() - began) / 1000;
      if (results.length !== perRound || results.some((r) => r.outcome !== 'created')) throw new Error('an upload was not new');
      return sum(batch.map((p) => p.bytes.length)) / 1e6 / seconds;
    };
    const cpuOf = (pid: number, work: () => Promise<number>) => async (): Promise<{ speed: number; cpu: number }> => {
      const before = cpuMs(pid);
      return { speed: await work(), cpu: (cpuMs(pid) - before) / perRound };
    };
    try {
      await house.client.json('POST', '/jobs/preview/pause');
      const a = cpuOf(house.coordinator.process.pid!, () => speed(house.client));
      const b = cpuOf(sink.process.pid!, () => speed(floor));
      await a();
      await b();
      const ours: Awaited<ReturnType<typeof a>>[] = [];
      const theirs: typeof ours = [];
      for (let i = 0; i < rounds; i++) {
        context.progress(`round ${i + 1} of ${rounds}`);
        ours.push(await a());
        theirs.push(await b());
      }
      const speeds = ours.map((o) => o.speed);
      const limits = theirs.map((t) => t.speed);
      const ratio = median(speeds) / median(limits);
      return [
        compared('upload', { value: median(speeds), unit: 'MB/s', limit: median(limits), ratio, atLeast: AT_LEAST, note: `value / limit; ${IN_FLIGHT} in flight, wall time, client on the same cores; ±${percent(spread(speeds))}` }),
        told('upload CPU', median(ours.map((o) => o.cpu)), 'CPU ms', `coordinator, per photo; the sink needs ${median(theirs.map((t) => t.cpu)).toFixed(1)}`),
      ];
    } finally {
      floor.close();
      await end(sink);
      await house.stop();
    }
  },
};

const lagBench: Bench = {
  name: 'lag', about: 'how late the event loop of the coordinator is while three photos at a time arrive and get their previews',
  async run(context) {
    const photos = await context.photos();
    const house = await startHouse({ loopLag: true });
    const seen = new Set<string>();
    const lag = async (): Promise<{ p50: number; p99: number; max: number }> => {
      house.coordinator.process.kill('SIGUSR2');
      const line = await house.coordinator.line((l) => l.startsWith('loop lag ') && !seen.has(l));
      seen.add(line);
      return JSON.parse(line.slice(9)) as { p50: number; p99: number; max: number };
    };
    try {
      await house.client.uploadAll(photos.take(12), 3);
      await lag();
      const rounds: Awaited<ReturnType<typeof lag>>[] = [];
      for (let i = 0; i < (context.quick ? 1 : 3); i++) {
        await house.client.uploadAll(photos.take(24), 3);
        rounds.push(await lag());
      }
      const p99s = rounds.map((r) => r.p99);
      return [told('event loop lag p99', median(p99s), 'ms', `p50 ${median(rounds.map((r) => r.p50)).toFixed(1)}, worst ${percentile(rounds.map((r) => r.max), 1).toFixed(0)}; wall time on shared cores: a busy worker is in it`)];
    } finally {
      await house.stop();
    }
  },
};

export const uploadBenches: Bench[] = [uploadBench, lagBench];
