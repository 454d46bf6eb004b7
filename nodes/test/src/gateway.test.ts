// What a worker that was taken over, or somebody in the LAN, can try: on the bus and with the addresses of a lease.
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset, UploadResult } from '@mantel/contracts/models/asset.ts';
import type { PreviewLease } from '@mantel/contracts/models/job.ts';
import { openCluster } from '@mantel/coordinator/cluster/cluster.ts';
import { natsRaw } from '@mantel/runtime/broker.ts';
import { ByteClient, signUrl } from '@mantel/runtime/bytes.ts';
import { newSeed } from '@mantel/runtime/keys.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type GatewayClient, joinGateway, outputs, RESULT } from './rig/gateway-client.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let one: GatewayClient;
let two: GatewayClient;
let skew = 0;
let count = 0;
beforeAll(async () => {
  rig = await startRig({ workers: 3, leaseMs: 60 * 60 * 1000, now: () => Date.now() + skew });
  ann = await rig.admin();
  [one, two] = await Promise.all([joinGateway(rig.paired(0)), joinGateway(rig.paired(1))]);
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await rig.stop();
});
const upload = async (): Promise<UploadResult> => uploaded(must(await rig.upload(ann.token, await picture(++count), `${count}.jpg`), 201));
const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
const leased = async (client: GatewayClient): Promise<{ lease: PreviewLease; up: UploadResult }> => {
  const up = await upload();
  const lease = (await client.lease())!;
  expect(lease.payload.fileId).toBe(up.fileId);
  return { lease, up };
};
const finish = async (client: GatewayClient, lease: PreviewLease): Promise<void> => {
  const made = await outputs(lease.id);
  for (const name of ['preview', 'thumb'] as const) must(await client.put(lease.put[name]!, made[name]), 201);
  expect(await client.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: true });
};

test('a worker without its token, or with that of a lease of another, gets nothing', async () => {
  await expect(one.call('jobs.lease', { kinds: ['preview'], waitMs: 0 }, 'x'.repeat(32))).rejects.toMatchObject({ type: 'unknown_worker' });
  await expect(one.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '0', name: 'me', kinds: [] }, '')).rejects.toMatchObject({ type: 'unknown_worker' });
  await expect(one.broker.call('jobs.lease', { kinds: ['preview'], waitMs: 0 })).rejects.toMatchObject({ type: 'bad_request' });
  await expect(one.call('jobs.lease', { kinds: ['users'] as never, waitMs: 0 })).rejects.toMatchObject({ type: 'bad_request' });
  await expect(one.call('jobs.lease', { kinds: ['preview'], waitMs: 3_600_000 })).rejects.toMatchObject({ type: 'bad_request' });
  expect(await one.call('nodes.hello', { proto: { min: 2, max: 3 }, version: '9', name: 'new', kinds: [] })).toMatchObject({ ok: false, upgrade: 'coordinator' });
  await upload();
  expect(await one.lease(0)).toBeNull(); // nobody knows what it would understand
  expect(await one.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '0', name: 'one', kinds: ['preview'] })).toMatchObject({ ok: true });
  await finish(one, (await one.lease(0))!);

  const { lease } = await leased(one);
  const held = { id: lease.id, token: lease.token };
  expect(await two.call('jobs.extend', held)).toEqual({ ok: false });
  expect(await two.call('jobs.done', { ...held, result: RESULT })).toEqual({ ok: false });
  expect(await two.call('jobs.fail', { ...held, failure: { code: 'undecodable', message: 'spoilt', permanent: true } })).toEqual({ ok: false });
  expect(await two.call('jobs.release', held)).toEqual({ ok: false });
  const asTwo = (method: string, path: string) => signUrl({ method, path: path.split('?')[0]!, worker: two.id, lease: lease.token, exp: Date.now() + 60_000 }, rig.cluster.secret);
  expect(codeOf(await two.tls('GET', asTwo('GET', lease.get)))).toEqual([409, 'lease_lost']); // even if it could sign
  expect(codeOf(await two.tls('GET', lease.get.replace(`w=${one.id}`, `w=${two.id}`)))).toEqual([403, 'signature_bad']);
  expect(await one.call('jobs.extend', held)).toEqual({ ok: true });
  await finish(one, lease);
});

test('nats-server refuses what is not for workers, and strangers', async () => {
  const wire = rig.paired(2);
  const raw = await natsRaw(wire);
  const refused: string[] = [];
  const done = (async () => {
    for await (const s of raw.status()) {
      refused.push(String(s.data));
      if (refused.length === 14) return;
    }
  })();
  for (const s of ['INFO', 'DISCONNECT', 'HEARTBEAT', 'DISCOVER', 'EVENT.gw', 'RES.gw', 'REQ.gw', `REQ.gw.${one.id}`, `RES.${one.id}`, `REQ.${one.id}`, 'REQB.jobs.lease']) raw.publish(`MOL-work.${s}`, '{}');
  for (const s of ['MOL-work.>', `MOL-work.RES.${one.id}`, '$SYS.>']) raw.subscribe(s, { callback: () => undefined });
  await raw.flush();
  await done;
  expect(refused).toHaveLength(14);
  await raw.close();
  await expect(natsRaw({ ...wire, seed: newSeed() })).rejects.toThrow(/Authorization/i);
  await expect(natsRaw({ ...wire, cert: (await openCluster(join(rig.dir, 'other'))).cert })).rejects.toThrow(); // another house: the certificate is not the pinned one
});

