import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Asset } from '@mantel/contracts/models/asset.ts';
import type { Library } from '@mantel/contracts/models/library.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig, uploaded } from './rig.ts';
import { type Answer, field, fileHead, form, FORM_END, MULTIPART, open } from './rig/ask.ts';
import { picture } from './rig/pictures.ts';

let rig: Rig;
let ann: Person;
let own: Library;
let family: Library;
let count = 0;
const shot = (taken?: string): Promise<Buffer> => picture(++count, taken ? { taken } : {});
const sha256 = (b: Buffer): string => createHash('sha256').update(b).digest('hex');
const FIXTURES = new URL('../../coordinator/fixtures/', import.meta.url);
const fixture = (name: string): Buffer => readFileSync(new URL(name, FIXTURES));

beforeAll(async () => {
  rig = await startRig({ workers: 1 });
  ann = await rig.admin();
  own = await rig.library(ann.token, 'personal');
  family = await rig.library(ann.token, 'shared');
});
afterAll(async () => {
  expect(rig.log.filter((l) => l.level === 'error')).toEqual([]);
  await rig.stop();
});

const asset = async (id: string): Promise<Asset> => must(await rig.api('GET', `/assets/${id}`, undefined, { token: ann.token }), 200).json as unknown as Asset;
/** Every file below the data folder, relative to it, without what can be made again and what is written in the background (sidecars, the household's lists). */
const onDisk = (): string[] => readdirSync(rig.data, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => relative(rig.data, join(f.parentPath, f.name))).filter((f) => !f.startsWith('derived') && !f.endsWith('.xmp') && !/\.mantel.(users|albums|people)\.json(\.new)?$/.test(f)).sort();
const incoming = (): string[] => readdirSync(join(rig.data, 'library', '.mantel', 'incoming'));
/** Writes a request piece by piece. */
const stream = (headers: Record<string, string | number> = {}) => open(rig.port, { method: 'POST', path: '/api/v1/assets', headers: { ...MULTIPART, authorization: `Bearer ${ann.token}`, ...headers }, limitMs: 5000 });
const refused = async (act: () => Promise<Answer>, status: number, code: string): Promise<void> => {
  const before = onDisk();
  expect(codeOf(await act())).toEqual([status, code]);
  expect(onDisk()).toEqual(before);
};

