import type { Route } from '../../http/route.ts';

export const jobRoutes: Route[] = [
  { method: 'GET', url: '/jobs', action: 'jobs.status' },
  { method: 'GET', url: '/jobs/failed', action: 'jobs.failed' },
  { method: 'GET', url: '/jobs/recent', action: 'jobs.recent' },
  { method: 'POST', url: '/jobs/:kind/pause', action: 'jobs.pause' },
  { method: 'POST', url: '/jobs/:kind/resume', action: 'jobs.resume' },
  { method: 'POST', url: '/jobs/:kind/retry', action: 'jobs.retry' },
  { method: 'POST', url: '/jobs/:kind/cancel', action: 'jobs.cancel' },
];
