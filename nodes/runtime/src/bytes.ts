// Bytes between nodes: short-lived signed addresses, and a client that speaks TLS to one pinned certificate.
// The agent keeps connections alive: one handshake per worker and slot, not one per file.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ERRORS, MantelError, type ErrorCode } from '@mantel/contracts/errors.ts';

/** What an address allows: one method on one path, until `exp` (ms since 1970), for one worker's lease. */
export interface Grant { method: string; path: string; exp: number; worker: string; lease: string }

const mac = (g: Grant, secret: string): Buffer => createHmac('sha256', secret).update([g.method, g.path, g.exp, g.worker, g.lease].join('\n')).digest();

/** `path?e=…&w=…&l=…&s=…` */
export const signUrl = (g: Grant, secret: string): string =>
  `${g.path}?${new URLSearchParams({ e: String(g.exp), w: g.worker, l: g.lease, s: mac(g, secret).toString('base64url') }).toString()}`;

/** HEAD counts as GET. `bad`: not made by us, or for something else; `expired`: made by us, too old. */
export function checkUrl(method: string, url: string, secret: string, now = Date.now()): Grant | 'bad' | 'expired' {
  let parsed: URL;
  try { parsed = new URL(url, 'http://x'); } catch { return 'bad'; }
  const q = parsed.searchParams;
  const grant: Grant = { method: method === 'HEAD' ? 'GET' : method, path: parsed.pathname, exp: Number(q.get('e')), worker: q.get('w') ?? '', lease: q.get('l') ?? '' };
  const given = Buffer.from(q.get('s') ?? '', 'base64url');
  const want = mac(grant, secret);
  if (given.length !== want.length || !timingSafeEqual(given, want) || !Number.isFinite(grant.exp)) return 'bad';
  return grant.exp < now ? 'expired' : grant;
}

const BY_STATUS: Record<number, ErrorCode> = { 403: 'signature_bad', 404: 'not_found', 409: 'lease_lost', 410: 'signature_expired', 413: 'too_large', 422: 'checksum_mismatch', 503: 'storage_missing', 507: 'storage_full' };
const ERROR_BODY = 64 * 1024;

export interface Transfer { signal?: AbortSignal; maxBytes?: number; /** Limit for the whole transfer. */ limitMs?: number }
export interface Peer { host: string; port: number; cert: string }

/**
 * Reads and writes signed addresses of one coordinator. Every transfer has a limit: `idleMs` without a byte, and `limitMs` in all (default 10 minutes).
 * Throws MantelError: `signature_bad`, `signature_expired`, `lease_lost`, `checksum_mismatch`, `too_large`, `incomplete`, `timeout`, … (the server's code where it says one);
 * a broken connection is the error of node's network layer; an abort is the signal's reason.
 */
export class ByteClient {
  readonly #agent: Agent;
  readonly #peer: Peer;
  readonly #idleMs: number;

  constructor(peer: Peer, options: { idleMs?: number; maxSockets?: number } = {}) {
    this.#peer = peer;
    this.#idleMs = options.idleMs ?? 20_000;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.maxSockets ?? 16, ca: peer.cert, checkServerIdentity: () => undefined });
  }