test('whatever a file is called, it stays in its library, whole and read-only, and keeps its name', async () => {
  const LONG = `${'ü'.repeat(150)}.jpg`; // 304 bytes
  const names: [sent: string | Buffer, shown: string | RegExp][] = [
    ['..', 'photo'], ['../../../etc/cron.d/evil.jpg', 'evil.jpg'], ['a/../../b.jpg', 'b.jpg'], ['C:\\Users\\ann\\..\\c.jpg', 'c.jpg'], ['/etc/passwd', 'passwd'], ['nul\0byte.jpg', /^nul.*\.jpg$/],
    [LONG, /^ü+.*$/], [Buffer.concat([Buffer.from('latin'), Buffer.from([0xe9, 0xff, 0xfe]), Buffer.from('.jpg')]), /^latin.*\.jpg$/], ['CON', 'CON'], ['aux.jpg', 'aux.jpg'], ['dots...', 'dots...'], ['space .jpg ', /^space \.jpg ?$/],
    ['😀 family 👨‍👩‍👧‍👦.jpg', '😀 family 👨‍👩‍👧‍👦.jpg'], ['rtl\u202egpj.exe.jpg', 'rtl\u202egpj.exe.jpg'], ['.hidden.jpg', '.hidden.jpg'], ['', /^.+$/], ['%2e%2e%2fx.jpg', '%2e%2e%2fx.jpg'], ['a:b*c?"<>|.jpg', /^a:b\*c\?.*\.jpg$/],
  ];
  const root = join(rig.data, 'library', own.name, '2023', '2023-05');
  for (const [sent, shown] of names) {
    const bytes = await shot();
    const got = await rig.upload(ann.token, bytes, sent, { library: own.id });
    expect(got.status, String(sent)).toBe(201);
    const a = await asset(uploaded(got).assetId);
    if (typeof shown === 'string') expect(a.originalName).toBe(shown);
    else expect(a.originalName).toMatch(shown);
    const file = join(rig.data, a.files[0]!.path);
    const name = file.slice(root.length + 1);
    expect(dirname(file), String(sent)).toBe(root);
    expect(Buffer.byteLength(name), String(sent)).toBeLessThanOrEqual(200);
    expect(name, String(sent)).not.toMatch(/[\p{Cc}\u202a-\u202e<>:"|?*\\]|^(con|aux)(\.|$)|^\.|[. ]$/iu);
    expect(statSync(file).mode & 0o777).toBe(0o444);
    expect(sha256(readFileSync(file))).toBe(sha256(bytes));
    expect(a.files[0]!.sha256).toBe(sha256(bytes));
    expect(must(await rig.api('GET', `/files/${a.fileId}/original`, undefined, { token: ann.token }), 200).bytes.equals(bytes)).toBe(true);
  }
  expect(incoming()).toEqual([]);
  expect(onDisk().every((f) => f.startsWith(`library${sep}`))).toBe(true);
});

test('names that one disk or another takes for the same get a number', async () => {
  const groups = [['IMG.jpg', 'img.JPG', 'Img.jpg'], ['caf\u00e9.jpg', 'cafe\u0301.jpg', 'CAFÉ.JPG'], ['stra\u00dfe.jpg', 'STRASSE.JPG'], ['ﬁle.jpg', 'FILE.jpg']];
  for (const names of groups) {
    const paths: string[] = [];
    for (const name of names) paths.push((await asset(uploaded(must(await rig.upload(ann.token, await shot('2021:02:03 04:05:06'), name), 201)).assetId)).files[0]!.path);
    expect(paths.map((p) => / \((\d)\)\.jpg$/i.exec(p)?.[1] ?? '1')).toEqual(names.map((_n, i) => String(i + 1)));
    expect(new Set(paths.map((p) => p.normalize('NFC').toLowerCase())).size).toBe(names.length);
  }
  const clashes = await Promise.all((await Promise.all(Array.from({ length: 8 }, () => shot('2021:02:03 04:05:07')))).map((b) => rig.upload(ann.token, b, 'same.jpg')));
  expect(clashes.map((a) => a.status)).toEqual(Array.from({ length: 8 }, () => 201));
  const places = await Promise.all(clashes.map(async (a) => (await asset(uploaded(a).assetId)).files[0]!.path));
  expect(new Set(places.map((p) => p.toLowerCase())).size).toBe(8);
});

test('what is no photo or video is refused in words, and leaves nothing', async () => {
  const cases: [string, Buffer, number, string][] = [
    ['page.html', fixture('html-as.jpg'), 415, 'unsupported_type'], ['notes.txt', Buffer.from('dear diary'), 415, 'unsupported_type'], ['empty.txt', Buffer.alloc(0), 422, 'empty_file'], ['noise', fixture('garbage.jpg'), 415, 'unsupported_type'],
    ['song.m4a', fixture('audio-only.m4a'), 415, 'unsupported_type'], ['script.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 415, 'unsupported_type'], ['x.pdf', Buffer.from('%PDF-1.7\n'), 415, 'unsupported_type'],
    ['one byte', Buffer.from([0xff]), 415, 'unsupported_type'], ['x.zip', Buffer.from('PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), 415, 'unsupported_type'],
  ];
  for (const [name, bytes, status, code] of cases) await refused(() => rig.upload(ann.token, bytes, name), status, code);
});

test('a broken JPEG is kept and says that it cannot be shown', async () => {
  const worker = await rig.spawnWorker(0);
  const live = await rig.live(ann.token);
  const whole = await shot();
  const cases: [Buffer, string, string][] = [
    [Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(3000, 7)]), 'failed', 'undecodable'], [whole.subarray(0, Math.floor(whole.length * 0.7)), 'ready', 'truncated'],
  ];
  for (const [bytes, state, problem] of cases) {
    const { assetId, fileId } = uploaded(must(await rig.upload(ann.token, bytes, 'broken.jpg'), 201));
    await live.next((e) => e.data.id === assetId && e.data.op === 'update');
    const a = await asset(assetId);
    expect(a.preview).toBe(state);
    expect(a.problems).toContain(problem);
    expect(must(await rig.api('GET', `/files/${fileId}/original`, undefined, { token: ann.token }), 200).bytes.equals(bytes)).toBe(true);
    if (state === 'failed') expect(codeOf(await rig.api('GET', `/files/${fileId}/thumb/${a.version || 'v'}`, undefined, { token: ann.token }))).toEqual([404, 'not_found']);
  }
  await worker.kill('SIGTERM');
});

test('clients that go away in the middle leave nothing behind', async () => {
  const bytes = form('gone.jpg', Buffer.concat([await shot(), Buffer.alloc(3 << 20, 1)]));
  const before = onDisk();
  const parts = [40, 200, 100_000, bytes.length - 5, ...Array.from({ length: 30 }, (_v, i) => 40 + i * 1000)];
  const ended = handled(parts.length);
  for (const part of parts) {
    const { req } = stream({ 'content-length': bytes.length });
    const closed = new Promise((resolve) => { req.on('close', resolve); });
    await new Promise((resolve) => { req.write(bytes.subarray(0, part), resolve); });
    req.destroy();
    await closed;
  }
  await ended;
  expect(onDisk()).toEqual(before);
});

test('a body that lies about its length, ends too early or has no file is told so', async () => {
  const whole = form('short.jpg', await shot());
  const before = onDisk();
  const half = stream({ 'content-length': whole.length - 60 });
  half.req.end(whole.subarray(0, whole.length - 60)); // the sender counted wrong: the closing line of the form is missing
  expect(codeOf(await half.answer)).toEqual([400, 'incomplete']);
  await refused(() => send(Buffer.concat([field('device', 'x'), FORM_END.subarray(2)])), 400, 'bad_request');
  await refused(() => send(Buffer.from('no form at all')), 400, 'incomplete');
  await refused(() => rig.api('POST', '/assets', { file: 'text' }, { token: ann.token }), 400, 'bad_request');
  const huge = stream({ 'content-length': Number.MAX_SAFE_INTEGER });
  huge.req.flushHeaders();
  expect(codeOf(await huge.answer)).toEqual([507, 'storage_full']); // said before the first byte
  huge.req.destroy();
  expect(onDisk()).toEqual(before);
});

test('a field after the file changes nothing; two files are one', async () => {
  const bytes = await shot();
  const late = uploaded(must(await send(Buffer.concat([fileHead('late.jpg'), bytes, Buffer.from('\r\n'), field('library', own.id === family.id ? '' : own.id), FORM_END.subarray(2)])), 201));
  expect(late.libraryId).toBe((await rig.libraries(ann.token)).find((l) => l.isDefault)!.id);
  const [one, two] = [await shot(), await shot()];
  const both = uploaded(must(await send(Buffer.concat([fileHead('1.jpg'), one, Buffer.from('\r\n'), fileHead('2.jpg'), two, FORM_END])), 201));
  expect((await asset(both.assetId)).files.map((f) => f.sha256)).toEqual([sha256(one)]);
  expect(incoming()).toEqual([]);
});

test('the same file five times at once is one asset; from the trash it says so', async () => {
  const bytes = await shot();
  const all = await Promise.all(Array.from({ length: 5 }, (_v, i) => rig.upload(ann.token, bytes, `copy ${i}.jpg`, { library: family.id })));
  expect(all.map((a) => a.json.outcome).sort()).toEqual(['created', 'duplicate', 'duplicate', 'duplicate', 'duplicate']);
  expect(new Set(all.map((a) => a.json.assetId)).size).toBe(1);
  const { assetId } = uploaded(all[0]!);
  expect((await asset(assetId)).contributions).toHaveLength(5);
  must(await rig.api('POST', '/assets/trash', { ids: [assetId] }, { token: ann.token }), 200);
  expect(uploaded(must(await rig.upload(ann.token, bytes, 'again.jpg', { library: family.id }), 200))).toMatchObject({ outcome: 'duplicate', trashed: true, assetId });
  expect((await rig.api('POST', '/assets/check', { libraryId: family.id, sha256: [sha256(bytes), '0'.repeat(64)] }, { token: ann.token })).json).toEqual({ known: [] }); // what lies in the trash is not safely here
  must(await rig.api('POST', '/assets/restore', { ids: [assetId] }, { token: ann.token }), 200);
  expect((await rig.api('POST', '/assets/check', { libraryId: family.id, sha256: [sha256(bytes), '0'.repeat(64)] }, { token: ann.token })).json).toEqual({ known: [sha256(bytes)] });
});

test('where a person may only look, the answer comes before the bytes', async () => {
  const bob = await rig.addUser(ann, 'Bob');
  must(await rig.api('PUT', `/libraries/${family.id}/members/${bob.id}`, { role: 'viewer' }, { token: ann.token }), 200);
  const { req, answer } = stream({ authorization: `Bearer ${bob.token}`, 'content-length': 50_000_000 });
  req.write(Buffer.concat([field('library', family.id), fileHead('big.jpg'), await shot()]));
  expect(codeOf(await answer)).toEqual([403, 'forbidden']); // 50 MB announced, some hundred bytes sent
  req.destroy();
  expect(incoming()).toEqual([]);
});

test('when the disk with the photos is gone nothing is written, and the marker is not made again', async () => {
  const bytes = await shot();
  const marker = join(rig.data, 'library', '.mantel', 'root.json');
  renameSync(marker, `${marker}.away`);
  await refused(() => rig.upload(ann.token, bytes, 'lost.jpg'), 503, 'storage_missing');
  await rig.stopCoordinator();
  renameSync(join(rig.data, 'library'), join(rig.dir, 'unmounted')); // what a lost mount looks like: an empty folder
  await rig.startCoordinator();
  expect(codeOf(await rig.upload(ann.token, bytes, 'lost.jpg'))).toEqual([503, 'storage_missing']);
  expect(onDisk()).toEqual([]);
  expect((await rig.api('GET', '/storage', undefined, { token: ann.token })).json).toMatchObject({ present: false });
  expect(existsSync(marker)).toBe(false);
  if (existsSync(join(rig.data, 'library'))) expect(readdirSync(join(rig.data, 'library'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile())).toEqual([]);
  expect(rig.log.splice(0).some((l) => l.level === 'error' && l.msg.includes('not there'))).toBe(true);
});

async function send(body: Buffer): Promise<Answer> {
  const { req, answer } = stream({ 'content-length': body.length });
  req.end(body);
  return answer;
}
/** Resolves when the server has ended `n` uploads more, answered or not: an abort is noticed there in its own time. */
function handled(n: number): Promise<void> {
  const name = 'tracing:fastify.request.handler:asyncEnd';
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unsubscribe(name, look);
      clearTimeout(limit);
    };
    const limit = setTimeout(() => {
      end();
      reject(new Error(`${n} uploads are still open`));
    }, 10_000);
    const look = (message: unknown): void => {
      if ((message as { route: { url: string; method: string } }).route.url !== '/api/v1/assets' || --n > 0) return;
      end();
      resolve();
    };
    subscribe(name, look);
  });
}
