// A worker becomes what its house is, under the real launcher; whatever is wrong with the new version, the old one goes on.
// Three houses side by side, each with its worker: most of the time they wait.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from '@mantel/contracts/models/node.ts';
import { buildId, ROOT } from '@mantel/runtime/build.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { must, type Person, type Rig, startRig } from './rig.ts';
import { type Child, child } from './rig/children.ts';
import { copyProgram } from './rig/program-copy.ts';

const HOUSE_MS = 60_000;
/** For what is looked at again and again: `expect.poll` belongs to one test, and several run at once. */
const until = (claim: () => Promise<void> | void, ms: number): Promise<void> => vi.waitFor(claim, { timeout: ms, interval: 100 });
/** One after the other in their house. */
const ALONE = { concurrent: false, timeout: 240_000 } as const;

class Place {
  rig!: Rig;
  program = copyProgram();
  versions = '';
  home = '';
  launcher: Child | undefined;
  #ann!: Person;
  #copies = 0;

  async open(): Promise<void> {
    this.rig = await startRig({ workers: 1, root: this.program.root });
    this.#ann = await this.rig.admin();
    this.home = join(this.rig.dir, 'pc');
    this.versions = join(this.rig.dir, 'versions');
    mkdirSync(this.home);
    mkdirSync(this.versions);
    writeFileSync(join(this.home, 'paired.json'), JSON.stringify(this.rig.paired(0)), { mode: 0o600 });
  }
  async close(): Promise<void> {
    try { process.kill(Number(readFileSync(join(this.home, 'worker.pid'), 'utf8')), 'SIGKILL'); } catch { /* as it should be: it is gone */ }
    await this.rig?.stop();
    this.program.remove();
  }
  /** The house is updated: it stops, its program changes, it starts. */
  async upgradeHouse(file: string, code: string, o?: { pack: boolean }): Promise<string> {
    await this.rig.stopCoordinator();
    this.program.edit(file, (text) => `${code}\n${text}`);
    return this.restartHouse(o);
  }
  /** `pack`: without waiting for a worker that wants it. */
  async restartHouse({ pack } = { pack: true }): Promise<string> {
    // buildId remembers per folder, as a process does; this process plays several
    const moved = join(this.rig.dir, `program-${++this.#copies}`);
    execFileSync('cp', ['-a', this.program.root, moved]);
    this.rig.root = moved;
    await this.rig.startCoordinator();
    if (pack) void this.rig.coordinator.joining.bundles.get('linux-x64').catch(() => undefined);
    return buildId(moved);
  }
  async node(): Promise<Node> {
    return (must(await this.rig.api('GET', '/nodes', undefined, { token: this.#ann.token }), 200).json as unknown as Node[])[0]!;
  }
  press = async (): Promise<unknown> => must(await this.rig.api('POST', `/nodes/${(await this.node()).id}/upgrade`, undefined, { token: this.#ann.token }), 200);
  updates = (state: Node['update'], ms = 90_000): Promise<void> => until(async () => { expect((await this.node()).update).toBe(state); }, ms);
  install(tarball: string, build: string): void {
    mkdirSync(join(this.versions, build), { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', join(this.versions, build)]);
    rmSync(join(this.versions, 'current'), { force: true });
    symlinkSync(build, join(this.versions, 'current'));
  }
  current = (): string => readlinkSync(join(this.versions, 'current'));
  start(env: NodeJS.ProcessEnv = {}): void {
    this.launcher = this.rig.keep(child('sh', [join(ROOT, 'appliance/worker/launcher')], { MANTEL_VERSIONS: this.versions, MANTEL_WORKER_STATE: this.home, MANTEL_WORKER_CONF: join(this.home, 'conf'), MANTEL_HELLO_S: '20', MANTEL_SLOTS: '1', MANTEL_DISCOVERY: 'off', TMPDIR: this.rig.temp, ...env }));
  }
  said = (words: string, ms = HOUSE_MS): Promise<string> => this.launcher!.line((l) => l.includes(words), ms);
  async order(key: string, holdMs = 0): Promise<() => { state: string; attempt: number } | undefined> {
    const { db, probes, queue } = this.rig.coordinator;
    await db.writeSql((sql) => probes.enqueue(sql, key, { bytes: 1000, holdMs }));
    queue.wake();
    return () => this.rig.coordinator.db.sql.get<{ state: string; attempt: number }>('select state, attempt from job where key = ?', `probe:${key}`);
  }
  async works(key: string): Promise<void> {
    const job = await this.order(key);
    await until(() => { expect(job()).toMatchObject({ state: 'done' }); }, 30_000);
  }
}

let first: { build: string; path: string };
const places = [new Place(), new Place(), new Place()] as const;
beforeAll(async () => {
  await Promise.all(places.map((p) => p.open()));
  first = await places[0].rig.coordinator.joining.bundles.get('linux-x64'); // the same in each house
  for (const p of places) p.install(first.path, first.build);
}, 2 * HOUSE_MS);
afterAll(async () => { await Promise.all(places.map((p) => p.close())); }, HOUSE_MS);
const inHouse = (name: string, p: Place, tests: () => void): void => {
  describe.concurrent(name, () => {
    afterEach(async () => { await p.launcher?.kill('SIGTERM'); });
    tests();
  });
};

/** One that ended and that nobody has taken note of yet has no command line any more. */
const runs = (pid: number): boolean => { try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''; } catch { return false; } };
const notRoot = process.getuid?.() !== 0;
if (notRoot) console.warn('SKIPPED: a full disk of a worker: only root can mount a small one.');

inHouse('a version that is good', places[0], () => {
  const p = places[0];
  test('a good version takes over, after the running jobs, and is proven by its hello', ALONE, async () => {
    p.start();
    await p.said('"at work"');
    await p.works('before');
    const long = await p.order('long', 20_000);
    await until(() => { expect(long()).toMatchObject({ state: 'leased' }); }, 20_000);
    const build = await p.upgradeHouse('nodes/worker/src/main.ts', '// a new version', { pack: false });
    expect(build).not.toBe(first.build);
    await p.updates('available');
    await p.updates('none');
    expect(p.current()).toBe(build);
    expect(long()).toEqual({ state: 'done', attempt: 1 }); // it was not torn out of its work
    await until(() => { expect(existsSync(join(p.versions, 'trial'))).toBe(false); }, 20_000);
    expect(existsSync(join(p.versions, first.build, 'bin/node'))).toBe(true); // the way back is kept
    await p.works('after');
  });

  test('a worker that speaks an older language gets no work, becomes new first, and works then', ALONE, async () => {
    await p.rig.stopCoordinator();
    p.program.edit('nodes/worker/src/main.ts', (text) => `// as it should be\n${text.split('\n').filter((l) => !/process\.exit\(3\)|^await new Promise/.test(l)).join('\n')}`);
    p.program.edit('nodes/contracts/src/models/node.ts', (text) => text.replace('PROTOCOL = { min: 1, max: 1 }', 'PROTOCOL = { min: 0, max: 0 }'));
    const old = await p.restartHouse(); // only to get its bundle; the house itself speaks 1
    p.install((await p.rig.coordinator.joining.bundles.get('linux-x64')).path, old);
    await p.rig.stopCoordinator();
    p.program.edit('nodes/contracts/src/models/node.ts', (text) => text.replace('PROTOCOL = { min: 0, max: 0 }', 'PROTOCOL = { min: 1, max: 1 }'));
    const wanted = await p.restartHouse();
    p.start();
    await p.said('older than its coordinator');
    await p.said('"at work"', 60_000);
    expect(p.current()).toBe(wanted);
    await p.works('in the new language');
  });

  test('a launcher that was killed leaves no second worker behind', ALONE, async () => {
    p.start();
    await p.said('"at work"');
    const pid = Number(readFileSync(join(p.home, 'worker.pid'), 'utf8'));
    const died = once(p.launcher!.process, 'exit'); // its worker keeps the pipe open
    p.launcher!.process.kill('SIGKILL');
    await died;
    expect(runs(pid)).toBe(true);
    p.start();
    await p.said('without a launcher is ended first');
    await p.said('"at work"');
    expect(runs(pid)).toBe(false);
    await p.works('alone');
  });
});

inHouse('a version that does not start', places[1], () => {
  const p = places[1];
  const goesBack = async (file: string, code: string, reason: RegExp, env: NodeJS.ProcessEnv = {}): Promise<void> => {
    p.start(env);
    await p.said('"at work"');
    const good = p.current();
    const bad = await p.upgradeHouse(file, code);
    await p.said('back to', 90_000);
    await p.updates('failed');
    expect((await p.node()).trouble).toMatch(reason);
    expect(p.current()).toBe(good);
    expect(readFileSync(join(p.versions, 'bad'), 'utf8')).toContain(bad);
    await p.works(`on after ${bad}`);
  };

  test('a version that dies before its hello is tried twice, then the old one goes on and the house is told', ALONE, async () => {
    await goesBack('nodes/worker/src/main.ts', `if (!process.env.MANTEL_SMOKE) process.exit(3);`, /tried, ended or stayed silent/);
  });

  test('a version that never says hello is ended twice, then the old one goes on', ALONE, async () => {
    await goesBack('nodes/worker/src/main.ts', `await new Promise(() => setInterval(() => undefined, 1000));`, /tried, ended or stayed silent/, { MANTEL_HELLO_S: '3' });
    // what failed is not tried again by itself, but when an admin wants it
    const before = p.launcher!.lines.length;
    await p.press();
    await until(() => { expect(p.launcher!.lines.slice(before).some((l) => l.includes('a new version is fetched'))).toBe(true); }, 30_000);
  });
});

inHouse('a version that is not installed', places[2], () => {
  const p = places[2];
  test('a version that cannot be loaded is never switched to', ALONE, async () => {
    p.start();
    await p.said('"at work"');
    const good = p.current();
    await p.upgradeHouse('nodes/worker/src/worker.ts', `import './is-not-there.ts';`);
    await p.updates('failed');
    expect((await p.node()).trouble).toMatch(/does not start on this computer/);
    expect(p.current()).toBe(good);
    await p.works('still');
  });

  test('a bundle that was changed after it was announced is not installed', ALONE, async () => {
    p.start();
    await p.said('"at work"');
    const good = p.current();
    await p.rig.stopCoordinator();
    p.program.edit('nodes/worker/src/worker.ts', (text) => text.replace(`import './is-not-there.ts';`, '// mended'));
    await p.restartHouse();
    const { bundles } = p.rig.coordinator.joining;
    const bundle = await bundles.get('linux-x64');
    const bytes = readFileSync(bundle.path);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(bundle.path, bytes); // as long as before
    await p.updates('failed');
    expect((await p.node()).trouble).toMatch(/checksum is wrong/);
    expect(p.current()).toBe(good);
    appendFileSync(bundle.path, 'x'); // now it is another length too, and is made anew
    expect((await bundles.get('linux-x64')).sha256).toBe(bundle.sha256);
  });

  test.skipIf(notRoot)('a full disk is said, and nothing of the running version is lost', ALONE, async () => {
    const small = join(p.rig.dir, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', small]);
    const was = p.versions;
    try {
      p.versions = small;
      const good = readlinkSync(join(was, 'current'));
      execFileSync('cp', ['-a', join(was, good), join(was, 'current'), small]);
      p.start();
      await p.said('"at work"');
      const wanted = await p.upgradeHouse('nodes/worker/src/worker.ts', '// larger than the disk');
      await p.updates('failed');
      expect((await p.node()).trouble).toMatch(/disk of this computer is full/);
      expect(p.current()).toBe(good);
      expect(existsSync(join(small, wanted))).toBe(false);
      await p.works('with a full disk');
    } finally {
      await p.launcher!.kill('SIGTERM');
      p.versions = was;
      execFileSync('umount', [small]);
    }
  });
});
