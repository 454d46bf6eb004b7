import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { FailedJob, JobKind, JobKindStatus, Storage, WorkerNode } from './types.ts';

/** Rates and "last seen" change without an event, so administration also asks again every 10 s while somebody looks. */
const POLL_MS = 10_000;
const followAndPoll = (changed: () => void): (() => void) => {
  const unfollow = followKinds('jobs')(changed);
  const timer = setInterval(() => { if (document.visibilityState === 'visible') changed(); }, POLL_MS);
  return () => { unfollow(); clearInterval(timer); };
};

export const jobs = createStore<JobKindStatus[]>(() => ask(api.GET('/api/v1/jobs')), followAndPoll);
export const failedJobs = createStore<FailedJob[]>(() => ask(api.GET('/api/v1/jobs/failed')), followKinds('jobs'));
export const nodes = createStore<WorkerNode[]>(() => ask(api.GET('/api/v1/nodes')), followAndPoll);
export const storage = createStore<Storage>(() => ask(api.GET('/api/v1/storage')), followKinds('jobs'));

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
