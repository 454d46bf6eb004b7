import type { Route } from '../../http/route.ts';

export const joinRoutes: Route[] = [
  { method: 'GET', url: '/nodes/join', action: 'nodes.join', at: true },
  { method: 'POST', url: '/nodes/join/:platform', action: 'nodes.prepare' },
  { method: 'POST', url: '/nodes/:id/upgrade', action: 'nodes.upgrade' },
];
