import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlAnswer, ControlStatus } from '@mantel/contracts/models/control.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startControl } from './control.ts';

const STATUS: ControlStatus = { state: 'code', house: 'nas', address: '192.168.1.5:2283', code: '123456', name: 'pc', id: null, version: '0', build: 'a', connected: false, drained: false, running: [], update: null, missing: [] };
let dir: string;
let path: string;
const done: string[] = [];
let control: { stop(): void };
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-control-'));
  path = join(dir, 'control.sock');
  writeFileSync(path, 'what a killed worker left');
  const act = (what: string) => async (): Promise<void> => { if (what === 'drain') throw new Error('There is nothing to drain.'); done.push(what); };
  control = await startControl({ path, status: () => STATUS, act: { drain: act('drain'), resume: act('resume'), leave: async () => { done.push('leave'); return false; } }, log: { warn: () => undefined } });
});
afterEach(() => {
  control.stop();
  done.length = 0;
  rmSync(dir, { recursive: true, force: true });
});
const say = (text: string): Promise<string> => new Promise((resolve, reject) => {
  const socket = createConnection(path, () => socket.write(text));
  let heard = '';
  socket.setEncoding('utf8').on('data', (d: string) => { heard += d; }).on('close', () => resolve(heard)).on('error', reject).setTimeout(3000, () => socket.destroy(new Error('no answer')));
});
const ask = async (request: unknown): Promise<ControlAnswer> => JSON.parse(await say(`${JSON.stringify(request)}\n`)) as ControlAnswer;

test('answers who may open the socket: its own user only', async () => {
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await ask({ do: 'status' })).toEqual({ ok: true, status: STATUS });
  expect(await ask({ do: 'resume' })).toMatchObject({ ok: true });
  expect(await ask({ do: 'leave' })).toMatchObject({ ok: true, heard: false });
  expect(done).toEqual(['resume', 'leave']);
  expect(await ask({ do: 'drain' })).toEqual({ ok: false, error: 'There is nothing to drain.' });
});

test('nonsense is refused, and too much of it is cut off', async () => {
  for (const bad of [{ do: 'format' }, { do: 'status', more: 1 }, {}, 7, null, '__proto__']) expect(await ask(bad), JSON.stringify(bad)).toEqual({ ok: false, error: 'This worker does not know that command.' });
  expect(JSON.parse(await say('{"do":\n'))).toMatchObject({ ok: false });
  expect(await say('x'.repeat(4096)).catch(() => '')).toBe('');
  expect(await ask({ do: 'status' })).toMatchObject({ ok: true });
  expect(done).toEqual([]);
});

test('the folder of the socket is made when it is missing, for its user only; one that cannot be made leaves the worker as it is', async () => {
  const act = { drain: async () => undefined, resume: async () => undefined, leave: async () => true };
  const warned: object[] = [];
  const log = { warn: (f: object) => { warned.push(f); } } as never;
  const made = await startControl({ path: join(dir, 'new', 'control.sock'), status: () => STATUS, act, log });
  expect([statSync(join(dir, 'new')).mode & 0o777, statSync(join(dir, 'new', 'control.sock')).isSocket(), warned]).toEqual([0o700, true, []]);
  made.stop();
  writeFileSync(join(dir, 'file'), '');
  (await startControl({ path: join(dir, 'file', 'control.sock'), status: () => STATUS, act, log })).stop();
  expect(warned).toHaveLength(1);
});

test('a path that no socket can have leaves the worker as it is', async () => {
  const warned: object[] = [];
  const none = await startControl({ path: join(dir, 'x'.repeat(150)), status: () => STATUS, act: { drain: async () => undefined, resume: async () => undefined, leave: async () => true }, log: { warn: (f: object) => { warned.push(f); } } as never });
  expect(warned).toHaveLength(1);
  none.stop();
});
