import { describe, expect, test } from 'vitest';
import type { NodeCaps, WorkerNode } from '../data/types.ts';
import { changeLine, forecastLines, groupDigits, hardware, jobName, parseLabels, slotChoices, stateLine, troubleOf } from './node-words.ts';

const settings: WorkerNode['settings'] = { paused: false, slots: null, kindsOff: [], hours: null, whenIdle: false, libraries: null, labels: [], wake: false, autoUpdate: true };
const hours = { from: '22:00', to: '07:00' };
const job = { id: 1, kind: 'preview' as const, name: 'a.jpg', startedAt: '2026-01-01T00:00:00Z' };
const node = (n: Partial<WorkerNode>): Parameters<typeof stateLine>[0] => ({ state: 'online', resting: null, running: [], load: null, settings, lastSeenAt: null, ...n });
const now = new Date(2026, 0, 2, 12, 0).getTime();
const active = { cpu: 0, memoryBytes: 0, freeDiskBytes: null, owner: 'active' as const };

test.each<[Partial<WorkerNode>, string]>([
  [{}, 'Ready'], [{ state: 'busy', running: [job] }, 'Working · 1 job'], [{ state: 'busy', running: [job, job] }, 'Working · 2 jobs'], [{ state: 'draining', running: [job] }, 'Finishing · 1 job'],
  [{ state: 'asleep', lastSeenAt: new Date(2026, 0, 1, 18, 20).toISOString() }, 'Asleep · seen yesterday 18:20'], [{ state: 'asleep' }, 'Asleep · not seen yet'],
  [{ state: 'resting', resting: 'owner', load: active, settings: { ...settings, hours } }, 'Resting · somebody uses it'], [{ state: 'resting', resting: 'hours', load: active, settings: { ...settings, hours } }, 'Resting · until 22:00'],
  [{ state: 'resting', resting: 'owner', load: { ...active, owner: 'unknown' }, settings: { ...settings, whenIdle: true, hours } }, 'Resting · not known yet whether somebody uses it'], [{ state: 'resting' }, 'Resting'],
  [{ state: 'lost', lastSeenAt: new Date(now - 90_000).toISOString() }, 'Out of reach · seen 1 minute ago'],
])('%j is "%s"', (n, want) => expect(stateLine(node(n), now)).toBe(want));

test('a PC that sleeps, rests or is paused is no trouble; one that vanished, speaks another version or could not be updated is', () => {
  for (const state of ['online', 'busy', 'resting', 'paused', 'draining', 'asleep'] as const) expect(troubleOf({ state, trouble: null, update: 'none' }), state).toBeNull();
  expect(troubleOf({ state: 'lost', trouble: null, update: 'none' })).toMatch(/comes back by itself/);
  expect(troubleOf({ state: 'outdated', trouble: null, update: 'none' })).toMatch(/updated/);
  expect(troubleOf({ state: 'online', trouble: null, update: 'failed' })).toMatch(/version before/);
  expect(troubleOf({ state: 'lost', trouble: 'Its disk is full.', update: 'failed' })).toBe('Its disk is full.');
});

test('what a PC has', () => {
  const caps: NodeCaps = { os: '', arch: 'x64', cpu: '', cores: 12, memoryBytes: 16 * 2 ** 30, gpu: 'GTX 1060', speed: 1, slots: 2, macs: [], missing: [] };
  expect(hardware(caps)).toBe('12 cores · 16 GB memory · GTX 1060');
  expect(hardware({ ...caps, cores: 1, memoryBytes: 0, gpu: null })).toBe('1 core');
  expect(hardware(null)).toBe('');
});

test.each([
  [null, 'What it would change is not known yet.'], [{ before: 32_400, after: 4200 }, 'All waiting work: about 9 h → 1 h 10 min'], [{ before: 0, after: 0 }, 'No work is waiting now; it will help with the next photos.'],
  [{ before: null, after: 4200 }, 'All waiting work would take about 1 h 10 min. Without it, it does not move.'], [{ before: 4200, after: null }, 'What it would change is not known yet.'], [{ before: null, after: null }, 'What it would change is not known yet.'],
  [{ before: 32_400, after: 32_300 }, 'All waiting work: about 9 h. It would change little.'], [{ before: 32_400, after: 50 }, 'All waiting work: about 9 h → less than a minute'],
])('%j would be "%s"', (change, want) => expect(changeLine(change)).toBe(want));

describe('the time of all waiting work, and who would be missed', () => {
  const pcs = [{ id: 'a', name: 'Attic' }, { id: 'b', name: 'Study' }];
  test.each<[Parameters<typeof forecastLines>[0], string[]]>([
    [{ backlogSeconds: 0, perNode: [] }, ['No work is waiting.']],
    [{ backlogSeconds: null, perNode: [] }, ['Work is waiting; how long it takes is not known yet.']],
    [{ backlogSeconds: 4200, perNode: [{ id: 'a', without: 32_400 }, { id: 'b', without: 5000 }] }, ['All waiting work: about 1 h 10 min', 'Without Attic: about 9 h']],
    [{ backlogSeconds: 4200, perNode: [{ id: 'a', without: 32_400 }, { id: 'b', without: null }] }, ['All waiting work: about 1 h 10 min', 'Without Study it would not get done']],
    [{ backlogSeconds: 4200, perNode: [{ id: 'a', without: 4201 }] }, ['All waiting work: about 1 h 10 min']],
    [{ backlogSeconds: 4200, perNode: [{ id: 'removed', without: 9000 }] }, ['All waiting work: about 1 h 10 min']],
  ])('%j', (f, want) => expect(forecastLines(f, pcs)).toEqual(want));
});

test('labels: small letters, each once; the first wrong one is named', () => {
  expect(parseLabels('')).toEqual({ labels: [] });
  expect(parseLabels('  GPU, attic gpu\tnode:w1 ')).toEqual({ labels: ['gpu', 'attic', 'node:w1'] });
  expect(parseLabels('ok ü')).toEqual({ error: expect.stringContaining('“ü”') });
  expect(parseLabels('a'.repeat(41))).toHaveProperty('error');
  expect(parseLabels(Array.from({ length: 21 }, (_, i) => `l${i}`).join(' '))).toHaveProperty('error');
});

test('jobs at once: what it offers, and numbers that make sense there', () => {
  expect(slotChoices(undefined, null)).toEqual([null, 1, 2, 3, 4]);
  expect(slotChoices(4, null)).toEqual([null, 1, 2, 3, 4, 6, 8]);
  expect(slotChoices(1, 7)).toEqual([null, 1, 2, 3, 4, 7]);
  expect(slotChoices(64, 64).at(-1)).toBe(64);
});

test('digits in groups, jobs by name', () => {
  expect([groupDigits('123456'), groupDigits('000007')]).toEqual(['123 456', '000 007']);
  expect([jobName('preview', 'a.jpg'), jobName('preview', ''), jobName('probe', '')]).toEqual(['Preview of a.jpg', 'A photo that was removed', 'A test']);
});
