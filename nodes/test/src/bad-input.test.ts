// Whatever a family's old disks hold, and whatever somebody sends on purpose: each ends clearly and soon, the house answers meanwhile, and nothing that was acknowledged is lost.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Asset, ExportLine, UploadResult } from '@mantel/contracts/models/asset.ts';
import type { FailedJob, JobKindStatus } from '@mantel/contracts/models/job.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type Answer, ask, form, MULTIPART } from './rig/ask.ts';
import type { Child } from './rig/children.ts';
import * as hostile from './rig/hostile.ts';
import type { LiveStream } from './rig/live.ts';
import { picture, random } from './rig/pictures.ts';

/** exiftool may try twice, 20 s each. */
const UPLOAD_MS = 45_000;
const SHOWN_MS = 60_000;
const HEALTH_MS = 3000;
const SECRET = 'the secret of this machine';

let rig: Rig;
let ann: Person;
let worker: Child;
let live: LiveStream;
let asked: string[] = [];
const outside = createServer((req, res) => {
  asked.push(req.url ?? '');
  res.end(SECRET);
});
const acknowledged = new Map<string, string>();
let beat: NodeJS.Timeout;
const late: number[] = [];
let beats = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => { outside.listen(0, '127.0.0.1', resolve); });
  rig = await startRig({ workers: 1 });
  ann = await rig.admin();
  worker = await rig.spawnWorker(0);
  live = await rig.live(ann.token);
  writeFileSync(join(rig.dir, 'secret'), SECRET);
  beat = setInterval(() => {
    const from = performance.now();
    void rig.api('GET', '/health').then(() => { late.push(performance.now() - from); }, () => { late.push(Infinity); });
    beats++;
  }, 200);
});
afterAll(async () => {
  clearInterval(beat);
  outside.close();
  await rig.stop();
});

const FIXTURES = new URL('../fixtures/media/', import.meta.url);
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES));
const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
const failedJobs = async (): Promise<FailedJob[]> => must(await rig.api('GET', '/jobs/failed', undefined, { token: ann.token }), 200).json as unknown as FailedJob[];

const post = (bytes: Buffer, name: string | Buffer): Promise<Answer> => {
  const body = form(name, bytes);
  return ask(rig.port, { method: 'POST', path: '/api/v1/assets', headers: { ...MULTIPART, authorization: `Bearer ${ann.token}`, 'content-length': body.length }, body, limitMs: UPLOAD_MS });
};
/** Sends a file, which must be taken in within the time. */
async function send(bytes: Buffer, name: string | Buffer): Promise<UploadResult> {
  const from = performance.now();
  const answer = await post(bytes, name);
  expect([200, 201], `${String(name)}: ${answer.bytes.toString().slice(0, 200)}`).toContain(answer.status);
  expect(performance.now() - from, `${String(name)} took long to be taken in`).toBeLessThan(UPLOAD_MS);
  acknowledged.set(createHash('sha256').update(bytes).digest('hex'), String(name));
  return uploaded(answer);
}
/** Its end: shown, or said why not. */
async function end({ assetId }: UploadResult): Promise<Asset> {
  const found = await asset(assetId);
  if (found.preview !== 'waiting') return found;
  const until = performance.now() + SHOWN_MS;
  for (let from = 0; performance.now() < until;) { // an update may also tell of something else
    const event = await live.next((e) => e.data.id === assetId && e.data.op === 'update' && live.events.indexOf(e) >= from, SHOWN_MS);
    from = live.events.indexOf(event) + 1;
    const now = await asset(assetId);
    if (now.preview !== 'waiting') return now;
  }
  throw new Error(`${found.originalName} has no end`);
}
const sendAll = async (files: Record<string, Buffer>): Promise<Map<string, Asset>> => {
  const sent = [];
  for (const [name, bytes] of Object.entries(files)) sent.push([name, await send(bytes, name)] as const);
  const out = new Map<string, Asset>();
  for (const [name, result] of sent) out.set(name, await end(result));
  return out;
};
const unshown = (a: Asset): boolean => a.preview === 'failed' && a.problems.some((p) => ['undecodable', 'too_large', 'encrypted', 'empty'].includes(p));

