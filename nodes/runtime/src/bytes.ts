// Bytes between nodes: short-lived signed addresses, and a client that speaks TLS to one pinned certificate.
// The agent keeps connections alive: one handshake per worker and slot, not one per file.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ERRORS, MantelError, type ErrorCode } from '@mantel/contracts/errors.ts';
import { Body, hashOfFile } from './byte-files.ts';
import { fetchBody } from './fetch-body.ts';
import { patiently } from './patience.ts';

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
const BLOCK = 1 << 20;
type Headers = Record<string, string | number>;
interface Upload { length: number; sha256: string; open: () => Buffer | Readable }

/**
 * Reads and writes signed addresses of one coordinator. Every transfer has a limit: `idleMs` without a byte, and `limitMs` in all (default 10 minutes).
 * A coordinator that is away for a while (restart, cable) is asked again: for `patienceMs` without progress, then the error of the last try is thrown. Everything here may be repeated safely.
 * Throws MantelError: `signature_bad`, `signature_expired`, `lease_lost`, `checksum_mismatch`, `too_large`, `incomplete`, `timeout`, … (the server's code where it says one);
 * a broken connection is the error of node's network layer; an abort is the signal's reason.
 */
export class ByteClient {
  readonly #agent: Agent;
  #moved = new AbortController(); // ends the transfers that have connections of their own
  #peer: Peer;
  readonly #idleMs: number;
  readonly #patienceMs: number;

  constructor(peer: Peer, options: { idleMs?: number; maxSockets?: number; patienceMs?: number } = {}) {
    this.#peer = peer;
    this.#idleMs = options.idleMs ?? 20_000;
    this.#patienceMs = options.patienceMs ?? 60_000;
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

  /**
   * Streams into a new file; an incomplete one is removed. After a break it goes on where it was, if the server can name the file (ETag) and it is the same one still; else from the start.
   */
  async getToFile(path: string, file: string, options: Transfer = {}): Promise<void> {
    const to = await open(file, 'wx', 0o600);
    const body = new Body(to, options.maxBytes ?? Infinity);
    try {
      await this.#within(options, async (signal) => {
        let refused: number | undefined;
        const said: Buffer[] = [];
        await fetchBody({ ...this.#peer, path, headers: body.wanted(), idleMs: this.#idleMs, signal: AbortSignal.any([signal, this.#moved.signal]) }, {
          begin: async (head) => { if (head.status >= 200 && head.status < 300) await body.begin(head); else refused = head.status; },
          write: async (block) => { if (refused === undefined) await body.append(block); else if (said.length === 0) said.push(Buffer.from(block.subarray(0, ERROR_BODY))); },
        });
        if (refused !== undefined) throw failureOf(refused, Buffer.concat(said));
        body.end();
      }, () => body.written);
      await to.close();
    } catch (e) {
      await to.close().catch(() => undefined);
      await rm(file, { force: true });
      throw e;
    }
  }

  /** Sends length and SHA-256 with it; resolves only after 201. */
  async put(path: string, body: Buffer, options: Transfer = {}): Promise<void> {
    return this.#send(path, { length: body.length, sha256: createHash('sha256').update(body).digest('hex'), open: () => body }, options);
  }

  /** As `put`, from a file of any size; after a break it starts again, because only the whole counts. The file must not change meanwhile. `sha256`: of the file, where it is known already. */
  async putFile(path: string, file: string, options: Transfer & { sha256?: string } = {}): Promise<void> {
    const { size } = await stat(file);
    const sha256 = options.sha256 ?? await hashOfFile(file, options.signal);
    return this.#send(path, { length: size, sha256, open: () => createReadStream(file, { highWaterMark: BLOCK, ...(size > 0 ? { end: size - 1 } : {}) }) }, options);
  }

  /** The same server has another address now. Transfers under way break off and go on there. */
  moveTo(host: string, port: number): void {
    this.#peer = { ...this.#peer, host, port };
    this.#hangUp();
  }

  close(): void { this.#hangUp(); }

  #hangUp(): void {
    this.#agent.destroy();
    this.#moved.abort(Object.assign(new Error('the connection was given up'), { code: 'ECONNRESET' }));
    this.#moved = new AbortController();
  }

  #send(path: string, { length, sha256, open: source }: Upload, options: Transfer): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': length, 'x-sha256': sha256 };
    return this.#within(options, async (signal) => {
      const res = await this.#open('PUT', path, headers, signal, source);
      res.resume();
      if (res.statusCode !== 201) throw new MantelError('internal', `The coordinator answered ${res.statusCode} to an upload.`);
    });
  }

  async #within<T>(options: Transfer, work: (signal: AbortSignal) => Promise<T>, progress?: () => number): Promise<T> {
    const limit = AbortSignal.timeout(options.limitMs ?? 600_000);
    const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
    try { return await patiently(() => work(signal), { forMs: this.#patienceMs, signal, ...(progress ? { progress } : {}) }); } catch (e) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (limit.aborted) throw new MantelError('timeout', 'The transfer took too long and was given up.');
      throw e;
    }
  }

  /** The answer, when it is 2xx; otherwise its error. A kept-alive connection that the server closed just now is tried once more on a new one. */
  async #open(method: string, path: string, headers: Headers, signal: AbortSignal, body?: () => Buffer | Readable, again = true): Promise<IncomingMessage> {
    let req: ClientRequest | undefined;
    let res: IncomingMessage;
    try {
      res = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = req = request({ host: this.#peer.host, port: this.#peer.port, path, method, headers, agent: this.#agent, signal, timeout: this.#idleMs }, resolve);
        sent.on('timeout', () => sent.destroy(new MantelError('timeout', 'The coordinator did not answer in time.')));
        sent.on('error', reject);
        const source = body?.();
        if (source === undefined || Buffer.isBuffer(source)) { sent.end(source); return; }
        sent.on('close', () => source.destroy());
        source.on('error', (e) => sent.destroy(e)).pipe(sent);
      });
    } catch (e) {
      if (again && req?.reusedSocket && (e as NodeJS.ErrnoException).code === 'ECONNRESET' && !signal.aborted) return this.#open(method, path, headers, signal, body, false);
      throw e;
    }
    const status = res.statusCode ?? 0;
    if (status >= 200 && status < 300) return res;
    throw failureOf(status, await collect(res, ERROR_BODY).catch(() => Buffer.alloc(0)));
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

function failureOf(status: number, body: Buffer): MantelError {
  let said: { code?: unknown; message?: unknown } = {};
  try { said = JSON.parse(body.toString()) as typeof said; } catch { /* a proxy or an old server answers in its own words */ }
  const code = typeof said.code === 'string' && Object.hasOwn(ERRORS, said.code) ? (said.code as ErrorCode) : (BY_STATUS[status] ?? 'internal');
  return new MantelError(code, typeof said.message === 'string' ? said.message : undefined, { status });
}
