import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../api/client.ts';
import { type Answer, type Asked, fakeMantel, type FakeMantel, type Ran, refuse, TOKEN, workbench } from '../fake-mantel.ts';
import { sameMachine } from './choose.ts';
import { sendParts } from './send-parts.ts';

let server: FakeMantel;
let bench: ReturnType<typeof workbench>;
let work: string;
beforeEach(async () => { server = await fakeMantel(); bench = workbench(); chmodSync(bench.folder, 0o755); work = path.join(bench.folder, 'exports'); mkdirSync(work); });
afterEach(async () => { await server.close(); bench.close(); });

const run = (over: Partial<ImportRun> = {}): ImportRun => ({
  id: 'run-1', sourceId: null, name: 'Google Takeout', pluginId: 'google-takeout', pluginVersion: '1.0.0', libraryId: 'lib-1', libraryName: 'Family', ownerId: '1', ownerName: 'Ana', options: {}, state: 'done', trouble: null, scanned: { done: 3, total: 3, what: null }, preview: null,
  counts: { imported: 2, metadata: 1 }, items: { total: 2, done: 2, failed: 0 }, bytes: { total: 10, done: 10 }, perSecond: null, etaSeconds: null, now: null, parts: [], albumIds: [], createdAt: '2026-01-01T00:00:00.000Z', startedAt: null, endedAt: null, canUndo: true, ...over,
});
/** A house with imports. `states`: what it says of the run, one after the other; the last for ever. */
interface House { check?: Answer; states?: Partial<ImportRun>[]; parts?: Buffer[]; patch?: (asked: Asked, at: number) => Answer }
function house({ check = { status: 200, body: { ok: true, problems: [] } }, states = [{ state: 'scanning' }, { state: 'running' }, {}], parts = [], patch }: House = {}): void {
  server.answer = (asked) => {
    const [url] = asked.url.split('?') as [string];
    if (asked.token !== TOKEN) return undefined;
    if (url === '/sources/check') return check;
    if (url === '/sources/kinds') return { status: 200, body: [{ id: 'google-takeout', config: { properties: { paths: { type: 'array' }, zone: { type: 'string' } } } }] };
    if (url === '/imports') return asked.method === 'POST' ? { status: 201, body: run({ state: 'scanning' }) } : { status: 200, body: [run()] };
    if (url === '/imports/run-1') return { status: 200, body: run(states.length > 1 ? states.shift() : states[0]) };
    if (url === '/imports/run-1/report') return { status: 200, body: asked.url.endsWith('csv') ? 'part,path\r\n' : '[\n{"path":"a"}\n]\n' };
    if (url === '/imports/run-1/entries') return { status: 200, body: { entries: [{ part: 'a.zip', path: 'x.jpg', bytes: 1, outcome: 'problem', reason: 'damaged', detail: 'It is damaged.', assetId: null, sha256: null }], next: null } };
    const part = /^\/imports\/run-1\/parts\/(\d)$/.exec(url);
    if (part) {
      const n = Number(part[1]);
      const have = parts[n] ?? Buffer.alloc(0);
      if (asked.method === 'HEAD') return { status: 200, body: '', headers: { 'upload-offset': String(have.length) } };
      const said = patch?.(asked, n);
      if (said) return said;
      if (Number(asked.headers['upload-offset']) !== have.length) return refuse(409, 'conflict', 'It goes on elsewhere.');
      parts[n] = Buffer.concat([have, asked.body as Buffer]);
      return { status: 204, body: '', headers: { 'upload-offset': String(parts[n].length) } };
    }
    return /^\/imports\/run-1\/\w+$/.test(url) ? { status: 200, body: run({ state: 'paused' }) } : undefined;
  };
}
const noRoom: Answer = { status: 507, body: { code: 'storage_full', message: 'No room.', data: { wait: true } } };
const put = (name: string, content = name): string => { const file = path.join(work, name); writeFileSync(file, content); return file; };
const mantel = (...args: string[]): Promise<Ran> => bench.mantel(['--url', server.url, ...args], { env: { MANTEL_TOKEN: TOKEN } });
const created = (): { pluginId: string; config: { paths?: string[] }; parts?: unknown; start: boolean; options?: unknown; libraryId?: string } => server.asked.find((a) => a.method === 'POST' && a.url === '/imports')!.body as never;

