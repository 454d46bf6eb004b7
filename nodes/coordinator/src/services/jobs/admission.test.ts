import type { Needs } from '@mantel/contracts/models/job.ts';
import { DEFAULT_SETTINGS, type NodeCaps, type NodeSettings } from '@mantel/contracts/models/node.ts';
import { describe, expect, test } from 'vitest';
import { type Candidate, labelsOf, nextTime, refuses, resting, room, suits, within } from './admission.ts';

const at = (clock: string): number => new Date(`2026-03-10T${clock}:00`).getTime();
const worker = (settings: Partial<NodeSettings> = {}, over: Partial<Candidate> = {}): Candidate => ({ id: 'w1', settings: { ...DEFAULT_SETTINGS, ...settings }, labels: new Set(['node:w1']), slots: 2, owner: 'unknown', draining: false, outdated: false, held: new Map(), ...over });
const work = (needs: Needs = {}, library: string | null = null) => ({ id: 1, kind: 'preview' as const, library, needs });
const caps: NodeCaps = { os: 'x', arch: 'x64', cpu: 'x', cores: 1, memoryBytes: 1, gpu: null, speed: 1, slots: 1, macs: [], missing: [] };

test.each([
  ['22:00', '07:00', '22:00', true], ['22:00', '07:00', '23:59', true], ['22:00', '07:00', '00:00', true], ['22:00', '07:00', '06:59', true], ['22:00', '07:00', '07:00', false], ['22:00', '07:00', '12:00', false],
  ['08:30', '17:00', '08:29', false], ['08:30', '17:00', '08:30', true], ['08:30', '17:00', '16:59', true], ['08:30', '17:00', '17:00', false], ['00:00', '00:01', '00:00', true], ['00:00', '00:01', '00:01', false],
])('hours from %s to %s at %s: %s', (from, to, clock, expected) => {
  expect(within({ from, to }, at(clock))).toBe(expected);
});
test('the next time that a clock shows something is never now, and within a day and an hour', () => {
  expect(nextTime('22:00', at('21:59'))).toBe(at('22:00'));
  expect(nextTime('22:00', at('22:00'))).toBe(new Date('2026-03-11T22:00:00').getTime());
  expect(nextTime('02:30', at('12:00'))).toBe(new Date('2026-03-11T02:30:00').getTime());
});

describe('a worker gets nothing', () => {
  test.each<[string, Candidate, ReturnType<typeof resting>]>([
    ['plain', worker(), null], ['paused', worker({ paused: true }), 'paused'], ['draining', worker({}, { draining: true }), 'draining'], ['of another language', worker({}, { outdated: true }), 'outdated'],
    ['outside its hours', worker({ hours: { from: '22:00', to: '07:00' } }), 'hours'], ['in its hours', worker({ hours: { from: '11:00', to: '13:00' } }), null],
    ['used by its owner', worker({ whenIdle: true }, { owner: 'active' }), 'owner'], ['nobody knows', worker({ whenIdle: true }), 'owner'], ['owner away', worker({ whenIdle: true }, { owner: 'away' }), null],
    ['owner there, but that does not matter', worker({}, { owner: 'active' }), null],
  ])('%s', (_name, w, expected) => { expect(resting(w, at('12:00'))).toBe(expected); });
});

describe('a class is refused', () => {
  test.each<[string, Candidate, ReturnType<typeof work>, ReturnType<typeof refuses>]>([
    ['plain', worker(), work(), null],
    ['kind switched off', worker({ kindsOff: ['preview'] }), work(), 'kind'], ['another kind switched off', worker({ kindsOff: ['probe'] }), work(), null],
    ['a library it may see', worker({ libraries: ['a', 'b'] }), work({}, 'b'), null], ['a library it may not see', worker({ libraries: ['a'] }), work({}, 'b'), 'library'], ['no library at all', worker({ libraries: [] }), work({}, 'b'), 'library'],
    ['nobody\'s photo', worker({ libraries: [] }), work(), null],
    ['requires what it has', worker(), work({ require: ['node:w1'] }), null], ['requires another', worker(), work({ require: ['node:w2'] }), 'labels'], ['requires two, has one', worker(), work({ require: ['node:w1', 'gpu'] }), 'labels'],
    ['any of two', worker(), work({ any: ['gpu', 'node:w1'] }), null], ['none of any', worker(), work({ any: ['gpu', 'local'] }), 'labels'],
    ['held', worker({}, { held: new Map([['preview', at('12:01')]]) }), work(), 'held'], ['was held', worker({}, { held: new Map([['preview', at('12:00')]]) }), work(), null], ['another kind held', worker({}, { held: new Map([['probe', at('13:00')]]) }), work(), null],
    ['a preference refuses nobody', worker(), work({ prefer: ['gpu'] }), null],
  ])('%s', (_name, w, c, expected) => { expect(refuses(w, c, at('12:00'))).toBe(expected); });
});

test('labels: its own, what it has, what an admin gave; nobody passes for another', () => {
  const settings = { ...DEFAULT_SETTINGS, labels: ['fast', 'node:w2'] };
  expect([...labelsOf('w1', { local: true, caps: { ...caps, gpu: 'RTX' }, settings })].sort()).toEqual(['arch:x64', 'fast', 'gpu', 'local', 'node:w1']);
  expect([...labelsOf('w1', { local: false, caps: null, settings: DEFAULT_SETTINGS })]).toEqual(['node:w1']);
  expect([suits(worker(), {}), suits(worker(), { prefer: ['gpu'] }), suits(worker(), { prefer: ['gpu', 'node:w1'] })]).toEqual([true, false, true]);
});

test.each([
  [2, null, { all: 0, background: 0 }, 'any'], [2, null, { all: 1, background: 1 }, 'any'], [2, null, { all: 2, background: 2 }, 'interactive'], [2, null, { all: 2, background: 1 }, 'any'], [2, null, { all: 3, background: 2 }, 'none'],
  [8, 1, { all: 1, background: 1 }, 'interactive'], [8, 1, { all: 2, background: 1 }, 'none'], [1, 8, { all: 1, background: 1 }, 'interactive'], // an admin cannot make a worker take more than it offers
  [null, null, { all: 63, background: 63 }, 'any'], [null, null, { all: 64, background: 0 }, 'none'],
] as const)('room of a worker with %s slots of its own, %s allowed, at %j: %s', (slots, allowed, burden, expected) => {
  expect(room({ slots, settings: { ...DEFAULT_SETTINGS, slots: allowed } }, burden)).toBe(expected);
});
