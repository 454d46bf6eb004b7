// The wiring of this noun: presence, links and limits belong together, and the coordinator needs only what comes out.
import type { Cluster, WorkerEntry } from '../../cluster/cluster.ts';
import type { Database } from '../../db/database.ts';
import { createLimits } from './limits.ts';
import { createLinks } from './links.ts';
import { createNodes, type NodeParts } from './nodes.ts';
import { addressOf } from './nodes.repository.ts';

const TICK_MS = 5000;
const SAVE_MS = 60_000;

export interface OpenNodes {
  db: Database; cluster: Cluster; onChange: () => void; background: (what: string, work: Promise<unknown>) => void; parts?: Partial<NodeParts>; now?: () => number;
  log: { warn(fields: object, text: string): void };
}

export function openNodes({ db, cluster, onChange, background, parts, log, now = Date.now }: OpenNodes) {
  const byKey = (nkey: string): WorkerEntry | undefined => cluster.workers.find((w) => w.nkey === nkey);
  const limits = createLimits({ now, known: (id) => cluster.workers.some((w) => w.id === id), onFlood: (worker, refused) => log.warn({ worker, refused }, 'a worker floods the house with requests') });
  const links = createLinks({ now, onMany: (worker, open) => log.warn({ worker, open }, 'a worker has more connections than it needs') });
  const nodes = createNodes({ db, workers: () => cluster.workers, links, limits, onChange, now, ...(parts ? { parts } : {}) });
  background('settling the workers', nodes.settle());
  const tick = setInterval(() => nodes.tick(), TICK_MS);
  const save = setInterval(() => background('keeping when workers were seen', nodes.save()), SAVE_MS);
  return {
    nodes, limits, links,
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
    async stop(): Promise<void> {
      clearInterval(tick);
      clearInterval(save);
      await nodes.save();
    },
  };
}
