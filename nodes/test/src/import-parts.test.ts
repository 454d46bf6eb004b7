// Parts of an export that a browser sends: they break off, come in any order and over a restart, are imported while others arrive, and are gone when what they held was read again.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeOf, must, type Person, type Rig, startRig } from './rig.ts';
import { type Answer, ask, open } from './rig/ask.ts';

let rig: Rig;
let ann: Person;
let parts: { name: string; bytes: Buffer }[];
beforeAll(async () => {
  rig = await startRig();
  ann = await rig.addUser(await rig.admin(), 'Cleo');
  const out = join(rig.dir, 'export');
  execFileSync(process.execPath, [new URL('../../../plugins/google-takeout/fixtures/generator/scenario-shareable.mjs', import.meta.url).pathname, out], { stdio: 'ignore' });
  parts = readdirSync(out).filter((f) => f.endsWith('.zip')).sort().map((name) => ({ name, bytes: readFileSync(join(out, name)) }));
});
afterAll(() => rig.stop());

const TUS = { 'tus-resumable': '1.0.0' };
const run = async (id: string): Promise<ImportRun> => must(await rig.api('GET', `/imports/${id}`, undefined, { token: ann.token }), 200).json as unknown as ImportRun;
async function until(id: string, done: (r: ImportRun) => boolean): Promise<ImportRun> {
  for (let n = 0; n < 1200; n++) {
    const r = await run(id);
    if (done(r)) return r;
    if (r.state === 'failed' || r.state === 'paused') throw new Error(`${r.state}: ${r.trouble ?? ''}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error('it took too long');
}
const create = async (body: object): Promise<ImportRun> => must(await rig.api('POST', '/imports', { pluginId: 'google-takeout', config: {}, parts: parts.map((p) => ({ name: p.name, bytes: p.bytes.length })), ...body }, { token: ann.token }), 201).json as unknown as ImportRun;
const at = (id: string, n: number): string => `/api/v1/imports/${id}/parts/${n}`;
const headers = (more: object = {}, token = ann.token) => ({ ...TUS, authorization: `Bearer ${token}`, ...more });
const patch = (id: string, n: number, offset: number, body: Buffer, more: object = {}, token = ann.token): Promise<Answer> =>
  ask(rig.port, { method: 'PATCH', path: at(id, n), headers: headers({ 'content-type': 'application/offset+octet-stream', 'upload-offset': offset, 'content-length': body.length, ...more }, token), body });
const offset = async (id: string, n: number, token = ann.token): Promise<number> => Number((await ask(rig.port, { method: 'HEAD', path: at(id, n), headers: headers({}, token) })).headers['upload-offset']);

test('a part goes on where it broke off; wrong offsets, too much, and other people are refused', async () => {
  const { id, state } = await create({});
  expect(state).toBe('collecting');
  const { bytes } = parts[1]!;
  expect((await ask(rig.port, { method: 'OPTIONS', path: at(id, 1), headers: headers() })).headers).toMatchObject({ 'tus-version': '1.0.0', 'tus-resumable': '1.0.0' });
  expect(await offset(id, 1)).toBe(0);
  expect((await patch(id, 1, 0, bytes.subarray(0, 1000))).headers['upload-offset']).toBe('1000');
  expect(codeOf(await patch(id, 1, 0, bytes))).toEqual([409, 'conflict']);
  expect(codeOf(await patch(id, 1, 1000, Buffer.concat([bytes.subarray(1000), Buffer.alloc(1)])))).toEqual([413, 'too_large']);
  expect(codeOf(await patch(id, 1, 1000, bytes.subarray(1000), { 'tus-resumable': '0.2.2' }))).toEqual([400, 'bad_request']);
  expect(codeOf(await patch(id, 9, 0, bytes))).toEqual([404, 'not_found']);
  expect(codeOf(await patch(id, 1, 1000, bytes.subarray(1000), { origin: 'http://evil.example' }))).toEqual([403, 'foreign_origin']);
  const bob = await rig.addUser(await rig.admin(), 'Bob');
  expect(codeOf(await patch(id, 1, 1000, bytes.subarray(1000), {}, bob.token))).toEqual([404, 'not_found']);

  // a line that breaks in the middle: what came stays
  const { req, answer } = open(rig.port, { method: 'PATCH', path: at(id, 1), headers: headers({ 'content-type': 'application/offset+octet-stream', 'upload-offset': 1000, 'content-length': bytes.length - 1000 }) });
  await new Promise<void>((resolve) => { req.write(bytes.subarray(1000, 5000), () => resolve()); });
  for (let n = 0; n < 200 && (await offset(id, 1)) === 1000; n++) { // it is on its way until the house notices that the line is gone
    if (n === 5) req.destroy();
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  await answer.catch(() => undefined);
  expect(await offset(id, 1)).toBe(5000);

  // the same run over a restart
  await rig.stopCoordinator();
  await rig.startCoordinator();
  expect(await offset(id, 1)).toBe(5000);
  expect((await run(id)).parts[1]).toMatchObject({ received: 5000, state: 'arriving' });
  must(await rig.api('POST', `/imports/${id}/cancel`, undefined, { token: ann.token }), 200);
  expect(existsSync(join(rig.data, 'library', '.mantel', 'parts', id))).toBe(false);
  expect(codeOf(await patch(id, 1, 5000, bytes.subarray(5000)))).toEqual([409, 'run_state']);
});

test('each part is imported while others are still missing, and gone when its files were read again; at the end all is told', async () => {
  const { id } = await create({});
  must(await patch(id, 2, 0, parts[2]!.bytes), 204);
  const first = await until(id, (r) => r.state === 'ready');
  expect(first.preview!.entries).toBeGreaterThan(10);
  must(await rig.api('POST', `/imports/${id}/start`, undefined, { token: ann.token }), 200);
  await until(id, (r) => r.parts[2]!.state === 'released');
  expect(readdirSync(join(rig.data, 'library', '.mantel', 'parts', id))).toEqual([]);
  expect((await run(id)).state).toBe('running'); // it waits for the others

  await rig.stopCoordinator();
  await rig.startCoordinator();
  must(await patch(id, 0, 0, parts[0]!.bytes), 204);
  await until(id, (r) => r.parts[0]!.state === 'released');
  must(await patch(id, 1, 0, parts[1]!.bytes), 204);
  const done = await until(id, (r) => r.state === 'done');
  expect(done.parts.map((p) => p.state)).toEqual(['released', 'released', 'released']);
  expect(done.counts.pending).toBeUndefined();
  const report = JSON.parse(must(await rig.api('GET', `/imports/${id}/report?format=json`, undefined, { token: ann.token }), 200).bytes.toString()) as { part: string; path: string; outcome: string }[];
  expect(new Set(report.map((e) => `${e.part} ${e.path}`)).size).toBe(report.length);
  expect(rig.coordinator.db.sql.get<{ n: number }>(`select count(*) n from asset`)!.n).toBe(102);
});

test('names of parts are file names of the kind that the plugin takes', async () => {
  for (const name of ['../../x.zip', 'a/b.zip', '.zip', 'x.exe', 'a\u0000.zip']) expect((await rig.api('POST', '/imports', { pluginId: 'google-takeout', config: {}, parts: [{ name, bytes: 5 }] }, { token: ann.token })).status).toBeGreaterThanOrEqual(400);
  expect((await rig.api('POST', '/imports', { pluginId: 'google-takeout', config: {}, parts: [{ name: 'a.zip', bytes: 5 }, { name: 'A.zip', bytes: 5 }] }, { token: ann.token })).json).toMatchObject({ code: 'source_invalid' });
});