test('a sender that is a command for nats-server reaches nobody', async () => {
  const wire = rig.paired(2);
  const raw = await natsRaw(wire);
  const target = `MOL-work.INFO.${one.id}`;
  const heard: unknown[] = [];
  const listener = await natsRaw(rig.paired(0));
  listener.subscribe(target, { callback: (_e, m) => { heard.push(m.string()); } });
  await listener.flush();
  const body = JSON.stringify({ sender: 'gw', forged: true });
  const sender = `x 2\r\n{}\r\nPUB ${target} ${body.length}\r\n${body}\r\nPUB MOL-work.RES.x`;
  for (const [subject, packet] of [[`REQ.gw.${wire.id}`, { id: randomUUID(), action: 'jobs.lease', params: {}, meta: {}, level: 1, stream: false }], [`DISCOVER.gw.${wire.id}`, {}]] as const) raw.publish(`MOL-work.${subject}`, JSON.stringify({ ver: '5', sender, ...packet }));
  await raw.flush();
  expect(await one.call('nodes.hello', { proto: { min: 1, max: 1 }, version: '0', name: 'one', kinds: ['preview'] })).toMatchObject({ ok: true }); // answered after the others were read
  await listener.flush();
  expect(heard.filter((h) => String(h).includes('forged'))).toEqual([]);
  await Promise.all([raw.close(), listener.close()]);
});

test('a forged request for anything but the gateway is answered with "no such service"', async () => {
  const wire = rig.paired(2);
  const raw = await natsRaw(wire);
  const answer = async (action: string, params: object = {}): Promise<{ success: boolean; error?: { type: string } }> => {
    const id = randomUUID();
    const got = new Promise<{ success: boolean; error?: { type: string } }>((resolve) => {
      const sub = raw.subscribe(`MOL-work.RES.${wire.id}`, { callback: (_e, m) => {
        sub.unsubscribe();
        resolve(m.json());
      } });
    });
    raw.publish(`MOL-work.REQ.gw.${wire.id}`, JSON.stringify({ ver: '5', sender: wire.id, id, action, params, meta: { actor: { kind: 'system' } }, timeout: 3000, level: 1, tracing: null, parentID: null, requestID: null, caller: null, stream: false, seq: null }));
    return got;
  };
  expect(await answer('nodes.bye', { auth: wire.token })).toMatchObject({ success: true }); // the forging works
  for (const action of ['users.list', 'users.create', 'jobs.pause', 'jobs.cancel', 'jobs.status', 'storage.status', 'assets.receive', 'setup.finish', '$node.options', '$node.list', '$node.health', '$node.actions']) {
    expect(await answer(action), action).toMatchObject({ success: false, error: { type: 'SERVICE_NOT_FOUND' } });
  }
  await raw.close();
});

