import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHasher, freeze } from './files.ts';
import { liftPlugin, unpackTarball } from './tarball.ts';

let dir: string;
let n = 0;
beforeAll(() => { dir = mkdtempSync(join(tmpdir(), 'mantel-tarball-')); });
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Entry = Partial<Header> & { name: string; body?: string };
async function archive(entries: Entry[], gzip = true): Promise<string> {
  const file = join(dir, `${++n}.tgz`);
  const out = pack();
  for (const { body = '', ...header } of entries) out.entry(header as Header, body);
  out.finalize();
  await (gzip ? pipeline(out, createGzip(), createWriteStream(file)) : pipeline(out, createWriteStream(file)));
  return file;
}
const unpack = async (file: string): Promise<string> => {
  const to = join(dir, `out-${++n}`, 'below');
  await unpackTarball(file, to);
  return to;
};
const good: Entry[] = [{ name: 'package/', type: 'directory' }, { name: 'package/manifest.json', body: '{}' }, { name: 'package/src/./index.ts', body: 'export {}' }];

test('a tarball of npm, a plain tar, and one with its files at the top', async () => {
  for (const file of [await archive(good), await archive(good, false)]) {
    const to = join(dir, `lift-${++n}`);
    await liftPlugin(await unpack(file), to);
    expect(readdirSync(to).sort()).toEqual(['manifest.json', 'src']);
    expect(readFileSync(join(to, 'src/index.ts'), 'utf8')).toBe('export {}');
  }
  const flat = join(dir, `lift-${++n}`);
  await liftPlugin(await unpack(await archive([{ name: './manifest.json', body: '{}' }, { name: 'x.js', body: '1' }])), flat);
  expect(readdirSync(flat).sort()).toEqual(['manifest.json', 'x.js']);
  await expect(liftPlugin(await unpack(await archive([{ name: 'a/manifest.json', body: '{}' }, { name: 'b/x', body: '' }])), join(dir, 'no'))).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining('no manifest.json') });
});

test.each<[string, Entry[]]>([
  ['leads out', [{ name: '../outside.txt', body: 'x' }]], ['leads out', [{ name: 'a/../../outside.txt', body: 'x' }]], ['absolute', [{ name: '/tmp/outside.txt', body: 'x' }]],
  ['is a link', [{ name: 'a', type: 'symlink', linkname: '/etc' }, { name: 'a/outside.txt', body: 'x' }]], ['is a link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }]],
  ['no plain file', [{ name: 'a', type: 'fifo' }]], ['no plain file', [{ name: 'a', type: 'character-device', devmajor: 1, devminor: 3 }]], ['odd name', [{ name: String.raw`a\..\..\b`, body: 'x' }]],
  ['twice', [{ name: 'a', body: '1' }, { name: './a', body: '2' }]], ['no folder', [{ name: 'a', body: '1' }, { name: 'a/b', body: '2' }]], ['empty', []],
])('%s: refused, and nothing outside is written', async (reason, entries) => {
  await expect(unpack(await archive(entries))).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining(reason) });
  expect([existsSync(join(dir, 'outside.txt')), existsSync(join(dir, `out-${n}`, 'outside.txt')), existsSync('/tmp/outside.txt')]).toEqual([false, false, false]);
});

test('what is damaged, no archive, or larger unpacked than allowed is refused', async () => {
  for (const gzip of [true, false]) {
    const cut = await archive([{ name: 'a', body: 'x'.repeat(100_000) }], gzip);
    truncateSync(cut, Math.floor(statSync(cut).size / 2));
    await expect(unpack(cut)).rejects.toMatchObject({ type: 'plugin_invalid' });
  }
  const odd = join(dir, 'odd.tgz');
  writeFileSync(odd, 'this is a letter to my aunt, and no archive at all '.repeat(40));
  await expect(unpack(odd)).rejects.toMatchObject({ type: 'plugin_invalid', message: expect.stringContaining('no tar archive') });
  const bomb = pack();
  const file = join(dir, 'bomb.tgz');
  const writing = pipeline(bomb, createGzip(), createWriteStream(file));
  const zeros = bomb.entry({ name: 'zeros', size: 201e6 }, () => bomb.finalize());
  zeros.end(Buffer.alloc(201e6));
  await writing;
  await expect(unpack(file)).rejects.toMatchObject({ type: 'too_large' });
  expect(existsSync(join(dir, `out-${n}`, 'below', 'zeros'))).toBe(false);
});

test('the hash tells every change, and names count, too', async () => {
  const to = await unpack(await archive(good));
  const { sha256, files, native } = await freeze(to);
  expect([files, native]).toEqual([2, undefined]);
  const hash = createHasher();
  expect(await hash(to)).toBe(sha256);
  const other = await unpack(await archive([{ name: 'package/manifest.json', body: '{}' }, { name: 'package/src/index.js', body: 'export {}' }]));
  expect((await freeze(other)).sha256).not.toBe(sha256);
  rmSync(join(to, 'package/src/index.ts'));
  writeFileSync(join(to, 'package/src/index.ts'), 'export { }');
  expect(await hash(to)).not.toBe(sha256);
});
