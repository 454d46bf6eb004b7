import { request as plain, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { connect as tls } from 'node:tls';
import type { SourceContext } from '@mantel/plugin-sdk';

type Init = NonNullable<Parameters<SourceContext['fetch']>[1]>;
const HOPS = 5, WAIT = 60_000;
const refused = (answer: IncomingMessage, host: string): Error => new Error(String(answer.headers['x-mantel-why'] ?? `${host} could not be reached (${answer.statusCode}).`));

const answered = (request: ClientRequest, event: 'response' | 'connect'): Promise<[IncomingMessage, Socket]> => new Promise((resolve, reject) => {
  request.once(event, (answer: IncomingMessage, socket: Socket) => resolve([answer, socket]));
  if (event === 'connect') request.once('response', (answer: IncomingMessage) => reject(refused(answer, String(request.getHeader('host')))));
  request.once('error', reject).setTimeout(WAIT, () => request.destroy(new Error('The other side did not answer for a minute.')));
});

async function oneRequest(socketPath: string, url: URL, init: Init): Promise<IncomingMessage> {
  const options: RequestOptions = { method: init.method ?? 'GET', headers: { ...init.headers, host: url.host }, signal: init.signal };
  let request: ClientRequest;
  if (url.protocol === 'http:') request = plain({ ...options, socketPath, path: url.href });
  else {
    const target = `${url.hostname}:${url.port || 443}`;
    const tunnel = plain({ socketPath, method: 'CONNECT', path: target, headers: { host: target }, signal: init.signal });
    tunnel.end();
    const [answer, socket] = await answered(tunnel, 'connect');
    if (answer.statusCode !== 200) throw refused(answer, url.host);
    request = secure({ ...options, path: url.pathname + url.search, createConnection: () => tls({ socket, servername: url.hostname }) });
  }
  request.end(init.body);
  const [answer] = await answered(request, 'response');
  if (answer.headers['x-mantel-why'] !== undefined) throw refused(answer, url.host);
  return answer;
}

/** `fetch` through the house's door: the process has no network of its own, and the door opens only for the hosts of the manifest, at each redirect anew. */
export async function proxyFetch(socketPath: string | null, address: string, init: Init = {}): Promise<Response> {
  if (socketPath === null) throw new Error('This plugin may not use the network: its manifest names no hosts.');
  let url = new URL(address), { method = 'GET', body } = init;
  for (let hop = 0; hop <= HOPS; hop++) {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol} addresses cannot be fetched.`);
    const answer = await oneRequest(socketPath, url, { ...init, method, ...(body === undefined ? { body: undefined as never } : { body }) });
    const status = answer.statusCode ?? 0;
    const to = answer.headers.location;
    if (to === undefined || ![301, 302, 303, 307, 308].includes(status)) {
      const headers = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) for (const v of [value ?? []].flat()) headers.append(name, v);
      const bare = [101, 204, 205, 304].includes(status);
      if (bare) answer.resume();
      return new Response(bare ? null : Readable.toWeb(answer) as ReadableStream, { status, headers });
    }
    answer.resume();
    const next = new URL(to, url);
    if (next.origin !== url.origin) init = { ...init, headers: Object.fromEntries(Object.entries(init.headers ?? {}).filter(([name]) => !/^(authorization|cookie)$/i.test(name))) };
    url = next;
    if (status === 303 || (status !== 307 && status !== 308 && method === 'POST')) [method, body] = ['GET', undefined];
  }
  throw new Error('Too many redirects.');
}