test('an address of a lease opens one thing, in one way, for its time', async () => {
  const { lease, up } = await leased(one);
  const { preview } = await outputs();
  const put = lease.put.preview!;
  expect((await rig.api('GET', lease.get)).status).toBe(403); // plain HTTP
  expect((await rig.api('GET', lease.get, undefined, { token: ann.token })).json.code).toBe('forbidden');
  const other = await leased(two);
  for (const bad of [lease.get.replace(lease.payload.fileId, other.up.fileId), lease.get.replace(/e=(\d)/, 'e=9$1'), lease.get.replace(/l=[^&]+/, `l=${other.lease.token}`), lease.get.replace(/s=../, 's=AA'), lease.get.split('?')[0]!, lease.get.replace(/&s=.*/, '')]) {
    expect(codeOf(await one.tls('GET', bad)), bad).toEqual([403, 'signature_bad']);
  }
  expect(codeOf(await one.put(put.replace('/preview', '/thumb'), preview))).toEqual([403, 'signature_bad']);
  expect(codeOf(await one.put(put.replace('/preview', '/..%2f..%2fevil'), preview))).toEqual([403, 'signature_bad']);
  expect((await one.put(lease.get, preview)).status).toBe(404); // a GET address is no PUT address

  expect(codeOf(await one.put(put, preview, { 'x-sha256': 'f'.repeat(64) }))).toEqual([422, 'checksum_mismatch']);
  expect(codeOf(await one.tls('PUT', put, preview, { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' }))).toEqual([411, 'length_required']);
  expect(codeOf(await one.put(put, Buffer.alloc((8 << 20) + 1)))).toEqual([413, 'too_large']);
  expect(codeOf(await one.put(lease.put.thumb!, Buffer.alloc((1 << 20) + 1)))).toEqual([413, 'too_large']);
  expect(staged()).toEqual([]);

  skew = 50 * 60 * 1000; // a long job reads and sends for as long as its lease lives
  expect((await one.tls('GET', lease.get)).status).toBe(200);
  expect(codeOf(await one.put(put, preview, { 'x-sha256': 'f'.repeat(64) }))).toEqual([422, 'checksum_mismatch']);
  skew = 0;
  const old = (method: string, path: string): string => signUrl({ method, path: path.split('?')[0]!, worker: one.id, lease: lease.token, exp: Date.now() - 1 }, rig.cluster.secret);
  expect(codeOf(await one.tls('GET', old('GET', lease.get)))).toEqual([410, 'signature_expired']);
  expect(codeOf(await one.put(old('PUT', put), preview))).toEqual([410, 'signature_expired']);
  const range = must(await one.tls('GET', lease.get, undefined, { range: 'bytes=2-5' }), 206);
  expect(range.bytes).toHaveLength(4);
  await expect(new ByteClient({ host: '127.0.0.1', port: rig.port, cert: (await openCluster(join(rig.dir, 'other'))).cert }).get(lease.get)).rejects.toThrow(/self-signed|certificate/);
  await finish(one, lease);
  expect(codeOf(await one.tls('GET', lease.get))).toEqual([409, 'lease_lost']);
  expect(codeOf(await one.put(put, preview))).toEqual([409, 'lease_lost']);
  expect((await asset(up.assetId)).preview).toBe('ready');
  await finish(two, other.lease);
});

test('pictures that are none are refused: nothing is shown, the job comes back', async () => {
  const good = await outputs();
  const big = await sharp({ create: { width: 1500, height: 20, channels: 3, background: 'red' } }).jpeg().toBuffer();
  const png = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } }).png().toBuffer();
  const cases: { preview?: Buffer; thumb?: Buffer }[] = [{ ...good, preview: Buffer.from('<script>alert(1)</script>') }, { ...good, preview: big }, { ...good, thumb: png }, { ...good, thumb: good.thumb.subarray(0, good.thumb.length / 2) }, { ...good, preview: good.preview.subarray(0, -100) }, { preview: good.preview }, {}];
  const ups: UploadResult[] = [];
  for (const made of cases) {
    const { lease, up } = await leased(one);
    ups.push(up);
    for (const [name, bytes] of Object.entries(made)) must(await one.put(lease.put[name]!, bytes), 201);
    expect(await one.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: false });
    expect((await asset(up.assetId)).preview).toBe('waiting');
    expect(codeOf(await one.put(lease.put.preview!, good.preview))).toEqual([409, 'lease_lost']);
    must(await rig.api('POST', `/nodes/${one.id}/release`, { kind: 'preview' }, { token: ann.token }), 200); // after three in a row it would get none
  }
  expect(staged()).toEqual([]);
  for (const result of [{ ...RESULT, width: 0 }, { ...RESULT, dhash: 'x' }, { ...RESULT, extra: 1 }, { ...RESULT, thumbhash: 'A'.repeat(100) }]) {
    await expect(one.call('jobs.done', { id: 1, token: 'x', result } as never)).rejects.toMatchObject({ type: 'bad_request' });
  }
  const back = new Set<string>();
  for (let i = 0; i < cases.length; i++) {
    const again = (await two.lease())!; // another worker tries first
    expect(again.attempt).toBe(2);
    back.add(again.payload.fileId);
    await finish(two, again);
  }
  expect(back).toEqual(new Set(ups.map((u) => u.fileId)));
  expect((await asset(ups[0]!.assetId)).preview).toBe('ready');
});

test('outputs that were sent before a restart of the coordinator count after it, each under an address of its own', async () => {
  const jobs = [await leased(one), await leased(one)];
  for (const { lease } of jobs) {
    const made = await outputs(lease.id);
    for (const name of ['preview', 'thumb'] as const) must(await one.put(lease.put[name]!, made[name]), 201);
  }
  const given = await leased(two);
  must(await two.put(given.lease.put.preview!, (await outputs()).preview), 201);
  expect(await two.call('jobs.release', { id: given.lease.id, token: given.lease.token })).toEqual({ ok: true });
  await rig.stopCoordinator();
  await rig.startCoordinator();
  expect(staged()).toHaveLength(4); // what belongs to nobody any more is gone
  await one.broker.waitForServices(['jobs'], 10_000, 20);
  for (const { lease } of jobs) expect(await one.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: true });
  const [a, b] = await Promise.all(jobs.map((j) => asset(j.up.assetId)));
  expect([a!.preview, b!.preview]).toEqual(['ready', 'ready']);
  expect(a!.version).not.toBe(b!.version);
});

const staged = (): string[] => readdirSync(join(rig.data, 'derived', '.staging'));
