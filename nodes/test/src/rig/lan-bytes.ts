// A house on a LAN with one file to fetch and one to send, for a worker that is only as far there as a test wants it.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreviewLease, ProbeLease } from '@mantel/contracts/models/job.ts';
import type { Peer } from '@mantel/runtime/bytes.ts';
import type { Task, Took } from './bytes-process.ts';
import type { Child } from './children.ts';
import { ADDRESS, type Host } from './lan.ts';
import { type LanHouse, openLanHouse } from './lan-house.ts';
import { picture, random } from './pictures.ts';

export interface Running { child: Child; took: Promise<Took> }

export async function openLanBytes() {
  const house = await openLanHouse({ leaseMs: 600_000, spares: [{ host: 'pc1', slots: 1, absent: true }] });
  const { entry } = house.workers[0]!;
  const peer: Peer = { host: ADDRESS.nas, port: 2283, cert: house.cluster.cert };
  const token = await house.signIn();
  let count = 0;
  const lease = async <L>(kind: string): Promise<L> => {
    const { answer, error } = await house.ask('gateway', { action: 'jobs.lease', params: { auth: entry.token, kinds: [kind], waitMs: 5000 } });
    if (!answer) throw new Error(`no ${kind} job was handed out: ${error ?? 'none is there'}`);
    return answer as L;
  };
  const hello = { auth: entry.token, proto: { min: 1, max: 1 }, version: '0', name: 'absent', kinds: ['preview', 'probe'] };
  await house.ask('gateway', { action: 'nodes.hello', params: hello });
  return {
    house, peer, token,
    /** A file of the library of so many bytes that nobody saw before, and its address for the worker. */
    async original(bytes: number): Promise<{ file: string; get: string }> {
      const small = join(house.dir, `original-${++count}.jpg`);
      writeRandom(small, 0, await picture(5000 + count));
      const { status, json } = await house.ask('upload', { path: small, name: `${count}.jpg`, token });
      if (status !== 201) throw new Error(`the upload was answered with ${status}`);
      const file = join(house.dir, 'data', house.sql<{ path: string }>('select path from file where uuid = ?', (json as { fileId: string }).fileId)[0]!.path);
      writeRandom(file, bytes); // the routes send what lies on the disk
      return { file, get: (await lease<PreviewLease>('preview')).get };
    },
    async uploaded(path: string, name: string): Promise<{ get: string }> {
      const { status } = await house.ask('upload', { path, name, token });
      if (status !== 201) throw new Error(`the upload was answered with ${status}`);
      return { get: (await lease<PreviewLease>('preview')).get };
    },
    /** An address for an output of at most 64 MiB, and where it lies when it arrived. */
    async output(): Promise<{ put: string; staged: string }> {
      await house.ask('probes', { keys: [`output ${++count}`], holdMs: 0 });
      const { put, token: held } = await lease<ProbeLease>('probe');
      return { put: put.echo!, staged: join(house.dir, 'data', 'derived', '.staging', `${held}-echo`) };
    },
    run: (host: Host, task: Task): Running => start(house, host, task),
    close: (): Promise<void> => house.close(),
  };
}
export type LanBytes = Awaited<ReturnType<typeof openLanBytes>>;

function start(house: LanHouse, host: Host, task: Task): Running {
  const child = house.lan.on(host, process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('bytes-process.ts', import.meta.url))], { MANTEL_TASK: JSON.stringify(task), TMPDIR: house.dir });
  const took = child.line((l) => l.startsWith('took '), 180_000).then((l) => JSON.parse(l.slice(5)) as Took);
  took.catch(() => undefined);
  return { child, took };
}

/** `head`, then noise up to `bytes`: what is compressed or repeated on the way would show. */
export function writeRandom(file: string, bytes: number, head: Buffer = Buffer.alloc(0)): void {
  const next = random(bytes);
  const block = Buffer.from(Uint32Array.from({ length: 1 << 18 }, () => Math.floor(next() * 2 ** 32)).buffer);
  const fd = openSync(file, 'w');
  try {
    if (head.length) writeSync(fd, head);
    for (let left = bytes - head.length; left > 0; left -= block.length) {
      block.writeUInt32LE(left % 2 ** 32, 0); // no two blocks are alike
      writeSync(fd, block, 0, Math.min(left, block.length));
    }
  } finally {
    closeSync(fd);
  }
}
