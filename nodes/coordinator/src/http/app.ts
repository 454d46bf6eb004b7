import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Actor } from '@mantel/contracts/permissions.ts';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyServerFactory } from 'fastify';
import { albumRoutes } from '../services/albums/albums.routes.ts';
import { assetRoutes } from '../services/assets/assets.routes.ts';
import { joinRoutes } from '../services/bundles/bundles.routes.ts';
import { importRoutes } from '../services/imports/imports.routes.ts';
import { jobRoutes } from '../services/jobs/jobs.routes.ts';
import { libraryRoutes } from '../services/libraries/libraries.routes.ts';
import { nodeRoutes } from '../services/nodes/nodes.routes.ts';
import { pairingRoutes } from '../services/pairing/pairing.routes.ts';
import { pluginRoutes } from '../services/plugins/plugins.routes.ts';
import { repairRoutes } from '../services/repairs/repairs.routes.ts';
import { sourceRoutes } from '../services/sources/sources.routes.ts';
import { storageRoutes } from '../services/storage/storage.routes.ts';
import { timelineRoutes } from '../services/timeline/timeline.routes.ts';
import { userRoutes } from '../services/users/users.routes.ts';
import type { Route } from './route.ts';
import { addAuth } from './auth.ts';
import { addErrorHandler } from './errors.ts';

export const ROUTES: Route[] = [...userRoutes, ...libraryRoutes, ...assetRoutes, ...timelineRoutes, ...jobRoutes, ...nodeRoutes, ...joinRoutes, ...pairingRoutes, ...storageRoutes, ...pluginRoutes, ...sourceRoutes, ...importRoutes, ...repairRoutes, ...albumRoutes];

const MAX_JSON = 1 << 20;
const SILENT_MS = 120_000; // no byte in either direction while a request is open: a phone that left the house in the middle of an upload
export interface AppOptions { resolve: (token: string) => Actor; version: string; log?: FastifyBaseLogger; serverFactory?: FastifyServerFactory; /** Collect the OpenAPI document (scripts/openapi); a running house needs none. */ describe?: boolean }

/** The empty house: plugins, error handler and auth hook. Routes are added by the caller; each must declare its permission. */
export async function createApp({ resolve, version, log, serverFactory, describe }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    ...(log ? { loggerInstance: log } : {}), ...(serverFactory ? { serverFactory } : {}), bodyLimit: MAX_JSON, forceCloseConnections: true, logController: new LogController({ disableRequestLogging: true }), routerOptions: { maxParamLength: 200 },
    requestTimeout: 0, // an upload over a phone line may take an hour
    connectionTimeout: SILENT_MS,
  });
  app.setValidatorCompiler(() => () => true); // the contract is checked once, at the action; here it is only documentation
  addErrorHandler(app);
  await app.register(cookie);
  await app.register(helmet, {
    hsts: false, crossOriginEmbedderPolicy: false, originAgentCluster: false, crossOriginOpenerPolicy: false, // plain HTTP in the LAN is one of the two ways in
    contentSecurityPolicy: { useDefaults: false, directives: {
      defaultSrc: ["'self'"], imgSrc: ["'self'", 'blob:', 'data:'], mediaSrc: ["'self'", 'blob:'], styleSrc: ["'self'", "'unsafe-inline'"], workerSrc: ["'self'", 'blob:'], objectSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'self'"], formAction: ["'self'"],
    } },
  });
  addAuth(app, resolve);
  await app.register(rateLimit, { global: false, errorResponseBuilder: () => new MantelError('rate_limited') });
  if (describe) await app.register(swagger, { openapi: { info: { title: 'Mantel', version }, components: { securitySchemes: { session: { type: 'http', scheme: 'bearer' } } } } });
  app.addContentTypeParser('application/octet-stream', (_req, payload, done) => { done(null, payload); }); // streamed: the route stops at the declared length
  return app;
}
