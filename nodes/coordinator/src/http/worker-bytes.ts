import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type JobKind, OUTPUTS } from '@mantel/contracts/models/job.ts';
import { checkUrl, type Grant } from '@mantel/runtime/bytes.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STAGING, stagedPath } from '../library/derived.ts';
import { inside, type Places } from '../library/external.ts';
import { asStorageError, type Room, writeAll } from '../library/write.ts';
import type { MediaRow } from '../services/assets/assets.repository.ts';
import { probeBytes } from '../services/probes/probes.ts';
import { createByteQuota } from './byte-quota.ts';
import { sendFile } from './bytes.ts';
import { pour } from './pour.ts';
import { whenClosed } from './when-closed.ts';

const LOOK_MS = 500;
export interface WorkerBytesDeps {
  data: string; places?: Pick<Places, 'open'>; room: Room; requireStorage: () => void; secret: string; find: (fileId: string) => MediaRow | undefined; kindOf: (jobId: number) => JobKind | undefined; probe: (jobId: number) => { seed: string; bytes: number } | undefined;
  /** The test picture, for the jobs that it belongs to. */
  sample: (jobId: number) => { path: string; mime: string } | undefined;
  isLive: (worker: string, token: string, jobId?: number) => boolean;
  now?: () => number;
}

/** Bytes for workers. An address names method, path, worker, lease and end; it is worth nothing without the lease behind it, and only over TLS. */
export function addWorkerByteRoutes(app: FastifyInstance, { data, places = inside(data), room, requireStorage, secret, find, kindOf, probe, sample, isLive, now = Date.now }: WorkerBytesDeps): void {
  const quota = createByteQuota(isLive);
  /** The same for a download, which counts against its worker while it runs and ends with its lease: a worker that is removed reads no further. */
  const download = (req: FastifyRequest, reply: FastifyReply, jobId?: number): void => {
    const grant = granted(req, jobId);
    whenClosed(reply, quota.get(grant.worker));
    const look = setInterval(() => { if (!isLive(grant.worker, grant.lease)) reply.raw.destroy(); }, LOOK_MS);
    whenClosed(reply, () => clearInterval(look));
  };
  const granted = (req: FastifyRequest, jobId?: number): Grant => {
    const grant = checkUrl(req.method, req.url, secret, now());
    if (grant === 'bad') throw new MantelError('signature_bad');
    if (grant === 'expired') throw new MantelError('signature_expired');
    if (!(req.socket as { encrypted?: boolean }).encrypted) throw new MantelError('forbidden', 'Workers speak TLS only.');
    if (!isLive(grant.worker, grant.lease, jobId)) throw new MantelError('lease_lost');
    requireStorage(); // a missing disk is no missing file: the job waits
    return grant;
  };
  app.route({
    method: 'GET', url: '/worker/files/:fileId', config: { permission: 'worker' }, schema: { hide: true },
    handler: async (req, reply) => {
      download(req, reply);
      const row = find((req.params as { fileId: string }).fileId);
      if (!row) throw new MantelError('not_found');
      const place = await places.open(row.path);
      whenClosed(reply, place.close);
      return sendFile(req, reply, place.file, row.mime);
    },
  });
  app.route({
    method: 'GET', url: '/worker/probes/:jobId', config: { permission: 'worker' }, schema: { hide: true },
    handler: async (req, reply) => {
      const jobId = Number((req.params as { jobId: string }).jobId);
      download(req, reply, jobId);
      const job = probe(jobId);
      if (!job) throw new MantelError('not_found');
      return reply.type('application/octet-stream').header('content-length', job.bytes).send(Readable.from(probeBytes(job)));
    },
  });
  app.route({
    method: 'GET', url: '/worker/samples/:jobId', config: { permission: 'worker' }, schema: { hide: true },
    handler: async (req, reply) => {
      const jobId = Number((req.params as { jobId: string }).jobId);
      download(req, reply, jobId);
      const picture = sample(jobId);
      if (!picture) throw new MantelError('not_found');
      return sendFile(req, reply, picture.path, picture.mime);
    },
  });
  app.route({
    method: 'PUT', url: '/worker/outputs/:jobId/:output', config: { permission: 'worker' }, schema: { hide: true },
    onRequest: async (req) => void granted(req, Number((req.params as { jobId: string }).jobId)), // before a body of any type is read
    handler: async (req, reply) => {
      const { jobId, output } = req.params as { jobId: string; output: string };
      const grant = granted(req, Number(jobId));
      const kind = kindOf(Number(jobId));
      const limit = kind && Object.hasOwn(OUTPUTS[kind], output) ? OUTPUTS[kind][output]!.maxBytes : 0;
      const length = Number(req.headers['content-length'] ?? Number.NaN);
      if (!Number.isSafeInteger(length)) throw new MantelError('length_required');
      if (length > limit) throw new MantelError('too_large');
      const whole = Object.values(OUTPUTS[kind!]).reduce((sum, o) => sum + o.maxBytes, 0);
      whenClosed(reply, quota.put(grant.worker, grant.lease, length, whole));
      whenClosed(reply, await room.promise(length));
      const late = setTimeout(() => req.raw.destroy(), quota.limitMs(length)); // a byte now and then would keep room and connection for ever
      whenClosed(reply, () => clearTimeout(late));
      await mkdir(join(data, STAGING), { recursive: true });
      const sha256 = await store(req.body as IncomingMessage, join(data, stagedPath(grant.lease, output)), length);
      if (sha256 !== req.headers['x-sha256']) {
        await rm(join(data, stagedPath(grant.lease, output)), { force: true });
        throw new MantelError('checksum_mismatch');
      }
      if (!isLive(grant.worker, grant.lease, Number(jobId))) { // it ended meanwhile, and nobody would look for this file
        await rm(join(data, stagedPath(grant.lease, output)), { force: true });
        throw new MantelError('lease_lost');
      }
      return reply.code(201).send({ ok: true });
    },
  });
}

/** Not synced: derivatives can be made again, and one that is missing after a power cut is. Stops at the declared length (a raw body has no other limit). */
async function store(body: IncomingMessage, target: string, length: number): Promise<string> {
  const part = `${target}.${randomUUID()}.part`; // of this request alone: two that come at once never share a file
  const hash = createHash('sha256');
  const file = await open(part, 'wx', 0o600);
  let seen = 0;
  try {
    await pour(body, (blocks) => writeAll(file, blocks), (piece) => {
      seen += piece.length;
      if (seen > length) throw new MantelError('too_large');
      hash.update(piece);
    }).catch((e: unknown) => { throw (e as { code?: string }).code === 'ECONNRESET' ? new MantelError('incomplete') : e; });
    if (seen !== length) throw new MantelError('incomplete');
    await file.close();
    await rename(part, target);
    return hash.digest('hex');
  } catch (e) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw asStorageError(e);
  }
}
