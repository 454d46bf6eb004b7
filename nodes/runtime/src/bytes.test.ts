import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    client = new ByteClient({ host: '127.0.0.1', port, cert: pem }, { idleMs: 300, patienceMs: 0 });
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
  describe('when the connection breaks', () => {
    const whole = Buffer.alloc(3_000_000, 'the same bytes, again and again ');
    const patient = (): ByteClient => new ByteClient({ host: '127.0.0.1', port, cert: pem }, { idleMs: 300, patienceMs: 3000 });
    /** Serves ranges of `body` and breaks off after `each` bytes of an answer; says what it was asked for. */
    const serve = (body: () => Buffer, etag: () => string | undefined, each: number): string[] => {
      const asked: string[] = [];
      answer = (req, res) => {
        asked.push(`${req.headers.range ?? 'all'} ${req.headers['if-range'] ?? ''}`.trim());
        const all = body();
        const from = req.headers['if-range'] === etag() ? Number(/\d+/.exec(req.headers.range ?? '')?.[0] ?? 0) : 0;
        res.writeHead(from ? 206 : 200, { 'content-length': all.length - from, ...(etag() ? { etag: etag() } : {}), ...(from ? { 'content-range': `bytes ${from}-${all.length - 1}/${all.length}` } : {}) });
        if (all.length - from <= each) res.end(all.subarray(from)); else res.write(all.subarray(from, from + each), () => setTimeout(() => res.destroy(), 20));
      };
      return asked;
    };
    const fetched = async (name: string): Promise<Buffer> => {
      const mine = patient();
      const file = join(folder, name);
      try { await mine.getToFile('/x', file); return readFileSync(file); } finally { mine.close(); }
    };

    it('a file goes on where it was', async () => {
      const asked = serve(() => whole, () => '"a"', 1_200_000);
      expect((await fetched('resumed')).equals(whole)).toBe(true);
      expect(asked[0]).toBe('all');
      expect(asked.length).toBeGreaterThan(2);
      for (const again of asked.slice(1)) expect(again).toMatch(/^bytes=\d{6,}- "a"$/);
    });
    it('a file that changed meanwhile is fetched from the start', async () => {
      let now = Buffer.alloc(2_000_000, 'old');
      const asked = serve(() => now, () => `"${now.length}"`, 1_500_000);
      const other = Buffer.alloc(1_400_000, 'new');
      const was = answer;
      answer = (req, res) => { was(req, res); now = other; };
      expect((await fetched('changed')).equals(other)).toBe(true);
      expect(asked).toHaveLength(2);
    });
    it('without a name for the file it starts again, and ends when that never works', async () => {
      const asked = serve(() => whole, () => undefined, 1_000_000);
      await expect(fetched('nameless')).rejects.toThrow();
      expect(new Set(asked)).toEqual(new Set(['all']));
      expect(existsSync(join(folder, 'nameless'))).toBe(false);
    });
    it('another part than was asked for is refused', async () => {
      let times = 0;
      answer = (_req, res) => {
        if (times++ === 0) { res.writeHead(200, { 'content-length': whole.length, etag: '"a"' }); res.write(whole.subarray(0, 1_100_000), () => setTimeout(() => res.destroy(), 20)); } else res.writeHead(206, { 'content-range': `bytes 5-${whole.length - 1}/${whole.length}`, etag: '"a"' }).end(whole.subarray(5));
      };
      await expect(fetched('wrong-part')).rejects.toMatchObject({ type: 'internal' });
    });
    it('an upload starts again, whole', async () => {
      const file = join(folder, 'upload');
      writeFileSync(file, whole);
      const seen: Buffer[] = [];
      answer = (req, res) => {
        const chunks: Buffer[] = [];
        let cut = seen.length < 2 ? 700_000 : Infinity;
        req.on('data', (d: Buffer) => { chunks.push(d); cut -= d.length; if (cut < 0) { cut = Infinity; seen.push(Buffer.alloc(0)); req.socket.destroy(); } });
        req.on('end', () => { seen.push(Buffer.concat(chunks)); res.writeHead(createHash('sha256').update(whole).digest('hex') === req.headers['x-sha256'] ? 201 : 422).end(); });
      };
      const mine = patient();
      await mine.putFile('/x', file);
      mine.close();
      expect(seen.map((b) => b.length)).toEqual([0, 0, whole.length]);
      expect(seen[2]!.equals(whole)).toBe(true);
    });
    it('an answer is an answer, in the middle of an upload too', async () => {
      answer = (req, res) => { req.resume(); res.writeHead(409).end('{"code":"lease_lost"}'); };
      const mine = patient();
      const file = join(folder, 'refused');
      writeFileSync(file, whole);
      expect(await code(mine.putFile('/x', file))).toBe('lease_lost');
      mine.close();
    });
    it('an empty file goes both ways', async () => {
      const file = join(folder, 'empty');
      writeFileSync(file, '');
      let length: string | undefined;
      answer = (req, res) => { length = req.headers['content-length']; req.resume(); req.on('end', () => res.writeHead(201).end()); };
      await client.putFile('/x', file);
      expect(length).toBe('0');
      answer = (_req, res) => { res.end(); };
      await client.getToFile('/x', join(folder, 'nothing'));
      expect(readFileSync(join(folder, 'nothing')).length).toBe(0);
    });
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
