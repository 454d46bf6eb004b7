import type { JobKind, Needs } from '@mantel/contracts/models/job.ts';
import type { Sql } from '../../db/database.ts';
import type { JobClass } from './admission.ts';

type Reader = Pick<Sql, 'get' | 'all'>;
const LISTS = ['require', 'any', 'prefer'] as const;

/** The same needs are the same text. */
export function needsText(needs: Needs): string {
  const out: Needs = {};
  for (const k of LISTS) if (needs[k]?.length) out[k] = [...new Set(needs[k])].sort();
  return JSON.stringify(out);
}

/** The class of such jobs, made when it is new. No cache: a transaction that fails takes a new class back. */
export function classOf(sql: Sql, kind: JobKind, libraryId: number | null, needs: Needs): number {
  const text = needsText(needs);
  const known = sql.get<{ id: number }>('select id from job_class where kind = ? and coalesce(library_id, 0) = ? and needs = ?', kind, libraryId ?? 0, text);
  return known?.id ?? Number(sql.run('insert into job_class(kind, library_id, needs) values(?, ?, ?)', kind, libraryId, text).lastInsertRowid);
}

// hops from class to class in the index instead of reading every waiting job
const WAITING = `with recursive w(id) as (
    select min(class_id) from job where state = 'queued' and not_before = 0
    union all select (select min(class_id) from job where state = 'queued' and not_before = 0 and class_id > w.id) from w where w.id is not null)
  select c.id, c.kind, l.uuid library, c.needs from w join job_class c on c.id = w.id left join library l on l.id = c.library_id`;

const parsed = new Map<string, Needs>();
function parse(text: string): Needs {
  if (parsed.size > 1000) parsed.clear();
  return parsed.get(text) ?? parsed.set(text, JSON.parse(text) as Needs).get(text)!;
}
const rows = (found: (Omit<JobClass, 'needs'> & { needs: string })[]): JobClass[] => found.map((c) => ({ ...c, needs: parse(c.needs) }));
export const classOfJob = (sql: Reader, jobId: number): JobClass | undefined => rows(sql.all('select c.id, c.kind, l.uuid library, c.needs from job j join job_class c on c.id = j.class_id left join library l on l.id = c.library_id where j.id = ?', jobId))[0];
/** Classes of which a job is ready. */
export const waitingClasses = (sql: Reader): JobClass[] => rows(sql.all(WAITING));

export const pruneClasses = (sql: Sql): number => sql.run('delete from job_class where id not in (select class_id from job)').changes;

/** An asset went to another library: its jobs (by key) follow, so that no worker sees what it may not. What runs already goes on. */
export function moveJobs(sql: Sql, key: string, libraryId: number): void {
  const mine = (states: string) => sql.all<{ id: number; kind: JobKind; needs: string }>(`select j.id, c.kind, c.needs from job j join job_class c on c.id = j.class_id where j.key = ? and j.state ${states}`, key);
  for (const j of [...mine(`in ('queued', 'leased')`), ...mine(`= 'failed'`)])
    sql.run('update job set class_id = ? where id = ?', classOf(sql, j.kind, libraryId, parse(j.needs)), j.id);
}
