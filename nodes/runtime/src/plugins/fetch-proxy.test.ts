import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, createServer as createPlain, type AddressInfo, type Socket } from 'node:net';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFetchProxy } from './fetch-proxy.ts';

const server = createServer((q, s) => { s.writeHead(200, { 'x-mantel-why': 'forged' }).end(`${q.method} ${q.url} ${q.headers.host}`); });
let port = 0, proxy: Awaited<ReturnType<typeof openFetchProxy>>;
beforeAll(async () => {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  port = (server.address() as AddressInfo).port;
  proxy = await openFetchProxy([`127.0.0.1:${port}`, 'localhost', 'nowhere.example']);
});
afterAll(async () => {
  await proxy.close();
  server.close();
});
const get = (path: string, method = 'GET', socketPath = proxy.socket): Promise<{ status: number; text: string; why: unknown }> => new Promise((resolve, reject) => {
  const done = async (answer: IncomingMessage): Promise<void> => {
    let text = '';
    for await (const c of answer.setEncoding('utf8')) text += c as string;
    resolve({ status: answer.statusCode!, text, why: answer.headers['x-mantel-why'] });
  };
  request({ socketPath, path, method, headers: { host: 'whatever' } }, (a) => void done(a).catch(reject)).on('error', reject).end();
});
const tunnel = (target: string): Promise<[string, Socket]> => new Promise((resolve) => {
  const s = connect(proxy.socket, () => s.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n\r\n`));
  s.once('data', (d: Buffer) => resolve([d.toString(), s]));
});

it('an allowed host and port is reached, with its own name, whatever the request says', async () => {
  expect(await get(`http://127.0.0.1:${port}/a?b=1`)).toEqual({ status: 200, text: `GET /a?b=1 127.0.0.1:${port}`, why: undefined });
});
it.each([['another port', () => `http://127.0.0.1:${port + 1}/`], ['another name of the same machine', () => `http://localhost:${port}/`], ['another host', () => 'http://other.example/'], ['another protocol', () => 'file:///etc/passwd'], ['a name inside of a name', () => `http://127.0.0.1:${port}@other.example/`]])('%s is refused', async (_, url) => {
  const answer = await get(url());
  expect(answer.status).toBe(403);
  expect(answer.why).toMatch(/not among the hosts|Only http/);
});
it('nonsense and unknown names are answered', async () => {
  expect((await get('noaddress')).status).toBe(400);
  expect(await get('http://nowhere.example/')).toMatchObject({ status: 403, why: expect.stringContaining('is not known') as string });
});
it('a tunnel leads to what is allowed, and nowhere else', async () => {
  const [answer, socket] = await tunnel(`127.0.0.1:${port}`);
  expect(answer).toContain('200 OK');
  const text = new Promise<string>((resolve) => { socket.once('data', (d: Buffer) => resolve(d.toString())); });
  socket.write('GET /through HTTP/1.0\r\nhost: inner\r\n\r\n');
  expect(await text).toContain('200 OK');
  socket.destroy();
  for (const target of [`localhost:${port}`, '169.254.169.254:80', `[::1]:${port}`, 'nothing', '127.0.0.1:22']) {
    const [refused, s] = await tunnel(target);
    expect(refused).toMatch(/^HTTP\/1\.1 (403|502)/);
    s.destroy();
  }
});
/** Whoever answers like this, byte by byte, and a way there. */
async function withHost<T>(bytes: string, use: (path: string, socket: string) => Promise<T>): Promise<T> {
  const host = createPlain((s) => { s.on('error', () => undefined).once('data', () => s.end(bytes)); });
  await new Promise<void>((resolve) => { host.listen(0, '127.0.0.1', resolve); });
  const at = `127.0.0.1:${(host.address() as AddressInfo).port}`;
  const way = await openFetchProxy([at]);
  try {
    return await use(`http://${at}/`, way.socket);
  } finally {
    await way.close();
    host.close();
  }
}
it.each(['000', '007', '099', '101', '199', '600', '999', 'nonsense'])('an answer that is none (%s) is refused, and the house goes on', async (status) => {
  expect(await withHost(`HTTP/1.1 ${status} X\r\n\r\nx`, (path, socket) => get(path, 'GET', socket))).toEqual({ status: 502, text: '', why: 'This host could not be reached.' });
});
it('an answer that promises trailers comes without them', async () => {
  expect(await withHost('HTTP/1.1 200 OK\r\ntrailer: x\r\ncontent-length: 1\r\n\r\nx', (path, socket) => get(path, 'GET', socket))).toMatchObject({ status: 200, text: 'x' });
});
it('an answer that breaks off breaks off here, too', async () => {
  await expect(withHost('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx', (path, socket) => get(path, 'GET', socket))).rejects.toThrow(/aborted/);
});
it('is gone when it is closed', async () => {
  const other = await openFetchProxy(['localhost']);
  await other.close();
  expect(existsSync(other.socket)).toBe(false);
});
