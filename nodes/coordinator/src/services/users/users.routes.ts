import type { Route } from '../../http/route.ts';

export const userRoutes: Route[] = [
  { method: 'GET', url: '/server', action: 'setup.info' },
  { method: 'GET', url: '/setup', action: 'setup.state', limit: 'login' },
  { method: 'POST', url: '/setup', action: 'setup.finish', limit: 'login', session: 'open' },
  { method: 'POST', url: '/auth/login', action: 'auth.login', limit: 'login', session: 'open' },
  { method: 'POST', url: '/auth/logout', action: 'auth.logout', session: 'close' },
  { method: 'GET', url: '/auth/me', action: 'auth.me' },
  { method: 'PATCH', url: '/auth/me', action: 'auth.rename' },
  { method: 'POST', url: '/auth/password', action: 'auth.password', limit: 'login' },
  { method: 'GET', url: '/auth/sessions', action: 'sessions.list' },
  { method: 'DELETE', url: '/auth/sessions/:id', action: 'sessions.revoke' },
  { method: 'GET', url: '/users', action: 'users.list' },
  { method: 'POST', url: '/users', action: 'users.create', status: 201 },
  { method: 'PATCH', url: '/users/:id', action: 'users.update' },
  { method: 'POST', url: '/users/:id/password', action: 'users.resetPassword' },
];
