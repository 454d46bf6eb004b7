import type { Route } from '../../http/route.ts';

export const albumRoutes: Route[] = [
  { method: 'GET', url: '/albums', action: 'albums.list' },
  { method: 'GET', url: '/albums/:id', action: 'albums.get' },
  { method: 'GET', url: '/albums/:id/assets', action: 'albums.assets' },
];
