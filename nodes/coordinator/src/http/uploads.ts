import multipart from '@fastify/multipart';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { receive, type Received, unbroken } from '../library/receive.ts';
import { MAX_SIDECAR } from '../library/sidecar/read.ts';
import type { Room } from '../library/write.ts';
import type { Call } from '../services/adapter.ts';
import { person } from '../services/adapter.ts';
import { BASE } from './api.ts';
import { whenClosed } from './when-closed.ts';

export interface UploadDeps { data: string; room: Room; call: Call; mayAdd: (userId: number, libraryId?: string) => unknown; requireStorage: () => void }
const MAX_FILE = 200e9;
const MAX_FOLDER = 1000;
const UploadForm = Type.Object({
  library: Type.Optional(Type.String({ format: 'uuid', description: 'Where to; without it, my default library. Fields come before the file.' })),
  device: Type.Optional(Type.String({ maxLength: 200, description: 'Which phone or computer sends it.' })),
  modifiedAt: Type.Optional(Type.Number({ description: 'Time of the file where it comes from, ms since 1970; stands in when it carries no date.' })),
  folder: Type.Optional(Type.String({ maxLength: MAX_FOLDER, description: 'The path of the folder where it lay; its names may say the date.' })),
  sidecar: Type.Optional(Type.String({ format: 'binary', description: 'The XMP that lay beside it, at most 5 MB; comes before the file.' })),
  file: Type.String({ format: 'binary', description: 'One photo or video, with its file name.' }),
});

/**
 * `POST /assets`: multipart with text fields `library`, `device`, `modifiedAt` (ms), `folder`, perhaps a file part `sidecar`, and then one file part `file`. Rights and room are checked before the bytes are read.
 * 201 for a new asset, 200 for a duplicate; the answer comes only when file and row are on the disk.
 */
export async function addUploadRoute(app: FastifyInstance, { data, room, call, mayAdd, requireStorage }: UploadDeps): Promise<void> {
  await app.register(multipart, { limits: { fileSize: MAX_FILE + 1, files: 2, fields: 10, fieldSize: 10_000, headerPairs: 50 }, throwFileSizeLimit: false });
  app.route({
    method: 'POST', url: `${BASE}/assets`, config: { permission: 'asset.upload' },
    schema: { operationId: 'assets.upload', summary: 'Send one photo or video (multipart: library?, device?, modifiedAt?, folder?, sidecar?, then file)', tags: ['assets'], consumes: ['multipart/form-data'], body: UploadForm, response: { 200: UploadResult, 201: UploadResult } },
    handler: async (req, reply) => {
      const user = person(req.actor);
      requireStorage();
      const done = await room.promise(Number(req.headers['content-length'] ?? 0));
      whenClosed(reply, done);
      if (req.raw.readableAborted) throw new MantelError('incomplete'); // its end is announced once: the parser would wait for it for ever
      const fields: Record<string, string> = {};
      let sidecar: Received | undefined;
      try {
        for await (const part of unbroken(req.parts())) {
          if (part.type === 'field') {
            fields[part.fieldname] = String(part.value);
            continue;
          }
          const libraryId = fields.library || undefined;
          mayAdd(user.userId, libraryId);
          if (part.fieldname === 'sidecar') {
            if (sidecar) throw new MantelError('bad_request', 'The upload carries two sidecars; send one.');
            sidecar = await receive(data, part.file, { maxBytes: MAX_SIDECAR }).catch((e: unknown) => { throw errorCode(e) === 'too_large' ? new MantelError('too_large', 'The sidecar is larger than 5 MB. Nothing was stored; send the photo without it.') : e; });
            continue;
          }
          const received = await receive(data, part.file, { maxBytes: MAX_FILE });
          const modifiedAt = Number(fields.modifiedAt);
          const result = await call('assets.receive', {
            ...received, name: part.filename || 'photo', ...(libraryId ? { libraryId } : {}), ...(fields.device ? { device: fields.device.slice(0, 200) } : {}), ...(fields.folder ? { folder: fields.folder.slice(-MAX_FOLDER) } : {}),
            ...(sidecar ? { sidecar: sidecar.temp } : {}), ...(fields.modifiedAt && Number.isFinite(modifiedAt) ? { modifiedAt } : {}),
          }, req.actor);
          return reply.code(result.outcome === 'created' ? 201 : 200).send(result);
        }
        throw new MantelError('bad_request', 'The upload carries no file.');
      } finally {
        if (sidecar) await rm(join(data, sidecar.temp), { force: true });
      }
    },
  });
}
