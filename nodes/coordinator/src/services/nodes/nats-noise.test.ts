import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loudest, loudestAddress, watchNatsLog } from './nats-noise.ts';

const [A, B] = ['A', 'B'].map((c) => `U${c.repeat(55)}`) as [string, string];
const line = (nkey: string): string => `[1] 2026/11/22 22:38:32.468394 [ERR] 127.0.0.1:45000 - cid:12 - "v2.29.3:nats.js" - Publish Violation - Nkey "${nkey}", Subject "MOL-work.INFO"\n`;
const quiet = { warn: () => undefined };
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'mantel-noise-'));
  mkdirSync(join(state, 'logs'));
});
afterEach(() => { rmSync(state, { recursive: true, force: true }); });

it('knows who is loudest', () => {
  expect(loudest(line(A) + line(B) + line(B) + line(A) + line(B))).toBe(B);
  expect(loudest('Server is ready\n')).toBeUndefined();
});
it('tells of noise, not of a few lines, and cuts what is too much', async () => {
  const noisy: string[] = [];
  const file = join(state, 'logs', 'nats.log');
  const watch = watchNatsLog({ state, noisy: (k) => noisy.push(k), log: quiet, background: () => undefined });
  await watch.look(); // no file yet
  appendFileSync(file, line(B).repeat(120_000)); // from before the start of the house: nobody's fault now, but too much
  await watch.look();
  expect(noisy).toEqual([]);
  const kept = statSync(file).size;
  expect(kept).toBeLessThan(64 << 10);
  appendFileSync(file, line(A).repeat(1000));
  await watch.look();
  expect(noisy).toEqual([]);
  appendFileSync(file, line(A).repeat(10_000));
  await watch.look();
  expect(noisy).toEqual([A]);
  appendFileSync(file, 'x'.repeat(2 << 20)); // noise of nobody
  await watch.look();
  expect([noisy, statSync(file).size]).toEqual([[A], kept + line(A).length * 11_000 + (2 << 20)]);
  watch.stop();
});

it('keeps the end of a log that is cut, and says whose it was: also of somebody without a key', async () => {
  const stranger = (n: number): string => `[1] 2026/11/22 22:38:32.468394 [ERR] 192.168.1.66:${40000 + n} - cid:${n} - authentication error - Nkey "${B}"\n`;
  const said: [object, string][] = [];
  const file = join(state, 'logs', 'nats.log');
  const watch = watchNatsLog({ state, noisy: () => undefined, log: { warn: (fields, text) => said.push([fields, text]) }, background: () => undefined });
  appendFileSync(file, Array.from({ length: 200_000 }, (_v, n) => stranger(n)).join(''));
  appendFileSync(file, line(A));
  await watch.look();
  const left = readFileSync(file, 'latin1').split('\n');
  expect(left.slice(-3)).toEqual([stranger(199_999).trim(), line(A).trim(), '']);
  expect(left[0]).toMatch(/^\[1\] /); // whole lines
  expect(left.length).toBeGreaterThan(300);
  expect(said).toEqual([[expect.objectContaining({ key: A, address: '192.168.1.66' }), expect.stringMatching(/was cut; its end is kept. Most of it is about 192\.168\.1\.66/)]]);
  await watch.look();
  expect(said).toHaveLength(1);
  watch.stop();
});
it('knows an address by version 6 too', () => {
  expect(loudestAddress('[1] x [ERR] [fd00::7]:4000 - cid:1 - TLS handshake error: EOF\n')).toEqual({ name: '[fd00::7]', lines: 1 });
});
