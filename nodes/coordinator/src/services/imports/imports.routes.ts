import type { Route } from '../../http/route.ts';

/** The whole report (GET /imports/:id/report, CSV or JSON) and the parts from a browser are streams: http/import-report.ts, http/import-parts.ts. */
export const importRoutes: Route[] = [
  { method: 'GET', url: '/imports', action: 'imports.list' },
  { method: 'POST', url: '/imports', action: 'imports.create', status: 201 },
  { method: 'GET', url: '/imports/:id', action: 'imports.get' },
  { method: 'PATCH', url: '/imports/:id', action: 'imports.options' },
  { method: 'POST', url: '/imports/:id/start', action: 'imports.start' },
  { method: 'POST', url: '/imports/:id/pause', action: 'imports.pause' },
  { method: 'POST', url: '/imports/:id/resume', action: 'imports.resume' },
  { method: 'POST', url: '/imports/:id/cancel', action: 'imports.cancel' },
  { method: 'POST', url: '/imports/:id/undo', action: 'imports.undo' },
  { method: 'POST', url: '/imports/:id/retry', action: 'imports.retry' },
  { method: 'GET', url: '/imports/:id/entries', action: 'imports.entries' },
  { method: 'POST', url: '/imports/:id/certify', action: 'imports.certify' },
  { method: 'GET', url: '/imports/:id/certificate', action: 'imports.certificate' },
];
