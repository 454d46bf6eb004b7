import type { Route } from '../../http/route.ts';

export const storageRoutes: Route[] = [
  { method: 'GET', url: '/health', action: 'storage.health' },
  { method: 'GET', url: '/storage', action: 'storage.status' },
];