describe('the house reads the files', () => {
  test('absolute paths, each once; it follows to the end and tells', async () => {
    house();
    const zip = put('takeout-20240101T000000Z-001.zip');
    const ran = await mantel('import', 'google-takeout', path.relative(process.cwd(), zip), zip, '--library', 'Family', '--options', 'albums=no', 'zone=Europe/Berlin');
    expect(ran).toMatchObject({ code: 0, out: '3 entries: 2 brought in, 1 read for what they say.\n' });
    expect(created()).toEqual({ pluginId: 'google-takeout', config: { paths: [zip], zone: 'Europe/Berlin' }, libraryId: 'lib-1', options: { albums: false }, start: true });
  });
  test('a folder that holds the parts stands for them, in their order, other archives left alone; patterns are understood', async () => {
    house();
    const parts = ['takeout-20240101T000000Z-2-002.zip', 'takeout-20240101T000000Z-10-001.tgz'].map((n) => put(n));
    put('holiday.zip');
    await mantel('import', 'google-takeout', work);
    expect(created().config.paths).toEqual([parts[0], parts[1]]);
    server.asked.length = 0;
    await mantel('import', 'google-takeout', path.join(work, 'takeout-*.zip'));
    expect(created().config.paths).toEqual([parts[0]]);
    expect(await mantel('import', 'google-takeout', path.join(work, 'nothing-*.zip'))).toMatchObject({ code: 2, err: expect.stringContaining('Nothing fits') });
    mkdirSync(path.join(work, 'Takeout'));
    server.asked.length = 0;
    await mantel('import', 'google-takeout', path.join(work, 'Takeout'));
    expect(created().config.paths).toEqual([path.join(work, 'Takeout')]);
  });
  test('the report is saved as its name says', async () => {
    house();
    put('takeout-a.zip');
    for (const name of ['r.csv', 'r.json']) expect((await mantel('import', 'google-takeout', work, '--report', path.join(bench.folder, name))).code).toBe(0);
    expect(readFileSync(path.join(bench.folder, 'r.csv'), 'utf8')).toBe('part,path\r\n');
    expect(JSON.parse(readFileSync(path.join(bench.folder, 'r.json'), 'utf8'))).toMatchObject({ url: server.url, library: 'Family', run: { id: 'run-1', state: 'done' }, totals: { imported: 2 }, entries: [{ path: 'a' }] });
    expect(existsSync(path.join(bench.folder, 'r.csv.part'))).toBe(false);
  });
  test('what failed keeps the exit code from being 0; what the source itself has wrong is told and does not', async () => {
    put('takeout-a.zip');
    house({ states: [{ items: { total: 2, done: 1, failed: 1 }, counts: { imported: 1, problem: 1 } }] });
    expect(await mantel('import', 'google-takeout', work)).toMatchObject({ code: 1, out: expect.stringContaining('problem: a.zip: x.jpg: It is damaged.'), err: expect.stringContaining('mantel imports retry run-1') });
    house({ states: [{ counts: { imported: 2, problem: 1 } }] });
    expect((await mantel('import', 'google-takeout', work)).code).toBe(0);
    house({ states: [{ state: 'paused', trouble: 'The disk is full.' }] });
    expect(await mantel('import', 'google-takeout', work)).toMatchObject({ code: 1, err: expect.stringMatching(/The disk is full\. Go on with: mantel imports resume run-1/) });
  });
  test('--dry-run stops at the preview and leaves nothing', async () => {
    put('takeout-a.zip');
    const preview = { items: 2, photos: 1, videos: 1, livePhotos: 0, edited: 0, raw: 0, bytes: 5000, known: 1, maybeKnown: 0, years: [{ year: 2019, items: 2 }], albums: [{ id: 'a', title: 'Trip', items: 1, optional: false }], people: [], favourites: 0, archived: 0, trashed: 0, locked: 0, partner: 0, withoutMetadata: 0, ignored: 0, problems: 0, entries: 3, needsBytes: 5000, freeBytes: 1e9, enough: true };
    house({ states: [{ state: 'ready', preview }] });
    const ran = await mantel('import', 'google-takeout', work, '--dry-run');
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/^2 photos and videos \(5\.0 kB\) of 3 entries: 1 photos, 1 videos\.\nHere already: 1.*\nYears: 2019 \(2\)\nAlbums: Trip \(1\)\n/) });
    expect(created().start).toBe(false);
    expect(server.asked.at(-1)).toMatchObject({ method: 'POST', url: '/imports/run-1/cancel' });
  });
  test('Ctrl-C pauses it and says how to go on', async () => {
    put('takeout-a.zip');
    const stop = new AbortController();
    house({ states: [{ state: 'running' }] });
    const answer = server.answer;
    server.answer = (asked, upload) => { if (asked.url === '/imports/run-1') stop.abort(); return answer(asked, upload); };
    const ran = await bench.mantel(['--url', server.url, 'import', 'google-takeout', work], { env: { MANTEL_TOKEN: TOKEN }, signal: stop.signal });
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('mantel imports resume run-1') });
    expect(server.asked.at(-1)!.url).toBe('/imports/run-1/pause');
  });
  test('a folder, too; what only sending can do is sent', async () => {
    house();
    put('a.jpg');
    expect((await mantel('import', 'folder', work)).code).toBe(0);
    expect(created()).toMatchObject({ pluginId: 'folder', config: { paths: [work] } });
    expect(server.uploads).toEqual([]);
    house({ check: refuse(502, 'plugin_failed', 'The plugin failed.') });
    expect(await mantel('import', 'folder', work)).toMatchObject({ code: 0, err: expect.stringContaining('Sending the files: The plugin failed.') });
    server.uploads.length = 0;
    expect((await mantel('import', 'folder', work, '--send')).code).toBe(0);
    expect(server.uploads.map((u) => u.name)).toEqual(['a.jpg']);
  });
  test('what the house may not read in a folder is sent', async () => {
    const locked = put('locked.jpg');
    house({ states: [{ counts: { imported: 1, problem: 1 } }] });
    const answer = server.answer;
    server.answer = (asked, upload) => (asked.url.startsWith('/imports/run-1/entries') ? { status: 200, body: { entries: [{ part: null, path: 'locked.jpg', bytes: null, outcome: 'problem', reason: 'unreadable', detail: 'it may not be read by Mantel', assetId: null, sha256: null }, { part: null, path: '../../../etc/passwd', bytes: null, outcome: 'problem', reason: 'unreadable', detail: '', assetId: null, sha256: null }], next: null } } : answer(asked, upload));
    expect(await mantel('import', 'folder', work)).toMatchObject({ code: 0, err: expect.stringContaining('may not read 1 of them, so they are sent') });
    expect(server.uploads.map((u) => [u.name, u.bytes.toString()])).toEqual([['locked.jpg', readFileSync(locked, 'utf8')]]);
  });
  test('wrong options and people are told', async () => {
    house();
    put('takeout-a.zip');
    expect(await mantel('import', 'google-takeout', work, '--options', 'colour=red')).toMatchObject({ code: 2, err: expect.stringContaining('You can set: mode, albums') });
    expect(await mantel('import', 'google-takeout', work, '--options', 'albums=perhaps')).toMatchObject({ code: 2, err: expect.stringContaining('"perhaps" is no value') });
    for (const source of ['google-takeout', 'icloud', 'folder']) expect(await mantel('import', source, '')).toMatchObject({ code: 2, err: expect.stringContaining('One of the paths is empty') });
    expect(await mantel('import', 'google-takeout', work, '--owner', 'nobody')).toMatchObject({ code: 2, err: expect.stringContaining('nobody called') });
    expect(await mantel('import', 'google-takeout', path.join(work, 'gone.zip'))).toMatchObject({ code: 0 }); // not on this machine, but there for the house
    house({ check: { status: 200, body: { ok: false, problems: [{ field: 'paths', message: 'Nothing is there.' }] } } });
    expect(await mantel('import', 'google-takeout', path.join(work, 'gone.zip'))).toMatchObject({ code: 2, err: expect.stringContaining('it is not there. Nothing is there.') });
  });
});