test('broken, cut, mislabelled and empty files of every kind', async () => {
  const expected: Record<string, { preview: Asset['preview']; problem?: string; mime?: string }> = {
    'truncated.jpg': { preview: 'ready', problem: 'truncated' }, 'no-moov.mp4': { preview: 'failed', problem: 'undecodable' }, 'header-only.dng': { preview: 'failed', problem: 'undecodable', mime: 'image/x-adobe-dng' },
    'heic-as.jpg': { preview: 'ready', problem: 'wrong_extension', mime: 'image/heic' }, 'png-as.jpg': { preview: 'ready', problem: 'wrong_extension', mime: 'image/png' }, 'jpeg-as.heic': { preview: 'ready', problem: 'wrong_extension', mime: 'image/jpeg' },
    'html-as.jpg': { preview: 'failed', problem: 'undecodable', mime: 'application/octet-stream' }, 'garbage.jpg': { preview: 'failed', problem: 'undecodable' }, 'zero.jpg': { preview: 'failed', problem: 'empty' },
  };
  const found = await sendAll(Object.fromEntries(Object.keys(expected).map((name) => [name, fixture(name)])));
  for (const [name, e] of Object.entries(expected)) {
    const a = found.get(name)!;
    expect(a.preview, name).toBe(e.preview);
    if (e.problem) expect(a.problems, name).toContain(e.problem);
    if (e.mime) expect(a.files[0]!.mime, name).toBe(e.mime);
  }
});

/** One fixture of each kind that a device writes. */
const kinds = new Map(readdirSync(FIXTURES).filter((n) => /\.(jpg|png|gif|webp|avif|heic|jxl|jp2|tif|bmp|psd|dng|mp4|mov|mkv|3gp|avi|mpg|mts|wmv)$/i.test(n) && !/^(bomb|header-only|no-moov|half|truncated)/.test(n)).map((n) => [n.split('.').at(-1)!.toLowerCase(), n]));

test('a disk that forgets: bytes turned over, in the head and anywhere, in every kind', { timeout: 400_000 }, async () => {
  const bad: Record<string, Buffer> = {};
  for (const [ext, name] of kinds) {
    for (const [round, [from, share]] of ([[12, 300], [12, 3000], [400, 200]] as const).entries()) {
      const bytes = Buffer.from(fixture(name));
      const next = random(ext.length * 1000 + ext.charCodeAt(0) * 10 + round);
      const last = Math.min(bytes.length, round < 2 ? 4000 : bytes.length); // the head is where sizes, counts and offsets stand
      for (let n = Math.max(1, Math.floor((last - from) / share)); n > 0; n--) bytes[from + Math.floor(next() * (last - from))] = Math.floor(next() * 256);
      bad[`turned-${round}.${ext}`] = bytes;
    }
  }
  for (const [name, a] of await sendAll(bad)) expect(a.preview === 'ready' || unshown(a), `${name}: ${a.preview} ${a.problems.join()}`).toBe(true);
});

test('every small fixture cut at a tenth, a half and nine tenths: an end for each', { timeout: 300_000 }, async () => {
  const cut: Record<string, Buffer> = {};
  for (const [ext, name] of kinds) for (const share of [0.1, 0.5, 0.9]) cut[`cut-${share * 10}.${ext}`] = fixture(name).subarray(0, Math.ceil(fixture(name).length * share));
  const found = await sendAll(cut);
  expect(found.size).toBe(kinds.size * 3);
  for (const [name, a] of found) expect(a.preview === 'ready' || unshown(a), `${name}: ${a.preview} ${a.problems.join()}`).toBe(true);
});

/** A RAW of nothing but beginnings of JPEGs, a Photoshop file of 56 bytes that says 96 MB of Lab, a JPEG XL of 2^30 by 2^30. */
const headersAndStarts = {
  'starts.orf': Buffer.concat([Buffer.from('IIRO\x08\0\0\0'), Buffer.alloc(24 << 20, Buffer.from('ffd8ffe000060000', 'hex'))]),
  'lab.psd': Buffer.concat([Buffer.from('384250530001000000000000000300000fa000000fa000100009', 'hex'), Buffer.alloc(30)]),
  'giant.jxl': Buffer.concat([Buffer.from('ff0afeffffffffffffff', 'hex'), Buffer.alloc(100)]),
};

