import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signUrl } from '@mantel/runtime/bytes.ts';
import Fastify, { type FastifyReply } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import type { MediaRow } from '../services/assets/assets.repository.ts';
import { addWorkerByteRoutes, type WorkerBytesDeps } from './worker-bytes.ts';

const close: (() => Promise<unknown> | void)[] = [];
afterEach(async () => { for (const end of close.splice(0).toReversed()) await end(); });

async function house(o: Partial<WorkerBytesDeps>) {
  const data = mkdtempSync(join(tmpdir(), 'mantel-bytes-'));
  close.push(() => rmSync(data, { recursive: true, force: true }));
  const app = Fastify({ forceCloseConnections: true });
  app.server.on('connection', (s: Socket) => Object.assign(s, { encrypted: true })); // TLS is the port's business
  app.addContentTypeParser('application/octet-stream', (_req, body, done) => done(null, body));
  const replies: FastifyReply[] = [];
  app.addHook('onRequest', async (_req, reply) => void replies.push(reply));
  addWorkerByteRoutes(app, {
    data, room: { promise: () => Promise.resolve(() => undefined) }, requireStorage: () => undefined, secret: 's', find: () => undefined, kindOf: () => 'preview', probe: () => undefined, sample: () => undefined, isLive: () => true, ...o,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  close.push(() => app.close());
  const url = (method: string, path: string): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${signUrl({ method, path, worker: 'w1', lease: 'lease', exp: Date.now() + 60_000 }, 's')}`;
  return { data, replies, url };
}

test('a transfer that breaks while room is looked for gives that room back', async () => {
  let promised = 0;
  let grant = (): void => undefined;
  let asked = (): void => undefined;
  const looking = new Promise<void>((resolve) => { asked = resolve; });
  const given = new Promise<void>((resolve) => { grant = resolve; });
  const { url, replies } = await house({ room: { async promise(bytes) {
    asked();
    await given; // the disk is slow
    promised += bytes;
    return () => { promised -= bytes; };
  } } });
  const req = request(url('PUT', '/worker/outputs/1/preview'), { method: 'PUT', headers: { 'content-type': 'application/octet-stream', 'content-length': 1000 } });
  req.on('error', () => undefined);
  req.write('x');
  await looking;
  const closed = once(replies[0]!.raw, 'close');
  req.destroy();
  await closed;
  expect(promised).toBe(0);
  grant();
  await new Promise(setImmediate);
  expect(promised).toBe(0);
});

test('a download ends with its lease', async () => {
  let live = true;
  const size = 64 << 20;
  const { data, url, replies } = await house({ find: () => ({ path: 'big', mime: 'image/jpeg' }) as MediaRow, isLive: () => live });
  writeFileSync(join(data, 'big'), Buffer.alloc(size));
  const [res] = await once(get(url('GET', '/worker/files/1')), 'response') as [IncomingMessage];
  await once(res, 'readable');
  const closed = once(replies[0]!.raw, 'close');
  live = false;
  await closed; // nobody reads: it would wait for ever
  let bytes = 0;
  const cut = new Promise<string>((resolve) => res.on('error', (e: NodeJS.ErrnoException) => resolve(e.code ?? '')).on('end', () => resolve('whole')));
  res.on('data', (d: Buffer) => { bytes += d.length; });
  expect(await cut).toBe('ECONNRESET');
  expect(bytes).toBeLessThan(size);
});
