// A worker becomes what its house is, under the real launcher; whatever is wrong with the new version, the old one goes on.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from '@mantel/contracts/models/node.ts';
import { buildId, ROOT } from '@mantel/runtime/build.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { must, type Person, type Rig, startRig } from './rig.ts';
import { type Child, child } from './rig/children.ts';
import { copyProgram } from './rig/program-copy.ts';

const HOUSE_MS = 60_000;
let rig: Rig;
let ann: Person;
let program: ReturnType<typeof copyProgram>;
let launcher: Child;
let home: string;
let versions: string;
let first: string;

/** The house is updated: it stops, its program changes, it starts. */
async function upgradeHouse(file: string, code: string): Promise<string> {
  await rig.stopCoordinator();
  program.edit(file, (text) => `${code}\n${text}`);
  return restartHouse();
}
async function restartHouse(): Promise<string> {
  // buildId remembers per folder, as a process does; this process plays several
  const moved = copyOf(program.root);
  rig.root = moved;
  await rig.startCoordinator();
  return buildId(moved);
}
let copies = 0;
const copyOf = (root: string): string => {
  const to = join(rig.dir, `program-${++copies}`);
  execFileSync('cp', ['-a', root, to]);
  return to;
};
const node = async (): Promise<Node> => (must(await rig.api('GET', '/nodes', undefined, { token: ann.token }), 200).json as unknown as Node[])[0]!;
const install = (tarball: string, build: string): void => {
  mkdirSync(join(versions, build), { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', join(versions, build)]);
  rmSync(join(versions, 'current'), { force: true });
  symlinkSync(build, join(versions, 'current'));
};
const current = (): string => readlinkSync(join(versions, 'current'));
const start = (env: NodeJS.ProcessEnv = {}): void => {
  launcher = rig.keep(child('sh', [join(ROOT, 'appliance/worker/launcher')], { MANTEL_VERSIONS: versions, MANTEL_WORKER_STATE: home, MANTEL_WORKER_CONF: join(home, 'conf'), MANTEL_HELLO_S: '8', MANTEL_SLOTS: '1', MANTEL_DISCOVERY: 'off', TMPDIR: rig.temp, ...env }));
};
const said = (words: string, ms = HOUSE_MS): Promise<string> => launcher.line((l) => l.includes(words), ms);
const order = async (key: string, holdMs = 0): Promise<() => { state: string; attempt: number } | undefined> => {
  const { db, probes, queue } = rig.coordinator;
  await db.writeSql((sql) => probes.enqueue(sql, key, { bytes: 1000, holdMs }));
  queue.wake();
  return () => rig.coordinator.db.sql.get<{ state: string; attempt: number }>('select state, attempt from job where key = ?', `probe:${key}`);
};
const works = async (key: string): Promise<void> => {
  const job = await order(key);
  await expect.poll(job, { timeout: 20_000 }).toMatchObject({ state: 'done' });
};

beforeAll(async () => {
  program = copyProgram();
  rig = await startRig({ workers: 1, root: program.root });
  ann = await rig.admin();
  home = join(rig.dir, 'pc');
  versions = join(rig.dir, 'versions');
  mkdirSync(home);
  mkdirSync(versions);
  const bundle = await rig.coordinator.joining.bundles.get('linux-x64');
  first = bundle.build;
  install(bundle.path, first);
  writeFileSync(join(home, 'paired.json'), JSON.stringify(rig.paired(0)), { mode: 0o600 });
}, HOUSE_MS);
afterEach(async () => { await launcher?.kill('SIGTERM'); });
afterAll(async () => {
  try { process.kill(Number(readFileSync(join(home, 'worker.pid'), 'utf8')), 'SIGKILL'); } catch { /* as it should be: it is gone */ }
  await rig?.stop();
  program?.remove();
});

test('a good version takes over, after the running jobs, and is proven by its hello', { timeout: 120_000 }, async () => {
  start();
  await said('"at work"');
  await works('before');
  const long = await order('long', 20_000);
  await expect.poll(long, { timeout: 10_000 }).toMatchObject({ state: 'leased' });
  const build = await upgradeHouse('nodes/worker/src/main.ts', '// a new version');
  expect(build).not.toBe(first);
  await expect.poll(async () => (await node()).update, { timeout: 30_000 }).toBe('available');
  await expect.poll(async () => (await node()).update, { timeout: 60_000 }).toBe('none');
  expect(current()).toBe(build);
  expect(long()).toEqual({ state: 'done', attempt: 1 }); // it was not torn out of its work
  await expect.poll(() => existsSync(join(versions, 'trial')), { timeout: 10_000 }).toBe(false);
  expect(existsSync(join(versions, first, 'bin/node'))).toBe(true); // the way back is kept
  await works('after');
});

const goesBack = async (file: string, code: string, reason: RegExp): Promise<void> => {
  start();
  await said('"at work"');
  const good = current();
  const bad = await upgradeHouse(file, code);
  await said('back to', 90_000);
  await expect.poll(async () => (await node()).update, { timeout: 60_000 }).toBe('failed');
  expect((await node()).trouble).toMatch(reason);
  expect(current()).toBe(good);
  expect(readFileSync(join(versions, 'bad'), 'utf8')).toContain(bad);
  await works(`on after ${bad}`);
};

test('a version that dies before its hello is tried twice, then the old one goes on and the house is told', { timeout: 180_000 }, async () => {
  await goesBack('nodes/worker/src/main.ts', `if (!process.env.MANTEL_SMOKE) process.exit(3);`, /tried, ended or stayed silent/);
});

test('a version that never says hello is ended twice, then the old one goes on', { timeout: 180_000 }, async () => {
  await goesBack('nodes/worker/src/main.ts', `await new Promise(() => setInterval(() => undefined, 1000));`, /tried, ended or stayed silent/);
  // what failed is not tried again by itself, but when an admin wants it
  const before = launcher.lines.length;
  must(await rig.api('POST', `/nodes/${(await node()).id}/upgrade`, undefined, { token: ann.token }), 200);
  await expect.poll(() => launcher.lines.slice(before).some((l) => l.includes('a new version is fetched')), { timeout: 20_000 }).toBe(true);
});

test('a version that cannot be loaded is never switched to', { timeout: 120_000 }, async () => {
  start();
  await said('"at work"');
  const good = current();
  await upgradeHouse('nodes/worker/src/worker.ts', `import './is-not-there.ts';`);
  await expect.poll(async () => (await node()).update, { timeout: 60_000 }).toBe('failed');
  expect((await node()).trouble).toMatch(/does not start on this computer/);
  expect(current()).toBe(good);
  await works('still');
});

test('a bundle that was changed after it was announced is not installed', { timeout: 120_000 }, async () => {
  start();
  await said('"at work"');
  const good = current();
  await rig.stopCoordinator();
  program.edit('nodes/worker/src/worker.ts', (text) => text.replace(`import './is-not-there.ts';`, '// mended'));
  await restartHouse();
  const { bundles } = rig.coordinator.joining;
  const bundle = await bundles.get('linux-x64');
  const bytes = readFileSync(bundle.path);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(bundle.path, bytes); // as long as before
  await expect.poll(async () => (await node()).update, { timeout: 60_000 }).toBe('failed');
  expect((await node()).trouble).toMatch(/checksum is wrong/);
  expect(current()).toBe(good);
  appendFileSync(bundle.path, 'x'); // now it is another length too, and is made anew
  expect((await bundles.get('linux-x64')).sha256).toBe(bundle.sha256);
});

test('a worker that speaks an older language gets no work, becomes new first, and works then', { timeout: 120_000 }, async () => {
  await rig.stopCoordinator();
  program.edit('nodes/worker/src/main.ts', (text) => `// as it should be\n${text.split('\n').filter((l) => !/process\.exit\(3\)|^await new Promise/.test(l)).join('\n')}`);
  program.edit('nodes/contracts/src/models/node.ts', (text) => text.replace('PROTOCOL = { min: 1, max: 1 }', 'PROTOCOL = { min: 0, max: 0 }'));
  const old = await restartHouse(); // only to get its bundle; the house itself speaks 1
  install((await rig.coordinator.joining.bundles.get('linux-x64')).path, old);
  await rig.stopCoordinator();
  program.edit('nodes/contracts/src/models/node.ts', (text) => text.replace('PROTOCOL = { min: 0, max: 0 }', 'PROTOCOL = { min: 1, max: 1 }'));
  const wanted = await restartHouse();
  start();
  await said('older than its coordinator');
  await said('"at work"', 60_000);
  expect(current()).toBe(wanted);
  await works('in the new language');
});

/** One that ended and that nobody has taken note of yet has no command line any more. */
const runs = (pid: number): boolean => { try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''; } catch { return false; } };

test('a launcher that was killed leaves no second worker behind', { timeout: 60_000 }, async () => {
  start();
  await said('"at work"');
  const pid = Number(readFileSync(join(home, 'worker.pid'), 'utf8'));
  const died = once(launcher.process, 'exit'); // its worker keeps the pipe open
  launcher.process.kill('SIGKILL');
  await died;
  expect(runs(pid)).toBe(true);
  start();
  await said('without a launcher is ended first');
  await said('"at work"');
  expect(runs(pid)).toBe(false);
  await works('alone');
});

const notRoot = process.getuid?.() !== 0;
if (notRoot) console.warn('SKIPPED: a full disk of a worker: only root can mount a small one.');
test.skipIf(notRoot)('a full disk is said, and nothing of the running version is lost', { timeout: 120_000 }, async () => {
  const small = join(rig.dir, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', small]);
  const was = versions;
  try {
    versions = small;
    const good = readlinkSync(join(was, 'current'));
    execFileSync('cp', ['-a', join(was, good), join(was, 'current'), small]);
    start();
    await said('"at work"');
    const wanted = await upgradeHouse('nodes/worker/src/worker.ts', '// larger than the disk');
    await expect.poll(async () => (await node()).update, { timeout: 60_000 }).toBe('failed');
    expect((await node()).trouble).toMatch(/disk of this computer is full/);
    expect(current()).toBe(good);
    expect(existsSync(join(small, wanted))).toBe(false);
    await works('with a full disk');
  } finally {
    await launcher.kill('SIGTERM');
    versions = was;
    execFileSync('umount', [small]);
  }
});
