import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../api/client.ts';
import { fakeMantel, job, refuse, TOKEN, workbench, type FakeMantel, type Ran } from '../fake-mantel.ts';
import type { Report } from './report.ts';
import { send } from './send.ts';
import { waitForPreviews } from './wait.ts';
import { walk, type Found } from './walk.ts';

let server: FakeMantel;
let bench: ReturnType<typeof workbench>;
let photos: string;
beforeEach(async () => { server = await fakeMantel(); bench = workbench(); photos = path.join(bench.folder, 'photos'); mkdirSync(photos); });
afterEach(async () => { await server.close(); bench.close(); });
const put = (name: string | Buffer, content = String(name)): void => writeFileSync(typeof name === 'string' ? path.join(photos, name) : Buffer.concat([Buffer.from(`${photos}/`), name]), content);
const imports = (...args: string[]): Promise<Ran> => bench.mantel(['--url', server.url, 'import', 'folder', photos, ...args], { env: { MANTEL_TOKEN: TOKEN } });
const reported = async (...args: string[]): Promise<{ ran: Ran; report: Report; of: (name: string) => string | undefined }> => {
  const file = path.join(bench.folder, 'report.json');
  const ran = await imports('--report', file, ...args);
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  return { ran, report, of: (name) => { const e = report.entries.find((x) => path.basename(x.path) === name); return e && `${e.outcome}${e.why ? `: ${e.why}` : ''}`; } };
};

describe('walking', () => {
  test('in order, with a reason for everything that is left out', async () => {
    for (const dir of ['b', 'b/@eaDir', '.hidden', 'a']) mkdirSync(path.join(photos, dir));
    for (const f of ['b/2.jpg', 'b/1.jpg', 'b/@eaDir/SYNO.jpg', '.hidden/x.jpg', 'a/z.jpg', '.DS_Store', 'Thumbs.db', '1.jpg.xmp', 'plain']) put(f);
    symlinkSync('/etc', path.join(photos, 'etc'));
    symlinkSync(path.join(photos, 'plain'), path.join(photos, 'same'));
    symlinkSync(photos, path.join(photos, 'a/circle'));
    const found: string[] = [];
    for await (const f of walk([photos, path.join(photos, 'plain'), '/nowhere/at/all'])) found.push(`${path.relative(photos, f.shown)} ${f.kind === 'file' ? f.bytes : f.kind === 'sidecar' ? `sidecar ${f.bytes}` : `${f.kind}: ${f.why}`}`);
    expect(found.slice(0, -2)).toEqual(['.DS_Store ignored: hidden', '.hidden ignored: hidden', '1.jpg.xmp sidecar 9', 'Thumbs.db ignored: made by a system', 'a/circle ignored: link', 'a/z.jpg 7', 'b/1.jpg 7', 'b/2.jpg 7', 'b/@eaDir ignored: made by a system', 'etc ignored: link', 'plain 5', 'same ignored: link']);
    expect(found.slice(-2)).toEqual(['plain ignored: named twice', expect.stringContaining('failed: it is not there')]);
  });
});