  /** The whole address, for programs of their own (ffmpeg). */
  url(path: string): string { return `https://${this.#peer.host.includes(':') ? `[${this.#peer.host}]` : this.#peer.host}:${this.#peer.port}${path}`; }

  async get(path: string, options: Transfer = {}): Promise<Buffer> {
    return this.#within(options, async (signal) => collect(await this.#open('GET', path, {}, signal), options.maxBytes ?? 256 << 20));
  }

  /** Bytes `from` to `to`, both included; may be fewer at the end of the file. */
  async getRange(path: string, from: number, to: number, options: Transfer = {}): Promise<Buffer> {
    return this.#within(options, async (signal) => {
      const res = await this.#open('GET', path, { range: `bytes=${from}-${to}` }, signal);
      if (res.statusCode !== 206) { res.destroy(); throw new MantelError('internal', 'The coordinator answered a range with the whole file.'); }
      return collect(res, to - from + 1);
    });
  }

  /** Streams into a new file; an incomplete one is removed. */
  async getToFile(path: string, file: string, options: Transfer = {}): Promise<void> {
    return this.#within(options, async (signal) => {
      const res = await this.#open('GET', path, {}, signal);
      try { await pipeline(res, counted(res, options.maxBytes ?? Infinity), createWriteStream(file, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20 }), { signal }); } catch (e) { await rm(file, { force: true }); throw e; }
    });
  }

  /** Sends length and SHA-256 with it; resolves only after 201. */
  async put(path: string, body: Buffer, options: Transfer = {}): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': body.length, 'x-sha256': createHash('sha256').update(body).digest('hex') };
    return this.#within(options, async (signal) => {
      const res = await this.#open('PUT', path, headers, signal, body);
      res.resume();
      if (res.statusCode !== 201) throw new MantelError('internal', `The coordinator answered ${res.statusCode} to an upload.`);
    });
  }

  close(): void { this.#agent.destroy(); }

  async #within<T>(options: Transfer, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = AbortSignal.timeout(options.limitMs ?? 600_000);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try { return await work(signal); } catch (e) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (limit.aborted) throw new MantelError('timeout', 'The transfer took too long and was given up.');
      throw e;
    }
  }

  /** The answer, when it is 2xx; otherwise its error. A kept-alive connection that the server closed just now is tried once more on a new one. */
  async #open(method: string, path: string, headers: Record<string, string | number>, signal: AbortSignal, body?: Buffer, again = true): Promise<IncomingMessage> {
    let req: ClientRequest | undefined;
    let res: IncomingMessage;
    try {
      res = await new Promise<IncomingMessage>((resolve, reject) => {
        req = request({ host: this.#peer.host, port: this.#peer.port, path, method, headers, agent: this.#agent, signal, timeout: this.#idleMs }, resolve);
        req.on('timeout', () => req?.destroy(new MantelError('timeout', 'The coordinator did not answer in time.')));
        req.on('error', reject);
        req.end(body);
      });
    } catch (e) {
      if (again && req?.reusedSocket && (e as NodeJS.ErrnoException).code === 'ECONNRESET' && !signal.aborted) return this.#open(method, path, headers, signal, body, false);
      throw e;
    }
    const status = res.statusCode ?? 0;
    if (status >= 200 && status < 300) return res;
    throw await failure(status, res);
  }
}

/** Counts what passes; too much or too little is an error. Node itself reports a body that ends before its content-length as `aborted`. */
function counted(res: IncomingMessage, maxBytes: number): Transform {
  const declared = res.headers['content-length'] === undefined ? undefined : Number(res.headers['content-length']);
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) { seen += chunk.length; done(seen > maxBytes ? new MantelError('too_large') : null, chunk); },
    flush(done) { done(declared !== undefined && declared !== seen ? new MantelError('incomplete') : null); },
  });
}

async function collect(res: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(res.headers['content-length'] ?? 0) > maxBytes) { res.destroy(); throw new MantelError('too_large'); }
  const chunks: Buffer[] = [];
  await pipeline(res, counted(res, maxBytes), async (source: AsyncIterable<Buffer>) => { for await (const chunk of source) chunks.push(chunk); });
  return Buffer.concat(chunks);
}

async function failure(status: number, res: IncomingMessage): Promise<MantelError> {
  const body = await collect(res, ERROR_BODY).catch(() => Buffer.alloc(0));
  let said: { code?: unknown; message?: unknown } = {};
  try { said = JSON.parse(body.toString()) as typeof said; } catch { /* a proxy or an old server answers in its own words */ }
  const code = typeof said.code === 'string' && Object.hasOwn(ERRORS, said.code) ? (said.code as ErrorCode) : (BY_STATUS[status] ?? 'internal');
  return new MantelError(code, typeof said.message === 'string' ? said.message : undefined, { status });
}
