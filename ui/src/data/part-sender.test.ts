import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from './api.ts';
import { PartSender } from './part-sender.ts';
import type { SendPart } from './tus.ts';

const file = (name: string, size: number): File => ({ name, size }) as File;
const part = (name: string, bytes: number, received = 0, state: 'waiting' | 'arriving' | 'here' | 'released' = 'waiting') => ({ name, bytes, received, state });
const run = { parts: [part('a-001.zip', 100, 40, 'arriving'), part('a-002.zip', 50), part('a-003.zip', 10, 10, 'here')] };

/** Each sending waits until the test lets it end. */
class Line {
  log: string[] = [];
  open: { url: string; end: (error?: Error) => void; told: Parameters<SendPart>[2] }[] = [];
  send: SendPart = (url, f, told, signal) => new Promise((resolve, reject) => {
    this.log.push(`${url.split('/').at(-1)} ${f.name}`);
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    this.open.push({ url, told, end: (e) => (e ? reject(e) : resolve()) });
  });
}
const states = (s: PartSender): string[] => s.parts.map((p) => `${p.n}:${p.state}`);
const tick = (): Promise<void> => new Promise((done) => { setTimeout(done); });

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (fn: () => void) => setTimeout(fn));
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
});

test('files are known by name and size, whatever their order; what is here already is not sent', async () => {
  const line = new Line(), sender = new PartSender('r', line.send);
  const misfits = sender.take(run, [file('a-003.zip', 10), file('a-002.zip', 50), file('other.zip', 5), file('a-001.zip', 99), file('a-001.zip', 100)]);
  expect(misfits).toEqual({ unknown: ['other.zip'], otherSize: ['a-001.zip'] });
  expect(states(sender)).toEqual(['0:sending', '1:waiting'].sort());
  expect(sender.totals).toEqual({ bytes: 150, sent: 40 });
});

test('one after the other, and each that ends frees the next', async () => {
  const line = new Line(), sender = new PartSender('r', line.send);
  sender.take(run, [file('a-001.zip', 100), file('a-002.zip', 50)]);
  expect(line.log).toEqual(['0 a-001.zip']);
  line.open[0]!.told.progress(70);
  expect(sender.totals.sent).toBe(70);
  line.open[0]!.end();
  await tick();
  expect([line.log, states(sender), sender.busy]).toEqual([['0 a-001.zip', '1 a-002.zip'], ['0:sent', '1:sending'], true]);
  line.open[1]!.end();
  await tick();
  expect([states(sender), sender.busy]).toEqual([['0:sent', '1:sent'], false]);
});

test('paused it stops in the middle, resumed it goes on with the same part', async () => {
  const line = new Line(), sender = new PartSender('r', line.send);
  sender.take(run, [file('a-001.zip', 100)]);
  sender.pause();
  await tick();
  expect([states(sender), line.log.length]).toEqual([['0:waiting'], 1]);
  sender.resume();
  expect([states(sender), line.log]).toEqual([['0:sending'], ['0 a-001.zip', '0 a-001.zip']]);
});

test('a part for which there is no room yet waits, and is asked for again', async () => {
  vi.useFakeTimers();
  const line = new Line(), sender = new PartSender('r', line.send);
  sender.take(run, [file('a-001.zip', 100)]);
  line.open[0]!.end(new ApiError('storage_full', 'There is no room for this part yet.', 507, { wait: true }));
  await vi.advanceTimersByTimeAsync(10);
  expect([states(sender), sender.busy, line.log.length]).toEqual([['0:room'], true, 1]);
  await vi.advanceTimersByTimeAsync(5000);
  expect([states(sender), line.log.length]).toEqual([['0:sending'], 2]);
  line.open[1]!.end(new ApiError('storage_full', 'There is not enough room.', 507, { wait: false }));
  await vi.advanceTimersByTimeAsync(10_000);
  expect([states(sender), line.log.length]).toEqual([['0:failed'], 2]);
  vi.useRealTimers();
});

test('what is refused says why, does not stop the others, and can be tried again or chosen anew', async () => {
  const line = new Line(), sender = new PartSender('r', line.send);
  sender.take(run, [file('a-001.zip', 100), file('a-002.zip', 50)]);
  line.open[0]!.told.broken(true);
  expect(sender.parts[0]!.state).toBe('retrying');
  line.open[0]!.end(new ApiError('unreadable', 'The browser can no longer read this file.'));
  await tick();
  expect([states(sender), sender.parts[0]!.message]).toEqual([['0:failed', '1:sending'], 'The browser can no longer read this file.']);
  sender.take(run, [file('a-001.zip', 100)]);
  expect(states(sender)).toEqual(['0:waiting', '1:sending']);
  line.open[1]!.end();
  await tick();
  expect(line.log.at(-1)).toBe('0 a-001.zip');
  sender.stop();
  await tick();
  expect([sender.parts, sender.busy]).toEqual([[], false]);
});
