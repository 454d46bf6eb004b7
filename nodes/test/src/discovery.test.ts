// The LAN as it is: two network cards, addresses that come late, computers that vanish, avahi on the same port, and a lot of other things that talk.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Advert, Found } from '@mantel/runtime/discovery/discovery.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from './rig/children.ts';
import { ADDRESS, type Host, type Lan, noLan, openLan } from './rig/lan.ts';

const why = noLan();
if (why) console.warn(`SKIPPED: finding each other on a LAN of network namespaces: ${why}.`);
const avahi = ['/usr/sbin/avahi-daemon', '/usr/bin/avahi-daemon'].find((f) => existsSync(f));
if (!avahi) console.warn('SKIPPED: discovery beside avahi: avahi-daemon is not installed.');

const SEED = Number(process.env.MANTEL_TEST_SEED ?? Date.now() % 1e6);
const FLAGS = ['--disable-warning=ExperimentalWarning'];
const HOUSE: Advert = { role: 'coordinator', id: '0123456789abcdef', name: 'nas', port: 2283, txt: { nats: '23456' } };
const PC: Advert = { role: 'worker', id: 'w0000000001', name: 'Büro-PC', port: 9, txt: {} };
/** A question every 2.5 s, gone after three without an answer and a second of patience; the rest is for a busy machine. */
const GONE_MS = 13_000;

