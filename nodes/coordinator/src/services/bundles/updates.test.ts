import { expect, test } from 'vitest';
import type { Bundle } from './bundles.ts';
import { createUpdates, type Subject } from './updates.ts';

const NEW = 'aaaaaaaaaaaaaaaa';
const bundle = { platform: 'linux-x64', build: NEW, path: '/x', sha256: 'b'.repeat(64), bytes: 1, unpacked: 2 } as Bundle;
const worker = (id: string, o: Partial<Subject> = {}): Subject => ({ id, build: 'bbbbbbbbbbbbbbbb', arch: 'x64', local: false, settings: { autoUpdate: true }, ...o });
function house() {
  let time = 1e12;
  let ready = true;
  const made: string[] = [];
  const updates = createUpdates({ bundles: { build: NEW, at: (p) => (ready && p === 'linux-x64' ? bundle : undefined), want: (p) => { made.push(p); }, problem: () => undefined, mayMake: (p) => p === 'linux-x64' }, now: () => time });
  return { updates, made, later: (ms: number): void => { time += ms; }, notReady: (): void => { ready = false; } };
}

test('whoever differs becomes what the house is; the house itself, its equals and those that cannot say do not', () => {
  const { updates } = house();
  expect(updates.wanted(worker('w1'))).toMatchObject({ build: NEW, path: '/api/v1/worker/bundle/linux-x64', again: false });
  for (const o of [{ local: true }, { build: NEW }, { build: null }, { arch: 'riscv64' }, { arch: 'arm64' }, { settings: { autoUpdate: false } }]) expect(updates.wanted(worker('w1', o)), JSON.stringify(o)).toBeUndefined();
});

test('one at a time: the next when the first greets anew, fails, or takes too long', () => {
  const { updates, later } = house();
  expect(updates.wanted(worker('w1'))).toBeDefined();
  expect(updates.wanted(worker('w2'))).toBeUndefined();
  expect(updates.wanted(worker('w1'))).toBeDefined(); // its turn goes on
  updates.greeted('w1', NEW);
  expect(updates.wanted(worker('w2'))).toBeDefined();
  updates.reported('w2', { build: NEW, state: 'failed', error: 'full' });
  expect(updates.wanted(worker('w3'))).toBeDefined();
  later(11 * 60_000);
  expect(updates.wanted(worker('w4'))).toBeDefined();
});

test('what failed is told and left alone, until an admin wants it or hours have passed; another failure ends that again', () => {
  const { updates, later } = house();
  updates.wanted(worker('w1'));
  updates.reported('w1', { build: NEW, state: 'running', error: null });
  expect(updates.state(worker('w1')).update).toBe('running');
  updates.reported('w1', { build: NEW, state: 'failed', error: 'The disk is full.' });
  expect(updates.state(worker('w1'))).toEqual({ update: 'failed', trouble: expect.stringContaining('The disk is full.') });
  expect(updates.wanted(worker('w1'))).toBeUndefined();
  updates.press(worker('w1', { settings: { autoUpdate: false } }));
  expect(updates.wanted(worker('w1', { settings: { autoUpdate: false } }))).toMatchObject({ again: true });
  updates.reported('w1', { build: NEW, state: 'failed', error: 'Still full.' });
  expect(updates.wanted(worker('w1'))).toBeUndefined();
  later(7 * 3600_000);
  expect(updates.wanted(worker('w1'))).toMatchObject({ again: false });
});

test('who never says how it ended is not updating for ever, and the others get their turn first', () => {
  const { updates, later } = house();
  updates.wanted(worker('w1'));
  updates.reported('w1', { build: NEW, state: 'running', error: null });
  later(9 * 60_000);
  expect(updates.state(worker('w1')).update).toBe('running');
  later(90_000 - 30_001);
  expect(updates.wanted(worker('w2'))).toBeUndefined();
  later(30_001);
  expect(updates.state(worker('w1')).update).toBe('available');
  expect(updates.wanted(worker('w1'))).toBeUndefined();
  expect(updates.wanted(worker('w2'))).toBeDefined();
  updates.greeted('w2', NEW);
  expect(updates.wanted(worker('w1'))).toBeDefined();
  later(11 * 60_000);
  expect(updates.wanted(worker('w1'))).toBeDefined(); // nobody else waits
});

test('a worker that is removed gives its turn back, and nothing is known of it when it comes again', () => {
  const { updates } = house();
  updates.reported('w1', { build: NEW, state: 'failed', error: 'x' });
  updates.press(worker('w1'));
  expect(updates.wanted(worker('w1'))).toMatchObject({ again: true });
  updates.reported('w1', { build: NEW, state: 'running', error: null });
  updates.forget('w1');
  expect(updates.wanted(worker('w2'))).toBeDefined();
  expect(updates.state(worker('w1')).update).toBe('available');
});

test('a failure of another build counts for nothing, and a bundle that is not there yet is made, not announced', () => {
  const { updates, made, notReady } = house();
  updates.reported('w1', { build: 'cccccccccccccccc', state: 'failed', error: 'x' });
  expect(updates.state(worker('w1')).update).toBe('available');
  notReady();
  expect(updates.wanted(worker('w1'))).toBeUndefined();
  expect(made).toEqual(['linux-x64']);
  expect(updates.state(worker('w1', { arch: 'arm64' })).trouble).toMatch(/linux-arm64\) is not prepared/);
});
