import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import { PluginOffer } from '@mantel/contracts/models/plugin.ts';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { unbroken } from '../library/receive.ts';
import { asStorageError } from '../library/write.ts';
import { BASE } from './api.ts';

const MAX_ARCHIVE = 200e6;
const tooLarge = (): MantelError => new MantelError('too_large', 'A plugin may be at most 200 MB. Nothing was kept.');

/** `POST /plugins/upload?name=`: a tar archive (also .tar.gz), at most 200 MB, as the body. Answers what would be installed; nothing is yet. */
export function addPluginUploadRoute(app: FastifyInstance, { inspect }: { inspect: (name: string, write: (file: string) => Promise<void>) => Promise<PluginOffer> }): void {
  app.route({
    method: 'POST', url: `${BASE}/plugins/upload`, config: { permission: 'admin.plugins' },
    schema: {
      operationId: 'plugins.upload', summary: 'Look at a plugin before it is installed: a tarball, sent as the body', tags: ['plugins'], consumes: ['application/octet-stream'],
      querystring: Type.Object({ name: Type.Optional(Type.String({ maxLength: 255, description: 'What the file is called.' })) }), body: Type.String({ format: 'binary' }), response: { 200: PluginOffer },
    },
    handler: async (req, reply) => {
      const { name } = req.query as { name?: unknown };
      const body = req.body as AsyncIterable<Buffer> | undefined;
      const announced = Number(req.headers['content-length']);
      if (!(req.headers['content-type'] ?? '').startsWith('application/octet-stream') || !body) throw new MantelError('bad_request', 'Send the archive itself as the body (application/octet-stream).');
      if (!Number.isFinite(announced)) throw new MantelError('length_required');
      if (announced > MAX_ARCHIVE) throw tooLarge();
      const offer = await inspect(typeof name === 'string' && name.trim() ? name.slice(0, 255) : 'plugin.tgz', async (file) => {
        let bytes = 0;
        await pipeline(unbroken(body), async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            if ((bytes += chunk.length) > MAX_ARCHIVE) throw tooLarge();
            yield chunk;
          }
        }, createWriteStream(file, { flags: 'wx', mode: 0o600 })).catch((e: unknown) => { throw asStorageError(e); });
      });
      return reply.header('cache-control', 'no-store').send(offer);
    },
  });
}
