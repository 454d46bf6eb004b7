import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { errorCode } from '@mantel/contracts/errors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchBody, type From, type Head, parseHead } from './fetch-body.ts';

let dir: string;
let cert: string;
let server: Server;
let serve: (socket: TLSSocket) => void;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-fetch-'));
  const at = (name: string): string => join(dir, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key'), '-out', at('crt'), '-days', '2', '-subj', '/CN=x.mantel'], { stdio: 'pipe' });
  cert = readFileSync(at('crt'), 'utf8');
  server = createServer({ key: readFileSync(at('key')), cert }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => serve(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});
const head = (length: number | string, status = '200 OK'): string => `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\nETag: "x"\r\n\r\n`;
/** What came, and how it ended. */
async function fetched(o: Partial<From> & { slowly?: () => Promise<void>; refuse?: () => void } = {}): Promise<{ head?: Head; bytes: Buffer; error: unknown }> {
  const blocks: Buffer[] = [];
  let seen: Head | undefined;
  const error: unknown = await fetchBody({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, cert, path: '/x', headers: {}, idleMs: 5000, signal: new AbortController().signal, ...o }, {
    begin: async (h) => { seen = h; o.refuse?.(); },
    write: async (block) => { await o.slowly?.(); blocks.push(Buffer.from(block)); },
  }).then(() => undefined, (e: unknown) => e);
  return { ...(seen ? { head: seen } : {}), bytes: Buffer.concat(blocks), error };
}

describe('a large body', () => {
  it.each([0, 1, 16_384, 1 << 20, (1 << 20) + 1, (7 << 20) + 321])('of %d bytes comes whole, however it is cut', async (length) => {
    const body = randomBytes(length);
    for (const cut of [1, 25, 60_000]) { // in the middle of the head, too
      serve = (socket) => {
        const all = Buffer.concat([Buffer.from(head(length)), body]);
        socket.write(all.subarray(0, cut), () => socket.end(all.subarray(cut)));
      };
      const got = await fetched();
      expect([got.error, got.head?.status, got.head?.headers.etag, got.bytes.equals(body)]).toEqual([undefined, 200, '"x"', true]);
    }
  });

  it('waits for a slow disk: only a little is read ahead', async () => {
    const body = randomBytes(24 << 20);
    let sent = 0, wrote = 0, ahead = 0;
    serve = (socket) => {
      socket.write(head(body.length));
      const more = (): void => {
        if (sent < body.length) socket.write(body.subarray(sent, sent += 65_536), more);
      };
      more();
    };
    const got = await fetched({ slowly: async () => {
      for (let still = -1; still !== sent; ) { // until the line stands still
        still = sent;
        await new Promise((r) => { setTimeout(r, 15); });
      }
      ahead = Math.max(ahead, sent - wrote);
      wrote += 1 << 20;
    } });
    expect([got.error, got.bytes.equals(body)]).toEqual([undefined, true]);
    expect(ahead).toBeLessThan(14 << 20); // three blocks, and what the two ends of the line hold
  });

  it('what came before a break is there, with the error behind it', async () => {
    serve = (socket) => { socket.write(Buffer.concat([Buffer.from(head(3_000_000)), Buffer.alloc(1_200_000, 7)]), () => socket.destroy()); };
    const got = await fetched();
    expect([got.bytes.length, (got.error as { code?: string }).code]).toEqual([1_200_000, 'ECONNRESET']);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-x\r\n\r\n', 'internal'], ['a head without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(5000)}`, 'internal'], ['no length', 'HTTP/1.1 200 OK\r\n\r\nabc', 'internal'],
    ['a length that is none', `${head('-5')}abc`, 'internal'], ['more than it said', `${head(2)}abcdef`, 'internal'], ['silence', '', 'timeout'], ['silence in the middle', `${head(100)}abc`, 'timeout'],
  ])('%s is an error, and no body', async (_what, said, code) => {
    serve = (socket) => void socket.write(said);
    const got = await fetched({ idleMs: 150 });
    expect(errorCode(got.error)).toBe(code);
  });

  it('a sink that refuses ends it', async () => {
    serve = (socket) => void socket.write(Buffer.concat([Buffer.from(head(5_000_000)), Buffer.alloc(5_000_000)]));
    const no = new Error('no');
    expect(await fetched({ refuse: () => { throw no; } })).toMatchObject({ error: no, bytes: { length: 0 } });
    expect((await fetched({ slowly: () => Promise.reject(no) })).error).toBe(no);
  });

  it('ends at once when it is given up, before and during', async () => {
    serve = (socket) => void socket.write(`${head(100)}abc`);
    const gone = new AbortController();
    setTimeout(() => gone.abort(new Error('given up')), 50);
    expect((await fetched({ signal: gone.signal })).error).toMatchObject({ message: 'given up' });
    expect((await fetched({ signal: gone.signal })).error).toMatchObject({ message: 'given up' });
  });

  it('another certificate is another house', async () => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(dir, 'k2'), '-out', join(dir, 'c2'), '-days', '2', '-subj', '/CN=x.mantel'], { stdio: 'pipe' });
    serve = (socket) => void socket.end(`${head(3)}abc`);
    expect(await fetched({ cert: readFileSync(join(dir, 'c2'), 'utf8') })).toMatchObject({ error: { code: expect.stringMatching(/SELF_SIGNED|SIGNATURE|VERIFY/) }, bytes: { length: 0 } });
  });
});

it('a head is read by its names, whatever their case', () => {
  expect(parseHead('HTTP/1.1 206 Partial Content\r\nCONTENT-range: bytes 1-2/3\r\nnonsense\r\n: x')).toEqual({ status: 206, headers: { 'content-range': 'bytes 1-2/3' } });
});
