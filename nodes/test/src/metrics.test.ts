// GET /metrics: who may read it, and that what it says is so.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig } from './rig.ts';
import { ask } from './rig/ask.ts';
import { joinGateway } from './rig/gateway-client.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let token: string;
beforeAll(async () => {
  rig = await startRig({ workers: 2 });
  ann = await rig.admin();
  token = must(await rig.api('GET', '/nodes/metrics', undefined, { token: ann.token }), 200).json.token as string;
});
afterAll(() => rig.stop());
const scrape = (bearer?: string, cookie?: string) => ask(rig.port, { method: 'GET', path: '/metrics', headers: { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...(cookie ? { cookie } : {}) } });
/** `name{labels}` → value; a line that is none fails. */
async function values(): Promise<Map<string, number>> {
  const answer = must(await scrape(token), 200);
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = answer.bytes.toString().trimEnd().split('\n');
  const out = new Map<string, number>();
  for (const line of lines.filter((l) => !l.startsWith('#'))) {
    const [, series, value] = /^(mantel_[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[\d.e+-]+)$/.exec(line) ?? expect.fail(line);
    expect(out.has(series!), `twice: ${series}`).toBe(false);
    out.set(series!, Number(value));
  }
  for (const name of new Set([...out.keys()].map((k) => k.split('{')[0]!))) expect(lines.filter((l) => l.startsWith(`# TYPE ${name} `)), name).toHaveLength(1);
  return out;
}
const fresh = async (): Promise<Map<string, number>> => {
  await new Promise((resolve) => { setTimeout(resolve, 1050); }); // a scrape is kept for a second
  return values();
};

test('an admin, or the token; nobody else, and the token opens nothing else', async () => {
  const bob = await rig.addUser(ann, 'Bob');
  expect((await scrape()).status).toBe(401);
  expect((await scrape('x')).status).toBe(401);
  expect((await scrape(`${token}x`)).status).toBe(401);
  expect((await scrape(token.slice(0, -1))).status).toBe(401);
  expect((await scrape(bob.token)).status).toBe(403);
  expect((await scrape(ann.token)).status).toBe(200);
  expect((await scrape(undefined, `mantel_session=${ann.token}`)).status).toBe(200);
  expect((await scrape(token)).status).toBe(200);
  for (const [method, path] of [['GET', '/auth/me'], ['GET', '/nodes'], ['GET', '/nodes/metrics'], ['GET', '/users'], ['GET', '/libraries'], ['POST', '/jobs/preview/cancel']] as const) expect((await rig.api(method, path, method === 'POST' ? {} : undefined, { token })).status, path).toBeGreaterThanOrEqual(401);
  expect((await rig.api('GET', '/nodes/metrics', undefined, { token: bob.token })).status).toBe(403);
  expect(statSync(join(rig.state, 'cluster', 'metrics.token')).mode & 0o777).toBe(0o600);
  expect(rig.log.some((l) => JSON.stringify(l).includes(token))).toBe(false);
});

test('numbers follow what happens; a name full of quotes stays a name', async () => {
  const before = await fresh();
  const { id } = rig.paired(0);
  must(await rig.api('PATCH', `/nodes/${id}`, { name: 'an "odd\\ one' }, { token: ann.token }), 200);
  const worker = await joinGateway(rig.paired(0));
  await worker.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '1', name: 'w', kinds: ['preview'] });
  await worker.call('nodes.report', { load: { cpu: 0.25, memoryBytes: 123, freeDiskBytes: null, owner: 'away' } });
  must(await rig.upload(ann.token, await picture(1), '1.jpg'), 201);
  must(await rig.upload(ann.token, await picture(1), '1.jpg'), 200);
  const lease = (await worker.lease())!;
  const during = await fresh();
  const of = (n: string) => `mantel_${n}{worker="${id}",name="an \\"odd\\\\ one"`;
  expect(during.get(`${of('worker_cpu_ratio')}}`)).toBe(0.25);
  expect(during.get(`${of('worker_memory_bytes')}}`)).toBe(123);
  expect(during.has(`${of('worker_free_disk_bytes')}}`)).toBe(false);
  expect(during.get(`${of('worker_state')},state="busy"}`)).toBe(1);
  expect(during.get(`${of('worker_running_jobs')}}`)).toBe(1);
  expect(during.get('mantel_jobs{kind="preview",state="leased"}')).toBe(1);
  expect(during.get('mantel_uploads_total{result="created"}')).toBe(1);
  expect(during.get('mantel_uploads_total{result="duplicate"}')).toBe(1);
  expect(during.get('mantel_assets')).toBe(1);
  expect(during.get('mantel_originals_bytes')).toBeGreaterThan(100);
  expect(during.get('mantel_http_requests_total{status="2xx"}')! - before.get('mantel_http_requests_total{status="2xx"}')!).toBeGreaterThanOrEqual(3);
  expect(during.get('mantel_memory_bytes{kind="resident"}')).toBeGreaterThan(1 << 24);
  expect(during.get('mantel_event_loop_lag_seconds{quantile="0.5"}')).toBeLessThan(1);
  expect(await worker.call('jobs.fail', { id: lease.id, token: lease.token, failure: { code: 'undecodable', message: 'no', permanent: true } })).toEqual({ ok: true });
  const after = await fresh();
  expect(after.get(`${of('worker_jobs_failed_total')},kind="preview"}`)).toBe(1);
  expect(after.get('mantel_jobs{kind="preview",state="failed"}')).toBe(1);
  await worker.stop();
});
