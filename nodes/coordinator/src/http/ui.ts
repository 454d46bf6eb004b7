import { statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import fastifyStatic from '@fastify/static';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyInstance } from 'fastify';

const SERVER_PATHS = /^\/(api|worker|dav|metrics)(\/|$|\?)/;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * The dashboard, behind every address that is nothing else: a file of the build (those with a hash in their name are kept by the browser for ever),
 * or the app itself, which has its own router.
 */
export async function addUi(app: FastifyInstance, dist: string): Promise<void> {
  const built = isFile(join(dist, 'index.html'));
  if (built) await app.register(fastifyStatic, { root: dist, serve: false, cacheControl: false });
  app.setNotFoundHandler((req, reply) => {
    if ((req.method !== 'GET' && req.method !== 'HEAD') || SERVER_PATHS.test(req.url)) throw new MantelError('not_found');
    if (!built) throw new MantelError('not_found', 'The dashboard is not built. Start Mantel with scripts/start.');
    let path: string;
    try {
      path = normalize(decodeURIComponent(req.url.split('?', 1)[0]!));
    } catch {
      throw new MantelError('bad_request');
    }
    const file = !path.includes('\0') && isFile(join(dist, path)) ? path : '/index.html';
    return reply.header('cache-control', file.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(file);
  });
}
