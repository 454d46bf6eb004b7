// One house per test file: a real nats-server, a real coordinator, workers as child processes; everything in one temporary folder and on free ports.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Library } from '@mantel/contracts/models/library.ts';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { User } from '@mantel/contracts/models/user.ts';
import { newSeed, publicKey } from '@mantel/runtime/keys.ts';
import { addWorker, openCluster, pairedFile } from '@mantel/coordinator/cluster/cluster.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { type Coordinator, type CoordinatorOptions, startCoordinator } from '@mantel/coordinator/coordinator.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { type Answer, ask, type Ask, form, MULTIPART } from './rig/ask.ts';
import { type Child, node, startNats } from './rig/children.ts';
import { type LiveStream, openLive } from './rig/live.ts';

export const ADMIN = { email: 'ann@example.com', password: 'correct horse battery' };
export interface RigOptions extends Pick<CoordinatorOptions, 'leaseMs' | 'now' | 'uiDist' | 'root'> { /** false: nobody is admin yet. */ admin?: boolean; /** How many workers are let in. */ workers?: number }
export interface ApiOptions { token?: string; origin?: string; cookie?: string; from?: string; headers?: Record<string, string | number>; cert?: string }
export interface Person { id: string; email: string; password: string; token: string }
interface LogLine { level: string; msg: string; [key: string]: unknown }

export async function startRig(options: RigOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-rig-'));
  const [data, state, temp] = ['data', 'state', 'tmp'].map((n) => join(dir, n)) as [string, string, string];
  mkdirSync(temp);
  const cluster = await openCluster(state);
  const seeds = Array.from({ length: options.workers ?? 0 }, newSeed);
  const entries = seeds.map((seed, i) => addWorker(cluster, publicKey(seed), `worker ${i}`));
  writeNatsConf(cluster);

  const log: LogLine[] = [];
  const logger = createLogger('coordinator', { level: 'info', to: { write: (line: string) => void log.push(JSON.parse(line) as LogLine) } });
  let port = 0;
  let { root } = options;
  const start = async (): Promise<Coordinator> => {
    const c = await startCoordinator({
      data, state, port, host: '127.0.0.1', log: logger, uiDist: options.uiDist ?? join(dir, 'no-ui'), ...(options.admin === false ? {} : { admin: ADMIN }),
      ...(options.leaseMs ? { leaseMs: options.leaseMs } : {}), ...(options.now ? { now: options.now } : {}), ...(root ? { root } : {}),
    });
    port = (c.app.server.address() as AddressInfo).port;
    return c;
  };
  let nats = await startNats(state);
  let coordinator = await start().catch(async (e: unknown) => { // a boot that fails on purpose leaves nothing either
    await nats.kill();
    rmSync(dir, { recursive: true, force: true });
    throw e;
  });
  let running = true;
  const children: Child[] = [];
  const streams: LiveStream[] = [];
  let addresses = 1;

  const api = (method: string, path: string, body?: unknown, o: ApiOptions = {}): Promise<Answer> => ask(port, { method, path: /^\/(api\/|worker\/|metrics$)/.test(path) ? path : `/api/v1${path}`, ...request(body, o) });
  /** From an address of its own each time: sign-ins are limited per address. */
  const login = async (email: string, password: string): Promise<Answer> => api('POST', '/auth/login', { email, password }, { from: nextAddress() });
  const nextAddress = (): string => `127.1.${Math.floor(++addresses / 250)}.${1 + (addresses % 250)}`;
  const signedIn = async (email: string, password: string): Promise<Person> => {
    const a = must(await login(email, password), 200);
    return { id: (a.json.user as User).id, email, password, token: a.json.token as string };
  };
  const libraries = async (token: string): Promise<Library[]> => must(await api('GET', '/libraries', undefined, { token }), 200).json as unknown as Library[];

  return {
    dir, data, state, cluster, log, api, login, nextAddress, libraries,
    get port() { return port; },
    /** Where the next start takes the program for other machines from. */
    set root(folder: string) { root = folder; },
    get coordinator() { return coordinator; },
    get nats() { return nats; },
    signedIn,
    admin: (): Promise<Person> => signedIn(ADMIN.email, ADMIN.password),
    /** A new member, signed in. */
    async addUser(admin: Person, name: string): Promise<Person> {
      const email = `${name.toLowerCase()}@example.com`;
      must(await api('POST', '/users', { email, name, password: `${name} has a password` }, { token: admin.token }), 201);
      return signedIn(email, `${name} has a password`);
    },
    library: async (token: string, kind: 'personal' | 'shared'): Promise<Library> => (await libraries(token)).find((l) => l.kind === kind)!,
    upload: (token: string, bytes: Buffer, name: string | Buffer, fields: Record<string, string> = {}): Promise<Answer> =>
      ask(port, { method: 'POST', path: '/api/v1/assets', headers: { ...MULTIPART, authorization: `Bearer ${token}`, 'content-length': form(name, bytes, fields).length }, body: form(name, bytes, fields) }),
    async live(token: string, lastEventId?: number): Promise<LiveStream> {
      const stream = await openLive(port, token, lastEventId);
      streams.push(stream);
      return stream;
    },
    /** Closes all readers of live events. */
    hangUp: (): void => { for (const s of streams.splice(0)) s.close(); },
    /** What worker `i` keeps after pairing. */
    paired: (i: number): Paired => pairedFile(cluster, entries[i]!, seeds[i]!, { host: '127.0.0.1', port }),
    pairedPath(i: number): string {
      const file = join(dir, `paired-${i}.json`);
      writeFileSync(file, JSON.stringify(this.paired(i)), { mode: 0o600 });
      return file;
    },
    /** A worker process; resolves when the coordinator has greeted it. */
    async spawnWorker(i: number): Promise<Child> {
      const worker = node('@mantel/worker/main.ts', { MANTEL_PAIRED: this.pairedPath(i), MANTEL_SLOTS: '1', TMPDIR: temp });
      children.push(worker);
      await worker.line((l) => l.includes('"at work"'));
      return worker;
    },
    keep: (c: Child): Child => {
      children.push(c);
      return c;
    },
    temp,
    async stopCoordinator(): Promise<void> {
      running = false;
      await coordinator.stop();
    },
    async startCoordinator(): Promise<void> {
      coordinator = await start();
      running = true;
    },
    async restartNats(): Promise<void> {
      await nats.kill();
      nats = await startNats(state);
    },
    async stop(): Promise<void> {
      for (const s of streams) s.close();
      await Promise.all(children.map((c) => c.kill()));
      if (running) await coordinator.stop();
      await nats.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
export type Rig = Awaited<ReturnType<typeof startRig>>;

function request(body: unknown, o: ApiOptions): Pick<Ask, 'headers' | 'body' | 'from' | 'cert'> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return {
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...(o.token ? { authorization: `Bearer ${o.token}` } : {}),
      ...(o.origin ? { origin: o.origin } : {}), ...(o.cookie ? { cookie: o.cookie } : {}), ...o.headers,
    },
    ...(text === undefined ? {} : { body: text }), ...(o.from ? { from: o.from } : {}), ...(o.cert ? { cert: o.cert } : {}),
  };
}

/** The answer, when it has the expected status. */
export function must(a: Answer, status: number): Answer {
  if (a.status !== status) throw new Error(`expected ${status}, got ${a.status}: ${a.bytes.toString().slice(0, 300)}`);
  return a;
}
export const uploaded = (a: Answer): UploadResult => a.json as unknown as UploadResult;
export const codeOf = (a: Answer): [number, unknown] => [a.status, a.json.code];
