import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loudest, watchNatsLog } from './nats-noise.ts';

const [A, B] = ['A', 'B'].map((c) => `U${c.repeat(55)}`) as [string, string];
const line = (nkey: string): string => `[1] 2026/11/22 22:38:32.468394 [ERR] 127.0.0.1:45000 - cid:12 - "v2.29.3:nats.js" - Publish Violation - Nkey "${nkey}", Subject "MOL-work.INFO"\n`;
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
  const watch = watchNatsLog({ state, noisy: (k) => noisy.push(k), background: () => undefined });
  await watch.look(); // no file yet
  appendFileSync(file, line(B).repeat(120_000)); // from before the start of the house: nobody's fault now, but too much
  await watch.look();
  expect([noisy, statSync(file).size]).toEqual([[], 0]);
  appendFileSync(file, line(A).repeat(1000));
  await watch.look();
  expect(noisy).toEqual([]);
  appendFileSync(file, line(A).repeat(10_000));
  await watch.look();
  expect(noisy).toEqual([A]);
  appendFileSync(file, 'x'.repeat(2 << 20)); // noise of nobody
  await watch.look();
  expect([noisy, statSync(file).size]).toEqual([[A], line(A).length * 11_000 + (2 << 20)]);
  watch.stop();
});
