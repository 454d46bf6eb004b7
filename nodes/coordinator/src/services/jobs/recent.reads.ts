import { JOB_KINDS, type JobKind } from '@mantel/contracts/models/job.ts';
import type Native from 'better-sqlite3';

export interface Recent { id: number; kind: JobKind; name: string; worker: string | null; state: 'done' | 'failed'; ms: number | null; attempt: number; at: number; error: string | null }
const MANY = 200;

/** The newest jobs that ended, of all kinds together. */
function recent(prepare: (text: string) => Native.Statement, { kind, worker }: { kind?: JobKind; worker?: string }): Recent[] {
  const rows = (kind ? [kind] : JOB_KINDS).flatMap((k) => ['done', 'failed'].flatMap((state) => prepare(
    `select j.id, j.kind, coalesce(a.original_name, json_extract(j.payload, '$.name'), '') name, j.worker, j.state, j.done_at - j.started_at ms, j.attempt, j.done_at at, j.error
      from job j left join asset a on a.id = json_extract(j.payload, '$.assetId')
      where j.kind = @kind and j.state = @state and j.done_at is not null and (@worker is null or j.worker = @worker) order by j.done_at desc limit ${MANY}`).all({ kind: k, state, worker: worker ?? null }) as Recent[]));
  return rows.sort((a, b) => b.at - a.at || b.id - a.id).slice(0, MANY);
}
export const recentReads = { 'jobs.recent': recent };