describe('sending', () => {
  test('name, time, device, bytes; three at a time; everything is accounted for', async () => {
    for (let i = 0; i < 12; i++) put(`p${i}.jpg`);
    put(`quote'"q ünï 日本 😀 100%.jpg`, 'odd');
    put('copy.jpg', 'odd');
    put('.nomedia');
    utimesSync(path.join(photos, 'p3.jpg'), 1_500_000_000, 1_500_000_000);
    const { ran, report } = await reported('--library', 'Family');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('15 entries: 13 added, 1 were here already, 1 ignored.') });
    expect(report.totals).toEqual({ added: 13, duplicate: 1, sidecar: 0, known: 0, refused: 0, ignored: 1, failed: 0, waiting: 0 });
    expect(server.atOnce).toBeGreaterThan(1);
    expect(server.atOnce).toBeLessThanOrEqual(3);
    expect(server.uploads.find((u) => u.name === 'p3.jpg')).toMatchObject({ bytes: Buffer.from('p3.jpg'), fields: { library: 'lib-1', device: hostname(), modifiedAt: '1500000000000', folder: photos }, sidecar: null });
    expect(server.uploads.map((u) => u.name)).toContain(`quote'"q ünï 日本 😀 100%.jpg`);
    expect(report.entries.find((e) => e.path.endsWith('p3.jpg'))).toMatchObject({ sha256: server.uploads.find((u) => u.name === 'p3.jpg')!.sha256, assetId: expect.stringContaining('asset-') });
  });
  test('a name that is not UTF-8 is sent all the same; a path sign or a line break does not leave this machine', async () => {
    put(Buffer.from('Z\xfcrich.jpg', 'latin1'), 'zurich');
    put('a\nb\\c.jpg', 'break');
    expect((await imports()).code).toBe(0);
    expect(server.uploads.map((u) => [u.name, u.bytes.toString()]).toSorted()).toEqual([['Zürich.jpg', 'zurich'], ['a_b_c.jpg', 'break']]);
  });
  test('a large file arrives whole', async () => {
    const large = Buffer.alloc(5_000_001, 'x');
    writeFileSync(path.join(photos, 'large.mp4'), large);
    await imports();
    expect(server.uploads[0]!.bytes.equals(large)).toBe(true);
  });
  test('an empty file is for the server to refuse', async () => {
    put('empty.jpg', '');
    server.answer = (_a, upload) => (upload?.bytes.length === 0 ? refuse(422, 'empty_file', 'This file is empty.') : undefined);
    expect((await reported()).of('empty.jpg')).toBe('refused: This file is empty.');
  });
  test('what may pass is tried again, what is refused is not, and one does not spoil the others', async () => {
    for (const f of ['busy.jpg', 'cut.jpg', 'good.jpg', 'page.html']) put(f);
    const tries: Record<string, number> = {};
    server.answer = (_a, upload) => {
      if (!upload) return undefined;
      const n = (tries[upload.name] = (tries[upload.name] ?? 0) + 1);
      if (upload.name === 'busy.jpg' && n < 3) return refuse(503, 'internal', 'busy');
      if (upload.name === 'cut.jpg' && n < 2) return 'cut';
      return upload.name === 'page.html' ? refuse(415, 'unsupported_type', 'This is not a photo.') : undefined;
    };
    const { ran, of } = await reported();
    expect(ran.code).toBe(0);
    expect(['busy.jpg', 'cut.jpg', 'good.jpg', 'page.html'].map(of)).toEqual(['added', 'added', 'added', 'refused: This is not a photo.']);
    expect(tries).toEqual({ 'busy.jpg': 3, 'cut.jpg': 2, 'good.jpg': 1, 'page.html': 1 });
    expect(ran.out).toContain('refused: ' + path.join(photos, 'page.html'));
  });
  test('a full disk ends it; the rest is told to be waiting, and the report is there', async () => {
    for (let i = 0; i < 30; i++) put(`p${String(i).padStart(2, '0')}.jpg`);
    server.answer = (_a, upload) => (upload && server.uploads.length >= 5 ? refuse(507, 'storage_full', 'The disk is full.') : undefined);
    const { ran, report } = await reported();
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('The disk is full.') });
    expect(report.totals.added).toBe(5);
    expect(report.totals.waiting).toBeGreaterThan(20);
    expect(report.entries).toHaveLength(30);
  });
  test('Ctrl-C: what was done is reported', async () => {
    for (let i = 0; i < 30; i++) put(`p${i}.jpg`);
    const stop = new AbortController();
    server.answer = (_a, upload) => { if (upload && server.uploads.length === 4) stop.abort(); return undefined; };
    const file = path.join(bench.folder, 'r.json');
    const ran = await bench.mantel(['--url', server.url, 'import', 'folder', photos, '--report', file], { env: { MANTEL_TOKEN: TOKEN }, signal: stop.signal });
    expect(ran.code).toBe(130);
    const { totals } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(totals.added + totals.waiting).toBe(30);
    expect(totals.waiting).toBeGreaterThan(20);
  });
  test('a file that shrinks or vanishes after it was found is failed, once, and does not stop the import', async () => {
    const api = createApi({ url: server.url, token: TOKEN });
    put('shrinks.jpg', 'long content');
    put('gone.jpg');
    const found: Found[] = [];
    for await (const f of walk([photos])) found.push(f);
    truncateSync(path.join(photos, 'shrinks.jpg'), 3);
    const file = (name: string): Extract<Found, { kind: 'file' }> => found.find((f) => f.kind === 'file' && f.name === name) as Extract<Found, { kind: 'file' }>;
    const options = { library: null, device: 'd', signal: new AbortController().signal, backOffMs: 1 };
    await expect(send(api, file('shrinks.jpg'), options)).rejects.toThrow('changed while it was read');
    await expect(send(api, { ...file('gone.jpg'), disk: Buffer.from(`${photos}/gone2.jpg`) }, options)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(server.uploads).toEqual([]);
    api.close();
  });
  test('tries are bounded', async () => {
    put('p.jpg');
    server.answer = (_a, upload) => (upload ? refuse(500, 'internal', 'Something went wrong.') : undefined);
    const api = createApi({ url: server.url, token: TOKEN });
    for await (const f of walk([photos])) if (f.kind === 'file') await expect(send(api, f, { library: null, device: 'd', signal: new AbortController().signal, backOffMs: 1, tries: 4 })).rejects.toThrow('Something went wrong.');
    expect(server.asked).toHaveLength(4);
    api.close();
  });
});

