import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyInstance } from 'fastify';

const SERVER_PATHS = /^\/(api|worker|dav|metrics)(\/|$|\?)/;

/** The dashboard: files with a hash in their name are kept by the browser for ever; every other address is the app itself, which has its own router. */
export async function addUi(app: FastifyInstance, dist: string): Promise<void> {
  const built = existsSync(dist);
  if (built) {
    await app.register(async (scope) => {
      scope.addHook('onRoute', (route) => { route.config = { ...route.config, permission: 'public' }; });
      await scope.register(fastifyStatic, {
        root: dist, wildcard: false, index: false, schemaHide: true, cacheControl: false,
        setHeaders: (reply, path) => void reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
      });
    });
  }
  app.setNotFoundHandler((req, reply) => {
    if (req.method !== 'GET' || SERVER_PATHS.test(req.url) || !built) throw new MantelError('not_found', built || SERVER_PATHS.test(req.url) ? undefined : 'The dashboard is not built. Run scripts/build.');
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
