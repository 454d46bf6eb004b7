import type { Route } from '../../http/route.ts';

export const pairingRoutes: Route[] = [
  { method: 'GET', url: '/nodes/discovered', action: 'nodes.discovered' },
  { method: 'POST', url: '/nodes/discovered/:id/add', action: 'nodes.add' },
  { method: 'POST', url: '/nodes/discovered/:id/approve', action: 'nodes.approve' },
  { method: 'POST', url: '/nodes/discovered/:id/reject', action: 'nodes.reject' },
  { method: 'POST', url: '/nodes/discovered/:id/ignore', action: 'nodes.ignore' },
  { method: 'DELETE', url: '/nodes/:id', action: 'nodes.remove' },
];
