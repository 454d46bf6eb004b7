// The files of one photo over HTTP, with a real worker: live photos, RAW beside JPEG, edited renditions, clips inside.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset, ExportLine, UploadResult } from '@mantel/contracts/models/asset.ts';
import { FLAG, type TimelineWindow } from '@mantel/contracts/models/timeline.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { joinGateway, outputs, RESULT } from './rig/gateway-client.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/media');
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));
let rig: Rig;
let ann: Person;
let family: string;
let own: string;
beforeAll(async () => {
  rig = await startRig({ workers: 2 });
  ann = await rig.admin();
  family = (await rig.library(ann.token, 'shared')).id;
  own = (await rig.library(ann.token, 'personal')).id;
});
afterAll(() => rig.stop());

const get = async (path: string, headers: Record<string, string> = {}): Promise<Awaited<ReturnType<Rig['api']>>> => rig.api('GET', path, undefined, { token: ann.token, headers });
const asset = async (id: string): Promise<Asset> => must(await get(`/assets/${id}`), 200).json as unknown as Asset;
const send = async (name: string, bytes = fixture(name), library = family): Promise<UploadResult> => uploaded(must(await rig.upload(ann.token, bytes, name, { library }), 201));
const ready = (id: string): Promise<void> => expect.poll(async () => (await asset(id)).preview, { timeout: 25_000 }).toBe('ready');
const roles = (a: Asset): string[] => a.files.map((f) => `${f.name} ${f.role}${f.shown ? ' shown' : ''}`).toSorted();
const lines = async (): Promise<ExportLine[]> => must(await get('/assets/export'), 200).bytes.toString().trim().split('\n').map((l) => JSON.parse(l) as ExportLine);
const sha256 = (b: Buffer): string => createHash('sha256').update(b).digest('hex');
const flagsOf = async (a: Asset): Promise<number> => {
  const w = must(await get(`/timeline/window?day=${a.takenAtLocal.slice(0, 10).replaceAll('-', '')}&libraryId=${a.libraryId}`), 200).json as unknown as TimelineWindow;
  return w.flags[w.ids.indexOf(a.id)]!;
};
/** A JPEG of this camera and second; `hue` tells it from others. */
const photo = (hue: number, taken: string, [make, model] = ['Mantel', 'One'], size = 64): Promise<Buffer> =>
  sharp({ create: { width: size, height: 48, channels: 3, background: { r: hue, g: 120, b: 40 } } }).jpeg().withExif({ IFD0: { Make: make!, Model: model! }, IFD2: { DateTimeOriginal: taken } }).toBuffer();

test('a worker at the picture of a file that is not shown any more, or of an asset that is gone, ends in peace', async () => {
  const worker = await joinGateway(rig.paired(1));
  const finish = async (lease: NonNullable<Awaited<ReturnType<typeof worker.lease>>>, n: number): Promise<void> => {
    const { preview, thumb } = await outputs(n);
    for (const [name, bytes] of [['preview', preview], ['thumb', thumb]] as const) must(await worker.put(lease.put[name]!, bytes), 201);
    expect(await worker.call('jobs.done', { id: lease.id, token: lease.token, result: RESULT })).toEqual({ ok: true });
  };
  const taken = '2018:01:02 03:04:05';
  const second = await send('peace~2.jpg', await photo(40, taken));
  const third = await send('peace~3.jpg', await photo(90, taken));
  const leases = [(await worker.lease())!, (await worker.lease())!];
  const whole = await send('peace.jpg', await photo(140, taken));
  expect([whole.assetId, codeOf(await get(`/assets/${third.assetId}`))]).toEqual([second.assetId, [404, 'not_found']]);
  expect(roles(await asset(whole.assetId))).toEqual(['peace.jpg original', 'peace~2.jpg edited', 'peace~3.jpg edited shown']);
  for (const [i, lease] of leases.entries()) await finish(lease, i);
  expect(await asset(whole.assetId)).toMatchObject({ preview: 'waiting', version: '' });
  const last = (await worker.lease())!;
  expect(last.payload.fileId).toBe(third.fileId);
  await finish(last, 9);
  const a = await asset(whole.assetId);
  expect(a).toMatchObject({ preview: 'ready', fileId: third.fileId });
  must(await get(`/files/${third.fileId}/thumb/${a.version}`), 200);
  expect(codeOf(await get(`/files/${second.fileId}/thumb/${a.version}`))).toEqual([404, 'not_found']); // and no job is made for it
  expect(await worker.lease(0)).toBeNull();
  await worker.stop();
});

