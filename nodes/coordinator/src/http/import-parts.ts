import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { syncDir } from '../library/place.ts';
import { asStorageError, type Room, writeAll } from '../library/write.ts';
import type { Asker } from '../services/imports/imports.ts';
import { asker } from '../services/imports/imports.service.ts';
import type { PartStore } from '../services/imports/parts.ts';
import { type Part, partsOf, type RunRow } from '../services/imports/runs.repository.ts';
import { BASE } from './api.ts';
import { pour } from './pour.ts';

const TUS = '1.0.0';
const TYPE = 'application/offset+octet-stream';
const WAIT_S = 30;
const OPEN = new Set(['collecting', 'scanning', 'ready', 'running', 'paused', 'failed']);
export interface ImportPartsDeps { run: (who: Asker, uuid: string) => RunRow; parts: PartStore; room: Room; requireStorage: () => void; /** A part began, or is complete. */ moved: (row: RunRow, n: number, state: 'arriving' | 'here') => Promise<void> }

/**
 * Parts of an import that a browser sends: the core of tus 1.0. HEAD says how much is here, PATCH adds from there on. What is here is what the file on the disk holds, so that it goes on after any stop, of either side.
 * A part that would fill the disk waits (`storage_full` with Retry-After) until those before it are imported and gone.
 */
export function addImportPartRoutes(app: FastifyInstance, { run, parts, room, requireStorage, moved }: ImportPartsDeps): void {
  const sending = new Map<string, { quit: () => void; done: Promise<unknown> }>();
  app.addContentTypeParser(TYPE, (_req, payload, done) => { done(null, payload); }); // streamed: the route stops at the declared length
  const url = `${BASE}/imports/:id/parts/:n`;
  const config = { permission: 'import' as const };

  const partAt = (req: FastifyRequest): { row: RunRow; n: number; part: Part } => {
    const { id, n } = req.params as { id: string; n: string };
    const row = run(asker(req.actor), id);
    const part = /^\d{1,4}$/.test(n) ? partsOf(row)[Number(n)] : undefined;
    if (!part) throw new MantelError('not_found', 'This import has no such part.');
    return { row, n: Number(n), part };
  };
  const told = (reply: FastifyReply, offset: number, part: Part): FastifyReply => reply.header('tus-resumable', TUS).header('upload-offset', offset).header('upload-length', part.bytes).header('cache-control', 'no-store');

  app.route({
    method: 'OPTIONS', url, config, schema: { operationId: 'imports.parts.options', summary: 'What of tus is spoken here', tags: ['imports'] },
    handler: (_req, reply) => reply.code(204).header('tus-resumable', TUS).header('tus-version', TUS).send(),
  });
  app.route({
    method: 'HEAD', url, config, schema: { operationId: 'imports.parts.head', summary: 'How much of a part is here (Upload-Offset)', tags: ['imports'] },
    handler: async (req, reply) => {
      const { row, part } = partAt(req);
      return told(reply, await parts.received(row.uuid, part), part).code(200).send();
    },
  });
  app.route({
    method: 'PATCH', url, config, schema: { operationId: 'imports.parts.patch', summary: 'Send a piece of a part, from Upload-Offset on', tags: ['imports'], consumes: [TYPE] },
    handler: async (req, reply) => {
      const { row, n, part } = partAt(req);
      if (req.headers['tus-resumable'] !== TUS) { void reply.header('tus-version', TUS); throw new MantelError('bad_request', 'Say Tus-Resumable: 1.0.0.'); }
      if (!(req.headers['content-type'] ?? '').startsWith(TYPE)) throw new MantelError('bad_request', `Send it as ${TYPE}.`);
      if (!OPEN.has(row.state)) throw new MantelError('run_state', 'This import takes no parts any more.');
      requireStorage();
      const key = `${row.uuid} ${n}`;
      for (let before = sending.get(key); before; before = sending.get(key)) { // the same part again: the line before is dead, or its sender gave up on it
        before.quit();
        await before.done;
      }
      const quit = new AbortController();
      const work = take(req, row, n, part, quit.signal);
      sending.set(key, { quit: () => quit.abort(), done: work.catch(() => undefined) });
      try {
        return await told(reply, await work, part).code(204).send();
      } catch (e) {
        if (errorCode(e) === 'storage_full' && (e as MantelError).data?.wait) void reply.header('retry-after', WAIT_S);
        throw e;
      } finally {
        sending.delete(key);
      }
    },
  });

  async function take(req: FastifyRequest, row: RunRow, n: number, part: Part, quit: AbortSignal): Promise<number> {
    const body = req.body as IncomingMessage;
    const at = await parts.received(row.uuid, part);
    if (String(at) !== req.headers['upload-offset']) throw new MantelError('conflict', `This part goes on at byte ${at}.`, { offset: at });
    if (at + Number(req.headers['content-length'] ?? 0) > part.bytes) throw new MantelError('too_large', 'This is more than the part was said to hold.');
    if (at === part.bytes) return at;
    await parts.room(row, n);
    const given = await room.promise(part.bytes - at);
    try {
      return await write(body, row, n, part, at, quit);
    } finally {
      given();
    }
  }
  async function write(body: IncomingMessage, row: RunRow, n: number, part: Part, at: number, quit: AbortSignal): Promise<number> {
    await parts.begin(row.uuid);
    if (at === 0) await moved(row, n, 'arriving');
    const path = parts.path(row.uuid, part.name);
    const file = await open(path, 'a', 0o600);
    let size = at;
    const stop = (): void => { body.destroy(); };
    quit.addEventListener('abort', stop, { once: true });
    try {
      if (quit.aborted) throw new MantelError('incomplete');
      await pour(body, (blocks) => writeAll(file, blocks), (piece) => {
        size += piece.length;
        if (size > part.bytes) throw new MantelError('too_large', 'This is more than the part was said to hold.');
      }).catch((e: unknown) => { throw (e as { code?: string }).code === 'ECONNRESET' ? new MantelError('incomplete', 'The transfer broke off; it goes on where it stopped.') : asStorageError(e); });
    } finally {
      quit.removeEventListener('abort', stop);
      try {
        await file.sync().catch(async (e: unknown) => { // what the disk did not take is not here, whatever its size says
          await file.truncate(at);
          throw asStorageError(e);
        });
        size = (await file.stat()).size;
      } finally {
        await file.close();
      }
    }
    if (size === part.bytes) {
      await syncDir(dirname(path));
      await moved(row, n, 'here');
    }
    return size;
  }
}
