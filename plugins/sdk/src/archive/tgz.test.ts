import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, expect, it } from 'vitest';
import { readTgz } from './tgz.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-tgz-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const long = `${'a/very long folder name that no old tar could hold/'.repeat(5)}photo.jpg`;

async function tar(): Promise<Buffer> {
  const p = pack();
  p.entry({ name: 'Takeout/', type: 'directory' });
  p.entry({ name: 'Takeout/a.jpg', mtime: new Date(1_600_000_000_000) }, 'first');
  p.entry({ name: long }, Buffer.alloc(3_000_000, 7));
  p.entry({ name: '../../etc/x' }, 'up');
  p.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
  p.entry({ name: 'inner.zip' }, 'PK');
  p.entry({ name: 'last.json' }, '{}');
  p.finalize();
  const chunks: Buffer[] = [];
  for await (const c of p as AsyncIterable<Buffer>) chunks.push(c);
  return Buffer.concat(chunks);
}
async function list(path: string, read: (path: string) => boolean): Promise<[string, number, number, string | null, boolean][]> {
  const seen: [string, number, number, string | null, boolean][] = [];
  for await (const e of readTgz(path)) {
    let got = 0;
    if (read(e.path)) for await (const chunk of e.body) got += chunk.length;
    seen.push([e.path, e.bytes, got, e.unsafe, e.nested]);
  }
  return seen;
}

it('files in their order, read or skipped, from .tgz and .tar; unsafe paths, links and archives are marked', async () => {
  const bytes = await tar();
  for (const [name, packed] of [['a.tgz', gzipSync(bytes)], ['a.tar', bytes]] as const) {
    writeFileSync(join(dir, name), packed);
    expect(await list(join(dir, name), (p) => p.endsWith('.jpg'))).toEqual([
      ['Takeout/a.jpg', 5, 5, null, false], [long, 3_000_000, 3_000_000, null, false], ['../../etc/x', 2, 0, 'path', false], ['link', 0, 0, 'link', false], ['inner.zip', 2, 0, null, true], ['last.json', 2, 0, null, false],
    ]);
  }
});
it('a cut one gives what came before, then says so', async () => {
  const path = join(dir, 'cut.tgz'), seen: string[] = [];
  writeFileSync(path, gzipSync(await tar()).subarray(0, -20));
  await expect((async () => { for await (const e of readTgz(path)) seen.push(e.path); })()).rejects.toMatchObject({ name: 'ArchiveError', reason: 'damaged-part' });
  expect(seen[0]).toBe('Takeout/a.jpg');
});
it('reading may be given up in the middle', async () => {
  writeFileSync(join(dir, 'b.tgz'), gzipSync(await tar()));
  for await (const e of readTgz(join(dir, 'b.tgz'))) if (e.path === long) break;
});
