// The house gets another address: its workers go there by themselves, and only there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Discovered } from '@mantel/contracts/models/node.ts';
import { type Paired, readPaired } from '@mantel/runtime/paired.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADDRESS, noLan } from './rig/lan.ts';
import { type LanHouse, openLanHouse } from './rig/lan-house.ts';

const why = noLan();
if (why) console.warn(`SKIPPED: the house at another address, on a LAN of network namespaces: ${why}.`);
const PORT = 2283;
const NEW = '10.77.0.50';

describe.skipIf(why)('the house has another address', () => {
  let house: LanHouse;
  let liar: ReturnType<LanHouse['lan']['on']>;
  const file = (): string => join(house.dir, 'paired-0.json');
  const ip = (...args: string[]): void => void execFileSync('ip', ['-n', house.lan.namespace('nas'), ...args], { stdio: 'pipe' });
  const move = (from: string, to: string): void => {
    ip('addr', 'del', `${from}/24`, 'dev', 'eth0');
    ip('addr', 'add', `${to}/24`, 'dev', 'eth0');
    ip('route', 'replace', 'default', 'dev', 'eth0');
  };
  const jobs = (): { key: string; state: string; attempt: number }[] => house.sql('select key, state, attempt from job order by id');
  beforeAll(async () => {
    house = await openLanHouse({ leaseMs: 30_000, spares: [{ host: 'pc1', slots: 1 }], discovery: true });
    liar = house.lan.on('pc2', process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('rig/liar-process.ts', import.meta.url)), house.cluster.cid, String(PORT)], { PATH: process.env.PATH });
    await liar.line((l) => l.includes('finding computers'), 20_000);
  });
  afterAll(() => house.close());

  it('a PC that is switched on is a card on the admin\'s screen within 3 seconds, by its own id and address', async () => {
    const token = await house.signIn();
    const cards = async (): Promise<Discovered[]> => (await house.ask('api', { method: 'GET', path: '/nodes/discovered', token })).json as Discovered[];
    expect(await cards()).toEqual([]);
    mkdirSync(join(house.dir, 'spare'));
    const began = Date.now();
    const spare = house.lan.on('pc2', process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { PATH: process.env.PATH, MANTEL_PAIRED: join(house.dir, 'spare', 'paired.json'), MANTEL_NAME: 'Spare PC', MANTEL_SLOTS: '1', TMPDIR: house.dir });
    await expect.poll(async () => (await cards()).map(({ name, address, state }) => ({ name, address, state })), { timeout: 10_000, interval: 50 }).toEqual([{ name: 'Spare PC', address: ADDRESS.pc2, state: 'new' }]);
    const shown = Date.now();
    const looked = Date.parse((JSON.parse(await spare.line((l) => l.includes('waiting for this computer'))) as { time: string }).time); // it has tried out by now what it can do
    console.log(`reach: from the start of a PC to its card: ${shown - began} ms, of these since it looks for its house: ${shown - looked} ms`);
    expect(shown - looked).toBeLessThan(3000);
    await spare.kill('SIGTERM');
  });

  it('the worker goes on there by itself, with the job that it is at; somebody else who says to be the house gains nothing', async () => {
    const { child } = house.workers[0]!;
    const before = liar.lines.length;
    await house.ask('probes', { keys: ['under way'], holdMs: 12_000 });
    await house.step((s) => s.became === 'leased', 10_000);
    const moved = Date.now();
    move(ADDRESS.nas, NEW);
    await child.line((l) => l.includes('another address') && l.includes(NEW), 30_000);
    const found = Date.now() - moved;
    await expect.poll(() => readPaired(file()).host, { timeout: 30_000, interval: 25 }).toBe(NEW);
    const back = Date.now() - moved;
    console.log(`reach: address changed in the middle of a job: found after ${found} ms, at work there after ${back} ms`);
    expect(back).toBeLessThan(20_000);
    await house.ask('probes', { keys: ['after'], holdMs: 0 });
    await expect.poll(jobs, { timeout: 30_000 }).toEqual(['under way', 'after'].map((key) => ({ key: `probe:${key}`, state: 'done', attempt: 1 })));
    expect(liar.lines.slice(before).filter((l) => l.startsWith('refused')).length).toBeGreaterThan(0); // it was asked
    expect(liar.lines.slice(before).filter((l) => l.startsWith('heard'))).toEqual([]); // and told nothing
    const kept = JSON.parse(readFileSync(file(), 'utf8')) as Paired;
    expect(kept).toEqual({ ...kept, host: NEW, port: PORT, cid: house.cluster.cid, natsPort: house.cluster.natsPort });
  });

  it('a worker without work follows too, and a restarted one starts at the last good address', async () => {
    const moved = Date.now();
    move(NEW, ADDRESS.nas);
    await expect.poll(() => readPaired(file()).host, { timeout: 30_000, interval: 25 }).toBe(ADDRESS.nas);
    console.log(`reach: address changed while idle: at work there after ${Date.now() - moved} ms`);
    await house.workers[0]!.child.kill('SIGTERM');
    const again = house.lan.on('pc1', process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { MANTEL_PAIRED: file(), MANTEL_SLOTS: '1', TMPDIR: house.dir });
    await again.line((l) => l.includes('"at work"'), 30_000);
    expect(again.lines.filter((l) => l.includes('does not answer'))).toEqual([]); // it did not have to look
    await again.kill('SIGTERM');
  });

  it('a typed address works where nothing is found', async () => {
    writeFileSync(file(), JSON.stringify({ ...readPaired(file()), host: '10.77.0.77' }), { mode: 0o600 }); // nobody is there
    const began = Date.now();
    const child = house.lan.on('pc1', process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.resolve('@mantel/worker/main.ts'))], { MANTEL_PAIRED: file(), MANTEL_SLOTS: '1', MANTEL_DISCOVERY: 'off', MANTEL_COORDINATOR: `${ADDRESS.nas}:${PORT}`, TMPDIR: house.dir });
    await child.line((l) => l.includes('"at work"'), 30_000);
    console.log(`reach: by a typed address: at work after ${Date.now() - began} ms`);
    await expect.poll(() => readPaired(file()).host, { timeout: 10_000 }).toBe(ADDRESS.nas); // kept for the next start
  });
});
