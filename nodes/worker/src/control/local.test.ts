// What `mantel worker …` does to a worker, which is played here.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlAnswer } from '@mantel/contracts/models/control.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Worker } from '../worker.ts';
import { drainedFile, openLocalControl } from './local.ts';

let dir: string;
let control: { stop(): void };
let worker: Worker | undefined;
let host = '192.168.1.5';
let heard = true;
const held: boolean[] = [];
const config = () => ({ paired: join(dir, 'paired.json'), slots: 1, host: 'pc', name: 'pc', discovery: false });
const leave = vi.fn(async () => heard);
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-local-'));
  [host, heard, held.length] = ['192.168.1.5', true, 0];
  leave.mockClear();
  vi.stubEnv('MANTEL_VERSIONS', '');
  worker = { id: 'w0123456789', connected: () => true, running: () => [], hold: (on: boolean) => void held.push(on), paired: () => ({ host, port: 2283, name: 'attic' }) } as unknown as Worker;
  control = await openLocalControl({ config: config(), missing: () => ['ffmpeg is not installed here.'], worker: () => worker, updater: { report: () => undefined } as never, leave, log: createLogger('test', { level: 'silent' }) });
});
afterEach(() => {
  control.stop();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});
const ask = (what: string): Promise<ControlAnswer> => new Promise((resolve, reject) => {
  const socket = createConnection(join(dir, 'control.sock'), () => socket.write(`${JSON.stringify({ do: what })}\n`));
  let text = '';
  socket.setEncoding('utf8').on('data', (d: string) => { text += d; }).on('close', () => resolve(JSON.parse(text) as ControlAnswer)).on('error', reject);
});
const files = ['paired.json', 'paired.json.removed', 'pairing.json', 'nkey.seed', 'drained'];
const fill = (): void => { for (const f of files) writeFileSync(join(dir, f), '{}'); };

test('a drain is kept for the next start, shown, and ended by a resume', async () => {
  expect(await ask('drain')).toMatchObject({ ok: true });
  expect([held, existsSync(drainedFile(config()))]).toEqual([[true], true]);
  expect(await ask('status')).toMatchObject({ ok: true, status: { state: 'working', name: 'attic', address: '192.168.1.5:2283', drained: true, connected: true, missing: ['ffmpeg is not installed here.'] } });
  expect(await ask('resume')).toMatchObject({ ok: true });
  expect([held, existsSync(drainedFile(config()))]).toEqual([[true, false], false]);
  expect(await ask('status')).toMatchObject({ status: { drained: false } });
});
test('a computer that is not let in says so, with its code, and has nothing to drain', async () => {
  worker = undefined;
  writeFileSync(join(dir, 'pairing.json'), JSON.stringify({ state: 'code', code: '123456', house: 'nas', address: '192.168.1.5:2283' }));
  expect(await ask('status')).toMatchObject({ status: { state: 'code', code: '123456', house: 'nas', id: null, name: 'pc', connected: false } });
  expect(await ask('drain')).toEqual({ ok: false, error: expect.stringContaining('not let in yet') });
  expect(existsSync(drainedFile(config()))).toBe(false);
});
test.each(['127.0.0.1', '127.0.1.1', 'localhost', '::1'])('the worker of the house itself (%s) does not leave, and keeps its key', async (at) => {
  host = at;
  fill();
  expect(await ask('leave')).toEqual({ ok: false, error: expect.stringContaining('worker of the house itself') });
  expect(leave).not.toHaveBeenCalled();
  expect(files.filter((f) => !existsSync(join(dir, f)))).toEqual([]);
});
test('another one leaves, and nothing of the house stays here', async () => {
  fill();
  expect(await ask('leave')).toMatchObject({ ok: true });
  expect(leave).toHaveBeenCalledOnce();
  expect(readdirSync(dir).filter((f) => f !== 'control.sock')).toEqual(['left']);
});
