import type { Route } from '../../http/route.ts';

export const nodeRoutes: Route[] = [
  { method: 'GET', url: '/nodes', action: 'nodes.list' },
  { method: 'GET', url: '/nodes/forecast', action: 'nodes.forecast' },
  { method: 'PATCH', url: '/nodes/:id', action: 'nodes.update' },
  { method: 'POST', url: '/nodes/:id/drain', action: 'nodes.drain' },
  { method: 'POST', url: '/nodes/:id/release', action: 'nodes.release' },
  { method: 'GET', url: '/nodes/metrics', action: 'nodes.metrics' },
  { method: 'GET', url: '/nodes/:id/log', action: 'nodes.log' },
  { method: 'POST', url: '/nodes/:id/test', action: 'nodes.test' },
  { method: 'POST', url: '/nodes/:id/wake', action: 'nodes.wake' },
];