describe('the files are sent', () => {
  const forbidden = refuse(403, 'forbidden', 'You do not have the right to do this.');
  test('for a member, for what only its owner may read, and from another machine', async () => {
    put('takeout-a.zip');
    put('takeout-b.zip');
    const parts: Buffer[] = [];
    house({ check: forbidden, parts });
    expect(await mantel('import', 'google-takeout', work)).toMatchObject({ code: 0, err: expect.stringContaining('only admins') });
    expect(created()).toMatchObject({ config: {}, parts: [{ name: 'takeout-a.zip', bytes: 13 }, { name: 'takeout-b.zip', bytes: 13 }] });
    expect(parts.map(String)).toEqual(['takeout-a.zip', 'takeout-b.zip']);
    chmodSync(path.join(work, 'takeout-a.zip'), 0o600);
    house({ check: { status: 200, body: { ok: true, summary: '2 parts.', problems: [{ message: 'takeout-a.zip cannot be read.' }] } } });
    expect(await mantel('import', 'google-takeout', work)).toMatchObject({ code: 0, err: expect.stringMatching(/^Sending 2 files: Mantel may not read .*takeout-a\.zip/) });
    house({ check: { status: 200, body: { ok: false, problems: [{ message: 'It cannot be opened.' }] } } });
    expect(await mantel('import', 'google-takeout', work)).toMatchObject({ code: 0, err: expect.stringContaining('cannot read it where it lies') });
    expect([sameMachine('http://127.0.0.1:2283'), sameMachine('https://[::1]:1'), sameMachine('http://nas.example.com')]).toEqual([true, true, false]);
  });
  test('what everybody may read and is no export is not sent', async () => {
    put('takeout-a.zip');
    house({ check: { status: 200, body: { ok: false, problems: [{ field: 'paths', message: 'This is no Google Takeout.' }] } } });
    const ran = await mantel('import', 'google-takeout', work);
    expect(ran).toMatchObject({ code: 1, err: 'This is no Google Takeout.\n' });
    expect(server.asked.some((a) => a.url.startsWith('/imports'))).toBe(false);
  });
  test('an unpacked export cannot be sent, nor what is no archive', async () => {
    house({ check: forbidden });
    mkdirSync(path.join(work, 'Takeout'));
    put('a.txt');
    expect(await mantel('import', 'google-takeout', path.join(work, 'Takeout'))).toMatchObject({ code: 2, err: expect.stringContaining('name the .zip files') });
    expect(await mantel('import', 'icloud', path.join(work, 'a.txt'))).toMatchObject({ code: 2, err: expect.stringContaining('no part of an export') });
  });
  test('goes on where it stopped, in pieces; waits where there is no room, and gives up where nothing moves', async () => {
    const file = put('takeout-a.zip', '0123456789');
    const parts = [Buffer.from('012')];
    let tries = 0;
    house({ parts, states: [{ state: 'running' }], patch: () => (++tries === 2 ? 'cut' : tries === 3 ? noRoom : undefined) });
    const api = createApi({ url: server.url, token: TOKEN });
    const said: string[] = [];
    const terminal = { out: process.stdout, err: { write: (s: string) => said.push(s) } as never, in: process.stdin, env: {}, live: false, signal: new AbortController().signal };
    const place = { path: file, folder: false, bytes: 10, why: null };
    await sendParts(api, terminal, 'run-1', [place], { chunk: 4, backOffMs: 1, roomMs: 1 });
    expect(parts[0]!.toString()).toBe('0123456789');
    expect(server.asked.filter((a) => a.method === 'PATCH').map((a) => `${a.headers['upload-offset']}+${(a.body as Buffer).length}`)).toEqual(['3+4', '7+3', '7+3', '7+3']);
    expect(said.join('')).toContain('no room for more');
    house({ parts: [], states: [{ state: 'paused', trouble: 'Make room.' }], patch: () => noRoom });
    await expect(sendParts(api, terminal, 'run-1', [place], { backOffMs: 1, roomMs: 1 })).rejects.toThrow(/Make room.*mantel imports resume/);
    house({ parts: [], patch: () => refuse(507, 'storage_full', 'Never room.') });
    await expect(sendParts(api, terminal, 'run-1', [place], { backOffMs: 1, roomMs: 1 })).rejects.toThrow('Never room.');
    house({ parts: [], patch: () => refuse(500, 'internal', 'Broken.') });
    await expect(sendParts(api, terminal, 'run-1', [place], { backOffMs: 0.01 })).rejects.toThrow('Broken.');
    writeFileSync(file, '0123');
    await expect(sendParts(api, terminal, 'run-1', [place], { backOffMs: 1 })).rejects.toThrow('changed while it was sent');
    api.close();
  });
});

