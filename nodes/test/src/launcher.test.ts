// When the launcher takes a version back, and when it does not: with versions that are shell scripts, and a house that is there or not.
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@mantel/runtime/build.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir: string, versions: string, launcher: ChildProcess | undefined;
const read = (name: string): string => { try { return readFileSync(join(dir, name), 'utf8'); } catch { return ''; } };
const lines = (name: string): number => read(name).split('\n').length - 1;
const current = (): string => readlinkSync(join(versions, 'current'));
/** A version: what it does as a worker, and what it finds when it is asked for the house. */
function version(name: string, worker: string, house = 'exit 0'): void {
  mkdirSync(join(versions, name, 'bin'), { recursive: true });
  writeFileSync(join(versions, name, 'bin/node'), `#!/bin/sh\ncase "$*" in *house-answers.ts) echo >>${dir}/asked; ${house} ;; *) echo >>${dir}/${name}-starts; ${worker} ;; esac\n`, { mode: 0o755 });
}
function start(): ChildProcess {
  const { PATH } = process.env;
  return launcher = spawn('sh', [join(ROOT, 'appliance/worker/launcher')], { stdio: 'ignore', env: { PATH, MANTEL_VERSIONS: versions, MANTEL_WORKER_STATE: join(dir, 'state'), MANTEL_WORKER_CONF: join(dir, 'none'), MANTEL_HELLO_S: '1' } });
}
async function end(): Promise<void> {
  const gone = launcher && launcher.exitCode === null ? once(launcher, 'exit') : undefined;
  launcher?.kill('SIGTERM');
  await gone;
  launcher = undefined;
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-launcher-'));
  versions = join(dir, 'versions');
  version('old', 'exec sleep 60');
  symlinkSync('new', join(versions, 'current'));
  writeFileSync(join(versions, 'trial'), 'new old 0\n');
});
afterEach(async () => {
  await end();
  rmSync(dir, { recursive: true, force: true });
});

test('a version that is silent because the house is away is no bad version', async () => {
  version('old', 'exec sleep 60', 'exit 3');
  version('new', 'exec sleep 60');
  start();
  await expect.poll(() => lines('asked'), { timeout: 15_000 }).toBeGreaterThan(2);
  expect([current(), read('versions/trial'), existsSync(join(versions, 'bad')), lines('new-starts')]).toEqual(['new', 'new old 0\n', false, 1]);
}, 20_000);

test('neither is one whose PC is switched off again and again', async () => {
  version('new', 'exec sleep 60');
  for (let i = 1; i <= 4; i++) {
    start();
    await expect.poll(() => lines('new-starts'), { timeout: 5000 }).toBe(i);
    await end();
  }
  expect([current(), read('versions/trial'), existsSync(join(versions, 'bad'))]).toEqual(['new', 'new old 0\n', false]);
}, 20_000);

test.each([['dies by itself', 'exit 3'], ['stays silent though the house is there', 'exec sleep 60']])('a version that %s is taken back after two times', async (_how, does) => {
  version('new', does);
  start();
  await expect.poll(() => lines('old-starts'), { timeout: 25_000 }).toBe(1);
  expect([current(), read('versions/bad'), existsSync(join(versions, 'trial')), lines('new-starts')]).toEqual(['old', 'new\n', false, 2]);
}, 30_000);
