import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lease } from '@mantel/contracts/models/job.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTempFolder } from './temp-folder.ts';
import { startByteServer, type ByteServer } from './testing/byte-server.ts';
import { startWorkBus, type WorkBus } from './testing/work-bus.ts';
import { startWorker } from './worker.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const TOKEN = 'x'.repeat(32);
let folder: string, bus: WorkBus, bytes: ByteServer, paired: Paired, child: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mantel-worker-test-'));
  [bus, bytes] = await Promise.all([startWorkBus(), startByteServer()]);
  paired = { id: bus.worker.id, token: TOKEN, seed: bus.worker.seed, cid: bytes.cid, cert: bus.cert, host: '127.0.0.1', port: bytes.port, natsPort: bus.natsPort, name: 'pc' };
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await Promise.all([bus.close(), bytes.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A gateway that hands out these jobs, one after the other, and collects what comes back. */
async function gateway(jobs: Lease[]): Promise<{ done: Map<number, unknown>; failed: Map<number, unknown>; said: string[] }> {
  const out = { done: new Map<number, unknown>(), failed: new Map<number, unknown>(), said: [] as string[] };
  let wake: () => void = () => undefined;
  const broker = bus.gateway();
  type Ctx = { params: { auth: string; id: number; waitMs: number; result: unknown; failure: unknown } };
  broker.createService({ name: 'nodes', actions: { hello: (ctx: Ctx) => { out.said.push(`hello ${ctx.params.auth === TOKEN}`); return { ok: true, proto: 1, id: paired.id }; }, bye: () => { out.said.push('bye'); wake(); return { ok: true }; } } });
  broker.createService({ name: 'jobs', actions: {
    lease: async (ctx: Ctx) => { if (jobs.length === 0) await new Promise<void>((resolve) => { wake = resolve; setTimeout(resolve, ctx.params.waitMs).unref(); }); return jobs.shift() ?? null; },
    extend: () => ({ ok: true }), release: () => ({ ok: true }),
    done: (ctx: Ctx) => { out.done.set(ctx.params.id, ctx.params.result); return { ok: true }; },
    fail: (ctx: Ctx) => { out.failed.set(ctx.params.id, ctx.params.failure); return { ok: true }; },
  } });
  await broker.start();
  return out;
}

it('as a process: waits for its pairing, works over TLS, stays small, drains on SIGTERM and leaves nothing behind', async () => {
  // the two servers have certificates of their own here, one coordinator has one: the worker pins both
  paired.cert = `${bus.cert}${bytes.cert}`;
  const leases = [bytes.lease(fixture('rotate90.mp4'), { mime: 'video/mp4' }), bytes.lease(fixture('real.heic'), { mime: 'image/heic' }), bytes.lease(fixture('garbage.jpg'))];
  const [video, heic, garbage] = leases.map((l) => l.id);
  const out = await gateway([...leases]);
  const file = join(folder, 'paired.json');
  const run = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url))], {
    env: { PATH: process.env.PATH, MANTEL_PAIRED: file, MANTEL_SLOTS: '1', TMPDIR: folder, MANTEL_LOG: 'info' }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child = run;
  let output = '';
  run.stdout?.on('data', (text: Buffer) => { output += text.toString(); });
  run.stderr?.on('data', (text: Buffer) => { output += text.toString(); });
  expect(await new Promise((resolve) => { run.once('message', resolve); })).toBe('ready');
  expect(out.said).toEqual([]);
  writeFileSync(file, JSON.stringify(paired), { mode: 0o600 });
  await vi.waitFor(() => { expect(out.done.size + out.failed.size, output).toBe(3); }, { timeout: 15_000, interval: 50 });
  expect(out.said).toEqual(['hello true']);
  expect(out.done.get(video!)).toMatchObject({ width: 240, height: 320, durationMs: 2000 });
  expect(out.done.get(heic!)).toMatchObject({ width: 320, height: 240, durationMs: null });
  expect(out.failed.get(garbage!)).toMatchObject({ code: 'undecodable', permanent: true });
  expect(bytes.received.size).toBe(4);
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${run.pid}/status`, 'utf8'))![1]) / 1024;
  expect(rss).toBeLessThan(300);
  expect(readdirSync(folder).filter((name) => name.startsWith(`mantel-worker-${run.pid}-`))).toHaveLength(1);

  const exit = new Promise<number | null>((resolve) => { run.once('exit', resolve); });
  run.kill('SIGTERM');
  expect(await exit, output).toBe(0);
  expect(out.said).toEqual(['hello true', 'bye']);
  expect(readdirSync(folder).filter((name) => /^mantel-worker-\d+-/.test(name))).toEqual([]);
  expect(output).not.toContain(TOKEN);
  expect(output).not.toContain(paired.seed);
});

it('stops although there is no bus and no coordinator', async () => {
  await bus.stopServer();
  const worker = await startWorker(paired, { slots: 2, waitMs: 300, drainMs: 300, tempRoot: folder, log: createLogger('test', { level: 'silent' }) });
  const from = performance.now();
  await worker.stop();
  expect(performance.now() - from).toBeLessThan(5000);
  expect(readdirSync(folder)).toEqual([]);
});

it('removes at its start what a killed worker left in the temporary folder, and nothing else', async () => {
  const dead = spawn('true');
  await new Promise((resolve) => { dead.once('exit', resolve); });
  for (const name of [`mantel-worker-${dead.pid}-old`, `mantel-worker-${process.pid}-mine`, 'mantel-worker-notes']) mkdirSync(join(folder, name));
  const temp = openTempFolder(folder);
  expect(readdirSync(folder)).not.toContain(`mantel-worker-${dead.pid}-old`);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining([`mantel-worker-${process.pid}-mine`, 'mantel-worker-notes']));
  temp.remove();
});
