// A house that is killed in the middle of an import, again and again, comes to the same end as one that was left alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { writeNatsConf } from '@mantel/coordinator/cluster/nats-conf.ts';
import { afterAll, expect, test } from 'vitest';
import { ADMIN, must } from './rig.ts';
import { type Answer, ask } from './rig/ask.ts';
import { type Child, node, startNats } from './rig/children.ts';
import { random } from './rig/pictures.ts';

const KILLS = 4;
const dir = mkdtempSync(join(tmpdir(), 'mantel-import-crash-'));
const [data, state, source] = [join(dir, 'data'), join(dir, 'state'), join(dir, 'export')];
writeNatsConf(await openCluster(state));
const nats = await startNats(state);
const port = await new Promise<number>((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const found = (probe.address() as { port: number }).port;
    probe.close(() => resolve(found));
  });
});
let house: Child | undefined;
afterAll(async () => {
  await house?.kill();
  await nats.kill();
  rmSync(dir, { recursive: true, force: true });
});
const boot = async (): Promise<Child> => {
  const child = node('@mantel/coordinator/main.ts', { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: String(port), MANTEL_LOG: 'info', MANTEL_ADMIN_EMAIL: ADMIN.email, MANTEL_ADMIN_PASSWORD: ADMIN.password });
  await child.line((l) => l.includes('Server listening'));
  return child;
};

test(`${KILLS} kills in the middle of an import: every photo once, every entry told once, nothing left behind`, async () => {
  execFileSync(process.execPath, [new URL('../../../plugins/google-takeout/fixtures/generator/scenario-shareable.mjs', import.meta.url).pathname, source], { stdio: 'ignore' });
  const next = random(5);
  house = await boot();
  const json = { 'content-type': 'application/json' };
  const login = must(await ask(port, { method: 'POST', path: '/api/v1/auth/login', headers: json, body: JSON.stringify(ADMIN) }), 200);
  const authorization = `Bearer ${login.json.token as string}`;
  const api = (method: string, path: string, body?: object): Promise<Answer> => ask(port, { method, path: `/api/v1${path}`, headers: { authorization, ...(body ? json : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const { id } = must(await api('POST', '/imports', { pluginId: 'google-takeout', config: { paths: [source] }, start: true, options: { previews: false } }), 201).json as unknown as ImportRun;
  const until = async (done: (r: ImportRun) => boolean): Promise<ImportRun> => {
    for (let n = 0; n < 1500; n++) {
      const run = must(await api('GET', `/imports/${id}`), 200).json as unknown as ImportRun;
      if (done(run)) return run;
      if (['failed', 'paused', 'done'].includes(run.state)) throw new Error(`${run.state}: ${run.trouble ?? ''}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error('it took too long');
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const at = Math.floor(((kill + next()) / (KILLS + 1)) * 100); // of 102; the first may fall into the scan
    await until((r) => (at === 0 ? r.state === 'scanning' : r.items.done >= at) || r.state === 'done');
    await house.kill('SIGKILL');
    house = await boot();
  }
  const done = await until((r) => r.state === 'done');
  expect(done.items).toEqual({ total: 102, done: 102, failed: 0 });
  expect(done.counts).toMatchObject({ imported: 102 });
  expect([done.counts.pending, done.counts.duplicate]).toEqual([undefined, undefined]);
  const report = JSON.parse(must(await api('GET', `/imports/${id}/report?format=json`), 200).bytes.toString()) as { part: string; path: string }[];
  expect(new Set(report.map((e) => `${e.part} ${e.path}`)).size).toBe(report.length);
  expect(must(await api('GET', '/assets/export'), 200).bytes.toString().trim().split('\n')).toHaveLength(102);
  expect(readdirSync(join(data, 'library', '.mantel', 'incoming'))).toEqual([]);
});
