import { mkdtempSync, rmSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { LOW_DISK_BYTES, NodeCaps, NodeLoad } from '@mantel/contracts/models/node.ts';
import { createLogger } from '@mantel/runtime/logger.ts';
import { check } from '@mantel/runtime/validate.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchDisk } from './disk.ts';
import type { Gateway } from './gateway.ts';
import { cpuTicks, freeBytes, loadMeter } from './load.ts';
import { logTail } from './log-tail.ts';
import { hashSpeed, machineCaps, macs, osName } from './machine.ts';
import { startReports } from './report.ts';

const quiet = createLogger('test', { level: 'silent' });
let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-report-')); });
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

it('counts the time of all cores that was not idle', () => {
  expect(cpuTicks('cpu  100 5 20 800 50 3 2 20 999 999\ncpu0 1 2 3 4 5 6 7 8\n')).toEqual({ busy: 150, all: 1000 });
  for (const wrong of ['', 'intr 1 2', 'cpu  1 x 3 4 5']) expect(cpuTicks(wrong).all).toBeGreaterThan(0); // what node knows
});
it('tells load and machine as the contract wants them', async () => {
  const load = loadMeter(dir, () => 'away');
  const until = performance.now() + 60;
  while (performance.now() < until) Math.sqrt(2);
  const now = check(NodeLoad, await load());
  expect(now.cpu).toBeGreaterThan(0);
  expect(now.freeDiskBytes).toBe(await freeBytes(dir));
  expect(await freeBytes(join(dir, 'none'))).toBeNull();
  const caps = check(NodeCaps, await machineCaps({ slots: 3, missing: Array(30).fill('x'.repeat(500)) as string[] }));
  expect(caps).toMatchObject({ slots: 3, arch: process.arch });
  expect(hashSpeed(20)).toBeGreaterThan(10);
  expect(osName('NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe('Debian GNU/Linux 12 (bookworm)');
});
it('wakes by cards, not by bridges, and by bridges where there is nothing else', () => {
  const at = (mac: string, internal = false) => [{ mac, internal, family: 'IPv4', address: '', netmask: '', cidr: null } as NetworkInterfaceInfo];
  const all = { lo: at('00:00:00:00:00:00', true), docker0: at('02:42:AC:11:00:02'), eth0: [...at('0A:1b:2c:3d:4e:5f'), ...at('0a:1b:2c:3d:4e:5f')], odd: at('nonsense') };
  expect(macs(all, (n) => n === 'eth0')).toEqual(['0a:1b:2c:3d:4e:5f']);
  expect(macs(all, () => false)).toEqual(['02:42:ac:11:00:02', '0a:1b:2c:3d:4e:5f']);
});
it('keeps the last lines of the log, short', () => {
  const tail = logTail();
  for (let i = 0; i < 2500; i++) tail.write(`line ${i}\n`);
  tail.write(`${'x'.repeat(5000)}\n`);
  const { lines, next } = tail.since(0, 1000);
  expect([lines.length, next, lines.at(-1)!.length, lines.at(-2)]).toEqual([500, 2501, 2000, 'line 2499']);
  expect(tail.since(next, 200)).toEqual({ lines: [], next });
  tail.write('new');
  expect(tail.since(next, 200)).toEqual({ lines: ['new'], next: next + 1 });
});
it('a disk without room stops the work until there is room again; one that cannot be asked does not', async () => {
  let free: number | null = LOW_DISK_BYTES - 1;
  const said: string[] = [];
  const say = (_fields: unknown, text?: string): void => void said.push(text ?? String(_fields));
  const disk = watchDisk(dir, { warn: say, info: say } as never, async () => free);
  expect([await disk.room(), await disk.room()]).toEqual([false, false]);
  free = LOW_DISK_BYTES;
  expect(await disk.room()).toBe(true);
  free = null;
  expect(await disk.room()).toBe(true);
  expect(said).toEqual([expect.stringContaining('full'), expect.stringContaining('room on the disk again')]);
});

/** Reports until `n` of them were sent, with what the coordinator answers. */
async function reports(n: number, answer: (i: number) => { log?: boolean; everyMs?: number } | Error): Promise<{ log?: string[] }[]> {
  const tail = logTail();
  tail.write('first');
  const sent: { log?: string[] }[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const gateway = (async (_action: string, params: { log?: string[] }) => {
    const a = answer(sent.length);
    sent.push(params);
    tail.write(`after ${sent.length}`);
    if (sent.length === n) resolve();
    if (a instanceof Error) throw a;
    return { ok: true, log: false, everyMs: 200, ...a };
  }) as unknown as Gateway;
  const loop = startReports(gateway, Promise.resolve(), { load: async () => ({ cpu: 0, memoryBytes: 0, freeDiskBytes: null, owner: 'unknown' }), tail, log: quiet, everyMs: 10 });
  await promise;
  loop.stop();
  return sent;
}
it('sends its log only while somebody looks: first what there is, then what is new', async () => {
  const logs = (await reports(5, (i) => ({ log: i >= 1 && i < 4 }))).map((r) => r.log);
  expect(logs).toEqual([undefined, undefined, ['first', 'after 1', 'after 2'], ['after 3'], ['after 4']]);
});
it('goes on when the coordinator is away for a while', async () => {
  expect(await reports(3, (i) => (i < 2 ? new MantelError('internal') : {}))).toHaveLength(3);
});
it('says with each report that it takes no work for now, and at once when that changes', async () => {
  let drained = true;
  const said: unknown[] = [];
  let tell = (): void => undefined;
  const gateway = (async (_name: string, p: { drained?: boolean }) => { said.push(p.drained); tell(); return { ok: true, log: false, everyMs: 60_000 }; }) as unknown as Gateway;
  const next = (): Promise<void> => new Promise((resolve) => { tell = resolve; });
  const first = next();
  const telling = startReports(gateway, Promise.resolve(), { load: async () => ({ cpu: 0, memoryBytes: 1, freeDiskBytes: null, owner: 'unknown' }), drained: () => drained, log: { debug: () => undefined } });
  await first;
  await new Promise((resolve) => { setImmediate(resolve); }); // it has the answer, and waits a minute
  drained = false;
  const second = next();
  telling.now();
  await second;
  telling.stop();
  expect(said).toEqual([true, undefined]);
});
