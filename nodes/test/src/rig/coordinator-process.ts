// The coordinator as a process that a test may kill, with options that the product takes from nobody, and a door: a socket file, which reaches across network namespaces.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createLogger } from '@mantel/runtime/logger.ts';
import { onShutdown } from '@mantel/runtime/shutdown.ts';
import { startCoordinator } from '@mantel/coordinator/coordinator.ts';
import type { GatewayName } from '@mantel/contracts/actions/index.ts';
import { form, MULTIPART } from './ask.ts';

export interface DoorOptions { data: string; state: string; port: number; uiDist: string; leaseMs: number; discovery?: boolean; admin: { email: string; password: string }; /** Path of the socket. */ door: string }
export interface ProbeOrder { keys: string[]; holdMs: number; bytes?: number; prio?: number }
/** What can be asked at the door. */
export interface Door {
  /** Puts probe jobs into the queue; one transaction, one wake-up. */
  probes: (order: ProbeOrder) => void;
  /** The same without naming them, in one go inside the coordinator: what that took, and by how much its memory grew. */
  flood: (order: { count: number; holdMs: number }) => Promise<{ ms: number; mb: number }>;
  /** A worker's request, as it comes out of NATS: same checks, same answer, or the code of its error. */
  gateway: (request: { action: GatewayName; params: Record<string, unknown> }) => Promise<{ answer?: unknown; error?: string }>;
  /** A photo or video of the admin's, by its path on this machine. */
  upload: (file: { path: string; name: string; token: string }) => Promise<{ status: number; json: unknown }>;
  /** A request to the HTTP API. */
  api: (request: { method: 'GET' | 'POST' | 'PATCH' | 'DELETE'; path: string; token?: string; body?: unknown }) => Promise<{ status: number; json: unknown }>;
}

/** Every step of every job, written by the database itself: a witness that no code of the queue can talk round. */
const WITNESS = [
  'create table if not exists rig_step(n integer primary key, at real not null, job integer not null, was text not null, became text not null, worker text, attempt integer not null)',
  `create trigger if not exists rig_step_of_job after update of state on job begin
    insert into rig_step(at, job, was, became, worker, attempt) values(unixepoch('subsec') * 1000, new.id, old.state, new.state, coalesce(new.worker, old.worker), new.attempt); end`,
];

const log = createLogger('coordinator');
const options = JSON.parse(process.env.MANTEL_RIG ?? '') as DoorOptions;
const coordinator = await startCoordinator({ ...options, host: '0.0.0.0', log });
await coordinator.db.writeSql((sql) => { for (const statement of WITNESS) sql.run(statement); });

const door: Door = {
  async probes({ keys, holdMs, bytes = 4096, prio = 0 }) {
    await coordinator.db.writeSql((sql) => { for (const key of keys) coordinator.probes.enqueue(sql, key, { bytes, holdMs }, prio); });
    coordinator.queue.wake();
  },
  async flood({ count, holdMs }) {
    const BATCH = 1000; // as an import does it
    const memory = process.memoryUsage.rss();
    const began = performance.now();
    for (let made = 0; made < count; made += BATCH) {
      await coordinator.db.writeSql((sql) => { for (let i = made; i < Math.min(made + BATCH, count); i++) coordinator.probes.enqueue(sql, `flood ${i}`, { bytes: 1, holdMs }); });
    }
    coordinator.queue.wake();
    return { ms: performance.now() - began, mb: (process.memoryUsage.rss() - memory) / 1e6 };
  },
  gateway: ({ action, params }) => coordinator.gw.waitForServices(['jobs', 'nodes'], 10_000, 20).then(() => coordinator.gw.call(action, params)).then((answer: unknown) => ({ answer }), (e: { type?: string }) => ({ error: e.type ?? String(e) })),
  async upload({ path, name, token }) {
    const body = form(name, readFileSync(path));
    const answer = await coordinator.app.inject({ method: 'POST', url: '/api/v1/assets', headers: { ...MULTIPART, 'content-length': body.length, authorization: `Bearer ${token}` }, payload: body });
    return { status: answer.statusCode, json: JSON.parse(answer.body) as unknown };
  },
  async api({ method, path, token, body }) {
    const answer = await coordinator.app.inject({ method, url: `/api/v1${path}`, headers: token ? { authorization: `Bearer ${token}` } : {}, ...(body === undefined ? {} : { payload: body as object }) });
    return { status: answer.statusCode, json: answer.body ? (JSON.parse(answer.body) as unknown) : null };
  },
};
async function textOf(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of req.setEncoding('utf8')) text += String(part);
  return text;
}
const server = createServer((req, res) => {
  const name = (req.url ?? '').slice(1) as keyof Door;
  textOf(req).then(async (text) => (door[name] as (p: unknown) => unknown)(JSON.parse(text))).then((answer) => res.end(JSON.stringify(answer ?? null)), (e: unknown) => { log.error({ err: e }, 'at the door'); res.writeHead(500).end(String(e)); });
});
server.listen(options.door, () => { log.info('the door is open'); });
onShutdown(async () => { server.close(); await coordinator.stop(); }, { limitMs: 9000, log });