test('a bomb costs less than five seconds and stays one failed job', { timeout: 120_000 }, async () => {
  const bombs = { ...hostile.pictureBombs({ avif: fixture('real.avif'), heic: fixture('real.heic'), jpeg: fixture('base.jpg') }), ...headersAndStarts, 'header.png': fixture('bomb-header-only.png'), 'real.png': fixture('bomb-real-30000.png') };
  for (const [name, bytes] of Object.entries(bombs)) {
    const from = performance.now();
    const a = await end(await send(bytes, name));
    expect(performance.now() - from, name).toBeLessThan(5000);
    expect([a.preview, unshown(a)], `${name}: ${a.problems.join()}`).toEqual(['failed', true]);
    expect((await failedJobs()).filter((j) => j.assetId === a.id).map((j) => j.attempts), name).toEqual([1]);
  }
});

test('fifty megabytes of metadata, text that inflates to a gigabyte, boxes, tags and pages without end', { timeout: 240_000 }, async () => {
  const jpeg = await picture(1, { width: 200, height: 100 });
  const png = await sharp(jpeg).png().toBuffer();
  const files = {
    'segments.jpg': hostile.jpegOfMetadata(jpeg), 'texts.png': hostile.pngManyTexts(png), 'inflates.png': hostile.pngTextBomb(png), 'giant.heic': hostile.heicGiantBoxes(), 'deep.heic': hostile.heicDeep(), 'tables.mp4': hostile.mp4Tables(), 'boxes.mp4': hostile.mp4ManyBoxes(),
    'deep.mp4': hostile.mp4Deep(), 'tracks.mp4': hostile.mp4ManyTracks(), 'loop.tif': hostile.tiffLoop(), 'entries.tif': hostile.bigTiffEntries(), 'pages.tif': hostile.tiffManyPages(),
  };
  const found = await sendAll(files);
  for (const name of ['segments.jpg', 'texts.png', 'inflates.png']) expect([found.get(name)!.preview, found.get(name)!.width], name).toEqual(['ready', 200]);
  for (const name of ['giant.heic', 'deep.heic', 'tables.mp4', 'boxes.mp4', 'deep.mp4', 'loop.tif']) expect(unshown(found.get(name)!), `${name}: ${found.get(name)!.preview} ${found.get(name)!.problems.join()}`).toBe(true);
});

test('XMP that grows or asks for files and addresses says nothing that was not in it', { timeout: 180_000 }, async () => {
  const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  const packets = hostile.hostileXmp({ secret: join(rig.dir, 'secret'), url });
  const files: Record<string, Buffer> = {};
  let n = 100;
  for (const [name, xmp] of Object.entries(packets)) files[`${name}.jpg`] = hostile.jpegWithXmp(await picture(n++), xmp);
  const found = await sendAll(files);
  for (const [name, a] of found) {
    expect(a.preview, name).toBe('ready');
    expect(JSON.stringify(a), name).not.toContain(SECRET);
    expect(JSON.stringify(a).length, name).toBeLessThan(100_000);
  }
  expect(asked).toEqual([]);
});

test('such XMP as a sidecar: taken in or refused in words, and never more than it says; the technical view holds as well', { timeout: 180_000 }, async () => {
  const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  const packets = { ...hostile.hostileXmp({ secret: join(rig.dir, 'secret'), url }), 'fifty megabytes': `<x>${'y'.repeat(50_000_000)}</x>`, 'no xml': 'dear diary' };
  let n = 500;
  for (const [name, xmp] of Object.entries(packets)) {
    const { assetId } = await send(await picture(n++), `sidecar ${name}.jpg`);
    const from = performance.now();
    const answer = await post(Buffer.from(xmp), `sidecar ${name}.jpg.xmp`);
    expect(performance.now() - from, name).toBeLessThan(UPLOAD_MS);
    expect(answer.status === 200 || (answer.status >= 400 && answer.status < 500 && typeof answer.json.message === 'string'), `${name}: ${answer.status} ${answer.bytes.toString().slice(0, 200)}`).toBe(true);
    const tags = must(await rig.api('GET', `/assets/${assetId}/tags`, undefined, { token: ann.token }), 200).bytes.toString();
    const said = JSON.stringify(await asset(assetId)) + tags;
    expect(said, name).not.toContain(SECRET);
    expect(said.length, name).toBeLessThan(1_000_000);
  }
  expect(asked).toEqual([]);
});

