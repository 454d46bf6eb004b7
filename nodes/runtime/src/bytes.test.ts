import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorCode } from '@mantel/contracts/errors.ts';
import { ByteClient, checkUrl, signUrl, type Grant } from './bytes.ts';

const grant: Grant = { method: 'GET', path: '/bytes/1', exp: 2000, worker: 'w1', lease: 't' };

describe('signed addresses', () => {
  const url = signUrl(grant, 'key');
  it('give back what was granted', () => { expect(checkUrl('GET', url, 'key', 1000)).toEqual(grant); });
  it('serve HEAD like GET', () => { expect(checkUrl('HEAD', url, 'key', 1000)).toEqual(grant); });
  it('expire', () => { expect(checkUrl('GET', url, 'key', 2001)).toBe('expired'); });
  it.each([
    ['another method', 'PUT', url, 'key'], ['another path', 'GET', url.replace('/1?', '/2?'), 'key'], ['another worker', 'GET', url.replace('w=w1', 'w=w2'), 'key'], ['another lease', 'GET', url.replace('l=t', 'l=u'), 'key'],
    ['a longer life', 'GET', url.replace('e=2000', 'e=9000'), 'key'], ['another key', 'GET', url, 'other'], ['no signature', 'GET', '/bytes/1', 'key'], ['half a signature', 'GET', url.slice(0, -9), 'key'], ['not an address', 'GET', '//', 'key'],
    ['a path that is written in another way', 'GET', url.replace('/bytes/1', '/x/../bytes/2'), 'key'],
  ])('refuse %s', (_what, method, address, key) => { expect(checkUrl(method, address, key, 1000)).toBe('bad'); });
});

describe('byte client', () => {
  let folder: string, server: Server, client: ByteClient, pem: string, port: number;
  let answer: (req: IncomingMessage, res: ServerResponse) => void;
  let connections = 0;
  const certificate = (name: string): { key: string; cert: string } => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`), '-days', '2', '-subj', `/CN=${name}.mantel`], { stdio: 'pipe' });
    return { key: readFileSync(join(folder, `${name}.key`), 'utf8'), cert: readFileSync(join(folder, `${name}.crt`), 'utf8') };
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mantel-client-'));
    const tls = certificate('mine');
    pem = tls.cert;
    server = createServer(tls, (req, res) => { answer(req, res); }).on('secureConnection', () => { connections++; });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    port = (server.address() as AddressInfo).port;
    client = new ByteClient({ host: '127.0.0.1', port, cert: pem }, { idleMs: 300 });
  });
  beforeEach(() => { answer = (_req, res) => { res.end('hello'); }; });
  afterAll(async () => { client.close(); server.closeAllConnections(); await new Promise((resolve) => { server.close(resolve); }); rmSync(folder, { recursive: true, force: true }); });

  const code = (p: Promise<unknown>): Promise<string> => p.then(() => 'no error', errorCode);

  it('reads over one kept connection', async () => {
    const before = connections;
    for (let i = 0; i < 5; i++) expect((await client.get('/x')).toString()).toBe('hello');
    expect(connections - before).toBeLessThanOrEqual(1);
  });
  it('trusts only the pinned certificate', async () => {
    const stranger = new ByteClient({ host: '127.0.0.1', port, cert: certificate('other').cert });
    await expect(stranger.get('/x')).rejects.toThrow(/certificate|self.signed/i);
    stranger.close();
  });
  it.each([[403, 'signature_bad'], [410, 'signature_expired'], [409, 'lease_lost'], [404, 'not_found'], [422, 'checksum_mismatch'], [507, 'storage_full'], [500, 'internal']])('%i is %s', async (status, want) => {
    answer = (_req, res) => { res.writeHead(status).end('whatever'); };
    expect(await code(client.get('/x'))).toBe(want);
  });
  it("takes the server's own code and words", async () => {
    answer = (_req, res) => { res.writeHead(409).end('{"code":"conflict","message":"No."}'); };
    await expect(client.get('/x')).rejects.toMatchObject({ type: 'conflict', message: 'No.' });
  });
  it('stops at the limit, declared or not', async () => {
    expect(await code(client.get('/x', { maxBytes: 4 }))).toBe('too_large');
    answer = (_req, res) => { res.write('he'); res.end('llo'); };
    expect(await code(client.get('/x', { maxBytes: 4 }))).toBe('too_large');
    expect((await client.get('/x', { maxBytes: 5 })).length).toBe(5);
  });
  it('asks for a range and takes nothing else for it', async () => {
    answer = (req, res) => { res.writeHead(206).end(req.headers.range); };
    expect((await client.getRange('/x', 0, 99)).toString()).toBe('bytes=0-99');
    answer = (_req, res) => { res.end('everything'); };
    expect(await code(client.getRange('/x', 0, 3))).toBe('internal');
  });
  it('sends length and SHA-256, and wants 201', async () => {
    let seen: unknown;
    answer = (req, res) => { seen = [req.method, req.headers['content-length'], req.headers['x-sha256']]; req.resume(); req.on('end', () => res.writeHead(201).end()); };
    await client.put('/x', Buffer.from('hello'));
    expect(seen).toEqual(['PUT', '5', createHash('sha256').update('hello').digest('hex')]);
    answer = (req, res) => { req.resume(); res.writeHead(200).end(); };
    expect(await code(client.put('/x', Buffer.from('hello')))).toBe('internal');
  });
  it('leaves no half file', async () => {
    const file = join(folder, 'half');
    answer = (_req, res) => { res.writeHead(200, { 'content-length': 100 }); res.write('abc', () => res.destroy()); };
    await expect(client.getToFile('/x', file)).rejects.toThrow();
    expect(existsSync(file)).toBe(false);
    answer = (_req, res) => { res.end('whole'); };
    await client.getToFile('/x', file);
    expect(readFileSync(file, 'utf8')).toBe('whole');
  });
  it('gives up on a silent server, and on a slow one', async () => {
    answer = () => undefined;
    expect(await code(client.get('/x'))).toBe('timeout');
    answer = (_req, res) => { const beat = setInterval(() => res.write('.'), 20); res.on('close', () => { clearInterval(beat); }); };
    expect(await code(client.get('/x', { limitMs: 200 }))).toBe('timeout');
  });
  it('ends with the reason of an abort', async () => {
    const abort = new AbortController(), why = new Error('enough');
    answer = () => { abort.abort(why); };
    await expect(client.get('/x', { signal: abort.signal })).rejects.toBe(why);
  });
  it('tries once more when a kept connection was closed by the server meanwhile', async () => {
    await client.get('/x');
    let times = 0;
    answer = (req, res) => { if (++times === 1) req.socket.destroy(); else res.end('again'); };
    expect((await client.get('/x')).toString()).toBe('again');
  });
});
