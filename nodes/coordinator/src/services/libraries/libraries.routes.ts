import type { Route } from '../../http/route.ts';

export const libraryRoutes: Route[] = [
  { method: 'GET', url: '/libraries', action: 'libraries.list' },
  { method: 'POST', url: '/libraries', action: 'libraries.create', status: 201 },
  { method: 'PATCH', url: '/libraries/:id/membership', action: 'libraries.show' },
  { method: 'PUT', url: '/libraries/:id/members/:userId', action: 'libraries.setMember' },
  { method: 'DELETE', url: '/libraries/:id/members/:userId', action: 'libraries.removeMember' },
];
