// Bringing in what an import source found: from the bytes of a file to the acknowledged photo, in this process, with everything on the disk before the answer and without previews.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { receive } from '@mantel/coordinator/library/receive.ts';
import { syncDir } from '@mantel/coordinator/library/place.ts';
import { type Imports, openImports } from '@mantel/coordinator/testing/imports.ts';
import sharp from 'sharp';
import type { Bench, BenchContext } from './bench.ts';
import { compared, type Row } from './row.ts';
import { median, percent, spread } from './stats.ts';

const AT_ONCE = 12; // as many as an import run takes at once
const PER_SECOND = 150;
const PADDED = 2_500_000;
const ROUNDS = 3;
const DATE = '2001:01:01 00:00:00';

interface Source { name: string; bytes: Buffer; at: number }
/** Small camera photos with bytes, names and days of their own. */
async function sources(from: number, count: number, pad = 0): Promise<Source[]> {
  const base = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#8ac' } })
    .withExif({ IFD0: { Make: 'Mantel', Model: 'Bench' }, IFD2: { DateTimeOriginal: DATE, ISOSpeedRatings: '200', FNumber: '18/10' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 12/1 30/1', GPSLongitudeRef: 'E', GPSLongitude: '16/1 22/1 0/1' } }).jpeg().toBuffer();
  const date = base.indexOf(DATE, 0, 'latin1');
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const at = Date.UTC(2012, 0, 1) + n * 7_200_061;
    const bytes = Buffer.concat([base, createHash('sha256').update(String(n)).digest(), Buffer.alloc(pad, n)]);
    bytes.write(new Date(at).toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' '), date, 'latin1');
    return { name: `IMG_${n}.jpg`, bytes, at };
  });
}

async function atOnce<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<number> {
  const queue = [...all];
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => { for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one); }));
  return all.length / ((performance.now() - began) / 1000);
}

/** Photos per second through the door that import runs use. Throws unless each of them is new. */
const bring = (house: Imports, userId: number, all: readonly Source[]): Promise<number> => atOnce(all, async ({ name, bytes, at }) => {
  const result = await house.imports.ingest(userId, { ...(await receive(house.data, Readable.from([bytes]))), name, hints: { takenAt: at - 3_600_000, favourite: name.endsWith('0.jpg') }, previews: false });
  if (result.outcome !== 'created') throw new Error('a photo was taken for one that is here already');
});

/** What any program would do: write the file, and wait until it and its name are on the disk. */
async function copies(dir: string, all: readonly Source[]): Promise<number> {
  mkdirSync(dir, { recursive: true });
  const rate = await atOnce(all, async ({ name, bytes }) => {
    const file = await open(join(dir, name), 'wx');
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    await syncDir(dir);
  });
  await rm(dir, { recursive: true });
  return rate;
}

const importBench: Bench = {
  name: 'import', about: 'photos per second that an import brings in, and against copying the same files',
  async run(context: BenchContext): Promise<Row[]> {
    const [small, large] = context.quick ? [120, 24] : [1500, 120];
    const house = await openImports();
    const { id } = await house.addPerson('Ann');
    const beside = mkdtempSync(join(tmpdir(), 'mantel-bench-'));
    try {
      let made = 0;
      const take = async (count: number, pad = 0): Promise<Source[]> => { made += count; return sources(made - count, count, pad); };
      await bring(house, id, await take(60));
      const [rates, padded, plain]: [number[], number[], number[]] = [[], [], []];
      for (let round = 0; round < (context.quick ? 1 : ROUNDS); round++) {
        context.progress(`round ${round + 1}`);
        rates.push(await bring(house, id, await take(small)));
        const files = await take(large, PADDED);
        plain.push(await copies(join(beside, 'copy'), files));
        padded.push(await bring(house, id, files));
      }
      const [rate, value, limit] = [median(rates), median(padded), median(plain)];
      return [
        compared('import', { value: rate, unit: 'photos/s', limit: PER_SECOND, ratio: rate / PER_SECOND, atLeast: 1, note: `small files, ${AT_ONCE} at once, on the disk before the answer; ±${percent(spread(rates))}` }),
        compared('import vs copying', { value, unit: 'photos/s', limit, ratio: value / limit, atLeast: 0.6, note: `value / limit; ${PADDED / 1e6} MB each; limit: written, synced, folder synced, ${AT_ONCE} at once; ±${percent(spread(padded))}` }),
      ];
    } finally {
      await house.close();
      rmSync(beside, { recursive: true, force: true });
    }
  },
};
export const importBenches: Bench[] = [importBench];
