import type Native from 'better-sqlite3';

export interface Numbers { jobs: { kind: string; state: string; n: number }[]; originalsBytes: number; assets: number }

/** Counts over whole tables: in a reader thread, for a program that asks every some seconds. */
const numbers = (prepare: (text: string) => Native.Statement, _none: Record<string, never>): Numbers => ({
  jobs: prepare('select kind, state, count(*) n from job group by kind, state').all() as Numbers['jobs'],
  ...(prepare(`select coalesce((select sum(bytes) from file where state = 'live'), 0) originalsBytes, (select count(*) from asset where vis = 1) assets`).get() as { originalsBytes: number; assets: number }),
});
export const metricsReads = { 'metrics.numbers': numbers };
