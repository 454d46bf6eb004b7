// A TLS server with its own certificate that plays the coordinator's byte side: signed GET with ranges, PUT with length and SHA-256. For tests.
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PreviewLease } from '@mantel/contracts/models/job.ts';
import { ByteClient, checkUrl, signUrl } from '@mantel/runtime/bytes.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { ExecutorContext } from '../executors/context.ts';

const CID = '00112233aabbccdd';
const SECRET = randomBytes(32).toString('hex');

export interface ByteServer {
  port: number; cert: string; cid: string; context: ExecutorContext;
  /** What workers sent: lease id and name → bytes. */
  received: Map<string, Buffer>;
  /** Called with every request; may take over the answer by returning true. */
  intercept: ((req: IncomingMessage, res: ServerResponse) => boolean) | undefined;
  lease(file: Buffer | string, facts?: { mime?: string; bytes?: number }): PreviewLease;
  close(): Promise<void>;
}

export function makeCertificate(folder: string): { key: string; cert: string } {
  const at = (name: string): string => join(folder, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('tls.key'), '-out', at('tls.crt'), '-days', '2',
    '-subj', `/CN=${CID}.mantel`, '-addext', `subjectAltName=DNS:${CID}.mantel`], { stdio: 'pipe' });
  return { key: readFileSync(at('tls.key'), 'utf8'), cert: readFileSync(at('tls.crt'), 'utf8') };
}

export async function startByteServer(): Promise<ByteServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mantel-bytes-'));
  const { key, cert } = makeCertificate(folder);
  const files = new Map<string, Buffer>();
  const received = new Map<string, Buffer>();
  let count = 0;

  const server = createServer({ key, cert }, (req, res) => {
    if (self.intercept?.(req, res)) return;
    const grant = checkUrl(req.method ?? '', req.url ?? '', SECRET);
    if (typeof grant === 'string') { res.writeHead(grant === 'bad' ? 403 : 410).end(); return; }
    if (req.method === 'PUT') { void take(req, res, grant.path); return; }
    const body = files.get(grant.path);
    if (!body) { res.writeHead(404).end(); return; }
    const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '');
    if (!range) { res.writeHead(200, { 'content-length': body.length, 'accept-ranges': 'bytes' }).end(body); return; }
    const [from, to] = [Number(range[1]), Math.min(range[2] ? Number(range[2]) : body.length - 1, body.length - 1)];
    if (from > to) { res.writeHead(416, { 'content-range': `bytes */${body.length}` }).end(); return; }
    res.writeHead(206, { 'content-length': to - from + 1, 'content-range': `bytes ${from}-${to}/${body.length}`, 'accept-ranges': 'bytes' }).end(body.subarray(from, to + 1));
  });

  async function take(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const ok = Number(req.headers['content-length']) === body.length && req.headers['x-sha256'] === createHash('sha256').update(body).digest('hex');
    if (ok) received.set(path.slice('/put/'.length), body);
    res.writeHead(ok ? 201 : 422).end();
  }

  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  const sign = (method: string, path: string): string => signUrl({ method, path, exp: Date.now() + 600_000, worker: 'w1', lease: 't' }, SECRET);
  const self: ByteServer = {
    port, cert, cid: CID, received, intercept: undefined,
    context: { bytes: new ByteClient({ host: '127.0.0.1', port, cert }, { patienceMs: 500 }), temp: folder, ca: { file: join(folder, 'tls.crt'), name: `${CID}.mantel` }, log: createLogger('test', { level: 'silent' }) },
    lease(file, facts = {}) {
      const body = typeof file === 'string' ? readFileSync(file) : file;
      const id = ++count;
      files.set(`/get/${id}`, body);
      return {
        id, kind: 'preview', attempt: 1, token: 't', leaseMs: 30_000, get: sign('GET', `/get/${id}`), put: { preview: sign('PUT', `/put/${id}/preview`), thumb: sign('PUT', `/put/${id}/thumb`) },
        payload: { fileId: crypto.randomUUID(), mime: facts.mime ?? 'image/jpeg', bytes: facts.bytes ?? body.length, name: 'file' },
      };
    },
    async close() {
      self.context.bytes.close();
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return self;
}
