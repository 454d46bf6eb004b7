// HTTP and TLS through the one port: answers, live events, a large upload; clients that say nothing, nonsense, or leave in mid-handshake; an end that ends.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tls } from 'node:tls';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { createApp } from '@mantel/coordinator/http/app.ts';
import { onePort } from '@mantel/coordinator/http/one-port.ts';
import { afterAll, expect, test } from 'vitest';
import { ask, open } from './rig/ask.ts';
import { halfOpen, HALF_HELLO } from './rig/rogue.ts';

const SILENT_MS = 1000;
const dir = mkdtempSync(join(tmpdir(), 'mantel-one-port-'));
const cluster = await openCluster(dir);
const app = await createApp({ resolve: () => ({ kind: 'anonymous' }), version: '1', serverFactory: onePort(cluster, SILENT_MS) });
const config = { permission: 'public' as const };
app.get('/hello', { config }, () => ({ hello: true }));
app.get('/live', { config }, (_req, reply) => {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let i = 0; i < 3; i++) reply.raw.write(`event: change\ndata: ${i}\n\n`);
  setImmediate(() => reply.raw.end());
});
app.post('/upload', { config }, async (req) => {
  const hash = createHash('sha256');
  for await (const chunk of req.body as AsyncIterable<Buffer>) hash.update(chunk);
  return { sha256: hash.digest('hex') };
});
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
afterAll(async () => {
  await app.close();
  rmSync(dir, { recursive: true, force: true });
});

for (const [name, cert] of [['HTTP', undefined], ['TLS', cluster.cert]] as const) {
  const by = cert ? { cert } : {};
  test(`${name}: an answer, live events, 64 MB of upload`, async () => {
    expect((await ask(port, { method: 'GET', path: '/hello', ...by })).json).toEqual({ hello: true });
    expect((await ask(port, { method: 'GET', path: '/live', ...by })).bytes.toString().match(/event: change/g)).toHaveLength(3);
    const body = Buffer.alloc(64 << 20, 'mantel');
    const sent = await ask(port, { method: 'POST', path: '/upload', headers: { 'content-type': 'application/octet-stream', 'content-length': body.length }, body, ...by });
    expect(sent.json).toEqual({ sha256: createHash('sha256').update(body).digest('hex') });
  });
  test(`${name}: thirty requests at once, and one that is written byte by byte`, async () => {
    const all = await Promise.all(Array.from({ length: 30 }, () => ask(port, { method: 'GET', path: '/hello', ...by })));
    expect(all.every((a) => a.status === 200)).toBe(true);
    const { req, answer } = open(port, { method: 'POST', path: '/upload', headers: { 'content-type': 'application/octet-stream', 'content-length': 5 }, ...by });
    for (const byte of 'hello') await new Promise((resolve) => { req.write(byte, resolve); });
    req.end();
    expect((await answer).json).toEqual({ sha256: createHash('sha256').update('hello').digest('hex') });
  });
}

/** Milliseconds until the server ends a connection that says nothing. */
async function silent(): Promise<number> {
  const began = Date.now();
  await once(connect(port, '127.0.0.1').resume(), 'close');
  return Date.now() - began;
}

test('silent clients are dropped at their limit, nonsense at once, and nothing of them stays open', async () => {
  expect(await silent()).toBeGreaterThanOrEqual(SILENT_MS - 50);
  for (const nonsense of ['garbage\r\n\r\n', '\u0016garbage-garbage-garbage', Buffer.from([0x16, 3, 1, 0xff, 0xff, 1]), Buffer.alloc(5000, 0x16), 'GET / HTTP/9.9\r\n\r\n', Buffer.alloc(100_000, 'A')]) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined).resume();
    const closed = new Promise((resolve) => { socket.on('close', resolve); }); // with or without a reset
    socket.end(nonsense); // and says that this was all
    await closed;
  }
  for (let i = 0; i < 5; i++) { // does not trust the certificate and leaves in mid-handshake; leaves right after its first byte
    await new Promise((resolve) => { tls({ host: '127.0.0.1', port }).on('error', resolve); });
    await new Promise((resolve) => { const s = connect(port, '127.0.0.1', () => { s.write(i % 2 ? 'G' : '\u0016', () => { s.resetAndDestroy(); }); }).on('close', resolve); });
  }
  await allClosed();
  expect((await ask(port, { method: 'GET', path: '/hello', cert: cluster.cert })).status).toBe(200);
});

test('half a handshake has a limit too, and a crowd of newcomers of one address makes room for the next', async () => {
  const half = async (at: number): Promise<number> => {
    const began = Date.now();
    const socket = connect(at, '127.0.0.1', () => { socket.write(HALF_HELLO); }).on('error', () => undefined).resume();
    await new Promise((resolve) => { socket.on('close', resolve); });
    return Date.now() - began;
  };
  expect(await half(port)).toBeLessThan(SILENT_MS + 3000); // node's own limit is two minutes

  const patient = await createApp({ resolve: () => ({ kind: 'anonymous' }), version: '1', serverFactory: onePort(cluster, 60_000) });
  patient.get('/hello', { config }, () => ({ hello: true }));
  await patient.listen({ host: '127.0.0.1', port: 0 });
  const at = (patient.server.address() as AddressInfo).port;
  const kept = Array.from({ length: 20 }, () => tls({ host: '127.0.0.1', port: at, ca: cluster.cert, checkServerIdentity: () => undefined }));
  await Promise.all(kept.map((s) => once(s, 'secureConnect')));
  const crowd = await halfOpen(at, 300, HALF_HELLO);
  await expect.poll(() => crowd.closed()).toBe(300 - 256);
  for (const by of [{}, { cert: cluster.cert }]) expect((await ask(at, { method: 'GET', path: '/hello', ...by })).status).toBe(200);
  expect(kept.filter((s) => s.destroyed)).toEqual([]); // who has shaken hands is no newcomer
  for (const s of kept) s.destroy();
  crowd.end();
  await patient.close();
});

test('closing does not wait for clients that never end', async () => {
  const other = await createApp({ resolve: () => ({ kind: 'anonymous' }), version: '1', serverFactory: onePort(cluster) });
  await other.listen({ host: '127.0.0.1', port: 0 });
  const at = (other.server.address() as AddressInfo).port;
  const sockets = [connect(at, '127.0.0.1'), tls({ host: '127.0.0.1', port: at, ca: cluster.cert, checkServerIdentity: () => undefined })];
  await Promise.all([once(sockets[0]!, 'connect'), once(sockets[1]!, 'secureConnect')]);
  sockets[1]!.write('GET /hello HTTP/1.1\r\nHost: x\r\n'); // headers that never end
  const ended = Promise.all(sockets.map((s) => new Promise((resolve) => { s.on('error', () => undefined).on('close', resolve).resume(); })));
  await other.close();
  await ended;
}, 20_000);

/** The server learns of a client's end in its own time; a few rounds through its event loop are enough. */
async function allClosed(): Promise<void> {
  const count = (): Promise<number> => new Promise((resolve, reject) => { app.server.getConnections((e, n) => (e ? reject(e) : resolve(n))); });
  for (let i = 0; i < 200 && (await count()) > 0; i++) await ask(port, { method: 'GET', path: '/hello' });
  expect(await count()).toBe(0);
}