describe.skipIf(why)('finding each other in the LAN', () => {
  let lan: Lan;
  const running: Child[] = [];
  beforeAll(() => { lan = openLan(); });
  afterAll(() => lan.close());
  afterEach(async () => { await Promise.all(running.splice(0).map((c) => c.kill())); });

  const keep = (c: Child): Child => { running.push(c); return c; };
  const program = (host: Host, file: string, args: string[] = [], env = {}): Child => keep(lan.on(host, process.execPath, [...FLAGS, fileURLToPath(new URL(`rig/${file}`, import.meta.url)), ...args], env));
  const start = (host: Host, advertise: Advert | undefined, browse: 'coordinator' | 'worker'): Child => program(host, 'discover-process.ts', [], { MANTEL_RIG: JSON.stringify({ advertise, browse, id: host }) });
  const house = (): Child => start('nas', HOUSE, 'worker');
  const pc = (host: Host = 'pc1', advert = PC): Child => start(host, advert, 'coordinator');
  const up = (c: Child): Promise<string> => c.line((l) => l.includes('finding computers'), 10_000);
  const ip = (host: Host, ...args: string[]): void => void execFileSync('ip', ['-n', lan.namespace(host), ...args], { stdio: 'pipe' });
  const listed = (c: Child): { at: number; found: Found[] }[] => c.lines.filter((l) => l.startsWith('found ')).map((l) => JSON.parse(l.slice(6)) as { at: number; found: Found[] });
  /** Milliseconds from `since` until what is found fits. */
  async function until(c: Child, since: number, fits: (found: Found[]) => boolean, ms: number, row: string): Promise<number> {
    const fitting = (): { at: number } | undefined => listed(c).find((s) => s.at >= since && fits(s.found));
    await expect.poll(fitting, { timeout: ms, interval: 25, message: `${row}: ${JSON.stringify(listed(c).slice(-3))}` }).toBeTruthy();
    const took = fitting()!.at - since;
    console.log(`discovery: ${row}: ${took} ms`);
    return took;
  }
  const has = (host?: string, id = PC.id) => (found: Found[]): boolean => found.some((f) => f.id === id && (host === undefined || f.host === host));
  const none = (found: Found[]): boolean => found.length === 0;
  const interrupted = (c: Child): string[] => c.lines.filter((l) => l.includes('"level":"warn"') || l.includes('"level":"error"'));
  /** Process numbers of the children of a process. */
  const childrenOf = (c: Child): number[] => readFileSync(`/proc/${c.process.pid}/task/${c.process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

  it('both appear, each with its name, address and port, within 3 seconds; a good-bye counts at once', async () => {
    const nas = house();
    await up(nas);
    const began = Date.now();
    const one = pc();
    expect(await until(nas, began, has(ADDRESS.pc1), 5000, 'from the start of a computer to its card')).toBeLessThan(3000);
    await until(one, began, has(ADDRESS.nas, HOUSE.id), 5000, 'from the start of a computer to its house');
    expect(listed(nas).at(-1)!.found).toMatchObject([PC]);
    expect(listed(one).at(-1)!.found).toMatchObject([HOUSE]);
    const left = Date.now();
    one.process.kill('SIGTERM');
    await one.line((l) => l === 'stopped');
    expect(await until(nas, left, none, 5000, 'a good-bye')).toBeLessThan(1500);
    expect([...interrupted(nas), ...interrupted(one)]).toEqual([]);
  });

  it('a second network card: what can be reached through it only is found', async () => {
    lan.addCard('nas', '10.78.0.1/24');
    lan.addCard('pc2', '10.78.0.12/24');
    lan.cut('pc2');
    ip('pc2', 'addr', 'flush', 'dev', 'eth0');
    try {
      const nas = house();
      await up(nas);
      const began = Date.now();
      const two = pc('pc2');
      expect(await until(nas, began, has('10.78.0.12'), 5000, 'through the second card')).toBeLessThan(3000);
      expect(await until(two, began, has('10.78.0.1', HOUSE.id), 5000, 'the house through the second card')).toBeLessThan(3000);
    } finally {
      for (const host of ['nas', 'pc2'] as const) ip(host, 'link', 'del', 'eth1');
      lan.restore('pc2');
      ip('pc2', 'addr', 'add', `${ADDRESS.pc2}/24`, 'dev', 'eth0');
      ip('pc2', 'route', 'replace', 'default', 'dev', 'eth0');
    }
  });

  it('an address that appears late, and no route for multicast: nothing breaks, then it is found', async () => {
    ip('pc1', 'addr', 'flush', 'dev', 'eth0');
    const nas = house();
    const one = pc();
    await up(nas);
    await expect.poll(() => childrenOf(one).length, { timeout: 5000 }).toBe(1);
    const child = childrenOf(one);
    await new Promise((r) => { setTimeout(r, 1500); }); // nothing is to happen
    expect([childrenOf(one), interrupted(one)]).toEqual([child, []]);
    const came = Date.now();
    ip('pc1', 'addr', 'add', `${ADDRESS.pc1}/24`, 'dev', 'eth0');
    try {
      expect(await until(nas, came, has(ADDRESS.pc1), 5000, 'an address that appears late')).toBeLessThan(3000);
    } finally { ip('pc1', 'route', 'replace', 'default', 'dev', 'eth0'); }
  });

  it.each([['killed', (c: Child): void => void c.process.kill('SIGKILL')], ['cut off in silence', (): void => lan.drop('pc1')]])('a computer that is %s goes without a word; it comes back, also with another address', async (what, fault) => {
    const nas = house();
    await up(nas);
    const began = Date.now();
    let one = pc();
    await until(nas, began, has(ADDRESS.pc1), 5000, 'it is there');
    const children = childrenOf(one);
    const vanished = Date.now();
    fault(one);
    try {
      await until(nas, vanished, none, GONE_MS, `${what}, until it is gone`);
      if (what === 'killed') expect(children.filter((pid) => existsSync(`/proc/${pid}`)), 'the children end with their parent').toEqual([]);
      const back = Date.now();
      lan.restore('pc1');
      if (what === 'killed') one = pc();
      expect(await until(nas, back, has(ADDRESS.pc1), 8000, `${what}, and back`)).toBeLessThan(what === 'killed' ? 3000 : 5000);
      const moved = Date.now();
      ip('pc1', 'addr', 'del', `${ADDRESS.pc1}/24`, 'dev', 'eth0');
      ip('pc1', 'addr', 'add', '10.77.0.99/24', 'dev', 'eth0');
      ip('pc1', 'route', 'replace', 'default', 'dev', 'eth0');
      expect(await until(nas, moved, has('10.77.0.99'), 8000, 'another address')).toBeLessThan(5000);
      expect(listed(nas).at(-1)!.found).toHaveLength(1);
    } finally {
      lan.restore('pc1');
      ip('pc1', 'addr', 'flush', 'dev', 'eth0');
      ip('pc1', 'addr', 'add', `${ADDRESS.pc1}/24`, 'dev', 'eth0');
      ip('pc1', 'route', 'replace', 'default', 'dev', 'eth0');
    }
  });

  it('the process that speaks mDNS dies: it is started again, and the house does not notice', async () => {
    const nas = house();
    const one = pc();
    await until(nas, Date.now(), has(), 5000, 'it is there');
    const killed = Date.now();
    for (const c of [nas, one]) process.kill(childrenOf(c)[0]!, 'SIGKILL');
    await expect.poll(() => [nas, one].map((c) => c.lines.filter((l) => l.includes('finding computers')).length), { timeout: 8000 }).toEqual([2, 2]);
    console.log(`discovery: both mDNS processes killed, at work again: ${Date.now() - killed} ms`);
    expect(listed(nas).filter((s) => s.at > killed && none(s.found))).toEqual([]);
    expect(interrupted(nas)).toHaveLength(1);
    nas.process.kill('SIGTERM');
    await nas.line((l) => l === 'stopped');
    await until(one, Date.now() - 1000, none, 3000, 'the house says good-bye');
  });

  it('the process that speaks mDNS hangs: it is ended and started again', async () => {
    const nas = house();
    await up(nas);
    const [child] = childrenOf(nas);
    process.kill(child!, 'SIGSTOP');
    const hung = Date.now();
    await expect.poll(() => childrenOf(nas).length === 1 && childrenOf(nas)[0] !== child, { timeout: 20_000 }).toBe(true);
    const one = pc();
    await until(nas, hung, has(), 8000, 'hung, started again, and found');
    expect(interrupted(one)).toEqual([]);
  });

  it('dozens of other services, TXT of all sorts, broken packets and random bytes: nothing of it is found, and what is there is found in time', async () => {
    const nas = house();
    await up(nas);
    const child = childrenOf(nas);
    const junk = program('pc2', 'junk-process.ts', [ADDRESS.pc2, String(SEED), '120']);
    const began = Date.now();
    const one = pc();
    expect(await until(nas, began, has(ADDRESS.pc1), 8000, `in a crowd (seed ${SEED})`)).toBeLessThan(3000);
    await until(one, began, has(ADDRESS.nas, HOUSE.id), 8000, 'the house in a crowd');
    await junk.line((l) => l === 'sent', 60_000);
    await junk.exited;
    for (const c of [nas, one]) {
      expect(listed(c).flatMap((s) => s.found.map((f) => f.id)).filter((id) => id !== PC.id && id !== HOUSE.id), `seed ${SEED}`).toEqual([]);
      expect(interrupted(c), `seed ${SEED}`).toEqual([]);
    }
    expect([childrenOf(nas), listed(nas).at(-1)!.found.length], `seed ${SEED}`).toEqual([child, 1]);
  });

  it('somebody who claims to be the house is one more place to knock at, and does not replace it', async () => {
    const nas = house();
    const began = Date.now();
    const liar = start('pc2', { ...HOUSE, port: 666 }, 'worker');
    const one = pc();
    await Promise.all([up(nas), up(liar)]);
    await until(one, began, (found) => found.length === 1 && found[0]!.places.length === 2, 8000, 'two claim to be the house');
    expect(listed(one).at(-1)!.found[0]!.places.toSorted((a, b) => a.port - b.port)).toMatchObject([{ host: ADDRESS.pc2, port: 666 }, { host: ADDRESS.nas, port: 2283 }]);
  });

  describe.skipIf(!avahi)('beside avahi', () => {
    let dir: string;
    beforeAll(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-avahi-')); });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));
    async function startAvahi(host: Host, alone: 'yes' | 'no'): Promise<Child> {
      const conf = join(dir, `${host}-${alone}.conf`);
      writeFileSync(conf, `[server]\nhost-name=${host}\nuse-ipv6=no\nenable-dbus=no\ndisallow-other-stacks=${alone}\n[publish]\npublish-workstation=yes\n`);
      const daemon = keep(lan.on(host, 'unshare', ['-m', 'bash', '-c', `mkdir -p /run/avahi-daemon && mount -t tmpfs none /run/avahi-daemon && exec ${avahi} --no-drop-root --no-chroot --no-rlimits --no-proc-title -f ${conf}`]));
      await daemon.line((l) => l.includes('Server startup complete'), 15_000);
      return daemon;
    }

    it('that lets others use its port: all are found', async () => {
      await startAvahi('nas', 'no');
      await startAvahi('pc1', 'no');
      const nas = house();
      await up(nas);
      const began = Date.now();
      const one = pc();
      expect(await until(nas, began, has(ADDRESS.pc1), 5000, 'beside avahi')).toBeLessThan(3000);
      await until(one, began, has(ADDRESS.nas, HOUSE.id), 5000, 'the house beside avahi');
    });

    it('that keeps its port to itself: one clear sentence, no crash, and all is well when it ends', async () => {
      const daemon = await startAvahi('pc1', 'yes');
      const one = pc();
      const line = await one.line((l) => l.includes('disallow-other-stacks=no'), 10_000);
      expect(JSON.parse(line)).toMatchObject({ level: 'warn', code: 'EADDRINUSE', msg: expect.stringContaining('A typed address works') as string });
      await new Promise((r) => { setTimeout(r, 3000); }); // it tries again meanwhile
      expect([interrupted(one).length, one.process.exitCode]).toEqual([1, null]);
      await daemon.kill();
      const ended = Date.now();
      const nas = house();
      await until(nas, ended, has(ADDRESS.pc1), 25_000, 'after avahi ended');
    });
  });

  it('a computer without any network: it waits, and ends when it is told to', async () => {
    const alone = keep(lan.on('pc1', 'unshare', ['-n', process.execPath, ...FLAGS, fileURLToPath(new URL('rig/discover-process.ts', import.meta.url))], { MANTEL_RIG: JSON.stringify({ advertise: PC, browse: 'coordinator' }) }));
    await expect.poll(() => readdirSync('/proc').includes(String(alone.process.pid)) && childrenOf(alone).length, { timeout: 5000 }).toBe(1);
    await new Promise((r) => { setTimeout(r, 1000); });
    alone.process.kill('SIGTERM');
    await alone.line((l) => l === 'stopped');
    expect([await alone.exited, interrupted(alone)]).toEqual([0, []]);
  });
});
