import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { onShutdown, type Stage } from './shutdown.ts';

const log = createLogger('test', { level: 'silent' });
function stage(): { emit(signal: string): void; code: Promise<number>; stage: Stage } {
  const events = new EventEmitter();
  const { promise: code, resolve } = Promise.withResolvers<number>();
  return { emit: (s) => { events.emit(s); }, code, stage: { on: (s, l) => events.on(s, l), exit: resolve } };
}

it('stops once, whatever comes, and exits 0', async () => {
  const s = stage();
  let stops = 0;
  onShutdown(async () => { stops++; }, { limitMs: 1000, log, stage: s.stage });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGINT']) s.emit(signal);
  expect(await s.code).toBe(0);
  expect(stops).toBe(1);
});
it('exits 1 when stopping fails', async () => {
  const s = stage();
  onShutdown(() => Promise.reject(new Error('no')), { limitMs: 1000, log, stage: s.stage });
  s.emit('SIGTERM');
  expect(await s.code).toBe(1);
});
it('exits 1 when stopping does not end', async () => {
  const s = stage();
  onShutdown(() => new Promise(() => undefined), { limitMs: 30, log, stage: s.stage });
  s.emit('SIGINT');
  expect(await s.code).toBe(1);
});
