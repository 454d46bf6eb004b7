import { createServer, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFetchProxy } from '@mantel/runtime/plugins/fetch-proxy.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { proxyFetch } from './proxy-fetch.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-fetch-'));
const ports: Record<'allowed' | 'other' | 'secure', number> = { allowed: 0, other: 0, secure: 0 };
const servers: Server[] = [];
let proxy: Awaited<ReturnType<typeof openFetchProxy>>, visits = 0;
const listen = async (server: Server): Promise<number> => {
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return (server.address() as AddressInfo).port;
};
beforeAll(async () => {
  ports.other = await listen(createServer((_, s) => {
    visits++;
    s.end('never');
  }));
  ports.allowed = await listen(createServer(async (q, s) => {
    let body = '';
    for await (const c of q.setEncoding('utf8')) body += c as string;
    const to: Record<string, string> = { '/away': `http://127.0.0.1:${ports.other}/`, '/home': '/end', '/round': '/round', '/file': 'file:///etc/passwd' };
    if (to[q.url!]) s.writeHead(302, { location: to[q.url!] }).end();
    else if (q.url === '/none') s.writeHead(204).end();
    else s.writeHead(q.url === '/missing' ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ method: q.method, url: q.url, body, key: q.headers['x-key'] }));
  }));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(dir, 'key'), '-out', join(dir, 'cert'), '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
  ports.secure = await listen(createTls({ key: readFileSync(join(dir, 'key')), cert: readFileSync(join(dir, 'cert')) }, (_, s) => {
    visits++;
    s.end('secret');
  }));
  proxy = await openFetchProxy([`127.0.0.1:${ports.allowed}`, `localhost:${ports.secure}`]);
});
afterAll(async () => {
  await proxy.close();
  for (const s of servers) s.close();
  rmSync(dir, { recursive: true, force: true });
});
const fetched = (path: string, init = {}): Promise<Response> => proxyFetch(proxy.socket, `http://127.0.0.1:${ports.allowed}${path}`, init);

it('asks, sends, and hands on what came', async () => {
  const answer = await fetched('/a?b=1', { method: 'POST', headers: { 'x-key': 'k' }, body: 'hello' });
  expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([200, 'application/json', { method: 'POST', url: '/a?b=1', body: 'hello', key: 'k' }]);
  expect([(await fetched('/missing')).status, (await fetched('/none')).status]).toEqual([404, 204]);
});
it('follows redirects at home, and none that lead elsewhere', async () => {
  expect(await (await fetched('/home')).json()).toMatchObject({ url: '/end' });
  await expect(fetched('/away')).rejects.toThrow(/is not among the hosts/);
  await expect(fetched('/round')).rejects.toThrow(/Too many redirects/);
  await expect(fetched('/file')).rejects.toThrow(/cannot be fetched/);
  expect(visits).toBe(0);
});
it('https goes through a tunnel and is checked at this end', async () => {
  await expect(proxyFetch(proxy.socket, `https://localhost:${ports.secure}/`)).rejects.toThrow(/self-signed certificate/);
  await expect(proxyFetch(proxy.socket, 'https://other.example/')).rejects.toThrow(/is not among the hosts/);
  expect(visits).toBe(0);
});
it('can be given up, and says when there is no network at all', async () => {
  await expect(fetched('/a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(proxyFetch(null, 'http://x/')).rejects.toThrow(/names no hosts/);
});
