import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { child } from '../rig/children.ts';
import type { Bench, BenchContext } from './bench.ts';
import { startHouse } from './house.ts';
import { ingest, type Ingested } from './ingesting.ts';
import type { Photo } from './photos.ts';
import { cpuMs } from './process-tree.ts';
import { compared, missed, within, type Row } from './row.ts';
import { median, percent, spread } from './stats.ts';

const BUDGET_MS = 125;
const ROUNDS = 4;
const PER_ROUND = 12;
const WARM_UP = 12;
const IN_FLIGHT = 3; // as many as a worker with two cores has

const sizes = ({ quick }: BenchContext): { rounds: number; perRound: number } => (quick ? { rounds: 2, perRound: 6 } : { rounds: ROUNDS, perRound: PER_ROUND });

/** What a Debian machine would do without us: two processes per photo, the big picture and the small one from it. CPU ms of all of them, as the shell accounts for its children. */
async function vipsthumbnail(dir: string, photos: Photo[]): Promise<number> {
  mkdirSync(dir, { recursive: true });
  for (const p of photos) writeFileSync(join(dir, p.name), p.bytes);
  const one = `vipsthumbnail "$1" --size '1440x1440>' -o '%s.1440.jpg[Q=80]' && vipsthumbnail "\${1%.jpg}.1440.jpg" --size x250 -o '%s.250.webp[Q=80]'`;
  const script = `cd "$1" && printf '%s\\0' IMG_*.jpg | xargs -0 -n1 -P${IN_FLIGHT} sh -c '${one.replaceAll("'", `'\\''`)}' sh && ls *.webp | wc -l && times`;
  const run = child('bash', ['-c', script, 'bash', dir], { VIPS_CONCURRENCY: '1' });
  const code = await run.exited;
  rmSync(dir, { recursive: true, force: true });
  const [made, , children] = run.lines.slice(-3);
  if (code !== 0 || Number(made) !== photos.length) throw new Error(`vipsthumbnail made ${made} of ${photos.length} pictures:\n${run.lines.slice(-5).join('\n')}`);
  return [...children!.matchAll(/(\d+)m([\d.]+)s/g)].reduce((ms, m) => ms + Number(m[1]) * 60_000 + Number(m[2]) * 1000, 0);
}

async function haveVips(): Promise<boolean> {
  return (await child('sh', ['-c', 'command -v vipsthumbnail']).exited) === 0;
}

const ingestBench: Bench = {
  name: 'ingest', about: 'CPU time of one 12 MP photo from upload to preview, and against vipsthumbnail',
  async run(context) {
    const photos = await context.photos();
    const { rounds, perRound } = sizes(context);
    const vips = await haveVips();
    const house = await startHouse({ profile: context.profile });
    try {
      await ingest(house, photos.take(WARM_UP), cpuMs);
      const ours: Ingested[] = [];
      const theirs: number[] = [];
      for (let i = 0; i < rounds; i++) {
        context.progress(`round ${i + 1} of ${rounds}`);
        const taken = photos.take(perRound);
        ours.push(await ingest(house, taken, cpuMs));
        if (vips) theirs.push(await vipsthumbnail(join(house.dir, 'vips'), taken) / perRound);
      }
      const each = (what: keyof Ingested): number[] => ours.map((o) => o[what] / perRound);
      const value = median(each('cpuMs'));
      const coordinator = median(each('coordinatorMs'));
      const note = `coordinator ${coordinator.toFixed(0)}, worker ${(value - coordinator).toFixed(0)}, nats ${median(each('natsMs')).toFixed(1)} more; ${(1000 / median(each('wallMs'))).toFixed(1)} photos/s of ${(photos.mean / 1e6).toFixed(1)} MB; ±${percent(spread(each('cpuMs')))}`;
      const rows: Row[] = [within('ingest', value, 'CPU ms', BUDGET_MS, note)];
      if (!vips) return [...rows, missed('ingest vs vipsthumbnail', 'vipsthumbnail is not here; apt-get install libvips-tools')];
      const limit = median(theirs);
      return [...rows, compared('ingest vs vipsthumbnail', { value, unit: 'CPU ms', limit, ratio: limit / value, atLeast: 1.2, note: `limit / value; both all in; ±${percent(spread(theirs))}` })];
    } finally {
      await house.stop();
    }
  },
};

const iccBench: Bench = {
  name: 'icc', about: 'the same photos with a Display P3 profile against plain ones',
  async run(context) {
    const photos = await context.photos();
    const { rounds, perRound } = sizes(context);
    const house = await startHouse({ profile: context.profile });
    try {
      await ingest(house, photos.take(WARM_UP), cpuMs);
      const plain: number[] = [];
      const p3: number[] = [];
      for (let i = 0; i < rounds; i++) {
        context.progress(`round ${i + 1} of ${rounds}`);
        plain.push((await ingest(house, photos.take(perRound), cpuMs)).cpuMs / perRound);
        p3.push((await ingest(house, photos.take(perRound, true), cpuMs)).cpuMs / perRound);
      }
      const [value, limit] = [median(p3), median(plain)];
      return [compared('icc', { value, unit: 'CPU ms', limit, ratio: value / limit, atMost: 1.2, note: `value / limit; Display P3 against none; ±${percent(spread(p3))}` })];
    } finally {
      await house.stop();
    }
  },
};

export const ingestBenches: Bench[] = [ingestBench, iccBench];
