import { MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JoinFile } from '../services/bundles/join.ts';
import type { ForSparePcs } from '../services/bundles/joining.ts';
import { BASE } from './api.ts';
import { sendFile } from './bytes.ts';

const TYPES: Record<JoinFile, string> = { 'join.sh': 'text/x-shellscript', 'join.ps1': 'text/plain', 'join.containerfile': 'text/plain' };
const LIMIT = { max: 60, timeWindow: '1 minute' };

/** What a spare PC fetches before anybody knows it. Nothing in it is a secret; the caller recognises the house by the pinned key. */
export function addJoiningRoutes(app: FastifyInstance, { platforms, bundle, script }: ForSparePcs): void {
  for (const file of Object.keys(TYPES) as JoinFile[]) {
    app.route({
      method: 'GET', url: `/${file}`, config: { permission: 'public', rateLimit: LIMIT }, schema: { hide: true },
      handler: async (req, reply) => reply.type(`${TYPES[file]}; charset=utf-8`).header('cache-control', 'no-store').send(await script(file, socketOf(req))),
    });
  }
  app.route({
    method: 'GET', url: `${BASE}/worker/bundle/:platform`, config: { permission: 'public', rateLimit: LIMIT }, schema: { hide: true },
    handler: async (req, reply) => {
      const asked = (req.params as { platform: string }).platform;
      const platform = platforms.find((p) => p === asked || `${p}.sha256` === asked);
      if (!platform) throw new MantelError('not_found', `There is no worker for this kind of machine. There is one for ${platforms.join(' and ')}.`);
      const b = await bundle(platform);
      if (asked.endsWith('.sha256')) return reply.type('text/plain').header('cache-control', 'no-store').send(`${b.sha256}  mantel-worker-${platform}-${b.build}.tar.gz\n`);
      void reply.header('x-sha256', b.sha256).header('x-build', b.build).header('etag', `"${b.sha256}"`).header('content-disposition', `attachment; filename="mantel-worker-${platform}-${b.build}.tar.gz"`);
      return sendFile(req, reply, b.path, 'application/gzip');
    },
  });
}
export const socketOf = (req: FastifyRequest): { address: string | undefined; port: number } => ({ address: req.socket.localAddress, port: req.socket.localPort ?? 0 });
