import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { hostname } from 'node:os';
import { Readable } from 'node:stream';
import { json as readJson, text as readText } from 'node:stream/consumers';
import { X509Certificate } from 'node:crypto';
import type { Result, ActionName } from '@mantel/contracts/actions/index.ts';
import { ApiError, Failure, NetworkError } from '../failure.ts';

export interface ApiOptions { url: string; token: string | null; insecure?: boolean; cert?: string; /** No byte moved for this long. */ idleMs?: number }
export interface Sending { type: string; length: number; stream: () => Readable }

/** The HTTP API of one Mantel. Connections are kept, since a new TLS connection costs more than a small request. */
export interface Api {
  readonly url: string;
  get<N extends ActionName>(action: N, path: string): Promise<Result<N>>;
  post<N extends ActionName>(action: N, path: string, body?: object): Promise<Result<N>>;
  remove<N extends ActionName>(action: N, path: string): Promise<Result<N>>;
  /** One attempt, streamed; answers parsed JSON. */
  send<T>(path: string, body: Sending, signal?: AbortSignal): Promise<T>;
  /** The answer as it comes. */
  stream(path: string): Promise<Readable>;
  /** One request of a resumable upload; answers its headers. */
  tus(method: 'HEAD' | 'PATCH', path: string, headers: Record<string, string>, body?: Sending, signal?: AbortSignal): Promise<http.IncomingHttpHeaders>;
  close(): void;
}

export function createApi({ url, token, insecure, cert, idleMs = 120_000 }: ApiOptions): Api {
  const base = parseUrl(url);
  const secure = base.protocol === 'https:';
  const agent = secure ? new https.Agent({ keepAlive: true, ...trust(insecure, cert) }) : new http.Agent({ keepAlive: true });

  const request = (method: string, path: string, body: Sending | null, signal?: AbortSignal, headers: Record<string, string> = {}): Promise<http.IncomingMessage> => new Promise((resolve, reject) => {
    const req = (secure ? https : http).request(new URL(`${base.pathname.replace(/\/$/, '')}/api/v1${path}`, base), {
      method, agent, signal, timeout: idleMs,
      headers: { accept: 'application/json', 'user-agent': `mantel-cli (${hostname()})`, ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { 'content-type': body.type, 'content-length': body.length } : {}), ...headers },
    });
    const source = body?.stream();
    req.on('timeout', () => req.destroy(new Error('it took too long')));
    req.on('error', (error) => { source?.destroy(); reject(signal?.aborted ? new Failure('Stopped.', 130) : unreachable(base, error)); });
    // The server may refuse before it has read everything: its answer counts, not the rest of the body.
    req.on('response', (res) => { if (res.statusCode && res.statusCode >= 400) source?.unpipe(req).destroy(); resolve(res); });
    source?.on('error', (error) => req.destroy(error));
    if (source) source.pipe(req);
    else req.end();
  });

  const checked = async (method: string, path: string, body: Sending | null, signal?: AbortSignal, headers?: Record<string, string>): Promise<http.IncomingMessage> => {
    const res = await request(method, path, body, signal, headers);
    if (res.statusCode !== undefined && res.statusCode < 300) return res;
    const said = await readText(res).catch(() => '');
    res.destroy();
    throw refusal(res.statusCode ?? 0, said, base);
  };
  const parsed = async (res: http.IncomingMessage): Promise<unknown> => {
    try {
      return await readJson(res);
    } catch {
      throw new NetworkError(`The answer of ${base.origin} was cut off or is not from a Mantel. Check the address.`);
    }
  };
  const jsonBody = (value: object): Sending => { const bytes = Buffer.from(JSON.stringify(value)); return { type: 'application/json', length: bytes.length, stream: () => Readable.from([bytes]) }; };

  return {
    url: base.href.replace(/\/$/, ''),
    async get(_action, path) { return (await parsed(await checked('GET', path, null))) as never; },
    async post(_action, path, body) { return (await parsed(await checked('POST', path, body ? jsonBody(body) : null))) as never; },
    async remove(_action, path) { return (await parsed(await checked('DELETE', path, null))) as never; },
    async send<T>(path: string, body: Sending, signal?: AbortSignal) { return (await parsed(await checked('POST', path, body, signal))) as T; },
    stream: (path) => checked('GET', path, null),
    async tus(method, path, headers, body, signal) {
      const res = await checked(method, path, body ?? null, signal, { 'tus-resumable': '1.0.0', ...headers });
      res.resume();
      return res.headers;
    },
    close: () => agent.destroy(),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Failure(`"${text}" is not an address. Write it like http://192.168.1.20:2283.`, 2);
  return url;
}

/** A pinned certificate must be the very one that answers; names and authorities do not matter then. */
function trust(insecure: boolean | undefined, certFile: string | undefined): https.AgentOptions {
  if (!certFile) return insecure ? { rejectUnauthorized: false } : {};
  let pinned: X509Certificate;
  try {
    pinned = new X509Certificate(readFileSync(certFile));
  } catch (error) {
    throw new Failure(`The certificate ${certFile} cannot be read: ${(error as Error).message}`, 2);
  }
  return {
    ca: [pinned.toString()],
    checkServerIdentity: (_host, got) => (got.fingerprint256 === pinned.fingerprint256 ? undefined : new Error('this is another certificate than the one you gave')),
  };
}

function unreachable(base: URL, error: Error): NetworkError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const what = code === 'ECONNREFUSED' ? 'nothing listens there' : code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'this name is not known'
    : /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code) ? 'its certificate is not trusted; use --cert FILE, or --insecure in your own house' : error.message || code;
  return new NetworkError(`Mantel does not answer at ${base.origin}: ${what}.`);
}

function refusal(status: number, body: string, base: URL): ApiError | Failure {
  try {
    const { code, message, data } = JSON.parse(body) as { code?: unknown; message?: unknown; data?: Record<string, unknown> };
    if (typeof code === 'string' && typeof message === 'string') return new ApiError(status, code, code === 'unauthenticated' ? `${message} Use: mantel login --url ${base.origin}` : message, data);
  } catch { /* not JSON: not a Mantel, or something between us */ }
  return new ApiError(status, 'internal', `${base.origin} answered ${status}, not in the way of a Mantel. Check the address.`);
}
