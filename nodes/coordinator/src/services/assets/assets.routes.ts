import type { Route } from '../../http/route.ts';

export const assetRoutes: Route[] = [
  { method: 'GET', url: '/assets/:id', action: 'assets.get' },
  { method: 'GET', url: '/assets/:id/tags', action: 'assets.tags' },
  { method: 'PATCH', url: '/assets/:id', action: 'assets.update' },
  { method: 'POST', url: '/assets/check', action: 'assets.check' },
  { method: 'POST', url: '/assets/favourite', action: 'assets.favourite' },
  { method: 'POST', url: '/assets/archive', action: 'assets.archive' },
  { method: 'POST', url: '/assets/retry', action: 'assets.retry' },
  { method: 'POST', url: '/assets/:id/split', action: 'assets.split' },
  { method: 'POST', url: '/assets/:id/settle', action: 'assets.settle' },
  { method: 'POST', url: '/assets/trash', action: 'assets.trash' },
  { method: 'POST', url: '/assets/restore', action: 'assets.restore' },
];
