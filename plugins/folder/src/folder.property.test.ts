import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPart, skipper } from './glob.ts';
import { scan } from './scan.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
console.info(`seed ${seed} (SEED=${seed} runs the same again)`);

const folder = fc.constantFrom('DCIM', '100CANON', 'trip', '2019', '@eaDir', '.thumbnails', 'Ünïcode 日本', 'x.photoslibrary', 'originals', '.picasaoriginals', 'Previews.lrdata', '#recycle');
const file = fc.tuple(fc.constantFrom('IMG_1', 'IMG_2', 'img_1', 'IMG_E1', '._x', '.hidden', 'a b', 'é', 'Thumbs'), fc.constantFrom('.jpg', '.JPG', '.CR2', '.mov', '.xmp', '.jpg.xmp', '.AAE', '.db', '', '.zip', '.LRV', '.txt', '.dat')).map((p) => p.join(''));
const tree = fc.uniqueArray(fc.tuple(fc.array(folder, { maxLength: 3 }), file, fc.constantFrom('jpeg', 'jpeg', 'jpeg', 'text', 'empty', 'link')), { maxLength: 25, selector: ([dirs, name]) => [...dirs, name].join('/').toLowerCase() });
const CONTENT: Record<string, Buffer> = { jpeg: Buffer.from('ffd8ffe000104a464946', 'hex'), text: Buffer.from('text'), empty: Buffer.alloc(0) };

test('any tree: every file is accounted for exactly once, by itself or by a folder above it; a second look says the same', async () => {
  await fc.assert(fc.asyncProperty(tree, async (entries) => {
    const root = mkdtempSync(join(tmpdir(), 'mantel-tree-'));
    try {
      const made: string[] = [];
      for (const [dirs, name, kind] of entries) {
        const path = [...dirs, name].join('/');
        try {
          mkdirSync(dirname(join(root, path)), { recursive: true });
          if (kind === 'link') symlinkSync('/etc/passwd', join(root, path));
          else { writeFileSync(join(root, path), CONTENT[kind]!, { flag: 'wx' }); utimesSync(join(root, path), 1, 1); }
          made.push(path);
        } catch { /* a file where a folder should be */ }
      }
      const look = async (): Promise<{ items: string[]; told: string[]; all: unknown[] }> => {
        const [items, told, all]: [string[], string[], unknown[]] = [[], [], []];
        for await (const e of scan({ paths: [root] }, new AbortController().signal, { settleMs: 1, now: Date.now })) {
          if (e.type === 'progress') continue;
          all.push(e);
          if (e.type === 'item') items.push(...e.item.files.flatMap((f) => [...f.copies, ...(f.sidecar ? [f.sidecar] : [])].map((c) => c.path)));
          if (e.type === 'entry') told.push(e.entry.path);
        }
        return { items, told, all };
      };
      const { items, told, all } = await look();
      const named = [...items, ...told];
      expect(new Set(named).size).toBe(named.length);
      for (const path of made) expect(named.filter((n) => n === path || (n.endsWith('/') && path.startsWith(n)))).toHaveLength(1);
      expect(items.filter((p) => !made.includes(p))).toEqual([]);
      expect((await look()).all).toEqual(all);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }), { seed, numRuns: 60 });
}, 60_000);

test('patterns: as a regular expression would say, but in steps that can be counted', () => {
  const letters = fc.stringMatching(/^[ab]{0,8}$/);
  fc.assert(fc.property(fc.stringMatching(/^[ab*?]{0,6}$/), letters, (pattern, text) => {
    expect(matchesPart(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('?', '.').replace(/\*+/g, '.*')}$`).test(text));
  }), { seed });
  const started = performance.now();
  expect(matchesPart('*a'.repeat(50), `${'a'.repeat(20_000)}b`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
  const skips = skipper(['*.tmp', 'a/**', '**/job/*', 'x/y']);
  expect(['z/q.TMP', 'a', 'a/b/c', 'p/q/Job/r', 'x/y', 'job/r'].map(skips)).toEqual([true, true, true, true, true, true]);
  expect(['q.tmp2', 'b/a', 'p/job', 'x/y/z', 'x'].map(skips)).toEqual([false, false, false, false, false]);
});