describe('sidecars', () => {
  test('each goes with its photo, or is told why not', async () => {
    mkdirSync(path.join(photos, 'sub'));
    for (const f of ['a.jpg', 'A.JPG.xmp', 'b.JPG', 'b.XMP', 'c.NEF', 'c.jpg', 'c.xmp', 'd.heic', 'd.mov', 'd.xmp', 'e.jpg', 'e.png', 'e.xmp', 'f.jpg', 'f.jpg.xmp', 'f.xmp', 'g.xmp', 'sub/a.xmp']) put(f);
    const { ran, report, of } = await reported();
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('5 sidecars sent with their photos, 4 ignored') });
    const sent = Object.fromEntries(server.uploads.map((u) => [u.name, u.sidecar && [u.sidecar.name, u.sidecar.bytes.toString()]]));
    expect(sent).toEqual({ 'a.jpg': ['A.JPG.xmp', 'A.JPG.xmp'], 'b.JPG': ['b.XMP', 'b.XMP'], 'c.NEF': ['c.xmp', 'c.xmp'], 'c.jpg': null, 'd.heic': ['d.xmp', 'd.xmp'], 'd.mov': null, 'e.jpg': null, 'e.png': null, 'f.jpg': ['f.jpg.xmp', 'f.jpg.xmp'] });
    expect(['A.JPG.xmp', 'e.xmp', 'f.xmp', 'g.xmp', 'a.xmp'].map(of)).toEqual(['sidecar: sent with a.jpg', 'ignored: sidecar of several photos with one name', 'ignored: its photo has another sidecar', 'ignored: sidecar without photo', 'ignored: sidecar without photo']);
    expect(report.entries).toHaveLength(18);
    expect(report.totals).toMatchObject({ added: 9, sidecar: 5, ignored: 4, waiting: 0 });
  });
  test('one that the house cannot read is said to be kept beside its photo', async () => {
    for (const f of ['a.jpg', 'a.jpg.xmp']) put(f);
    server.answer = (_a, upload) => (upload ? { status: 201, body: { outcome: 'created', assetId: 'x', fileId: 'f', libraryId: 'lib-1', trashed: false, problems: [], sidecar: 'damaged' } } : undefined);
    expect((await reported()).of('a.jpg.xmp')).toMatch(/^sidecar: sent with a\.jpg, but it cannot be read: .*kept beside the photo/);
  });
  test('one that is too large stays here, one of a photo that is refused or known is told so', async () => {
    for (const f of ['a.jpg', 'b.jpg', 'c.jpg']) { put(f); put(`${f}.xmp`); }
    truncateSync(path.join(photos, 'a.jpg.xmp'), 5 * 1024 * 1024 + 1);
    server.answer = (_a, upload) => (upload?.name === 'b.jpg' ? refuse(415, 'unsupported_type', 'This is not a photo.') : undefined);
    expect(['a.jpg.xmp', 'b.jpg.xmp', 'c.jpg.xmp'].map((await reported()).of)).toEqual(['ignored: sidecar larger than 5 MB', 'ignored: its photo was not taken in', 'sidecar: sent with c.jpg']);
    expect((await reported('--skip-known')).of('c.jpg.xmp')).toBe('known: its photo is here already');
    expect((await reported('--dry-run')).of('c.jpg.xmp')).toBe('sidecar: goes with c.jpg');
  });
});

