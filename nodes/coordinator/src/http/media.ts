import { readFile } from 'node:fs';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { PREVIEW_OUTPUTS, type PreviewOutput } from '@mantel/contracts/models/job.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { derivedPath } from '../library/derived.ts';
import { inside, type Places } from '../library/external.ts';
import { person } from '../services/adapter.ts';
import type { MediaRow } from '../services/assets/assets.repository.ts';
import { BASE } from './api.ts';
import { sendFile } from './bytes.ts';
import { whenClosed } from './when-closed.ts';

export interface MediaDeps {
  data: string; places?: Pick<Places, 'open'>; find: (userId: number, fileId: string) => MediaRow | undefined;
  /** A derivative that should be there is not: have it made again. */
  missing: (media: MediaRow) => void;
}
const CACHE_BYTES = 64 << 20;
const FOR_EVER = 'private, max-age=31536000, immutable';
const read = (path: string): Promise<Buffer | undefined> => new Promise((resolve) => { readFile(path, (e, data) => resolve(e ? undefined : data)); }); // the callback form: half the CPU of fs.promises
/** RFC 6266: an ASCII name for old programs, the real one for the others. */
export const disposition = (name: string): string => `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;

export function addMediaRoutes(app: FastifyInstance, { data, places = inside(data), find, missing }: MediaDeps): void {
  const cache = new LRUCache<string, Buffer>({ maxSize: CACHE_BYTES, sizeCalculation: (b) => b.length + 1 });
  const media = (req: FastifyRequest, fileId: string): MediaRow => {
    const row = find(person(req.actor).userId, fileId);
    if (!row) throw new MantelError('not_found');
    return row;
  };
  /** Open until the answer has left. */
  const held = async (reply: FastifyReply, path: string): Promise<string> => {
    const place = await places.open(path);
    whenClosed(reply, place.close);
    return place.file;
  };
  const derivative = (output: PreviewOutput) => async (req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { fileId, version } = req.params as { fileId: string; version: string };
    const row = media(req, fileId);
    if (!row.shown || row.preview !== 'ready' || row.version !== version) throw new MantelError('not_found', 'There is no such preview (yet).');
    const path = derivedPath(fileId, output, version);
    let bytes = cache.get(path);
    if (!bytes) {
      bytes = await read(join(data, path));
      if (!bytes) {
        missing(row);
        throw new MantelError('not_found', 'This preview is being made again.');
      }
      if (output === 'thumb') cache.set(path, bytes);
    }
    return reply.header('cache-control', FOR_EVER).header('x-content-type-options', 'nosniff').type(PREVIEW_OUTPUTS[output].mime).send(bytes);
  };
  for (const output of Object.keys(PREVIEW_OUTPUTS) as PreviewOutput[]) {
    app.route({ method: 'GET', url: `${BASE}/files/:fileId/${output}/:version`, config: { permission: 'asset.read' }, schema: { operationId: `files.${output}`, summary: `The ${output} of a file; its address changes with its content`, tags: ['files'] }, handler: derivative(output) });
  }
  app.route({
    method: 'GET', url: `${BASE}/files/:fileId/original`, config: { permission: 'asset.read' }, schema: { operationId: 'files.original', summary: 'The original, byte for byte; with ranges; ?download=1 to save it', tags: ['files'] },
    handler: async (req, reply) => {
      const row = media(req, (req.params as { fileId: string }).fileId);
      // what is no picture for sure is only ever saved: a page that was called .jpg must not open
      if ((req.query as { download?: string }).download !== undefined || !/^(image|video)\//.test(row.mime)) void reply.header('content-disposition', disposition(row.name));
      return sendFile(req, reply, await held(reply, row.path), row.mime, FOR_EVER);
    },
  });
  app.route({
    method: 'GET', url: `${BASE}/files/:fileId/motion`, config: { permission: 'asset.read' }, schema: { operationId: 'files.motion', summary: 'The clip inside a motion photo; with ranges', tags: ['files'] },
    handler: async (req, reply) => {
      const row = media(req, (req.params as { fileId: string }).fileId);
      if (row.motionOffset === null || row.motionBytes === null) throw new MantelError('not_found', 'There is no clip inside this file.');
      return sendFile(req, reply, await held(reply, row.path), 'video/mp4', FOR_EVER, { offset: row.motionOffset, bytes: row.motionBytes });
    },
  });
}
