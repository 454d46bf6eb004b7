// The wiring of this noun: presence, links, limits, tests and wake-ups belong together, and the coordinator needs only what comes out.
import type { Cluster, WorkerEntry } from '../../cluster/cluster.ts';
import type { Database } from '../../db/database.ts';
import { createLimits } from './limits.ts';
import { createLinks } from './links.ts';
import { watchNatsLog } from './nats-noise.ts';
import { createNodes, type NodeParts } from './nodes.ts';
import { addressOf, anyWaiting } from './nodes.repository.ts';
import { nodeHandlers } from './nodes.service.ts';
import { createShutOut } from './shut-out.ts';
import { createTrials, type TrialDeps } from './trials.ts';
import { createWake, sendWake, type WakeDeps } from './wake.ts';

const TICK_MS = 5000;
const SAVE_MS = 60_000;
const WAKE_MS = 30_000;

export interface OpenNodes {
  db: Database; cluster: Cluster; onChange: () => void; background: (what: string, work: Promise<unknown>) => void; parts?: Partial<NodeParts>; now?: () => number;
  log: { warn(fields: object, text: string): void; info(fields: object, text: string): void };
  probe: TrialDeps['probe']; insert: TrialDeps['insert']; within: WakeDeps['within']; wakeQueue: () => void; forecast: () => Promise<{ backlogSeconds: number | null }>; sendWake?: typeof sendWake;
  /** Lets nats-server know a worker's key no more, or again. */
  bar: (id: string, on: boolean) => Promise<void>;
}

export function openNodes({ db, cluster, onChange, background, parts, log, probe, insert, within, wakeQueue, forecast, bar, now = Date.now, sendWake: send = sendWake }: OpenNodes) {
  const byKey = (nkey: string): WorkerEntry | undefined => cluster.workers.find((w) => w.nkey === nkey);
  const shutOut = createShutOut({ bar, isLocal: (id) => cluster.workers.some((w) => w.id === id && w.local), background, onChange, log, now });
  const limits = createLimits({ now, known: (id) => cluster.workers.some((w) => w.id === id), onFlood: (worker, refused) => shutOut.start(worker, { refused }) });
  const links = createLinks({ now, onMany: (worker, open) => shutOut.start(worker, { open }) });
  const nodes = createNodes({ db, workers: () => cluster.workers, links, limits, onChange, now, parts: { ...parts, tests: (id) => trials.tests(id), shutOutUntil: shutOut.until } });
  const trials = createTrials({ db, nodes, insert, probe, wake: wakeQueue, onChange, background, now });
  const wake = createWake({
    sleepers: () => nodes.list(), within, send, log, now,
    backlogSeconds: async () => ({ seconds: (await forecast()).backlogSeconds, waiting: anyWaiting(db.sql) }),
  });
  const noise = watchNatsLog({ state: cluster.state, background, log, noisy: (nkey) => {
    const worker = byKey(nkey);
    if (worker) shutOut.start(worker.id, { noise: true });
  } });
  background('settling the workers', nodes.settle());
  const timers = [
    setInterval(() => nodes.tick(), TICK_MS), setInterval(() => background('keeping when workers were seen', nodes.save()), SAVE_MS), setInterval(() => background('waking workers', wake.look()), WAKE_MS),
  ];
  return {
    nodes, limits, links, trials, wake,
    handlers: nodeHandlers({ db, nodes, trials, wake, names: () => new Map(cluster.workers.map((w) => [w.id, w.name])) }),
    /** What nats-server tells of connections. */
    linked: {
      opened(nkey: string, id: number, host: string): void {
        const worker = byKey(nkey);
        if (!worker) return;
        links.opened(worker.id, id, host);
        if (host) background('keeping the address of a worker', db.writeSql((sql) => addressOf(sql, worker.id, host)));
        onChange();
      },
      closed(nkey: string, id: number): void {
        const worker = byKey(nkey);
        if (worker) links.closed(worker.id, id, nodes.connected(worker.id));
      },
      reset: links.reset,
    },
    /** A worker is not let in any more. */
    async forget(id: string): Promise<void> {
      shutOut.forget(id);
      limits.forget(id);
      await trials.forget(id);
      wake.forget(id);
      await nodes.forget(id);
    },
    async stop(): Promise<void> {
      for (const t of timers) clearInterval(t);
      noise.stop();
      shutOut.stop();
      trials.stop();
      await nodes.save();
    },
  };
}
