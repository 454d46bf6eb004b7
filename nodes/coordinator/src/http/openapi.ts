// The OpenAPI document of /api/v1, from the same routes that run. Needs no database: handlers are never called.
import type { FastifyInstance } from 'fastify';
import type { Database } from '../db/database.ts';
import { addApiRoutes } from './api.ts';
import { createApp, ROUTES } from './app.ts';
import { addExportRoute } from './export.ts';
import { addImportPartRoutes } from './import-parts.ts';
import { addImportReportRoute } from './import-report.ts';
import type { PartStore } from '../services/imports/parts.ts';
import { createLive } from './live.ts';
import { addMediaRoutes } from './media.ts';
import { addPluginUploadRoute } from './plugin-upload.ts';
import { addUploadRoute } from './uploads.ts';

const never = (): never => {
  throw new Error('this app only describes itself');
};

export async function describeApi(version: string): Promise<object> {
  const app: FastifyInstance = await createApp({ resolve: never, version, describe: true });
  addApiRoutes(app, ROUTES, never);
  await addUploadRoute(app, { data: '', room: { promise: never }, call: never, mayAdd: never, requireStorage: never });
  addMediaRoutes(app, { data: '', find: never, missing: never });
  addExportRoute(app, {} as Database);
  addImportReportRoute(app, { db: {} as Database, run: never });
  addImportPartRoutes(app, { run: never, parts: {} as PartStore, room: { promise: never }, requireStorage: never, moved: never });
  addPluginUploadRoute(app, { inspect: never });
  const live = createLive({ changes: never, lastSeq: never, firstSeq: never, isAdmin: never });
  live.addRoute(app);
  await app.ready();
  const document = app.swagger();
  live.stop();
  await app.close();
  return document;
}
