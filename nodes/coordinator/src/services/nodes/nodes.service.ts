import type { Database } from '../../db/database.ts';
import type { Handlers } from '../adapter.ts';
import type { Nodes } from './nodes.ts';
import type { Trials } from './trials.ts';
import type { Wake } from './wake.ts';

const OK = { ok: true } as const;

export const nodeHandlers = ({ db, nodes, trials, wake, names }: { db: Database; nodes: Nodes; trials: Trials; wake: Wake; names: () => Map<string, string> }): Handlers => ({
  'nodes.list': () => nodes.list(),
  'nodes.log': ({ id }) => nodes.log(id),
  'nodes.test': async ({ id }) => {
    await trials.start(id);
    return OK;
  },
  'nodes.wake': async ({ id }) => {
    await wake.now(id);
    return OK;
  },
  'jobs.recent': async ({ kind, worker }) => {
    const known = names();
    const rows = await db.read('jobs.recent', { ...(kind ? { kind } : {}), ...(worker ? { worker } : {}) });
    return rows.map((r) => ({ ...r, workerName: r.worker === null ? null : known.get(r.worker) ?? null, at: new Date(r.at).toISOString() }));
  },
});
