// The only wiring of a worker: bus, bytes, executors, job loop. main.ts is the process; tests call this.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResult, Lease } from '@mantel/contracts/models/job.ts';
import type { WorkerUpdate } from '@mantel/contracts/models/node.ts';
import { buildId } from '@mantel/runtime/build.ts';
import { NO_DISCOVERY, startDiscovery } from '@mantel/runtime/discovery/discovery.ts';
import { alsoTo, createLogger, type Logger } from '@mantel/runtime/logger.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { atWork, type RunningJob } from './at-work.ts';
import { type Capabilities, findCapabilities } from './capabilities.ts';
import { openConnection } from './connection.ts';
import type { ExecutorContext, Executors } from './executors/context.ts';
import { closeHeic } from './executors/preview/heic.ts';
import { previewExecutor } from './executors/preview/preview.ts';
import { probeExecutor } from './executors/probe/probe.ts';
import { watchDisk } from './disk.ts';
import { startJobLoop, type Why } from './job-loop.ts';
import { freeBytes, loadMeter } from './load.ts';
import { logTail } from './log-tail.ts';
import { pinnedAnswers, startReach } from './reach.ts';
import { startReports } from './report.ts';
import { guardOwner } from './owner/guard.ts';
import { type OwnerWatch, watchOwner } from './owner/owner.ts';
import type { Updater } from './update/updater.ts';
import { openTempFolder } from './temp-folder.ts';
import { VERSION } from './version.ts';

export interface WorkerOptions {
  slots: number;
  /** What was found before, so that it is not tried out twice. */
  capabilities?: Capabilities;
  waitMs?: number;
  drainMs?: number;
  log?: Logger;
  tempRoot?: string;
  /** Whether somebody uses this PC; tests play its owner. */
  owner?: OwnerWatch;
  /** Free bytes of a folder; tests say how full it is. */
  free?: (folder: string) => Promise<number | null>;
  /** Finds the house again when its address changes; without this a worker waits at the address that it has. `keep`: for the next start. */
  reach?: { discovery: boolean; typed?: { host: string; port: number }; keep: (paired: Paired) => void };
  /** Becomes another version when the house wants it. */
  updater?: Updater;
}
export interface Worker {
  id: string;
  /** Resolves when the coordinator has answered for the first time. */
  ready: Promise<void>;
  /** Whether the work bus is reached at the moment. */
  connected(): boolean;
  /** Jobs of this moment. */
  running(): RunningJob[];
  /** Resolves when no job runs. */
  idle(): Promise<void>;
  /** While on, running jobs end and no more is asked for. */
  hold(on: boolean): void;
  /** The pairing, with the address of now. */
  paired(): Paired;
  /** Drains and closes everything that this worker opened. False: the house did not hear the good-bye. */
  stop(why?: Why): Promise<boolean>;
}

/** The house's own machine: there is nowhere else to look. */
const LOOPBACK = /^(localhost|127\..*|::1)$/;

const executors = (context: ExecutorContext): Executors => ({ preview: previewExecutor(context), probe: probeExecutor(context) });

/**
 * Starts to work for the coordinator that this machine is paired with. Returns as soon as everything is set up here: a coordinator that is away is waited for in the background.
 */
export async function startWorker(paired: Paired, options: WorkerOptions): Promise<Worker> {
  const tail = logTail();
  const log = options.log ?? createLogger(paired.id, { to: alsoTo(tail) });
  const { kinds, missing, caps } = options.capabilities ?? (await findCapabilities(options.slots));
  for (const sentence of missing) log.warn(sentence);
  if (kinds.length === 0) log.error('There is no work that this computer can do.');
  const temp = openTempFolder(options.tempRoot);
  const ca = { file: join(temp.path, 'coordinator.crt'), name: `${paired.cid}.mantel` };
  writeFileSync(ca.file, paired.cert, { mode: 0o600 });
  const connection = openConnection(paired, log);
  const { bytes, gateway } = connection;
  const byKind = executors({ bytes, temp: temp.path, ca, log });
  const jobs = atWork();
  const execute = jobs.wrap((lease, signal) => (byKind[lease.kind] as (l: Lease, s: AbortSignal) => Promise<JobResult>)(lease, signal));
  const { updater } = options;
  const going = new AbortController();
  const free = options.free ?? freeBytes;
  const loop = startJobLoop(gateway, execute, { ...options, kinds, caps, log, name: paired.name, version: VERSION, build: buildId(), refused: (a) => { void refused(a.update); }, room: watchDisk(temp.path, log, free).room });
  const owner = options.owner ?? watchOwner();
  const guard = guardOwner(owner, loop, { log, changed: () => { reports.now(); } });
  const load = loadMeter(temp.path, owner.state, free);
  let held = false;
  const reports = startReports(gateway, loop.ready, { load, tail, log, drained: () => held, answered: (a) => { guard.wants(a.whenIdle === true); void updater?.offered(a.update, bytes, going.signal); }, update: () => updater?.report() });
  void loop.ready.then(() => updater?.proven());
  const reach = options.reach && !LOOPBACK.test(paired.host) ? startReach({
    cid: paired.cid, connection, answers: pinnedAnswers(paired.cert), log, ...(options.reach.typed ? { typed: options.reach.typed } : {}),
    discover: () => (options.reach?.discovery ? startDiscovery({ browse: 'coordinator', onChange: () => undefined, log }) : NO_DISCOVERY),
    keep: (at) => options.reach?.keep({ ...paired, ...at }),
  }) : undefined;

  /** Too old (or too new) to work here: it may still become another version, and says how far it is. */
  async function refused(update: WorkerUpdate | undefined): Promise<void> {
    if (!updater || !update) return;
    const work = updater.offered(update, bytes, going.signal);
    const how = updater.report();
    if (how) await gateway('nodes.report', { load: await load(), update: how }, 3000).catch(() => undefined);
    await work;
  }
  let stopped: Promise<boolean> | undefined;
  async function stop(why: Why): Promise<boolean> {
    reports.stop();
    going.abort();
    owner.stop();
    const [heard] = await Promise.all([loop.drain(why), reach?.stop()]);
    await closeHeic();
    await connection.close();
    temp.remove();
    return heard;
  }
  return {
    id: paired.id, ready: loop.ready, connected: connection.connected, running: jobs.running, idle: jobs.idle,
    paired: () => ({ ...paired, ...connection.at() }),
    hold(on) {
      held = on;
      loop.hold(on);
      reports.now();
    },
    stop: (why = 'stop') => stopped ??= stop(why),
  };
}
