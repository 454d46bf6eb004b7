/** For tests of this package: an HTTP server that answers as a Mantel does, remembers what it was asked, and can be told to misbehave. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from './program.ts';

export interface Upload { name: string; fields: Record<string, string>; bytes: Buffer; sha256: string; sidecar: { name: string; bytes: Buffer } | null }
export interface Asked { method: string; url: string; token: string | null; body: unknown; headers: http.IncomingHttpHeaders }
export type Answer = { status: number; body: unknown; headers?: Record<string, string> } | 'cut' | undefined;
export interface FakeMantel { url: string; asked: Asked[]; uploads: Upload[]; /** First say about any request. */ answer: (asked: Asked, upload: Upload | null) => Answer; atOnce: number; close(): Promise<void> }

export const TOKEN = 'the-right-token';
export const refuse = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } });
const user = { id: '1', email: 'ana@home', name: 'Ana', role: 'admin', disabled: false, createdAt: '2026-01-01T00:00:00.000Z' };
const library = { id: 'lib-1', name: 'Family', kind: 'shared', ownerId: null, role: 'manager', show: true, isDefault: true, assets: 1234, members: [] };
export const job = (over: object = {}): object => ({ kind: 'preview', paused: false, queued: 0, running: 0, failed: 0, done: 5, perMinute: 12, etaSeconds: null, ...over });

export async function fakeMantel(tls?: { key: string; cert: string }): Promise<FakeMantel> {
  let running = 0;
  const known = new Map<string, string>();
  const handler = async (req: http.IncomingMessage, res: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const upload = req.headers['content-type']?.startsWith('multipart') ? parseUpload(raw, req.headers['content-type']!) : null;
    const asked: Asked = { method: req.method!, url: req.url!.replace('/api/v1', ''), token: req.headers.authorization?.replace('Bearer ', '') ?? null, body: upload ? null : req.headers['content-type'] === 'application/offset+octet-stream' ? raw : raw.length ? JSON.parse(raw.toString()) : null, headers: req.headers };
    fake.asked.push(asked);
    fake.atOnce = Math.max(fake.atOnce, ++running);
    const answer = fake.answer(asked, upload) ?? usual(asked, upload);
    if (upload) await new Promise((ok) => setImmediate(ok));
    running--;
    if (answer === 'cut') return void req.socket.destroy();
    res.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  };
  const usual = (asked: Asked, upload: Upload | null): Exclude<Answer, 'cut' | undefined> => {
    const ok = (body: unknown, status = 200): Exclude<Answer, 'cut' | undefined> => ({ status, body });
    if (asked.url === '/health') return ok({ status: 'ok', version: '9.9.9' });
    if (asked.url === '/auth/login') return (asked.body as { password: string }).password === 'right' ? ok({ token: TOKEN, user }) : { status: 401, body: { code: 'bad_credentials', message: 'E-mail or password is wrong.' } };
    if (asked.token !== TOKEN) return { status: 401, body: { code: 'unauthenticated', message: 'Sign in to continue.' } };
    if (upload) {
      fake.uploads.push(upload);
      const duplicate = known.has(upload.sha256);
      known.set(upload.sha256, upload.name);
      return ok({ outcome: duplicate ? 'duplicate' : 'created', assetId: `asset-${known.size}`, fileId: 'f', libraryId: 'lib-1', trashed: false, problems: [] }, duplicate ? 200 : 201);
    }
    const answers: Record<string, unknown> = {
      '/auth/me': user, '/auth/logout': { ok: true }, '/users': asked.method === 'POST' ? { ...user, ...(asked.body as object) } : [user], '/libraries': [library], '/jobs': [job()], '/jobs/failed': [], '/nodes/metrics': { path: '/metrics', token: 'a-metrics-token' }, '/nodes': [{ id: 'n', name: 'nas', local: true, state: 'online', running: 1, lastSeenAt: null, version: '1' }],
      '/storage': { dataPath: '/data', statePath: '/state', freeBytes: 5e9, totalBytes: 1e12, originalsBytes: 1e9, derivedBytes: 1e8, assets: 3, present: true }, '/jobs/preview/pause': { ok: true }, '/jobs/preview/retry': { changed: 3 },
      '/assets/check': { known: ((asked.body as { sha256?: string[] } | null)?.sha256 ?? []).filter((s) => known.has(s)) }, '/assets/export': '{"id":"1"}\n{"id":"2"}\n', '/assets/export?library=lib-1': '{"id":"3"}\n',
    };
    return asked.url in answers ? ok(answers[asked.url]) : { status: 404, body: { code: 'not_found', message: 'There is nothing here, or you may not see it.' } };
  };
  const listener = (req: http.IncomingMessage, res: http.ServerResponse): void => { handler(req, res).catch(() => res.destroy()); };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((ok) => server.listen(0, '127.0.0.1', ok));
  const fake: FakeMantel = {
    url: `http${tls ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: [], uploads: [], atOnce: 0, answer: () => undefined,
    close: () => new Promise((ok) => { server.close(() => ok()); server.closeAllConnections(); }),
  };
  return fake;
}

function parseUpload(raw: Buffer, type: string): Upload {
  const boundary = `--${/boundary=(.+)$/.exec(type)![1]!}`;
  const fields: Record<string, string> = {};
  let sidecar: Upload['sidecar'] = null;
  for (let at = raw.indexOf(boundary); ;) {
    const end = raw.indexOf(`\r\n${boundary}`, at);
    const split = raw.indexOf('\r\n\r\n', at);
    const head = raw.toString('latin1', at, split);
    const bytes = raw.subarray(split + 4, end);
    const beside = /name="sidecar"; filename\*=UTF-8''(\S+)/.exec(head);
    const file = beside ? null : /filename\*=UTF-8''(\S+)/.exec(head);
    if (file) {
      if (!raw.subarray(end).equals(Buffer.from(`\r\n${boundary}--\r\n`))) throw new Error('the body does not end as it should');
      return { name: decodeURIComponent(file[1]!), fields, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), sidecar };
    }
    if (beside) sidecar = { name: decodeURIComponent(beside[1]!), bytes };
    else fields[/name="(\w+)"/.exec(head)![1]!] = bytes.toString();
    at = end + 2;
  }
}

export interface Ran { code: number; out: string; err: string }
/** A folder of its own per test file, for logins and pictures, and `mantel` as it is typed. */
export function workbench(): { folder: string; mantel: (args: string[], over?: { env?: Record<string, string>; input?: string; signal?: AbortSignal }) => Promise<Ran>; close: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'mantel-cli-'));
  return {
    folder,
    async mantel(args, { env = {}, input = '', signal = new AbortController().signal } = {}) {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const said = { out: '', err: '' };
      out.on('data', (d: Buffer) => { said.out += d.toString(); });
      err.on('data', (d: Buffer) => { said.err += d.toString(); });
      const code = await run(args, { out, err, in: Readable.from([input]), env: { HOME: folder, ...env }, live: false, signal });
      return { code, ...said };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