describe('options', () => {
  test('--dry-run sends and asks nothing', async () => {
    put('a.jpg');
    put('.b');
    expect(await imports('--dry-run')).toMatchObject({ code: 0, out: expect.stringContaining('2 entries: 1 files (5 B) would be sent, 1 ignored.') });
    expect(server.asked).toEqual([]);
  });
  test('--skip-known sends only what is new; without it a duplicate is sent, so that it is noted who has it', async () => {
    put('a.jpg');
    await imports();
    put('b.jpg');
    expect((await reported('--skip-known')).report.totals).toMatchObject({ added: 1, known: 1 });
    expect(server.uploads.map((u) => u.name)).toEqual(['a.jpg', 'b.jpg']);
    expect((await reported()).report.totals).toMatchObject({ duplicate: 2 });
  });
  test('--report as CSV, safe for spreadsheets', async () => {
    put('=1+1,"x".jpg');
    const file = path.join(bench.folder, 'r.csv');
    await bench.mantel(['--url', server.url, 'import', 'folder', path.join(photos), '--report', file], { env: { MANTEL_TOKEN: TOKEN } });
    expect(readFileSync(file, 'utf8')).toContain(`"${photos}/=1+1,""x"".jpg",added,,12,`);
    expect(existsSync(`${file}.part`)).toBe(false);
  });
  test('without a login nothing is walked', async () => {
    expect(await bench.mantel(['--url', server.url, 'import', 'folder', photos])).toMatchObject({ code: 1, err: expect.stringContaining('mantel login') });
  });
  test('a path that cannot be read fails the command, and the others are sent', async () => {
    put('a.jpg');
    const { ran, report } = await reported('/nowhere/at/all');
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('failed: /nowhere/at/all: it is not there') });
    expect(report.totals).toMatchObject({ added: 1, failed: 1 });
  });
});

describe('--wait', () => {
  const terminal = () => ({ out: process.stdout, err: process.stderr, in: process.stdin, env: {}, live: false, signal: new AbortController().signal });
  const wait = async (options?: object, mine: string[] = []): Promise<void> => { const api = createApi({ url: server.url, token: TOKEN }); try { await waitForPreviews(api, terminal(), () => mine, { everyMs: 1, ...options }); } finally { api.close(); } };
  const jobs = (...states: object[]): void => { server.answer = (a) => (a.url === '/jobs' ? { status: 200, body: [job(states.length > 1 ? states.shift() : states[0])] } : undefined); };
  test('until nothing waits or runs', async () => {
    jobs({ queued: 2 }, { queued: 0, running: 1 }, {});
    await wait();
    expect(server.asked).toHaveLength(3);
  });
  test('paused or standing still: it ends with words', async () => {
    jobs({ queued: 2, paused: true });
    await expect(wait()).rejects.toThrow('mantel jobs resume preview');
    jobs({ queued: 2 });
    await expect(wait({ stallMs: 30 })).rejects.toThrow('mantel nodes');
  });
  test('who may not see the jobs waits for the photos that were brought in', async () => {
    const states: Record<string, (string | number)[]> = { a: ['waiting', 'waiting', 'ready'], b: ['failed'], c: ['waiting', 404], d: ['waiting', 'ready'] };
    const member = (asked: { url: string }) => {
      const said = /^\/assets\/(\w)$/.exec(asked.url)?.[1];
      if (said === undefined) return refuse(403, 'forbidden', 'no');
      const state = states[said]!.length > 1 ? states[said]!.shift()! : states[said]![0]!;
      return typeof state === 'number' ? refuse(state, 'not_found', 'gone') : { status: 200, body: { id: said, preview: state } };
    };
    server.answer = member;
    await wait({}, ['a', 'b', 'c', 'a', 'd']);
    expect(server.asked.map((a) => a.url.slice(-1))).toEqual(['s', 'a', 'b', 'c', 'd', 'a', 'c', 'd', 'a']);
    states.a = ['waiting'];
    await expect(wait({ stallMs: 30 }, ['a'])).rejects.toThrow('no preview was finished');
    put('a.jpg');
    server.answer = (asked) => (asked.url === '/jobs' ? refuse(403, 'forbidden', 'no') : asked.url === '/assets/asset-1' ? { status: 200, body: { preview: 'ready' } } : undefined);
    expect((await imports('--wait', '--send')).code).toBe(0);
    expect(server.asked.at(-1)!.url).toBe('/assets/asset-1');
  });
});
