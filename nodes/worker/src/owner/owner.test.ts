import { execFileSync, spawn } from 'node:child_process';
import { constants, mkdirSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { foreignWork, machineSeconds, ourRoot, secondsOf, tree } from './cpu.ts';
import { guardOwner } from './guard.ts';
import { type OwnerState, watchOwner, PACE } from './owner.ts';
import { session } from './session.ts';
import { inputDevices, type Sign, terminals } from './signs.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mantel-owner-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (value: number | undefined | null): Sign => ({ look: () => value });

describe('whose PC it is', () => {
  const T = 1_000_000_000;
  it.each<[string, Sign[], number, OwnerState]>([
    ['nothing tells', [at(null), at(null)], 60_000, 'unknown'], ['no sign yet, and not watched for long', [at(undefined)], 500, 'unknown'], ['no sign', [at(undefined), at(null)], 1500, 'away'],
    ['a sign just now', [at(undefined), at(T)], 0, 'active'], ['a sign long ago', [at(T - 11_000)], 1500, 'away'], ['a sign not so long ago', [at(T - 5000)], 1500, 'active'],
    ['a sign from the future counts as now', [at(T + 1e9)], 0, 'active'],
  ])('%s', async (_name, signs, later, expected) => {
    let now = T;
    const watch = watchOwner({ signs, quietMs: 10_000, now: () => now });
    now += later;
    watch.pace(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(watch.state()).toBe(expected);
    watch.stop();
  });
});

test('a clock that is set back two hours keeps nobody at the PC', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const seen: number[] = [];
  const watch = watchOwner({ quietMs: 50, signs: [{ look: (now) => { seen.push(now); return seen[0]; } }] });
  try {
    expect(watch.state()).toBe('active');
    vi.setSystemTime(Date.now() - 2 * 3_600_000);
    watch.pace(1);
    await expect.poll(() => watch.state(), { timeout: 5000 }).toBe('away');
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  } finally {
    watch.stop();
    vi.useRealTimers();
  }
});

test('the processor: what others did, less what this program and its children did', () => {
  let [all, own, now] = [0, 0, 0];
  const sign = foreignWork({ machine: () => all, own: () => own });
  const step = (ms: number, foreign: number, mine: number): number | undefined | null => {
    now += ms;
    all += ((foreign + mine) * ms) / 1000;
    own += (mine * ms) / 1000;
    return sign.look(now);
  };
  for (let i = 0; i < 10; i++) expect(step(200, 0.2, 3)).toBeUndefined(); // we may use all of it
  step(200, 1, 0);
  step(200, 1, 0);
  expect(step(200, 1, 0)).toBe(now); // somebody: within 600 ms
  const seen = now;
  for (let i = 0; i < 5; i++) step(200, 0, 3);
  const later = step(200, 0, 3)!;
  expect(later).toBeLessThan(seen + 601);
  own -= 5; // a child of ours left and took its time with it
  expect(step(200, 0, 0)).toBe(later);
  expect(foreignWork({ machine: () => null }).look(1)).toBeNull();
});
test.runIf(process.platform === 'linux')('the processor as this machine tells of it', () => {
  expect(machineSeconds('cpu  100 0 50 1000 5 1 2 0 0 0\ncpu0 …')).toBe(1.53);
  expect([machineSeconds(''), machineSeconds('intr 1')]).toEqual([null, null]);
  expect(secondsOf(1, '1 (a ) (b) S 7 1 1 0 -1 0 0 0 0 0 150 50 25 25 20 0')).toEqual({ parent: 7, own: 2.5 });
  const child = spawn('sleep', ['30']);
  try { expect([...tree(process.pid).keys()]).toEqual(expect.arrayContaining([process.pid, child.pid])); } finally { child.kill('SIGKILL'); }
  expect(secondsOf(2 ** 30)).toBeUndefined();
  expect([ourRoot({}, { pid: 7, ppid: 3 }), ourRoot({ pm_id: '0' }, { pid: 7, ppid: 3 })]).toEqual([7, 3]);
});

test('keys and movement count, lids and lamps do not; a read never waits', () => {
  for (const name of ['event0', 'event1', 'mouse0']) execFileSync('mkfifo', [join(folder, name)]);
  const devices = inputDevices(folder);
  expect(inputDevices(join(folder, 'none')).look(1)).toBeNull();
  expect(devices.look(1)).toBeUndefined();
  const event = (type: number): Buffer => { const b = Buffer.alloc(24); b.writeUInt16LE(type, 16); return b; };
  const lid = openSync(join(folder, 'event1'), constants.O_WRONLY | constants.O_NONBLOCK);
  writeSync(lid, Buffer.concat([event(0), event(5), event(17)]));
  expect(devices.look(2)).toBeUndefined();
  writeSync(lid, Buffer.concat([...Array.from({ length: 200 }, () => event(0)), event(1)]));
  expect(devices.look(3)).toBe(3);
  expect(devices.look(4)).toBe(3);
  devices.close!();
});
test('a terminal that somebody typed in', () => {
  const pts = join(folder, 'pts');
  mkdirSync(pts);
  expect(terminals([pts]).look(0)).toBeNull();
  writeFileSync(join(pts, 'ptmx'), '');
  writeFileSync(join(pts, '0'), '');
  writeFileSync(join(pts, '1'), '');
  utimesSync(join(pts, '0'), 1000, 5000);
  utimesSync(join(pts, '1'), 2000, 1);
  expect(terminals([pts], () => 2_005_000).look(7000)).toBe(2000);
  expect(terminals([pts], () => 1_500_000).look(7000)).toBe(7000 - 500_000); // one that is ahead of a clock that was set back says nothing
  expect(terminals([pts], () => 500_000).look(7000)).toBeUndefined();
});
test('a desktop counts once it has said that it is idle', async () => {
  const says = [false, true, false, null];
  const sign = session(async () => says.shift()!);
  const seen: unknown[] = [];
  for (let now = 0; now < 10_000; now += 2000) {
    seen.push(sign.look(now));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen).toEqual([null, null, undefined, 4000 + 2000, null]);
});

test('a guard rests for an owner, and only when that is wanted', () => {
  const [did, told] = [[] as string[], [] as string[]];
  let state: OwnerState = 'away';
  let say = (): void => undefined;
  const watch = { state: () => state, onChange: (l: (s: OwnerState) => void) => { say = () => { l(state); }; }, pace: (ms: number) => void did.push(`look every ${ms}`), stop: () => undefined };
  const guard = guardOwner(watch, { pause: () => void did.push('pause'), resume: () => void did.push('resume') }, { log: { info: () => undefined } as never, changed: () => void told.push(state) });
  const becomes = (s: OwnerState): void => { state = s; say(); };
  becomes('active');
  guard.wants(true);
  guard.wants(true);
  becomes('unknown'); // it is not known that nobody is there
  becomes('away');
  becomes('active');
  guard.wants(false);
  expect(did).toEqual(['look every 200', 'pause', 'resume', 'pause', 'look every 1000', 'resume']);
  expect(told).toEqual(['active', 'unknown', 'away', 'active']);
});

test.runIf(process.platform === 'linux')('somebody else\'s work on the processor makes it rest within a second, and quiet lets it go on', async () => {
  // the machine of this test is this process and a stranger: others may be busy here too
  const stranger = spawn(process.execPath, ['-e', 'console.log("ready"); process.stdin.once("data", () => { const until = Date.now() + 20000; while (Date.now() < until); })'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const own = (): number => secondsOf(process.pid)!.own;
    const machine = (): number => own() + (secondsOf(stranger.pid!)?.own ?? 0);
    await new Promise((resolve) => { stranger.stdout.once('data', resolve); });
    const watch = watchOwner({ signs: [foreignWork({ machine, own, much: 0.2 })], quietMs: 500 });
    const paused = Promise.withResolvers<number>();
    const resumed = Promise.withResolvers<void>();
    let pauses = 0;
    guardOwner(watch, { pause: () => { if (pauses++ > 0) paused.resolve(performance.now()); }, resume: () => { resumed.resolve(); } }, { log: { info: () => undefined } as never, changed: () => undefined }).wants(true); // pauses until it is known that nobody is there
    await resumed.promise;
    const from = performance.now();
    stranger.stdin.write('go');
    expect(await paused.promise - from).toBeLessThan(1000);
    stranger.kill('SIGKILL');
    await expect.poll(() => watch.state(), { timeout: 5000 }).toBe('away');
    watch.stop();
    expect(PACE.watchful).toBeLessThan(500);
  } finally { stranger.kill('SIGKILL'); }
}, 30_000);
