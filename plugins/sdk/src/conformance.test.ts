// The suite itself: a good plugin passes, and each broken promise is named.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runConformance, type ConformanceOptions } from './conformance.ts';
import { defineImportSource, defineTagger, type ImportSource, type ScanEvent, type SourceItem, type Span } from './index.ts';

const MANIFEST = { id: 'one', name: 'One', version: '1.0.0', apiVersion: '^1.0.0', kind: 'import-source', description: '', entry: 'index.ts', config: { type: 'object', properties: { path: { type: 'string', title: 'Folder', mantel: 'path' } } }, permissions: { paths: [], hosts: [], addons: false }, memoryMb: 64 };
const item = (id: string): SourceItem => ({ id, files: [{ role: 'original', name: id, copies: [{ part: null, path: id, bytes: 3, here: true, ref: id }] }], hints: {}, albums: [] });
const GOOD: Required<Pick<ImportSource, 'check' | 'scan' | 'open'>> = {
  check: async (c) => (c.path ? { ok: true, problems: [] } : { ok: false, problems: [{ field: 'path', message: 'Choose one.' }] }),
  async* scan() {
    yield { type: 'item', item: item('a.jpg') };
    yield { type: 'entry', entry: { part: null, path: 'notes.txt', bytes: 1, outcome: 'ignored', reason: 'not-a-photo' } };
  },
  async* open() { yield new Uint8Array(3); },
};
const OPTIONS: ConformanceOptions = { configs: { good: [{ path: '/x' }], bad: [{ path: '' }] }, entries: [{ part: null, path: 'a.jpg' }, { part: null, path: 'notes.txt' }], timeoutMs: 500 };
const scanning = (...events: unknown[]): Partial<ImportSource> => ({ async* scan() { yield* events as ScanEvent[]; } });
const [A, NOTES] = [{ type: 'item', item: item('a.jpg') }, { type: 'entry', entry: { part: null, path: 'notes.txt', bytes: 1, outcome: 'ignored', reason: 'not-a-photo' } }] as const;
/** A photo whose bytes are the first three of this very file. */
const spanning = (change: Partial<Span>, crc32?: string): Partial<ImportSource> => {
  const one = item('a.jpg');
  Object.assign(one.files[0].copies[0], { span: { path: fileURLToPath(import.meta.url), start: 0, length: 3, method: 'stored', ...change } satisfies Span, ...(crc32 ? { crc32 } : {}) });
  return scanning({ type: 'item', item: one }, NOTES);
};
const failed = async (change: Partial<ImportSource>, manifest: object = MANIFEST): Promise<string[]> => (await runConformance(defineImportSource({ ...GOOD, ...change }), manifest, OPTIONS)).failed;

