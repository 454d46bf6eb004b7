import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request as http } from 'node:http';
import { request as https } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCluster } from '../cluster/cluster.ts';
import { createApp } from './app.ts';
import { onePort } from './one-port.ts';

let dir: string;
let app: Awaited<ReturnType<typeof createApp>>;
let cluster: Awaited<ReturnType<typeof openCluster>>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-one-port-'));
  cluster = await openCluster(dir);
  app = await createApp({ resolve: () => ({ kind: 'anonymous' }), version: '1', serverFactory: onePort(cluster) });
  app.get('/hello', { config: { permission: 'public' } }, async () => 'hello');
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  rmSync(dir, { recursive: true, force: true });
});

const hello = (open: typeof http): Promise<IncomingMessage> => new Promise((resolve, reject) => {
  const { port } = app.server.address() as AddressInfo;
  open({ host: '127.0.0.1', port, path: '/hello', headers: { connection: 'keep-alive' }, agent: false, ca: cluster.cert, checkServerIdentity: () => undefined } as never, (res) => { resolve(res.resume()); }).on('error', reject).end();
});

it.each([['HTTP', http], ['TLS', https as typeof http]])('answers %s on the same port and keeps the connection for more than a minute', async (_name, open) => {
  const res = await hello(open);
  expect(res.statusCode).toBe(200);
  expect(res.headers['keep-alive']).toBe('timeout=72');
});
it.each([['HTTP', http], ['TLS', https as typeof http]])('ends a %s request that falls silent in the middle of its body', async (_name, open) => {
  const cut = fastify({ serverFactory: onePort(cluster), requestTimeout: 0, connectionTimeout: 200 });
  cut.addContentTypeParser('application/octet-stream', (_req, body, done) => { body.on('error', () => undefined).on('end', () => { done(null); }).resume(); });
  cut.post('/', async () => 'whole');
  await cut.listen({ host: '127.0.0.1', port: 0 });
  try {
    const { port } = cut.server.address() as AddressInfo;
    const req = open({ host: '127.0.0.1', port, path: '/', method: 'POST', headers: { 'content-type': 'application/octet-stream', 'content-length': 10 }, agent: false, ca: cluster.cert, checkServerIdentity: () => undefined } as never);
    req.write('half');
    const [error] = await once(req, 'error') as [NodeJS.ErrnoException]; // a request that is answered instead lets this test run into its limit
    expect(error.code).toBe('ECONNRESET');
  } finally {
    await cut.close();
  }
});
it('puts no limit of time on a whole request: an upload over a slow line may take an hour', () => { expect(app.server.requestTimeout).toBe(0); });
it('ends connections that are silent while a request is open', () => { expect(app.server.timeout).toBe(120_000); });
