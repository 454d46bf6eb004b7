import type { Route } from '../../http/route.ts';

export const repairRoutes: Route[] = [
  { method: 'GET', url: '/repairs', action: 'repairs.list' },
  { method: 'POST', url: '/repairs/:id/fix', action: 'repairs.fix' },
  { method: 'POST', url: '/repairs/:id/dismiss', action: 'repairs.dismiss' },
];
