// Becomes what the house is: fetches the bundle, checks it, tries whether it starts, switches, and ends so that the launcher starts the new one.
// Until the switch nothing of the running version is touched; after it the launcher goes back when the new one does not say hello (twice).
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, rmSync } from 'node:fs';
import { chmod, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@mantel/contracts/errors.ts';
import type { UpdateReport, WorkerUpdate } from '@mantel/contracts/models/node.ts';
import type { ByteClient } from '@mantel/runtime/bytes.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { runProgram } from '../run-program.ts';
import { BUILD, openVersions, type Versions } from './versions.ts';

/** What the launcher reads as "start what is current now". */
export const UPDATED = 75;
const FETCH_MS = 60 * 60_000;
const UNPACK_MS = 5 * 60_000;
const SMOKE_MS = 60_000;
const SPARE = 64 << 20; // left free on the disk
const AGAIN_MS = 10 * 60_000; // what failed is not tried at every report

export interface UpdaterOptions { /** Where the launcher keeps versions (MANTEL_VERSIONS); without it this worker was not installed by join.sh. */ versions: string | undefined; build: string; log: Pick<Logger, 'info' | 'warn' | 'error'>; restart: () => void; now?: () => number }
export interface Updater { /** `until`: the pairing that the offer belongs to has ended; the updater itself goes on. */ offered(update: WorkerUpdate | undefined, bytes: Pick<ByteClient, 'getToFile'>, until?: AbortSignal): Promise<void>; report(): UpdateReport | undefined; proven(): void; stop(): void }

class Refused extends Error {}

export function createUpdater({ versions: folder, build, log, restart, now = Date.now }: UpdaterOptions): Updater {
  const versions = folder === undefined ? undefined : openVersions(folder);
  const stopping = new AbortController();
  let state: UpdateReport | undefined;
  let running = false;
  let failedAt = -Infinity;
  versions?.tidy();

  async function apply(u: WorkerUpdate, v: Versions, bytes: Pick<ByteClient, 'getToFile'>, signal: AbortSignal): Promise<void> {
    const { bavail, bsize } = await statfs(v.folder);
    if (bavail * bsize < u.bytes + u.unpacked + SPARE) throw new Refused(`The disk of this computer is full: ${Math.floor((bavail * bsize) / 1e6)} MB are free, the new version needs ${Math.ceil((u.bytes + u.unpacked + SPARE) / 1e6)}.`);
    const temp = v.at(`.update-${u.build}`);
    const file = join(temp, 'bundle.tar.gz');
    rmSync(temp, { recursive: true, force: true });
    await mkdir(temp);
    await chmod(temp, 0o755); // whatever the umask is: anybody on this computer may use the mantel command
    try {
      await bytes.getToFile(u.path, file, { maxBytes: u.bytes, limitMs: FETCH_MS, signal });
      if ((await sha256Of(file)) !== u.sha256) throw new Refused('The new version arrived damaged: its checksum is wrong. Nothing was installed.');
      await run(signal, 'sh', ['-c', 'umask 022; exec tar -xzf "$1" -C "$2" --no-same-owner', 'sh', file, temp], UNPACK_MS, 'The new version could not be unpacked');
      rmSync(file);
      const said = readBuild(temp);
      if (said !== u.build) throw new Refused(`The new version is not the one that was announced (${said}). Nothing was installed.`);
      const smoke = await run(signal, join(temp, 'bin/node'), ['--disable-warning=ExperimentalWarning', join(temp, 'nodes/worker/src/update/smoke.ts')], SMOKE_MS, 'The new version does not start on this computer');
      if (smoke.trim() !== u.build) throw new Refused('The new version does not know itself. Nothing was installed.');
      await run(signal, 'sync', ['-f', temp], UNPACK_MS, 'The new version could not be written to the disk'); // a link that is on the disk must not lead to files that are not
      signal.throwIfAborted();
      rmSync(v.at(u.build), { recursive: true, force: true });
      renameSync(temp, v.at(u.build));
    } finally { rmSync(temp, { recursive: true, force: true }); }
    v.switchTo(u.build);
  }
  async function run(signal: AbortSignal, program: string, args: string[], limitMs: number, otherwise: string): Promise<string> {
    const r = await runProgram(program, args, { signal, limitMs, maxBytes: 1 << 20 }).catch((e: unknown) => { throw errorCode(e) === 'timeout' ? new Refused(`${otherwise}: it took too long.`) : e; });
    if (r.code !== 0) throw new Refused(`${otherwise}: ${r.stderr.toString().trim().split('\n').at(-1)?.slice(0, 200) || `code ${r.code}`}`);
    return r.stdout.toString();
  }
  const fail = (u: WorkerUpdate, error: string): void => {
    failedAt = now();
    state = { build: u.build, state: 'failed', error: error.slice(0, 300) };
    log.error({ build: u.build }, `The update did not work; this version goes on. ${error}`);
  };

  return {
    report: () => state,
    proven: () => versions?.proven(build),
    stop: () => stopping.abort(),
    /** Called with every answer of the coordinator; acts once per offer. */
    async offered(u, bytes, until) {
      if (!u) { if (state?.state === 'failed') state = undefined; return; } // it was heard
      if (running || stopping.signal.aborted || !BUILD.test(u.build) || u.build === build || (!u.again && state?.build === u.build && failedAt > now() - AGAIN_MS)) return;
      if (!versions) return fail(u, 'This worker was not installed by join.sh and cannot update itself: install it anew, or build its container again.');
      if (u.again) versions.forgive(u.build);
      if (versions.bad(u.build)) return fail(u, 'It was tried, ended or stayed silent before it could say hello, and was taken back. It is not tried again by itself.');
      running = true;
      const signal = until ? AbortSignal.any([stopping.signal, until]) : stopping.signal;
      state = { build: u.build, state: 'running', error: null };
      log.info({ from: build, to: u.build }, 'a new version is fetched');
      try {
        await apply(u, versions, bytes, signal);
        log.info({ build: u.build }, 'the new version is in place; this one ends when its jobs are done');
        restart();
      } catch (e) {
        running = false;
        if (signal.aborted) state = undefined;
        else fail(u, e instanceof Refused ? e.message : (e as NodeJS.ErrnoException).code === 'ENOSPC' ? 'The disk of this computer is full.' : (e as Error).message);
      }
    },
  };
}
const readBuild = (folder: string): string => { try { return readFileSync(join(folder, 'BUILD'), 'utf8').trim(); } catch { return 'it has no name'; } };
async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
