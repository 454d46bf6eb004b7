import { api, ask } from './api.ts';
import { followAndPoll, followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { FailedJob, JobKind, JobKindStatus, RecentJob, Storage } from './types.ts';

const POLL_MS = 10_000;
export const jobs = createStore<JobKindStatus[]>(() => ask(api.GET('/api/v1/jobs')), followAndPoll(POLL_MS, 'jobs'));
export const failedJobs = createStore<FailedJob[]>(() => ask(api.GET('/api/v1/jobs/failed')), followKinds('jobs'));
export const storage = createStore<Storage>(() => ask(api.GET('/api/v1/storage')), followKinds('jobs'));

/** What the list of recent jobs is narrowed to; the server looks further back for what is asked. */
export const recentFilter: { kind?: JobKind; worker?: string } = {};
export const recentJobs = createStore<RecentJob[]>(() => ask(api.GET('/api/v1/jobs/recent', { params: { query: { ...recentFilter } } })), followAndPoll(POLL_MS, 'jobs'));

const kindOf = (kind: JobKind) => ({ params: { path: { kind } } });
const after = async <T>(call: Promise<T>): Promise<T> => {
  const result = await call;
  await Promise.all([jobs.refresh(), failedJobs.refresh()]);
  return result;
};
export const pauseJobs = (kind: JobKind): Promise<unknown> => after(ask(api.POST('/api/v1/jobs/{kind}/pause', kindOf(kind))));
export const resumeJobs = (kind: JobKind): Promise<unknown> => after(ask(api.POST('/api/v1/jobs/{kind}/resume', kindOf(kind))));
export const retryJobs = (kind: JobKind): Promise<{ changed: number }> => after(ask(api.POST('/api/v1/jobs/{kind}/retry', kindOf(kind))));
export const cancelJobs = (kind: JobKind): Promise<{ changed: number }> => after(ask(api.POST('/api/v1/jobs/{kind}/cancel', kindOf(kind))));