test('dates of year 0, 1904, 1970 and 2099 are told from real ones', async () => {
  const shot = async (n: number, taken: string): Promise<Buffer> => picture(n, { taken });
  const mp4 = fixture('h264-aac.mp4');
  const at = (iso: string): number => Date.parse(iso) / 1000 + 2_082_844_800;
  const files: Record<string, Buffer> = {
    'zero.jpg': await shot(200, '0000:00:00 00:00:00'), 'year-0.jpg': await shot(201, '0000:01:01 00:00:00'), 'year-1904.jpg': await shot(202, '1904:01:01 00:00:00'), 'year-1970.jpg': await shot(203, '1970:01:01 00:00:00'), 'year-2099.jpg': await shot(204, '2099:12:31 23:59:59'),
    'month-13.jpg': await shot(205, '2019:13:45 25:61:61'), 'words.jpg': await shot(206, 'last summer at the lake'),
    'epoch-1904.mp4': hostile.videoOf(mp4, 0), 'epoch-1970.mp4': hostile.videoOf(mp4, at('1970-01-01T00:00:00Z')), 'year-2099.mp4': hostile.videoOf(mp4, 0xffffffff - 1000),
  };
  const found = await sendAll(files);
  const flagged = (name: string): boolean => found.get(name)!.problems.some((p) => p === 'no_date' || p === 'odd_date');
  for (const name of Object.keys(files)) {
    const a = found.get(name)!;
    expect(a.takenAtLocal, name).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(flagged(name), `${name}: ${a.takenAtLocal} ${a.takenAtSource} ${a.problems.join()}`).toBe(true);
  }
});

test('places that are none: out of range, 0/0, infinite, words', async () => {
  const at = async (n: number, lat: string, lon: string): Promise<Buffer> => sharp(await picture(n)).keepMetadata().withExifMerge({ IFD3: { GPSLatitude: lat, GPSLatitudeRef: 'N', GPSLongitude: lon, GPSLongitudeRef: 'E' } }).jpeg().toBuffer();
  const xmp = (lat: string, lon: string): string => `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="${lat}" exif:GPSLongitude="${lon}"/></rdf:RDF></x:xmpmeta>`;
  const found = await sendAll({
    'north-95.jpg': await at(300, '95/1 0/1 0/1', '10/1 0/1 0/1'), 'east-999.jpg': await at(301, '10/1 0/1 0/1', '999/1 0/1 0/1'), 'zero-by-zero.jpg': await at(302, '0/0 0/0 0/0', '0/0 0/0 0/0'), 'one-by-zero.jpg': await at(303, '1/0 0/1 0/1', '1/0 0/1 0/1'), 'island.jpg': await at(304, '0/1 0/1 0/1', '0/1 0/1 0/1'),
    'words.jpg': hostile.jpegWithXmp(await picture(305), xmp('at home', 'upstairs')), 'far.jpg': hostile.jpegWithXmp(await picture(306), xmp('912,30.5N', '1e400,0E')),
  });
  for (const [name, a] of found) expect([a.gps, a.preview], name).toEqual([null, 'ready']);
  expect((await end(await send(await at(307, '48/1 8/1 0/1', '11/1 34/1 0/1'), 'home.jpg'))).gps).toEqual([expect.closeTo(48.1333, 3), expect.closeTo(11.5667, 3)]);
});

