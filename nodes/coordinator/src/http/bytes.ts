import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MantelError } from '@mantel/contracts/errors.ts';
import { pumpFile } from './pump.ts';

const SMALL = 1 << 20;

/** `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is the whole file. `undefined`: cannot be satisfied. */
export function parseRange(header: string | undefined, size: number): { start: number; end: number; partial: boolean } | undefined {
  const m = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!m || (m[1] === '' && m[2] === '')) return { start: 0, end: size - 1, partial: false };
  const start = m[1] === '' ? Math.max(0, size - Number(m[2])) : Number(m[1]);
  const end = m[1] === '' || m[2] === '' ? size - 1 : Math.min(Number(m[2]), size - 1);
  return start > end || start >= size ? undefined : { start, end, partial: true };
}

/** Sends a file, or a part of it, with ranges. What was uploaded is never run as a page: no sniffing, no scripts. */
export async function sendFile(req: FastifyRequest, reply: FastifyReply, path: string, mime: string, cache = 'no-store', part?: { offset: number; bytes: number }): Promise<FastifyReply> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new MantelError('not_found', 'This file is not on the disk at the moment.');
  const { offset, bytes } = part ?? { offset: 0, bytes: found.size };
  if (offset + bytes > found.size) throw new MantelError('not_found', 'This file is not whole.');
  // a file that changed under its name is another file: what a client has of it is worth nothing
  const etag = `"${found.size.toString(36)}-${found.mtimeMs.toString(36)}-${offset.toString(36)}"`;
  const same = req.headers['if-range'] === undefined || req.headers['if-range'] === etag;
  const range = parseRange(same ? req.headers.range : undefined, bytes);
  if (!range) return reply.code(416).header('content-range', `bytes */${bytes}`).send();
  void reply.header('accept-ranges', 'bytes').header('etag', etag).header('cache-control', cache).header('x-content-type-options', 'nosniff').header('content-security-policy', `default-src 'none'; media-src 'self'; sandbox`).type(mime);
  if (range.partial) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`);
  void reply.header('content-length', range.end - range.start + 1);
  if (req.method === 'HEAD' || bytes === 0) return reply.send(Readable.from([])); // an empty stream: with no body at all fastify says that the length is 0
  const [start, length] = [offset + range.start, range.end - range.start + 1];
  if (length <= SMALL) return reply.send(createReadStream(path, { start, end: start + length - 1, highWaterMark: SMALL }));
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  void pumpFile(path, start, length, reply.raw);
  return reply;
}
