import type { Route } from '../../http/route.ts';

export const sourceRoutes: Route[] = [
  { method: 'GET', url: '/sources', action: 'sources.list' },
  { method: 'GET', url: '/sources/kinds', action: 'sources.kinds' },
  { method: 'GET', url: '/sources/browse', action: 'sources.browse' },
  { method: 'POST', url: '/sources/check', action: 'sources.check' },
  { method: 'POST', url: '/sources', action: 'sources.create', status: 201 },
  { method: 'PATCH', url: '/sources/:id', action: 'sources.update' },
  { method: 'DELETE', url: '/sources/:id', action: 'sources.remove' },
];
