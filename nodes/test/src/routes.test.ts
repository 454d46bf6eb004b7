import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ACTIONS, type ActionName } from '@mantel/contracts/actions/index.ts';
import { action } from '@mantel/contracts/actions/define.ts';
import { JOB_KINDS } from '@mantel/contracts/models/job.ts';
import { Empty, Ok } from '@mantel/contracts/models/common.ts';
import { PERMISSIONS, permissionsOf } from '@mantel/contracts/permissions.ts';
import { addApiRoutes } from '@mantel/coordinator/http/api.ts';
import { createApp, ROUTES } from '@mantel/coordinator/http/app.ts';
import { addActions, checkWiring } from '@mantel/coordinator/services/adapter.ts';
import { homeBroker } from '@mantel/runtime/broker.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, type Person, type Rig, startRig } from './rig.ts';
import { open } from './rig/ask.ts';

const SOME_ID = '00000000-0000-4000-8000-000000000000';
const quiet = createLogger('test', { level: 'silent' });

describe('every route of the running house', () => {
  let rig: Rig;
  let bob: Person;
  const routes: { method: string; url: string; permission: string }[] = [];
  beforeAll(async () => {
    // fastify tells of each instance before its first route: what it knows is walked, not our table, which could be the thing that forgets one
    const collect = (message: unknown): void => void (message as { fastify: Rig['coordinator']['app'] }).fastify.addHook('onRoute', (r) => {
      for (const method of [r.method].flat()) routes.push({ method, url: r.url, permission: (r.config as { permission: string }).permission });
    });
    subscribe('fastify.initialization', collect);
    rig = await startRig();
    bob = await rig.addUser(await rig.admin(), 'Bob');
    unsubscribe('fastify.initialization', collect);
  });
  afterAll(() => rig.stop());

  test('declares a permission of the contract, and every action that people may ask has a route', () => {
    expect(routes.length).toBeGreaterThan(40);
    for (const r of routes) expect(PERMISSIONS, `${r.method} ${r.url}`).toContain(r.permission);
    const reached = new Set<string>(ROUTES.map((r) => r.action));
    expect(Object.keys(ACTIONS).filter((a) => !reached.has(a))).toEqual(['assets.receive']); // behind the upload
    expect(routes.filter((r) => r.permission === 'public').map((r) => `${r.method} ${r.url}`).sort()).toEqual([
      'GET /api/v1/health', 'GET /api/v1/server', 'GET /api/v1/setup', 'GET /api/v1/worker/bundle/:platform', 'GET /join.containerfile', 'GET /join.ps1', 'GET /join.sh',
      'HEAD /api/v1/health', 'HEAD /api/v1/server', 'HEAD /api/v1/setup', 'HEAD /api/v1/worker/bundle/:platform', 'HEAD /join.containerfile', 'HEAD /join.ps1', 'HEAD /join.sh',
      'POST /api/v1/auth/login', 'POST /api/v1/pair/claim', 'POST /api/v1/pair/knock', 'POST /api/v1/pair/reveal', 'POST /api/v1/pair/start', 'POST /api/v1/setup',
    ]);
  });

  test('anonymous callers get 401 before their body is read', async () => {
    for (const r of routes.filter((x) => x.permission !== 'public')) {
      // the body is announced and never sent: an answer means that nobody waited for it
      const { req, answer } = open(rig.port, { method: r.method, path: fill(r.url), headers: hasBody(r.method) ? { 'content-type': 'application/json', 'content-length': 100_000 } : {}, limitMs: 3000 });
      if (hasBody(r.method)) req.flushHeaders();
      else req.end();
      const got = await answer;
      expect(got.status, `${r.method} ${r.url}`).toBe(r.permission === 'worker' ? 403 : 401);
      if (r.method !== 'HEAD') expect(got.json.code).toBe(r.permission === 'worker' ? 'signature_bad' : 'unauthenticated');
      req.destroy();
    }
  });

  test('a made-up token is nobody', async () => {
    for (const token of ['x', 'a'.repeat(43), bob.token.slice(0, -1), `${bob.token}A`]) expect(codeOf(await rig.api('GET', '/auth/me', undefined, { token })), token).toEqual([401, 'unauthenticated']);
    expect((await rig.api('GET', '/auth/me', undefined, { cookie: 'mantel_session=%00%ff' })).status).toBe(401);
    expect((await rig.api('GET', '/auth/me', undefined, { headers: { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` } })).status).toBe(401);
  });

  test('a member gets 403 for what admins do, and nothing but that', async () => {
    const admins = routes.filter((r) => r.permission.startsWith('admin.'));
    expect(admins.length).toBeGreaterThan(10);
    for (const r of admins) {
      const got = await rig.api(r.method, fill(r.url), hasBody(r.method) ? {} : undefined, { token: bob.token });
      expect(got.status, `${r.method} ${r.url}`).toBe(403);
      if (r.method !== 'HEAD') expect(got.json).toEqual({ code: 'forbidden', message: expect.any(String) });
    }
    expect(permissionsOf('member').some((p) => p.startsWith('admin.'))).toBe(false);
  });

  test('unknown addresses and wrong bodies are answered in our own words', async () => {
    expect(codeOf(await rig.api('GET', '/nothing', undefined, { token: bob.token }))).toEqual([404, 'not_found']);
    expect(codeOf(await rig.api('GET', '/../../etc/passwd', undefined, { token: bob.token }))).toEqual([404, 'not_found']);
    const send = async (type: string, body: string) => {
      const { req, answer } = open(rig.port, { method: 'POST', path: '/api/v1/assets/favourite', headers: { authorization: `Bearer ${bob.token}`, 'content-type': type, 'content-length': Buffer.byteLength(body) } });
      req.end(body);
      return codeOf(await answer);
    };
    expect(await send('application/json', '{')).toEqual([400, 'bad_request']);
    expect(await send('application/json', '[]')).toEqual([400, 'bad_request']);
    expect(await send('application/json', '"text"')).toEqual([400, 'bad_request']);
    expect(await send('text/html', '<p>')).toEqual([400, 'bad_request']);
    expect(await send('application/json', JSON.stringify({ ids: [SOME_ID], value: 'yes' }))).toEqual([400, 'bad_request']);
    expect(await send('application/json', JSON.stringify({ ids: Array.from({ length: 1001 }, () => SOME_ID), value: true }))).toEqual([400, 'bad_request']);
    expect(await send('application/json', JSON.stringify({ ids: ['1 or 1=1'], value: true }))).toEqual([400, 'bad_request']);
    expect(await send('application/json', JSON.stringify({ ids: [SOME_ID], value: true }))).toEqual([404, 'not_found']);
    expect(await send('application/json', `{"ids":["${'x'.repeat(1 << 20)}"]}`)).toEqual([413, 'too_large']);
    expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
  });
});

describe('boot fails loudly', () => {
  const nobody = { resolve: () => ({ kind: 'anonymous' as const }), version: '0' };

  test('when a route declares no permission', async () => {
    const app = await createApp(nobody);
    expect(() => app.route({ method: 'GET', url: '/open', handler: () => 'hello' })).toThrow('GET /open declares no permission');
    const bare = { ...action('public', 'no permission', Empty, Ok), permission: undefined };
    await withAction('ghost.walk', bare, () => expect(() => addApiRoutes(app, [{ method: 'POST', url: '/ghost', action: 'ghost.walk' as ActionName }], () => Promise.reject(new Error('never')))).toThrow('declares no permission'));
    await app.close();
  });

  test('when an action has no implementation, two, or is not in the contract', async () => {
    const missing = homeBroker(quiet);
    addActions(missing, { 'storage.health': () => ({ status: 'ok', version: '0' }) });
    await missing.start();
    expect(() => checkWiring(missing)).toThrow(/without an implementation: .*auth\.login.*/);
    expect(() => addActions(missing, { 'storage.status': () => Promise.reject(new Error('never')) })).toThrow('two services are called storage');
    await missing.stop();
    const extra = homeBroker(quiet);
    extra.createService({ name: 'extra', actions: { walk: () => 1 } });
    await extra.start(); // an action is known once its service has started
    expect(() => checkWiring(extra)).toThrow(/not in the contract: extra\.walk/);
    await extra.stop();
    await withAction('ghost.walk', action('public', 'nobody does this', Empty, Ok), () => expect(startRig()).rejects.toThrow('without an implementation: ghost.walk'));
  });

  test('a worker has an executor for every kind of job', () => {
    expect(JOB_KINDS).toEqual(['preview', 'probe']); // a kind without executor, gate or end does not compile (Record<JobKind, …>)
  });
});

const hasBody = (method: string): boolean => ['POST', 'PUT', 'PATCH'].includes(method);
const fill = (url: string): string => url.replace(':kind', 'preview').replace(':output', 'thumb').replace(':version', 'v').replace(/:\w+/g, SOME_ID);

async function withAction(name: string, def: object, run: () => unknown): Promise<void> {
  const table = ACTIONS as unknown as Record<string, object>;
  table[name] = def;
  try { await run(); } finally { delete table[name]; }
}
