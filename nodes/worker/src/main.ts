// The worker as a process (pm2, systemd). A module of its own, because under pm2 nothing tells a program that it is the main one.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerConfig } from '@mantel/runtime/config.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { readPaired } from '@mantel/runtime/paired.ts';
import { writeWhole } from '@mantel/runtime/pairing/store.ts';
import { onShutdown } from '@mantel/runtime/shutdown.ts';
import { buildId } from '@mantel/runtime/build.ts';
import { type Capabilities, findCapabilities } from './capabilities.ts';
import { drainedFile, openLocalControl } from './control/local.ts';
import { createUpdater, UPDATED } from './update/updater.ts';
import { untilRemoved, waitForPairing } from './waiting.ts';
import type { Worker } from './worker.ts';

const LAST_JOBS_MS = 5 * 60_000;
const STOP_MS = 9500; // pm2 kills after 10 s

const config = workerConfig();
const log = createLogger('worker');
const leaving = new AbortController();
const { signal } = leaving;
let worker: Worker | undefined;
onShutdown(async () => { leaving.abort(); updater.stop(); await worker?.stop(); }, { limitMs: STOP_MS, log });
/** Ends after its jobs, with a code that the launcher understands. */
function end(code: number): void {
  leaving.abort();
  updater.stop();
  const limit = setTimeout(() => process.exit(code), STOP_MS);
  void Promise.resolve(worker?.stop()).catch((err: unknown) => { log.error({ err }, 'stopping failed'); }).then(() => { clearTimeout(limit); process.exit(code); });
}
/** A version that is replaced finishes what it began; what takes very long goes to another worker. */
async function lastJobs(): Promise<void> {
  worker?.hold(true);
  await Promise.race([worker?.idle(), sleep(LAST_JOBS_MS, undefined, { ref: false })]);
}
const updater = createUpdater({ versions: process.env.MANTEL_VERSIONS, build: buildId(), log, restart: () => { void lastJobs().then(() => end(UPDATED)); } });

process.send?.('ready');
/** Waits to be let in, works, and waits anew when it was removed. */
async function live(): Promise<void> {
  let found: Capabilities | undefined;
  let parts: Promise<[Capabilities, typeof import('./worker.ts')]> | undefined;
  // takes a while on a busy machine, so not before the first knock: who waits to be let in is seen at once
  const ready = (): NonNullable<typeof parts> => {
    if (parts) return parts;
    parts = Promise.all([findCapabilities(config.slots).then((c) => found = c), import('./worker.ts')]);
    parts.catch(() => undefined); // told when it is needed
    return parts;
  };
  await openLocalControl({ config, missing: () => found?.missing ?? [], worker: () => worker, updater, log, leave: async () => { leaving.abort(); const heard = await (worker?.stop('leave') ?? true); setTimeout(() => end(0), 200); return heard; } });
  for (let removed = false; ; removed = true) {
    if (!existsSync(config.paired)) {
      log.info({ file: config.paired }, 'waiting for this computer to be paired');
      await waitForPairing({ config, caps: () => { void ready(); return found?.caps ?? null; }, removed, signal, log });
    }
    const [capabilities, { startWorker }] = await ready();
    signal.throwIfAborted();
    const paired = readPaired(config.paired);
    worker = await startWorker(paired, {
      slots: config.slots, capabilities, updater,
      reach: { discovery: config.discovery, ...(config.coordinator ? { typed: config.coordinator } : {}), keep: (p) => { writeWhole(config.paired, JSON.stringify(p)); } },
    });
    if (existsSync(drainedFile(config))) worker.hold(true);
    await untilRemoved(worker, { config, signal, log });
    await worker.stop();
    worker = undefined;
  }
}
await live().catch((e: unknown) => { if (!signal.aborted) throw e; });
