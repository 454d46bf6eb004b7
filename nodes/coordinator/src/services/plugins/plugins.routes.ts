import type { Route } from '../../http/route.ts';

/** A tarball is sent as a body: http/plugin-upload.ts. */
export const pluginRoutes: Route[] = [
  { method: 'GET', url: '/plugins', action: 'plugins.list' },
  { method: 'POST', url: '/plugins/inspect', action: 'plugins.inspect' },
  { method: 'POST', url: '/plugins/install', action: 'plugins.install', status: 201 },
  { method: 'GET', url: '/plugins/:id', action: 'plugins.get' },
  { method: 'POST', url: '/plugins/:id/enable', action: 'plugins.enable' },
  { method: 'POST', url: '/plugins/:id/disable', action: 'plugins.disable' },
  { method: 'POST', url: '/plugins/:id/rollback', action: 'plugins.rollback' },
  { method: 'DELETE', url: '/plugins/:id', action: 'plugins.remove' },
  { method: 'GET', url: '/plugins/:id/log', action: 'plugins.log' },
  { method: 'GET', url: '/plugins/:id/help', action: 'plugins.help' },
];
