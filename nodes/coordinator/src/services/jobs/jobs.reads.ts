import { LIBRARY_KINDS, type FailedJob, type JobKindStatus } from '@mantel/contracts/models/job.ts';
import type Native from 'better-sqlite3';
import type { JobClass } from './admission.ts';
import type { Backlog } from './forecast.ts';

type Prepare = (text: string) => Native.Statement;
const RATE_MS = 5 * 60 * 1000;

function status(prepare: Prepare, { now }: { now: number }): JobKindStatus[] {
  const one = (sql: string, ...args: unknown[]): number => (prepare(sql).get(...args) as { n: number }).n;
  return LIBRARY_KINDS.map((kind) => {
    const count = (state: string): number => one('select count(*) n from job where kind = ? and state = ?', kind, state);
    const queued = count('queued');
    const running = count('leased');
    const since = prepare(`select count(*) n, min(done_at) first from job where kind = ? and state = 'done' and done_at > ?`).get(kind, now - RATE_MS) as { n: number; first: number | null };
    // over the time that there was work: five finished in the last ten seconds are 30 a minute, not one
    const perMinute = since.n && since.first ? (since.n * 60_000) / Math.max(now - since.first, 1000) : 0;
    return {
      kind, paused: one('select count(*) n from job_kind where kind = ? and paused = 1', kind) > 0, queued, running, failed: count('failed'), done: count('done'),
      perMinute: Math.round(perMinute * 10) / 10, etaSeconds: perMinute > 0 ? Math.round(((queued + running) / perMinute) * 60) : null,
    };
  });
}

function failed(prepare: Prepare, { kind }: { kind?: string }): FailedJob[] {
  const rows = prepare(
    `select j.id, j.kind, a.uuid assetId, coalesce(a.original_name, j.key) name, coalesce(j.error, '') error, j.attempt attempts, coalesce(j.done_at, j.created_at) at
      from job j left join asset a on a.id = json_extract(j.payload, '$.assetId') where j.state = 'failed' and (@kind is null or j.kind = @kind) order by j.id desc limit 500`).all({ kind: kind ?? null });
  return (rows as (Omit<FailedJob, 'at'> & { at: number })[]).map((r) => ({ ...r, at: new Date(r.at).toISOString() }));
}

const DAY_MS = 24 * 3600 * 1000;
/** What waits and runs, per class, oldest first; and who did how much of each kind in the last 24 hours. */
function backlog(prepare: Prepare, { now }: { now: number }): { backlog: Backlog[]; shares: { worker: string; kind: string; share: number }[] } {
  const rows = prepare(
    `select c.id, c.kind, l.uuid library, c.needs, q.jobs from (select class_id, sum(n) jobs, min(oldest) oldest from (
        select class_id, count(*) n, min(id) oldest from job where state = 'queued' and not_before = 0 group by class_id
        union all select class_id, count(*), min(id) from job where state = 'queued' and not_before > 0 group by class_id
        union all select class_id, count(*), min(id) from job where state = 'leased' group by class_id) group by class_id) q
      join job_class c on c.id = q.class_id left join library l on l.id = c.library_id order by q.oldest`).all() as (Omit<JobClass, 'needs'> & { needs: string; jobs: number })[];
  const did = prepare(`select worker, kind, count(*) n from job where state = 'done' and done_at > ? and worker is not null group by worker, kind`).all(now - DAY_MS) as { worker: string; kind: string; n: number }[];
  return {
    backlog: rows.map(({ jobs, needs, ...c }) => ({ what: { ...c, needs: JSON.parse(needs) as JobClass['needs'] }, jobs })),
    shares: did.map((d) => ({ worker: d.worker, kind: d.kind, share: d.n / did.reduce((all, o) => all + (o.kind === d.kind ? o.n : 0), 0) })),
  };
}

export const jobReads = { 'jobs.status': status, 'jobs.failed': failed, 'jobs.backlog': backlog };
