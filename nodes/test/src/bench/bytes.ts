import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { noLan } from '../rig/lan.ts';
import { type LanBytes, openLanBytes, writeRandom } from '../rig/lan-bytes.ts';
import type { Took } from '../rig/bytes-process.ts';
import type { Bench, BenchContext } from './bench.ts';
import { compared, missed, told, type Row } from './row.ts';
import { median, percent, spread } from './stats.ts';

const RAW_PORT = 9443;
const DOWN_AT_LEAST = 0.6;
const UP_AT_LEAST = 0.8;
/** The largest output that any kind of job may send today. */
const OUTPUT_MB = 64;

const must = (t: Took): Took => {
  if (t.error) throw new Error(t.error);
  return t;
};
const rate = (megabytes: number, ms: number): number => (megabytes * 1e6) / 1e6 / (ms / 1000);

/** The same bytes over a bare TLS socket with the house's certificate, read and thrown away. */
async function raw(bytes: LanBytes, megabytes: number): Promise<{ speed: () => Promise<number>; stop: () => Promise<unknown> }> {
  const { cert, key } = bytes.house.cluster;
  const server = bytes.run('nas', { do: 'raw-serve', cert, key, port: RAW_PORT, bytes: megabytes * 1e6 });
  await server.child.line((l) => l === 'listening');
  return {
    speed: async () => rate(megabytes, must(await bytes.run('pc1', { do: 'raw-get', peer: { ...bytes.peer, port: RAW_PORT }, warm: 1 }).took).ms),
    stop: () => server.child.kill(),
  };
}

async function download(bytes: LanBytes, megabytes: number, rounds: number): Promise<Row> {
  const { file, get } = await bytes.original(megabytes * 1e6);
  const copy = join(bytes.house.dir, 'copy');
  const server = await raw(bytes, megabytes);
  const [ours, limits, peaks]: number[][] = [[], [], []];
  try {
    for (let i = 0; i < rounds; i++) {
      const took = must(await bytes.run('pc1', { do: 'get', peer: bytes.peer, path: get, file: copy, warm: 1 }).took);
      ours!.push(rate(megabytes, took.ms));
      peaks!.push(took.peakMb);
      rmSync(copy);
      limits!.push(await server.speed());
    }
  } finally {
    await server.stop();
    rmSync(file);
  }
  return compared(`download ${megabytes} MB`, {
    value: median(ours!), unit: 'MB/s', limit: median(limits!), ratio: median(ours!) / median(limits!), atLeast: DOWN_AT_LEAST,
    note: `into a file, against a bare TLS socket that throws it away; ±${percent(spread(ours!))}; the worker needs ${Math.round(Math.max(...peaks!))} MB of memory`,
  });
}

/** dd with fdatasync, the same bytes to the same disk. */
function dd(from: string, to: string): number {
  const began = performance.now();
  execFileSync('dd', [`if=${from}`, `of=${to}`, 'bs=1M', 'conv=fdatasync', 'status=none']);
  const ms = performance.now() - began;
  rmSync(to);
  return ms;
}

async function upload(bytes: LanBytes, rounds: number): Promise<Row[]> {
  const file = join(bytes.house.dir, 'result');
  const size = OUTPUT_MB << 20;
  writeRandom(file, size);
  dd(file, join(bytes.house.dir, 'dd'));
  const [ours, limits, peaks]: number[][] = [[], [], []];
  for (let i = 0; i < rounds; i++) {
    const { put, staged } = await bytes.output();
    const took = must(await bytes.run('pc1', { do: 'put', peer: bytes.peer, path: put, file, warm: 2 }).took);
    ours!.push(rate(size / 1e6, took.ms));
    peaks!.push(took.peakMb);
    rmSync(staged);
    limits!.push(rate(size / 1e6, dd(file, join(bytes.house.dir, 'dd'))));
  }
  return [compared(`upload ${OUTPUT_MB} MiB`, {
    value: median(ours!), unit: 'MB/s', limit: median(limits!), ratio: median(ours!) / median(limits!), atLeast: UP_AT_LEAST,
    note: `hashed on both sides, against dd with fdatasync; ±${percent(spread(ours!))}; the worker needs ${Math.round(Math.max(...peaks!))} MB of memory`,
  })];
}

async function slowLink(bytes: LanBytes): Promise<Row[]> {
  const megabytes = 60;
  const { get } = await bytes.original(megabytes * 1e6);
  const copy = join(bytes.house.dir, 'copy');
  bytes.house.lan.slow('pc1', '100mbit');
  const took = must(await bytes.run('pc1', { do: 'get', peer: bytes.peer, path: get, file: copy }).took);
  rmSync(copy);
  bytes.house.lan.fast('pc1');
  const value = rate(megabytes, took.ms);
  return [{ ...told('download, link of 100 Mbit', value, 'MB/s', 'at least 11 MB/s'), limit: 12.5, ratio: value / 12.5, ok: value >= 11 }];
}

const bytesBench: Bench = {
  name: 'bytes', about: 'files between worker and house on a LAN of namespaces: signed addresses over TLS against a bare TLS socket, and against the disk',
  async run({ quick, progress }: BenchContext): Promise<Row[]> {
    const why = noLan();
    if (why) return [missed('bytes', why)];
    const bytes = await openLanBytes();
    try {
      const rows: Row[] = [];
      for (const megabytes of quick ? [100] : [100, 1000]) {
        progress(`${megabytes} MB there`);
        rows.push(await download(bytes, megabytes, quick ? 3 : 5));
      }
      progress('and back');
      rows.push(...await upload(bytes, quick ? 3 : 7), ...await slowLink(bytes));
      return rows;
    } finally {
      await bytes.close();
    }
  },
};
export const bytesBenches: Bench[] = [bytesBench];
