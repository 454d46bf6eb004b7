// PCs that are not as they should be: a wrong clock, an address that somebody else took, a full disk. Nothing is lost, nothing is done twice, and Admin → Nodes says what is the matter.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Node } from '@mantel/contracts/models/node.ts';
import { afterAll, beforeAll, describe, test, type ExpectStatic } from 'vitest';
import { ADDRESS, noLan } from './rig/lan.ts';
import { type LanHouse, openLanHouse } from './rig/lan-house.ts';

const LIBFAKETIME = ['x86_64', 'aarch64'].map((a) => `/usr/lib/${a}-linux-gnu/faketime/libfaketime.so.1`).find((f) => existsSync(f));
const JOBS = 60;
const ip = (house: LanHouse, host: 'nas' | 'pc1' | 'pc2', ...args: string[]): void => void execFileSync('ip', ['-n', house.lan.namespace(host), ...args], { stdio: 'pipe' });

const node = async (house: LanHouse, token: string, i: number): Promise<Node> => ((await house.ask('api', { method: 'GET', path: '/nodes', token })).json as Node[]).find((n) => n.id === house.workers[i]!.entry.id)!;
async function allDoneOnce(house: LanHouse, expect: ExpectStatic, ms = 40_000): Promise<void> {
  const done = (): number[] => house.steps().filter((s) => s.became === 'done').map((s) => s.job);
  await expect.poll(() => new Set(done()).size, { timeout: ms }).toBe(JOBS);
  expect(done()).toHaveLength(JOBS);
  expect(house.sql(`select * from job where state <> 'done'`)).toEqual([]);
}
const order = (house: LanHouse): Promise<void> => house.ask('probes', { keys: Array.from({ length: JOBS }, (_v, i) => `job ${i}`), holdMs: 300 }) as Promise<void>;

const why = noLan();
if (why) console.warn(`SKIPPED: PCs with troubles on a LAN: ${why}.`);
describe.skipIf(why)('a PC with', () => {
  const houses: LanHouse[] = [];
  const open = async (env: NodeJS.ProcessEnv = {}): Promise<{ house: LanHouse; token: string }> => {
    const house = await openLanHouse({ leaseMs: 3000, spares: [{ host: 'pc1', slots: 2, env }, { host: 'pc2', slots: 2 }] });
    houses.push(house);
    return { house, token: await house.signIn() };
  };
  const mounts: string[] = [];
  beforeAll(() => { if (!LIBFAKETIME) console.warn('libfaketime is not installed: the wrong clock is only that of JavaScript. Install faketime.'); });
  afterAll(async () => {
    await Promise.all(houses.map((h) => h.close()));
    for (const m of mounts) execFileSync('umount', ['-l', m]);
  }, 60_000);

  const clock = (minutes: number): NodeJS.ProcessEnv => (LIBFAKETIME ? { LD_PRELOAD: LIBFAKETIME, FAKETIME: `${minutes > 0 ? '+' : ''}${minutes}m`, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
    : { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(`const d = Date; globalThis.Date = class extends d { constructor(...a) { if (a.length) super(...a); else super(Date.now()); } static now() { return d.now() + ${minutes * 60_000}; } };`)}"` });
  test.concurrent.for([['ten minutes ahead', 10], ['ten minutes behind', -10]] as const)('a clock %s works all the same', { timeout: 120_000 }, async ([, minutes], { expect }) => {
    const { house, token } = await open(clock(minutes));
    await order(house);
    await allDoneOnce(house, expect);
    expect(house.steps().some((s) => s.became === 'done' && s.worker === house.workers[0]!.entry.id), 'it did some of them').toBe(true);
    await expect.poll(async () => (await node(house, token, 0)).trouble, { timeout: 10_000 }).toMatch(minutes > 0 ? /clock is \d+ minutes ahead/ : /clock is \d+ minutes behind/);
    expect((await node(house, token, 1)).trouble ?? '').not.toContain('clock');
  });

  test.concurrent('an address that another PC took: the other one does the work, and both work when it is over', { timeout: 120_000 }, async ({ expect }) => {
    const { house, token } = await open();
    await order(house);
    await house.step((s) => s.became === 'leased' && s.worker === house.workers[0]!.entry.id, 10_000);
    ip(house, 'pc2', 'addr', 'add', `${ADDRESS.pc1}/24`, 'dev', 'eth0');
    for (let i = 0; i < 24; i++) { // who answers first is believed, and that changes
      ip(house, 'nas', 'neigh', 'flush', 'all');
      await pause(250);
    }
    ip(house, 'pc2', 'addr', 'del', `${ADDRESS.pc1}/24`, 'dev', 'eth0');
    ip(house, 'nas', 'neigh', 'flush', 'all');
    await allDoneOnce(house, expect);
    const before = house.steps().length;
    const again = async (): Promise<boolean> => {
      await house.ask('probes', { keys: [0, 1, 2, 3].map((i) => `again ${house.steps().length} ${i}`), holdMs: 100 });
      return house.steps(before).some((s) => s.became === 'done' && s.worker === house.workers[0]!.entry.id);
    };
    await expect.poll(again, { timeout: 30_000, interval: 500 }).toBe(true);
    await expect.poll(async () => (await node(house, token, 0)).state, { timeout: 15_000 }).toMatch(/online|busy/);
  });

  test.concurrent('a full disk takes no work, says so, and works when there is room', { timeout: 120_000 }, async ({ expect }) => {
    const full = execFileSync('mktemp', ['-d']).toString().trim();
    mounts.push(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', full]);
    const filler = join(full, 'filler');
    mkdirSync(join(full, 'tmp'));
    execFileSync('fallocate', ['-l', '500m', filler]);
    const { house, token } = await open({ TMPDIR: join(full, 'tmp') });
    await order(house);
    await allDoneOnce(house, expect);
    expect(new Set(house.steps().filter((s) => s.became === 'leased').map((s) => s.worker))).toEqual(new Set([house.workers[1]!.entry.id]));
    await expect.poll(async () => (await node(house, token, 0)).trouble, { timeout: 10_000 }).toMatch(/disk .* is full/);
    execFileSync('rm', [filler]);
    await house.ask('probes', { keys: Array.from({ length: 40 }, (_v, i) => `room ${i}`), holdMs: 300 });
    await house.step((s) => s.became === 'done' && s.worker === house.workers[0]!.entry.id, 15_000);
    await expect.poll(async () => (await node(house, token, 0)).trouble ?? '', { timeout: 10_000 }).not.toContain('full');
  });
});
