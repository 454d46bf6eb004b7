// Jobs as an admin meets them, and what a missing disk does not do to them.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type GatewayClient, joinGateway } from './rig/gateway-client.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let worker: GatewayClient;
beforeAll(async () => {
  rig = await startRig({ workers: 1 });
  ann = await rig.admin();
  worker = await joinGateway(rig.paired(0));
});
afterAll(async () => {
  await worker.stop();
  await rig.stop();
});
const queued = async (): Promise<number> => (must(await rig.api('GET', '/jobs', undefined, { token: ann.token }), 200).json as unknown as { queued: number }[])[0]!.queued;
const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;

test('a cancelled preview is made after all when somebody looks, or when failed ones are tried again', async () => {
  const { assetId } = uploaded(must(await rig.upload(ann.token, await picture(1), 'a.jpg'), 201));
  const cancel = async (): Promise<void> => {
    expect(must(await rig.api('POST', '/jobs/preview/cancel', {}, { token: ann.token }), 200).json).toEqual({ changed: 1 });
    expect([await queued(), (await asset(assetId)).preview]).toEqual([0, 'waiting']);
  };
  await cancel();
  expect(must(await rig.api('POST', '/jobs/preview/retry', {}, { token: ann.token }), 200).json).toEqual({ changed: 1 });
  expect(await queued()).toBe(1);
  await cancel();
  must(await rig.api('GET', '/timeline/window?day=20991231', undefined, { token: ann.token }), 200);
  await expect.poll(queued).toBe(1);
});

test('while the disk is away nobody gets a job, nothing is called undecodable, and it goes on afterwards', async () => {
  const lease = (await worker.lease())!;
  const [library, away] = [join(rig.data, 'library'), join(rig.dir, 'away')];
  renameSync(library, away);
  await expect(worker.call('jobs.lease', { kinds: ['preview'], waitMs: 0 })).rejects.toMatchObject({ type: 'storage_missing' });
  expect(codeOf(await worker.tls('GET', lease.get))).toEqual([503, 'storage_missing']);
  renameSync(away, library);
  expect((await worker.tls('GET', lease.get)).status).toBe(200);
  expect(await worker.call('jobs.release', { id: lease.id, token: lease.token })).toEqual({ ok: true });
  expect((await worker.lease())!.id).toBe(lease.id);
});

test('text with a NUL is refused, everywhere', async () => {
  for (const [method, path, body] of [['POST', '/auth/login', { email: 'a\0@b.c', password: 'xxxxxxxx' }], ['PATCH', '/auth/me', { name: 'Ann\0' }], ['GET', '/setup?code=%00', undefined]] as const) {
    expect(codeOf(await rig.api(method, path, body, { token: ann.token, from: rig.nextAddress() })), path).toEqual([400, 'bad_request']);
  }
});

test('a HEAD tells the length of an original; a picture never takes the place of a sidecar', async () => {
  const bytes = await picture(2);
  const { assetId, fileId } = uploaded(must(await rig.upload(ann.token, bytes, 'b.jpg.xmp'), 201));
  expect((await asset(assetId)).files[0]!.path).toMatch(/b\.jpg\.xmp\.jpg$/);
  const head = await rig.api('HEAD', `/files/${fileId}/original`, undefined, { token: ann.token });
  expect([head.status, head.headers['content-length']]).toEqual([200, String(bytes.length)]);
});
