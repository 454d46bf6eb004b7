// What one file costs that is not a JPEG for sharp: through the reader of facts and the worker's executor as they are, in this process, with the bytes at hand. CPU time of all threads and children.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PreviewLease } from '@mantel/contracts/models/job.ts';
import { createExiftool } from '@mantel/coordinator/library/exiftool.ts';
import { createFacts } from '@mantel/coordinator/library/facts/facts.ts';
import type { ByteClient } from '@mantel/runtime/bytes.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { ExecutorContext } from '@mantel/worker/executors/context.ts';
import { previewExecutor } from '@mantel/worker/executors/preview/preview.ts';
import sharp from 'sharp';
import { dng } from '../eval/dng.ts';
import type { Bench, BenchContext } from './bench.ts';
import { cpuMs } from './process-tree.ts';
import { missed, within, type Row } from './row.ts';
import { median, percent, spread } from './stats.ts';

const FACTS_MS = 5;
const HEIC_MS = 1600;
const RAW_MS = 150;

/** CPU ms of one piece of work, in the median of rounds; the kernel counts in 10 ms, so a round does several. */
async function costs(rounds: number, each: number, work: () => Promise<void>): Promise<number[]> {
  await work();
  const all: number[] = [];
  for (let r = 0; r < rounds; r++) {
    const before = cpuMs(process.pid);
    for (let i = 0; i < each; i++) await work();
    all.push((cpuMs(process.pid) - before) / each);
  }
  return all;
}
const row = (name: string, ms: number[], budget: number, note: string): Row => within(name, median(ms), 'CPU ms', budget, `${note}; ±${percent(spread(ms))}`);

/** The executor with a file in memory in the place of the coordinator; throws unless both pictures come out. */
async function throughExecutor(name: string, mime: string, file: Buffer, rounds: number, each: number): Promise<number[]> {
  const temp = mkdtempSync(join(tmpdir(), 'mantel-bench-'));
  let sent = 0;
  const bytes = {
    get: () => Promise.resolve(file), getRange: (_: string, from: number, to: number) => Promise.resolve(file.subarray(from, to + 1)), url: () => '',
    getToFile: (_: string, to: string) => { writeFileSync(to, file); return Promise.resolve(); }, put: (_: string, body: Buffer) => { sent += body.length > 1000 ? 1 : 0; return Promise.resolve(); },
  } as unknown as ByteClient;
  const context: ExecutorContext = { bytes, temp, ca: { file: '', name: '' }, log: createLogger('bench', { level: 'silent' }) };
  const lease: PreviewLease = { id: 1, kind: 'preview', attempt: 1, token: '', leaseMs: 60_000, payload: { fileId: '00000000-0000-4000-8000-000000000000', mime, bytes: file.length, name }, get: '/file', put: { preview: '/preview', thumb: '/thumb' } } as PreviewLease;
  try {
    const execute = previewExecutor(context);
    return await costs(rounds, each, async () => {
      sent = 0;
      await execute(lease, AbortSignal.timeout(60_000));
      if (sent !== 2) throw new Error(`${name} gave no pictures`);
    });
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

const factsBench: Bench = {
  name: 'facts', about: 'what a 12 MP JPEG says about itself, read by the fast reader',
  async run(context) {
    const dir = mkdtempSync(join(tmpdir(), 'mantel-bench-'));
    const exiftool = createExiftool();
    try {
      const files = (await context.photos()).take(20).map(({ name, bytes }) => { writeFileSync(join(dir, name), bytes); return name; });
      const facts = createFacts({ log: createLogger('bench', { level: 'silent' }), exiftool });
      const ms = await costs(context.quick ? 2 : 6, 1, async () => {
        for (const name of files) if ((await facts.read(join(dir, name), { name, mime: 'image/jpeg', type: 'image' })).model !== 'Bench') throw new Error('the camera was not read');
      });
      return [row('facts of a JPEG', ms.map((m) => m / files.length), FACTS_MS, 'EXIF of one camera photo')];
    } finally {
      await exiftool.close();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const heicBench: Bench = {
  name: 'heic', about: 'preview of a 12 MP HEIC, in the worker\'s executor',
  async run(context) {
    const dir = mkdtempSync(join(tmpdir(), 'mantel-bench-'));
    try {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'photo.jpg'), (await context.photos()).take(1)[0]!.bytes);
      context.progress('drawing a HEIC');
      const drawn = await promisify(execFile)('heif-enc', ['-q', '45', '-p', 'preset=ultrafast', 'photo.jpg', '-o', 'photo.heic'], { cwd: dir, timeout: 120_000 }).then(() => true, () => false);
      if (!drawn) return [missed('heic', 'heif-enc is not here; apt-get install libheif-examples')];
      const file = readFileSync(join(dir, 'photo.heic'));
      const ms = await throughExecutor('photo.heic', 'image/heic', file, context.quick ? 1 : 4, 1);
      return [row('heic', ms, HEIC_MS, `${(file.length / 1e6).toFixed(1)} MB`)];
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

async function rawFile({ photos }: BenchContext): Promise<Buffer> {
  const jpeg = (await photos()).take(1)[0]!.bytes;
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return dng({ preview: { jpeg, width: info.width, height: info.height }, sensor: { rgb: data, width: info.width, height: info.height } });
}
const rawBench: Bench = {
  name: 'raw', about: 'preview of a RAW photo by the 12 MP JPEG inside, in the worker\'s executor',
  async run(context) {
    const file = await rawFile(context);
    const ms = await throughExecutor('photo.dng', 'image/x-adobe-dng', file, context.quick ? 2 : 6, 4);
    return [row('raw', ms, RAW_MS, `DNG of ${(file.length / 1e6).toFixed(0)} MB`)];
  },
};

export const decodingBenches: Bench[] = [factsBench, heicBench, rawBench];
