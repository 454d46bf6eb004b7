// The only wiring of a worker: bus, bytes, executors, job loop. main.ts is the process; tests call this.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResult, Lease } from '@mantel/contracts/models/job.ts';
import { netBroker } from '@mantel/runtime/broker.ts';
import { ByteClient } from '@mantel/runtime/bytes.ts';
import { alsoTo, createLogger, type Logger } from '@mantel/runtime/logger.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { findCapabilities } from './capabilities.ts';
import type { Execute, ExecutorContext, Executors } from './executors/context.ts';
import { closeHeic } from './executors/preview/heic.ts';
import { previewExecutor } from './executors/preview/preview.ts';
import { probeExecutor } from './executors/probe/probe.ts';
import { gatewayOf } from './gateway.ts';
import { watchDisk } from './disk.ts';
import { startJobLoop } from './job-loop.ts';
import { freeBytes, loadMeter } from './load.ts';
import { logTail } from './log-tail.ts';
import { startReports } from './report.ts';
import { guardOwner } from './owner/guard.ts';
import { type OwnerWatch, watchOwner } from './owner/owner.ts';
import { openTempFolder } from './temp-folder.ts';

export interface WorkerOptions { slots: number; waitMs?: number; drainMs?: number; log?: Logger; tempRoot?: string; /** Whether somebody uses this PC; tests play its owner. */ owner?: OwnerWatch; /** Free bytes of a folder; tests say how full it is. */ free?: (folder: string) => Promise<number | null> }
export interface Worker {
  id: string;
  /** Resolves when the coordinator has answered for the first time. */
  ready: Promise<void>;
  /** Drains and closes everything that this worker opened. */
  stop(): Promise<void>;
}

const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const executors = (context: ExecutorContext): Executors => ({ preview: previewExecutor(context), probe: probeExecutor(context) });

/**
 * Starts to work for the coordinator that this machine is paired with. Returns as soon as everything is set up here: a coordinator that is away is waited for in the background.
 */
export async function startWorker(paired: Paired, options: WorkerOptions): Promise<Worker> {
  const tail = logTail();
  const log = options.log ?? createLogger(paired.id, { to: alsoTo(tail) });
  const { kinds, missing, caps } = await findCapabilities(options.slots);
  for (const sentence of missing) log.warn(sentence);
  if (kinds.length === 0) log.error('There is no work that this computer can do.');
  const temp = openTempFolder(options.tempRoot);
  const ca = { file: join(temp.path, 'coordinator.crt'), name: `${paired.cid}.mantel` };
  writeFileSync(ca.file, paired.cert, { mode: 0o600 });
  const bytes = new ByteClient(paired);
  const broker = netBroker(paired.id, paired, log);
  void broker.start().catch((err: unknown) => { log.error({ err }, 'the work bus could not be opened'); });
  const byKind = executors({ bytes, temp: temp.path, ca, log });
  const execute: Execute = (lease, signal) => (byKind[lease.kind] as (l: Lease, s: AbortSignal) => Promise<JobResult>)(lease, signal);
  const gateway = gatewayOf(broker, paired.token);
  const free = options.free ?? freeBytes;
  const loop = startJobLoop(gateway, execute, { ...options, kinds, caps, log, name: paired.name, version: VERSION, room: watchDisk(temp.path, log, free).room });
  const owner = options.owner ?? watchOwner();
  const guard = guardOwner(owner, loop, { log, changed: () => { reports.now(); } });
  const reports = startReports(gateway, loop.ready, { load: loadMeter(temp.path, owner.state, free), tail, log, answered: (a) => { guard.wants(a.whenIdle === true); } });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    reports.stop();
    owner.stop();
    await loop.drain();
    bytes.close();
    await closeHeic();
    await broker.stop();
    temp.remove();
  }
  return { id: paired.id, ready: loop.ready, stop: () => stopped ??= stop() };
}