test('a live photo, the clip first; days and a restart lie between its parts', async () => {
  await rig.spawnWorker(0);
  const clip = await send('live.MOV');
  await ready(clip.assetId);
  await rig.stopCoordinator();
  await rig.startCoordinator();
  const stream = await rig.live(ann.token);
  const still = await send('live.JPG');
  expect(still.assetId).toBe(clip.assetId);
  await ready(still.assetId);
  const a = await asset(still.assetId);
  expect(roles(a)).toEqual(['live.JPG original shown', 'live.MOV live']);
  expect(a).toMatchObject({ type: 'image', originalName: 'live.JPG', width: 640, height: 480, durationMs: null, fileId: still.fileId, takenAtLocal: '2019-05-05T12:00:00' });
  expect(await flagsOf(a) & (FLAG.live | FLAG.video | FLAG.raw)).toBe(FLAG.live);
  await stream.next((e) => e.data.id === a.id && e.data.op === 'update');
  must(await get(`/files/${still.fileId}/thumb/${a.version}`), 200);
  expect(codeOf(await get(`/files/${clip.fileId}/thumb/${a.version}`))).toEqual([404, 'not_found']);
  expect((await get(`/files/${clip.fileId}/original`)).bytes.equals(fixture('live.MOV'))).toBe(true);
  expect((await get(`/files/${still.fileId}/original`)).bytes.equals(fixture('live.JPG'))).toBe(true);
  expect((await lines()).filter((l) => l.id === a.id)).toMatchObject([{ originalName: 'live.JPG', sha256: sha256(fixture('live.JPG')), mime: 'image/jpeg', live: { name: 'live.MOV', sha256: sha256(fixture('live.MOV')) }, edited: [], embeddedVideo: false }]);

  // the same clip again is a duplicate of a part; both parts are known until the whole lies in the trash
  const again = must(await rig.upload(ann.token, fixture('live.MOV'), 'copy of live.MOV', { library: family }), 200);
  expect(uploaded(again)).toMatchObject({ outcome: 'duplicate', assetId: a.id, fileId: clip.fileId });
  const hashes = ['live.MOV', 'live.JPG'].map((n) => sha256(fixture(n)));
  const known = async (): Promise<string[]> => (must(await rig.api('POST', '/assets/check', { libraryId: family, sha256: hashes }, { token: ann.token }), 200).json.known as string[]).toSorted();
  expect(await known()).toEqual(hashes.toSorted());
  must(await rig.api('POST', '/assets/trash', { ids: [a.id] }, { token: ann.token }), 200);
  expect(await known()).toEqual([]);
  must(await rig.api('POST', '/assets/restore', { ids: [a.id] }, { token: ann.token }), 200);
  expect(roles(await asset(a.id))).toEqual(['live.JPG original shown', 'live.MOV live']);
});

test('the still first; copies that share the mark find their own clip', async () => {
  for (const name of ['live-renamed-still.JPG', 'live.MOV', 'other-name-clip.MOV', 'live.JPG']) await send(name, undefined, own);
  const { name } = await rig.library(ann.token, 'personal');
  const all = (await lines()).filter((l) => l.library === name).map((l) => [l.originalName, l.live?.name]).toSorted();
  expect(all).toEqual([['live-renamed-still.JPG', 'other-name-clip.MOV'], ['live.JPG', 'live.MOV']]);
});

test('RAW beside JPEG, then an edited rendition: the edit is shown, the original leads', async () => {
  const raw = await send('DSC_0001.dng', fixture('camera.dng'));
  const before = await asset(raw.assetId);
  const taken = before.takenAtLocal.replaceAll('-', ':').replace('T', ' ');
  const jpeg = await send('DSC_0001.JPG', await photo(50, taken, [before.make!, before.model!]));
  expect(jpeg.assetId).toBe(raw.assetId);
  await ready(raw.assetId);
  let a = await asset(raw.assetId);
  expect(roles(a)).toEqual(['DSC_0001.JPG original shown', 'DSC_0001.dng raw']);
  expect(await flagsOf(a) & FLAG.raw).toBe(FLAG.raw);
  const version = a.version;

  const edited = await send('DSC_0001-edited.JPG', await photo(200, taken, [before.make!, before.model!], 48));
  expect(edited.assetId).toBe(raw.assetId);
  await expect.poll(async () => (await asset(raw.assetId)).preview === 'ready' && (await asset(raw.assetId)).version !== version, { timeout: 25_000 }).toBe(true);
  a = await asset(raw.assetId);
  expect(roles(a)).toEqual(['DSC_0001-edited.JPG edited shown', 'DSC_0001.JPG original', 'DSC_0001.dng raw']);
  expect(a).toMatchObject({ originalName: 'DSC_0001.JPG', fileId: edited.fileId });
  const shown = await sharp((await get(`/files/${a.fileId}/preview/${a.version}`)).bytes).stats();
  expect(shown.channels[0]!.mean).toBeGreaterThan(180); // red: the edit, not the original
  expect((await lines()).find((l) => l.id === a.id)).toMatchObject({ sha256: a.files.find((f) => f.role === 'original')!.sha256, edited: [{ name: 'DSC_0001-edited.JPG', sha256: a.files.find((f) => f.role === 'edited')!.sha256 }], live: null });
});

