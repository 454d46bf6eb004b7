// npm itself, against a registry of our own on this machine.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchFromNpm } from './npm.ts';

let dir: string;
let server: Server;
let base: string;
const before = process.env.npm_config_registry;
const packages = new Map<string, { manifest: Record<string, unknown>; tarball: Buffer }>();

function publish(manifest: { name: string; version: string; [key: string]: unknown }, files: Record<string, string>): void {
  const home = join(dir, `make-${manifest.name}`, 'package');
  mkdirSync(home, { recursive: true });
  for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) writeFileSync(join(home, name), text);
  packages.set(manifest.name, { manifest, tarball: execFileSync('tar', ['-cz', '-C', join(home, '..'), 'package']) });
}
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mantel-npm-'));
  publish({ name: 'mantel-plugin-x', version: '1.2.0', type: 'module', dependencies: { 'small-part': '^1.0.0', '@mantel/plugin-sdk': '^1.0.0' }, peerDependencies: { '@mantel/plugin-sdk': '^1.0.0' }, scripts: { install: `touch ${join(dir, 'ran')}` }, devDependencies: { nobody: '1.0.0' } }, { 'manifest.json': '{}', 'index.js': '' });
  publish({ name: 'small-part', version: '1.0.3', scripts: { postinstall: `touch ${join(dir, 'ran')}` } }, { 'index.js': 'export default 3;' });
  publish({ name: 'from-elsewhere', version: '1.0.0', dependencies: { evil: 'git+https://example.com/evil.git' } }, { 'manifest.json': '{}' });
  server = createServer((req, res) => {
    const name = decodeURIComponent(req.url!.slice(1)).replace(/\.tgz$/, '');
    const found = packages.get(name);
    if (!found) res.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
    else if (req.url!.endsWith('.tgz')) res.end(found.tarball);
    else {
      const { version } = found.manifest as { version: string };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...found.manifest, dist: { tarball: `${base}/${name}.tgz` } } } }));
    }
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.npm_config_registry = base;
});
afterAll(async () => {
  if (before === undefined) delete process.env.npm_config_registry;
  else process.env.npm_config_registry = before;
  await new Promise((resolve) => { server.close(resolve); });
  rmSync(dir, { recursive: true, force: true });
});
const fetched = async (name: string): Promise<string> => {
  const work = mkdtempSync(join(dir, 'work-'));
  await fetchFromNpm(name, work, join(work, 'plugin'));
  return join(work, 'plugin');
};

test('a package comes with what it needs, and nothing of it runs', async () => {
  const home = await fetched('mantel-plugin-x@1.2.0');
  expect(readdirSync(home).sort()).toEqual(['index.js', 'manifest.json', 'node_modules', 'package.json']);
  expect(readFileSync(join(home, 'node_modules/small-part/index.js'), 'utf8')).toBe('export default 3;');
  expect(readdirSync(join(home, 'node_modules')).filter((n) => !n.startsWith('.'))).toEqual(['small-part']);
  expect(existsSync(join(dir, 'ran'))).toBe(false);
}, 60_000);

test('a name that is no name, a package that is not there, one that wants more than npm, and no registry: each is told', async () => {
  for (const name of ['../x', '--registry=http://x', 'git+https://x/y', 'x@file:/etc', 'X Y', '/etc']) await expect(fetched(name)).rejects.toMatchObject({ type: 'bad_request' });
  await expect(fetched('mantel-plugin-y')).rejects.toMatchObject({ type: 'not_found', message: 'npm knows no package mantel-plugin-y. Check the name.' });
  await expect(fetched('from-elsewhere')).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining('needs evil from somewhere else') });
  process.env.npm_config_registry = 'http://127.0.0.1:1';
  try { await expect(fetched('mantel-plugin-x')).rejects.toMatchObject({ type: 'plugin_failed', message: expect.stringContaining('npm is not reachable') }); } finally { process.env.npm_config_registry = base; }
}, 60_000);