it('a good one passes everything', async () => {
  const { passed, failed: bad } = await runConformance(defineImportSource(GOOD), MANIFEST, OPTIONS);
  expect(bad).toEqual([]);
  expect(passed.length).toBeGreaterThan(9);
});
let chance = 0;
it.each<[string, Partial<ImportSource>, RegExp]>([
  ['says yes to anything', { check: async () => ({ ok: true, problems: [] }) }, /bad configuration 1: it says yes/],
  ['contradicts itself', { check: async () => ({ ok: true, problems: [{ message: 'but' }] }) }, /contradict/],
  ['answers check() with nonsense', { check: async () => ({ fine: true }) as never }, /fine is not known/],
  ['never comes back', { check: () => new Promise(() => undefined) }, /no end within 0\.5 s/],
  ['finds nothing', scanning(NOTES), /no item at all/],
  ['says an event that does not exist', scanning(A, NOTES, { type: 'photo' }), /none of item, album/],
  ['names a file with a number', scanning({ type: 'item', item: { ...item('a.jpg'), id: 5 } }, NOTES), /item\.id is no text/],
  ['says an item twice', scanning(A, A, NOTES), /an item comes twice: a\.jpg/],
  ['says an entry twice', scanning(A, NOTES, NOTES), /accounted for twice: {2}› notes\.txt/],
  ['leaves an entry out', scanning(A), /accounted for nowhere: {2}› notes\.txt/],
  ['uses an album that it does not name', scanning({ type: 'item', item: { ...item('a.jpg'), albums: ['x'] } }, NOTES), /album x, which no event names/],
  ['has other ids each time', { async* scan() { yield { type: 'item', item: { ...item('a.jpg'), id: `a${++chance}` } } as ScanEvent; yield NOTES as ScanEvent; } }, /a second scan finds the same: ids or facts differ/],
  ['forgets what it knew', { async* scan(_, ctx) {
    const known = await ctx.store.get('seen');
    await ctx.store.set('seen', new Uint8Array(1));
    yield { type: 'item', item: { ...item('a.jpg'), id: known ? 'other' : 'a' } };
    yield NOTES as ScanEvent;
  } }, /a later run of the same collection adds nothing/],
  ['does not end when it is aborted', { async* scan() { for (let i = 0; i < 5000; i++) yield i ? { type: 'progress', done: i, total: null } : A as ScanEvent; yield NOTES as ScanEvent; } }, /an aborted scan ends: it goes on/],
  ['promises bytes that it does not have', { async* open() { yield new Uint8Array(2); } }, /a\.jpg has 2 bytes, not 3/],
  ['has spans that lead elsewhere than open()', spanning({}), /span and open\(\) of {2}› a\.jpg give other bytes/],
  ['has spans behind the end', spanning({ start: 1e9 }), /the span of {2}› a\.jpg ends behind its file/],
  ['has spans of another length', { ...spanning({ length: 2 }), open: undefined as never }, /a\.jpg has 2 bytes, not 3/],
  ['says how to unpack what is not packed', { ...spanning({ method: 'deflate' }), open: undefined as never }, /the span of {2}› a\.jpg cannot be read/],
  ['has wrong checksums', { ...spanning({}, 'deadbeef'), open: undefined as never }, /have another checksum than it says/],
  ['has no way to its bytes', { open: undefined as never }, /has a ref, but there is no open/],
  ['yields what cannot cross a process border', scanning({ ...A, later: () => 1 }), /scan\(\) ends: .*could not be cloned/],
])('one that %s', async (_, change, why) => expect((await failed(change)).join('\n')).toMatch(why));
it.each<[string, object, RegExp]>([['other contracts', { apiVersion: '^2.0.0' }, /does not include 1\.0\.0/], ['a version that is none', { version: '1' }, /version: semver/], ['a property without a title', { config: { type: 'object', properties: { x: { type: 'string' } } } }, /config\.x: a title/], ['an unknown key', { scripts: {} }, /scripts is not known/]])('a manifest with %s', async (_, change, why) => {
  expect((await failed({}, { ...MANIFEST, ...change })).join('\n')).toMatch(why);
});

const PHOTO = { assetId: 'p', type: 'image', mime: 'image/jpeg', width: 2, height: 2, originalName: 'p.jpg', takenAtLocal: '2020', gps: null, pixels: { data: new Uint8Array(4), width: 2, height: 2, channels: 1 } } as const;
it.each<[string, object, RegExp | null]>([
  ['good', {}, null], ['has too large a batch', { batch: 1000 }, /batch/], ['gives too few results', { tag: async () => [] }, /gave 0 results/], ['scores above one', { tag: async () => [{ tags: [{ name: 'x', score: 2 }] }] }, /score of 0 to 1/], ['guesses', { tag: async () => [{ tags: [{ name: `x${++chance}`, score: 1 }] }] }, /it differs/],
])('a tagger that is %s', async (_, change, why) => {
  const tagger = defineTagger({ input: 'preview' as const, batch: 4, tag: async (batch: unknown[]) => batch.map(() => ({ tags: [{ name: 'x', score: 1 }] })), ...change });
  const { failed: bad } = await runConformance(tagger, { ...MANIFEST, kind: 'tagger' }, { configs: { good: [{}] }, photos: [PHOTO], timeoutMs: 500 });
  if (why) expect(bad.join('\n')).toMatch(why);
  else expect(bad).toEqual([]);
});