test('names in every script and encoding: kept, told apart, safe on the disk', async () => {
  const names: [sent: string | Buffer, shown: RegExp][] = [
    ['cafe\u0301.jpg', /^caf(é|e\u0301)\.jpg$/u], ['café.jpg', /^café\.jpg$/u], [Buffer.from('Gr\xfc\xdfe.jpg', 'latin1'), /^Gr.+\.jpg$/u], [Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8e, 0xca, 0x90, 0x5e, 0x2e, 0x6a, 0x70, 0x67]), /\.jpg$/u], // 日本写真.jpg in Shift-JIS
    ['家族の写真 2019.jpg', /^家族の写真 2019\.jpg$/u], ['👨‍👩‍👧‍👦🏖️.jpg', /^👨‍👩‍👧‍👦🏖️\.jpg$/u], ['صورة العائلة.jpg', /^صورة العائلة\.jpg$/u], [`${'x'.repeat(500)}.jpg`, /^x{100,}.*$/u], [`${'寫'.repeat(500)}.jpg`, /^寫{50,}.*$/u], ['\u202egpj.exe', /exe$/u],
  ];
  const paths = new Set<string>();
  for (const [i, [sent, shown]] of names.entries()) {
    const bytes = await picture(400 + i);
    const a = await end(await send(bytes, sent));
    expect(a.originalName, String(sent)).toMatch(shown);
    const name = a.files[0]!.path.split('/').at(-1)!;
    expect(Buffer.byteLength(name), name).toBeLessThanOrEqual(255);
    expect(name.isWellFormed() && !/[\p{Cc}\u202a-\u202e/\\]/u.test(name), name).toBe(true);
    expect(readFileSync(join(rig.data, a.files[0]!.path)).equals(bytes)).toBe(true);
    paths.add(a.files[0]!.path.normalize('NFC').toLowerCase());
  }
  expect(paths.size).toBe(names.length);
});

test('a second chance: what is on its way or hopeless stays, what failed is tried once more', async () => {
  const [broken, page, empty] = [await end(await send(fixture('header-only.dng'), 'header-only.dng')), await end(await send(fixture('html-as.jpg'), 'page.jpg')), await end(await send(Buffer.alloc(0), 'empty.mov'))];
  const retry = async (...ids: string[]): Promise<unknown> => must(await rig.api('POST', '/assets/retry', { ids }, { token: ann.token }), 200).json;
  expect(await retry(page.id, empty.id)).toEqual({ changed: 0 });
  expect(await retry(broken.id, page.id)).toEqual({ changed: 1 });
  await expect.poll(async () => (await asset(broken.id)).preview, { timeout: SHOWN_MS }).toBe('failed');
  expect((await failedJobs()).filter((j) => j.assetId === broken.id)).toHaveLength(1);
});

test('a page under the name of a photo is only ever saved, never opened', async () => {
  const page = Buffer.from('<html><script>alert(document.cookie)</script></html>');
  const { fileId } = await send(page, 'holiday.jpg');
  const got = must(await rig.api('GET', `/files/${fileId}/original`, undefined, { token: ann.token }), 200);
  expect(got.bytes.equals(page)).toBe(true);
  expect(got.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff', 'content-disposition': expect.stringMatching(/^attachment; filename="holiday\.jpg"/) as string, 'content-security-policy': expect.stringContaining('sandbox') as string });
});

test('after all that: nothing is dropped, nothing crashed, the house answered in time, the worker stayed small', async () => {
  await expect.poll(async () => (must(await rig.api('GET', '/jobs', undefined, { token: ann.token }), 200).json as unknown as JobKindStatus[]).map((j) => j.queued + j.running), { timeout: SHOWN_MS }).toEqual([0]);
  const lines = must(await rig.api('GET', '/assets/export', undefined, { token: ann.token }), 200).bytes.toString().trim().split('\n').map((l) => JSON.parse(l) as ExportLine);
  const exported = new Map(lines.map((l) => [l.sha256, l]));
  expect([...acknowledged].filter(([sha]) => !exported.has(sha))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(100);
  for (const [sha, line] of exported) expect(createHash('sha256').update(readFileSync(join(rig.data, line.path))).digest('hex'), line.path).toBe(sha);
  expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
  expect(worker.process.exitCode).toBeNull();
  expect(beats).toBeGreaterThan(50);
  expect(Math.max(...late), 'health').toBeLessThan(HEALTH_MS);
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${worker.process.pid}/status`, 'utf8'))![1]) / 1024;
  expect(peak, 'MiB of the worker').toBeLessThan(1024);
});
