import { expect, it } from 'vitest';
import type { NodeKind } from '@mantel/contracts/models/node.ts';
import { ASLEEP_MS, type Facts, type Signs, SILENT_MS, stateOf, troubleOf } from './state.ts';

const NOW = 1_800_000_000_000;
const HERE: Facts = { heard: NOW - 1000, connected: true, ended: null, outdated: null, rest: null, busy: false };
it.each<[string, Partial<Facts>, string]>([
  ['asks for work', {}, 'online'],
  ['has a job', { busy: true }, 'busy'],
  ['outside its hours', { rest: 'hours', busy: true }, 'resting'],
  ['its owner uses it', { rest: 'owner' }, 'resting'],
  ['paused', { rest: 'paused', busy: true }, 'paused'],
  ['draining', { rest: 'draining', busy: true }, 'draining'],
  ['speaks another language', { outdated: 'worker', rest: 'paused' }, 'outdated'],
  ['silent on an open connection', { heard: NOW - SILENT_MS }, 'lost'],
  ['its connection broke', { connected: false, ended: 'cut' }, 'lost'],
  ['its connection broke long ago', { connected: false, ended: 'cut', heard: NOW - ASLEEP_MS }, 'asleep'],
  ['said good-bye just now', { connected: false, ended: 'sleep' }, 'asleep'],
  ['was stopped just now', { connected: false, ended: 'stop', busy: true }, 'asleep'],
  ['was there before a restart of the house', { connected: false, ended: null, heard: NOW - 30_000 }, 'lost'],
  ['was never there', { connected: false, heard: 0 }, 'asleep'],
])('a worker that %s', (_what, facts, state) => expect(stateOf({ ...HERE, ...facts }, NOW)).toBe(state));

const CALM: Signs = { outdated: null, load: { cpu: 0, memoryBytes: 1, freeDiskBytes: 1 << 30, owner: 'unknown' }, missing: [], kinds: [], twins: null, flaps: 0, address: '10.0.0.7', sharing: null, refused: 0, shutOutUntil: 0, clockMs: 500, drainedThere: false, more: null };
const kind = (k: Partial<NodeKind>): NodeKind => ({ kind: 'preview', done: 0, failed: 3, msPerJob: null, share: 0, heldUntil: null, lastError: null, ...k });
it('a worker without trouble has none to tell of', () => {
  expect(troubleOf(CALM, NOW)).toBeNull();
  expect(troubleOf({ ...CALM, flaps: 2, kinds: [kind({ heldUntil: new Date(NOW - 1).toISOString() })], load: null }, NOW)).toBeNull();
});
it.each<[string, Partial<Signs>, RegExp]>([
  ['an old language', { outdated: 'worker' }, /older language.*Update it\./],
  ['a newer language', { outdated: 'coordinator' }, /newer language.*Update Mantel on this machine/],
  ['a cloned disk', { twins: ['10.0.0.7', '10.0.0.8'] }, /10\.0\.0\.7 and 10\.0\.0\.8.*cloned.*mantel worker leave/],
  ['a bad cable', { flaps: 4 }, /broke 4 times.*cable or Wi-Fi.*10\.0\.0\.7/],
  ['an address that two have', { flaps: 3, sharing: 'pc2' }, /"pc2" has the same address \(10\.0\.0\.7\).*router/],
  ['a full disk', { load: { cpu: 0, memoryBytes: 1, freeDiskBytes: 5 << 20, owner: 'unknown' } }, /full \(5 MB left\).*256 MB; make room/],
  ['a quarantine', { kinds: [kind({ heldUntil: new Date(NOW + 90_000).toISOString(), lastError: 'bad_result: The thumb is missing.' })] }, /several previews in a row.*2 minutes: bad_result: The thumb is missing\. Others do them/],
  ['a flood', { refused: 1234 }, /1234 requests refused/],
  ['a shut-out', { shutOutUntil: NOW + 1000 }, /shut out for another one minute/],
  ['a wrong clock', { clockMs: -600_000 }, /10 minutes behind/],
  ['a missing program', { missing: ['ffmpeg is not installed here. Install ffmpeg.'] }, /Install ffmpeg/],
  ['a drain at that PC', { drainedThere: true }, /at that PC.*mantel worker resume/],
  ['a failed update', { more: 'The update did not work.' }, /update did not work/],
])('%s is said with what to do', (_what, signs, text) => expect(troubleOf({ ...CALM, ...signs }, NOW)).toMatch(text));
