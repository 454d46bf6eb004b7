import type { Route } from '../../http/route.ts';

export const nodeRoutes: Route[] = [
  { method: 'GET', url: '/nodes', action: 'nodes.list' },
  { method: 'GET', url: '/nodes/:id/log', action: 'nodes.log' },
];
