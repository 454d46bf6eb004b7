import { afterEach, expect, it, vi } from 'vitest';
import { createLimits, FLOOD, FLOOD_BYTES } from './limits.ts';
import { createLinks, MAX_LINKS } from './links.ts';
import { createLogs } from './logs.ts';
import { createShutOut } from './shut-out.ts';

const MINUTE = 60_000;
let at = 1_800_000_000_000;
const now = () => at;
const ask = (limits: ReturnType<typeof createLimits>, n: number, bytes = 200, who = 'wa') => {
  const out = { take: 0, refuse: 0, drop: 0 };
  for (let i = 0; i < n; i++) out[limits.admit(who, bytes)]++;
  return out;
};

afterEach(() => { vi.useRealTimers(); });

it('a burst is taken, what is beyond is refused, then not even read; others are not concerned', () => {
  const limits = createLimits({ now });
  expect(ask(limits, 10_000)).toEqual({ take: 1200, refuse: 10, drop: 8790 });
  expect(ask(limits, 100, 200, 'wb')).toEqual({ take: 100, refuse: 0, drop: 0 });
  expect([limits.refused('wa'), limits.refused('wb'), limits.refused('wc')]).toEqual([8800, 0, 0]);
  at += 1000;
  expect(ask(limits, 1000)).toMatchObject({ take: 600 });
  at += 2 * MINUTE;
  expect(limits.refused('wa')).toBe(0);
});
it('a steady worker is never refused; a large packet costs as much as many small ones', () => {
  const limits = createLimits({ now });
  for (let s = 0; s < 60; s++, at += 1000) expect(ask(limits, 500).take).toBe(500);
  expect(ask(limits, 100, 1 << 20).take).toBe(18);
});
it('a flood is told of, by number and by bytes; nobody can make it remember strangers', () => {
  const floods: string[] = [];
  const limits = createLimits({ now, onFlood: (w) => floods.push(w), known: (w) => w !== 'wx' });
  ask(limits, 1200 + FLOOD - 1);
  expect(floods).toEqual([]);
  ask(limits, 1);
  ask(limits, 60 + FLOOD_BYTES / (1 << 20), 1 << 20, 'wb');
  expect(new Set(floods)).toEqual(new Set(['wa', 'wb']));
  expect(ask(limits, 10, 200, 'wx')).toEqual({ take: 0, refuse: 0, drop: 10 });
});

it('a reconnect is no second computer, and a clone is; a crowd is told of', () => {
  const crowds: number[] = [];
  const links = createLinks({ now, onMany: (_w, n) => crowds.push(n) });
  links.opened('wa', 1, '10.0.0.7');
  at += 30_000;
  links.opened('wa', 2, '10.0.0.7');
  expect(links.twins('wa')).toBeNull();
  links.closed('wa', 1, true);
  at += 30_000;
  expect([links.twins('wa'), links.flaps('wa'), links.address('wa')]).toEqual([null, 1, '10.0.0.7']);
  links.opened('wa', 3, '10.0.0.8');
  at += 30_000;
  expect(links.twins('wa')).toEqual(['10.0.0.7', '10.0.0.8']);
  at += 10 * MINUTE;
  expect(links.flaps('wa')).toBe(0);
  for (let i = 10; i < 10 + MAX_LINKS; i++) links.opened('wb', i, '10.0.0.9');
  expect(crowds).toEqual([]);
  links.opened('wb', 99, '10.0.0.9');
  expect(crowds).toEqual([MAX_LINKS + 1]);
});

it('lines are kept while somebody looks, and not longer', () => {
  const logs = createLogs(now);
  logs.came('wa', ['unasked']);
  expect([logs.wanted('wa'), logs.look('wa'), logs.wanted('wa')]).toEqual([false, [], true]);
  logs.came('wa', ['one']);
  expect(logs.look('wa')).toEqual(['one']);
  logs.came('wa', Array(600).fill('x') as string[]);
  expect(logs.look('wa')).toHaveLength(500);
  at += 20_000;
  expect([logs.wanted('wa'), logs.look('wa')]).toEqual([false, []]);
});

it('a shut-out ends by itself, is not repeated, and never hits the own worker', async () => {
  vi.useFakeTimers();
  const bars: [string, boolean][] = [];
  const shutOut = createShutOut({ bar: async (id, on) => void bars.push([id, on]), isLocal: (id) => id === 'wlocal', background: () => undefined, onChange: () => undefined, log: { warn: () => undefined }, now });
  for (const id of ['wlocal', 'wa', 'wa']) shutOut.start(id, {});
  expect([bars, shutOut.until('wa') - at, shutOut.until('wlocal')]).toEqual([[['wa', true]], 10 * MINUTE, 0]);
  vi.advanceTimersByTime(10 * MINUTE);
  expect([bars, shutOut.until('wa')]).toEqual([[['wa', true], ['wa', false]], 0]);
  shutOut.start('wb', {});
  shutOut.forget('wb'); // removed: if it is let in anew, it comes in
  expect(bars.slice(2)).toEqual([['wb', true], ['wb', false]]);
  vi.advanceTimersByTime(20 * MINUTE);
  expect(bars).toHaveLength(4);
});