test('parts that come in the same moment', async () => {
  const names = Array.from({ length: 6 }, (_, n) => [`rush${n}.jpg`, `rush${n}-edited.jpg`, `rush${n}~3.jpg`]).flat();
  const bytes = await Promise.all(names.map((_, i) => photo(10 * i + 5, `2016:01:01 10:00:${10 + Math.floor(i / 3) * 5}`)));
  const results = await Promise.all(names.map((name, i) => send(name, bytes[i]!)));
  for (let n = 0; n < 6; n++) {
    const [original, edited, third] = await Promise.all([0, 1, 2].map(async (k) => (await get(`/files/${results[n * 3 + k]!.fileId}/original`)).bytes));
    expect([original, edited, third].map((b, k) => b!.equals(bytes[n * 3 + k]!))).toEqual([true, true, true]);
  }
  const groups = (await lines()).filter((l) => l.originalName.startsWith('rush')).map((l) => [l.originalName, l.edited.map((e) => e.name).toSorted()]).toSorted();
  expect(groups).toEqual(Array.from({ length: 6 }, (_, n) => [`rush${n}.jpg`, [`rush${n}-edited.jpg`, `rush${n}~3.jpg`]]));
});

test('taking apart, and only by who may change the library', async () => {
  const whole = await send('split.jpg', await photo(10, '2017:01:01 10:00:00'));
  const edit = await send('split-edited.jpg', await photo(20, '2017:01:01 10:00:00'));
  expect(edit.assetId).toBe(whole.assetId);
  const stranger = await rig.addUser(ann, 'Bob');
  const split = (token: string, fileId: string): ReturnType<Rig['api']> => rig.api('POST', `/assets/${whole.assetId}/split`, { fileId }, { token });
  const libraryOfBob = await rig.library(stranger.token, 'personal');
  const secret = uploaded(must(await rig.upload(stranger.token, await photo(30, '2017:01:01 10:00:00'), 'secret.jpg', { library: libraryOfBob.id }), 201));
  expect(codeOf(await rig.api('POST', `/assets/${secret.assetId}/split`, { fileId: secret.fileId }, { token: ann.token }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.api('POST', `/assets/${secret.assetId}/split`, { fileId: secret.fileId }, { token: stranger.token }))).toEqual([409, 'conflict']);
  const made = must(await split(ann.token, edit.fileId), 200).json as unknown as Asset;
  expect(made).toMatchObject({ originalName: 'split-edited.jpg', fileId: edit.fileId, type: 'image' });
  expect([made.id === whole.assetId, roles(made), roles(await asset(whole.assetId))]).toEqual([false, ['split-edited.jpg original shown'], ['split.jpg original shown']]);
  for (const id of [made.id, whole.assetId]) await ready(id);
  expect(uploaded(must(await rig.upload(ann.token, await photo(20, '2017:01:01 10:00:00'), 'split-edited.jpg', { library: family }), 200)).assetId).toBe(made.id);
});

test.each(['motion-google-v1.MP.jpg', 'MVIMG_microvideo-v1.jpg', 'motion-samsung-trailer.jpg'])('the clip inside %s is served, with ranges', async (name) => {
  const { assetId, fileId } = await send(name);
  const a = await asset(assetId);
  expect(a.files[0]!.motion).toBe(true);
  expect(await flagsOf(a) & FLAG.live).toBe(FLAG.live);
  const all = must(await get(`/files/${fileId}/motion`), 200);
  expect(all.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'content-length': String(all.bytes.length), 'x-content-type-options': 'nosniff' });
  expect(all.bytes.toString('latin1', 4, 8)).toBe('ftyp');
  expect(fixture(name).includes(all.bytes)).toBe(true);
  const some = must(await get(`/files/${fileId}/motion`, { range: 'bytes=10-19' }), 206);
  expect([some.headers['content-range'], some.bytes.equals(all.bytes.subarray(10, 20))]).toEqual([`bytes 10-19/${all.bytes.length}`, true]);
  const tail = must(await get(`/files/${fileId}/motion`, { range: 'bytes=-5' }), 206);
  expect(tail.bytes.equals(all.bytes.subarray(-5))).toBe(true); // the clip's end, not the file's
  expect((await get(`/files/${fileId}/motion`, { range: `bytes=${all.bytes.length}-` })).status).toBe(416);
  expect((await lines()).find((l) => l.id === assetId)).toMatchObject({ embeddedVideo: true, live: null });
});

test('where no clip is, or nobody may look, there is none', async () => {
  const lying = await send('motion-lying-offset.jpg');
  expect((await asset(lying.assetId)).files[0]!.motion).toBe(false);
  expect(codeOf(await get(`/files/${lying.fileId}/motion`))).toEqual([404, 'not_found']);
  const mine = await send('motion-google-v1.MP.jpg', undefined, own);
  const cleo = await rig.addUser(ann, 'Cleo');
  expect(codeOf(await rig.api('GET', `/files/${mine.fileId}/motion`, undefined, { token: cleo.token }))).toEqual([404, 'not_found']);
  expect(codeOf(await rig.api('GET', `/files/${mine.fileId}/motion`))).toEqual([401, 'unauthenticated']);
});
