import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerUpdate } from '@mantel/contracts/models/node.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createUpdater } from './updater.ts';

const [OLD, NEW] = ['0'.repeat(16), '1'.repeat(16)];
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
let dir: string, versions: string, tarball: string, update: WorkerUpdate;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-updater-'));
  versions = join(dir, 'versions');
  mkdirSync(join(versions, OLD), { recursive: true });
  symlinkSync(OLD, join(versions, 'current'));
  mkdirSync(join(dir, 'new/bin'), { recursive: true });
  writeFileSync(join(dir, 'new/BUILD'), NEW);
  writeFileSync(join(dir, 'new/bin/node'), `#!/bin/sh\necho ${NEW}\n`);
  chmodSync(join(dir, 'new/bin/node'), 0o755);
  tarball = join(dir, 'bundle.tar.gz');
  execFileSync('tar', ['-czf', tarball, '-C', join(dir, 'new'), '.']);
  const bytes = readFileSync(tarball);
  update = { build: NEW, path: '/bundle', bytes: bytes.length, unpacked: 1000, sha256: createHash('sha256').update(bytes).digest('hex') } as WorkerUpdate;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});
const fetching = { getToFile: async (_path: string, file: string) => { copyFileSync(tarball, file); } } as never;

test('a pairing that ends takes its update along, not the updater: the next house is followed', async () => {
  const restart = vi.fn<() => void>();
  const updater = createUpdater({ versions, build: OLD, log, restart });
  const removed = new AbortController();
  const began = Promise.withResolvers<void>();
  const silent = { getToFile: (_p: string, _f: string, o: { signal: AbortSignal }) => new Promise<void>((_resolve, reject) => { o.signal.addEventListener('abort', () => { reject(new Error('closed')); }, { once: true }); began.resolve(); }) } as never;
  const first = updater.offered(update, silent, removed.signal);
  await began.promise;
  removed.abort();
  await first;
  expect(updater.report()).toBeUndefined();
  await updater.offered(update, fetching, new AbortController().signal);
  expect([readlinkSync(join(versions, 'current')), restart.mock.calls.length]).toEqual([NEW, 1]);
});

test('is on the disk before the link leads to it', async () => {
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/sync'), `#!/bin/sh\necho "$* $(readlink ${versions}/current)" >>${dir}/synced\nexit $(cat ${dir}/rc)\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${join(dir, 'bin')}:${process.env.PATH}`);
  const updater = createUpdater({ versions, build: OLD, log, restart: () => undefined });
  writeFileSync(join(dir, 'rc'), '1');
  await updater.offered(update, fetching);
  expect(updater.report()).toMatchObject({ state: 'failed', error: expect.stringContaining('could not be written to the disk') });
  expect(readlinkSync(join(versions, 'current'))).toBe(OLD);
  writeFileSync(join(dir, 'rc'), '0');
  await updater.offered({ ...update, again: true } as WorkerUpdate, fetching);
  expect(readFileSync(join(dir, 'synced'), 'utf8')).toBe(`-f ${versions}/.update-${NEW} ${OLD}\n`.repeat(2));
  expect(readlinkSync(join(versions, 'current'))).toBe(NEW);
});
