import type { Database, Sql } from '../../db/database.ts';
import type { Handlers } from '../adapter.ts';
import type { Queue } from './queue.ts';

export const jobHandlers = ({ db, queue, onRetry }: { db: Database; queue: Queue; /** What a retry means for the things that the jobs belong to; returns how many jobs it made anew. */ onRetry: (sql: Sql) => number }): Handlers => ({
  'jobs.status': () => db.read('jobs.status', { now: Date.now() }),
  'jobs.failed': ({ kind }) => db.read('jobs.failed', { ...(kind ? { kind } : {}) }),
  'jobs.pause': async ({ kind }) => {
    await queue.pause(kind, true);
    return { ok: true };
  },
  'jobs.resume': async ({ kind }) => {
    await queue.pause(kind, false);
    return { ok: true };
  },
  'jobs.retry': async ({ kind }) => ({ changed: await queue.retry(kind, onRetry) }),
  'jobs.cancel': async ({ kind }) => ({ changed: await queue.cancel(kind) }),
});
