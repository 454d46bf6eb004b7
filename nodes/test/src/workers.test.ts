// The whole chain with real worker processes: pictures appear, and they appear again after whatever dies.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asset, UploadResult } from '@mantel/contracts/models/asset.ts';
import type { Node } from '@mantel/contracts/models/node.ts';
import { signUrl } from '@mantel/runtime/bytes.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { child } from './rig/children.ts';
import { type GatewayClient, joinGateway, nextRequest, outputs, RESULT } from './rig/gateway-client.ts';
import type { LiveStream } from './rig/live.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let count = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 5 });
  ann = await rig.admin();
});
afterAll(() => rig.stop());
const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
const nodeState = async (id: string): Promise<string> => ((await rig.api('GET', '/nodes', undefined, { token: ann.token })).json as unknown as Node[]).find((n) => n.id === id)!.state;
const upload = async (bytes?: Buffer): Promise<UploadResult> => uploaded(must(await rig.upload(ann.token, bytes ?? (await picture(++count, { width: 640, height: 480 })), `${++count}.jpg`), 201));
/** Large enough that a worker is at it for a while. */
const slow = (): Promise<Buffer> => sharp({ create: { width: 9000, height: 9000, channels: 3, background: { r: ++count, g: 0, b: 0 } } }).jpeg({ progressive: true }).toBuffer();
const shown = async (stream: LiveStream, up: UploadResult, ms = 10_000): Promise<Asset> => {
  await stream.next((e) => e.data.id === up.assetId && e.data.op === 'update', ms);
  const a = await asset(up.assetId);
  expect(a.preview).toBe('ready');
  return a;
};

test('an upload gets its preview, thumbnail and size', async () => {
  const stream = await rig.live(ann.token);
  const worker = await rig.spawnWorker(0);
  const a = await shown(stream, await upload(await picture(1, { width: 2000, height: 1000 })));
  expect([a.width, a.height]).toEqual([2000, 1000]);
  expect(a.thumbhash).toMatch(/^[\w+/=]{20,}$/);
  for (const [output, size, format] of [['preview', 1440, 'jpeg'], ['thumb', 500, 'webp']] as const) {
    const got = must(await rig.api('GET', `/files/${a.fileId}/${output}/${a.version}`, undefined, { token: ann.token }), 200);
    expect(got.headers).toMatchObject({ 'content-type': `image/${format}`, 'cache-control': 'private, max-age=31536000, immutable', 'x-content-type-options': 'nosniff' });
    expect(await sharp(got.bytes).metadata()).toMatchObject({ format, width: size });
  }
  expect(await nodeState(rig.paired(0).id)).toBe('online');
  expect(await worker.kill('SIGTERM')).toBe(0); // drains and says good-bye
  expect(worker.lines.filter((l) => /"level":"(error|fatal)"/.test(l))).toEqual([]);
});

/** Kills worker `victim` (-9) in the middle of a job and sees another get it. Returns the milliseconds in between. */
async function killInTheMiddle(victim: number, other: GatewayClient): Promise<number> {
  const worker = await rig.spawnWorker(victim);
  const asked = nextRequest('/worker/files/');
  const up = await upload(await slow());
  await asked;
  const row = rig.coordinator.db.sql.get<{ id: number; token: string; worker: string }>(`select id, token, worker from job where state = 'leased'`)!;
  expect(row.worker).toBe(rig.paired(victim).id);
  const poll = other.lease(10_000);
  const killed = Date.now();
  await worker.kill();
  const again = (await poll)!;
  const took = Date.now() - killed;
  expect([again.id, again.attempt, again.payload.fileId]).toEqual([row.id, 2, up.fileId]);
  expect(await nodeState(rig.paired(victim).id)).toBe('lost');

  const ghost = await joinGateway(rig.paired(victim)); // the same worker, back with what it had made
  const { preview, thumb } = await outputs(row.id);
  const url = signUrl({ method: 'PUT', path: `/worker/outputs/${row.id}/preview`, worker: ghost.id, lease: row.token, exp: Date.now() + 60_000 }, rig.cluster.secret);
  expect(codeOf(await ghost.put(url, preview))).toEqual([409, 'lease_lost']);
  expect(await ghost.call('jobs.done', { id: row.id, token: row.token, result: RESULT })).toEqual({ ok: false });
  expect((await asset(up.assetId)).preview).toBe('waiting');
  await ghost.stop();
  for (const [name, bytes] of [['preview', preview], ['thumb', thumb]] as const) must(await other.put(again.put[name]!, bytes), 201);
  expect(await other.call('jobs.done', { id: again.id, token: again.token, result: RESULT })).toEqual({ ok: true });
  expect((await asset(up.assetId)).preview).toBe('ready');
  return took;
}

test('kill -9: another worker has the job within a second, the late result is refused', async () => {
  const other = await joinGateway(rig.paired(1));
  expect(await killInTheMiddle(2, other)).toBeLessThan(1000);
  await other.stop();
});

test('the coordinator restarts, nats-server is killed: the worker goes on within ten seconds, and its death is noticed as before', async () => {
  const worker = await rig.spawnWorker(3);
  const restartCoordinator = async (): Promise<void> => {
    await rig.stopCoordinator();
    await rig.startCoordinator();
  };
  for (const restart of [restartCoordinator, rig.restartNats]) {
    const asked = nextRequest('/worker/files/');
    const under = await upload(await slow()); // a worker is at it meanwhile
    await asked;
    await restart();
    const stream = await rig.live(ann.token, 0);
    const next = await upload();
    await Promise.all([shown(stream, under, 15_000), shown(stream, next, 15_000)]);
    await restart();
    await shown(await rig.live(ann.token, 0), await upload()); // and while it waits for work: within ten seconds
  }
  expect(await worker.kill('SIGTERM')).toBe(0);

  await rig.restartNats();
  const other = await joinGateway(rig.paired(1));
  expect(await killInTheMiddle(2, other)).toBeLessThan(1000);
  await other.stop();
});

test('a worker that cannot see one file of the coordinator does its job: they share no disk', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mantel-spare-pc-'));
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  try {
    mkdirSync(join(dir, 'tmp'));
    const wall = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', rig.dir, '--bind', dir, dir, '--ro-bind', rig.pairedPath(4), join(dir, 'paired.json'), '--unshare-pid', '--die-with-parent', '--chdir', root];
    const look = child('bwrap', [...wall, 'ls', '-A', rig.dir]);
    expect([await look.exited, look.lines]).toEqual([0, []]); // data and state are not there
    const worker = rig.keep(child('bwrap', [...wall, process.execPath, '--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { MANTEL_PAIRED: join(dir, 'paired.json'), MANTEL_SLOTS: '1', TMPDIR: join(dir, 'tmp') }));
    await worker.line((l) => l.includes('"at work"'));
    const stream = await rig.live(ann.token);
    const clip = readFileSync(new URL('../../coordinator/fixtures/h264-aac.mp4', import.meta.url)); // ffmpeg fetches too
    const still = await shown(stream, await upload());
    const video = await shown(stream, uploaded(must(await rig.upload(ann.token, clip, 'clip.mp4'), 201)), 20_000);
    expect(video).toMatchObject({ type: 'video', durationMs: expect.any(Number) });
    for (const a of [still, video]) must(await rig.api('GET', `/files/${a.fileId}/thumb/${a.version}`, undefined, { token: ann.token }), 200);
    await worker.kill('SIGTERM');
  } finally { rmSync(dir, { recursive: true, force: true }); }
});
