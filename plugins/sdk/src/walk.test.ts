import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { walk } from './walk.ts';

const dir = mkdtempSync(join(tmpdir(), 'mantel-walk-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
for (const d of ['b', 'b/inner', 'a', '@eaDir']) mkdirSync(join(dir, d));
for (const f of ['b/inner/2.jpg', 'b/1.jpg', 'a/3.jpg', '@eaDir/thumb.jpg', 'z.jpg']) writeFileSync(join(dir, f), f);
symlinkSync('/etc/passwd', join(dir, 'a/out'));
symlinkSync('..', join(dir, 'b/circle'));
const found = async (options = {}): Promise<string[]> => {
  const all: string[] = [];
  for await (const f of walk(dir, options)) all.push(f.problem ? `${f.path} ${f.problem}` : f.path);
  return all;
};

it('all files, in one order; links are named and not followed; whole folders can be left out', async () => {
  expect(await found({ skip: (p: string) => p === '@eaDir' })).toEqual(['a/3.jpg', 'a/out link', 'b/1.jpg', 'b/circle link', 'b/inner/2.jpg', 'z.jpg']);
  expect(await found()).toContain('@eaDir/thumb.jpg');
});
it('ends when it is aborted, and says when the folder itself is not there', async () => {
  await expect(found({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  await expect(walk(join(dir, 'none')).next()).rejects.toThrow(/cannot be read/);
});