test('--wait of a member: until the photos of the run have their previews', async () => {
  house();
  const usual = server.answer;
  const entry = (assetId: string | null) => ({ part: null, path: 'x', bytes: 1, outcome: 'imported', reason: null, detail: null, assetId, sha256: null });
  server.answer = (asked, upload) => {
    if (asked.url === '/jobs') return refuse(403, 'forbidden', 'You do not have the right to do this.');
    if (asked.url === '/imports/run-1/entries?outcome=imported&limit=1000') return { status: 200, body: { entries: [entry('a1'), entry(null)], next: 7 } };
    if (asked.url === '/imports/run-1/entries?outcome=imported&limit=1000&after=7') return { status: 200, body: { entries: [entry('a2')], next: null } };
    return asked.url.startsWith('/assets/') ? { status: 200, body: { preview: 'ready' } } : usual(asked, upload);
  };
  expect(await mantel('import', 'google-takeout', put('takeout-20240101T000000Z-001.zip'), '--wait')).toMatchObject({ code: 0 });
  expect(server.asked.slice(-2).map((a) => a.url)).toEqual(['/assets/a1', '/assets/a2']);
});

describe('mantel imports', () => {
  test('list, show, and every step', async () => {
    house({ states: [{ state: 'ready' }] });
    expect((await mantel('imports')).out).toMatch(/Google Takeout +google-takeout +done +2 of 2/);
    expect((await mantel('imports', 'show', 'run-1')).out).toContain('mantel imports start run-1');
    for (const step of ['start', 'pause', 'resume', 'cancel', 'retry', 'undo']) {
      expect((await mantel('imports', step, 'run-1')).code).toBe(0);
      expect(server.asked.at(-1)).toMatchObject({ method: 'POST', url: `/imports/run-1/${step}` });
    }
    expect(JSON.parse((await mantel('imports', 'show', 'run-1', '--json')).out)).toMatchObject({ id: 'run-1' });
  });
});
