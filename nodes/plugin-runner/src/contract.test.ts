// What authors write against (the SDK) and what the house checks with (contracts) are two texts, because a plugin knows nothing of the house. Here they are held against each other.
import { ENTRY_REASONS, type CheckResult as HouseCheck, type ScanEvent as HouseEvent } from '@mantel/contracts/models/source.ts';
import { PLUGIN_API, type Manifest as HouseManifest } from '@mantel/contracts/models/plugin.ts';
import { API_VERSION, type CheckResult, type EntryReason, type Manifest, type ScanEvent } from '@mantel/plugin-sdk';
import { wrongCheck, wrongEvent } from '@mantel/plugin-sdk/valid.ts';
import { wrongManifest } from '@mantel/plugin-sdk/valid-manifest.ts';
import { checkResult, events } from '@mantel/runtime/plugins/answers.ts';
import { checkManifest } from '@mantel/runtime/plugins/manifest.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';

type Into<A, B> = A extends B ? true : never;
// what a plugin may say, the house takes; and the other way round where lists that must not be empty do not stand in the way
const same: [Into<ScanEvent, HouseEvent>, Into<CheckResult, HouseCheck>, Into<HouseCheck, CheckResult>, Into<EntryReason, (typeof ENTRY_REASONS)[number]>, Into<(typeof ENTRY_REASONS)[number], EntryReason>, Into<Omit<Manifest, 'config'>, Omit<HouseManifest, 'config'>>, Into<Omit<HouseManifest, 'config'>, Omit<Manifest, 'config'>>] = [true, true, true, true, true, true, true];
const seed = Number(process.env.MANTEL_TEST_SEED ?? Date.now() % 1e6);

const copy = { part: 'a.zip', path: 'Takeout/a.jpg', bytes: 3, here: true, span: { path: '/x/a.zip', start: 0, length: 3, method: 'deflate' }, ref: 'r', crc32: '0123abcd', modifiedAt: 5.5 };
const SAMPLES: ScanEvent[] = [
  { type: 'item', item: { id: 'a', alone: true, albums: ['x'], files: [{ role: 'original', name: 'a.jpg', copies: [copy], sidecar: copy }], hints: { takenAt: -5, takenAtLocal: '2019-08-12T10:11:12', offsetMinutes: 120, gps: { lat: 1, lon: 2, altitude: 3 }, title: 't', description: 'd', rating: 5, tags: ['t'], people: ['Ann'], favourite: true, archived: false, trashed: true, locked: false, partner: true, folder: 'f' } } } as ScanEvent,
  { type: 'album', album: { id: 'x', title: '', description: 'd', optional: true, place: { lat: 1, lon: 2 } } },
  { type: 'entry', entry: { part: null, path: 'p', bytes: null, outcome: 'problem', reason: 'damaged', detail: 'd', of: ['a'] } },
  { type: 'progress', done: 1, total: null, what: 'w' },
];
/** All places in a value, as paths of keys. */
const places = (value: unknown, at: (string | number)[] = []): (string | number)[][] => (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([k, v]) => [[...at, k], ...places(v, [...at, k])]) : []);
function changed(value: unknown, at: (string | number)[], to: unknown): unknown {
  const copied = structuredClone(value);
  let into = copied as Record<string, unknown>;
  for (const key of at.slice(0, -1)) into = into[key] as Record<string, unknown>;
  if (to === undefined) delete into[at.at(-1)!];
  else into[at.at(-1)!] = to;
  return copied;
}
const ODD = fc.constantFrom<unknown>(undefined, null, 0, -1, 1.5, 1e9, 91, '', 'x', 'x'.repeat(501), 'y'.repeat(30_000), true, [], ['x'], [7], {}, { x: 1 }, '2019', '2019-8', 'original', 'ABCDEF01', Array(1001).fill('t'));
const refuses = (work: () => unknown): boolean => {
  try {
    work();
    return false;
  } catch { return true; }
};
const wire = (value: unknown): { bytes: Uint8Array; done: boolean } => ({ bytes: Buffer.from(JSON.stringify([value])), done: true });

it('one version, one vocabulary', () => {
  expect(API_VERSION).toBe(PLUGIN_API);
  expect(same.every(Boolean)).toBe(true);
  for (const reason of ENTRY_REASONS) expect(wrongEvent({ type: 'entry', entry: { part: null, path: 'p', bytes: 1, outcome: 'ignored', reason } })).toBe(null);
});
it('good events are good to both', () => {
  for (const e of SAMPLES) expect([wrongEvent(e), refuses(() => events(wire(e), 1))]).toEqual([null, false]);
});
it(`what one finds wrong with an event, the other refuses (seed ${seed})`, () => {
  fc.assert(fc.property(fc.constantFrom(...SAMPLES).chain((e) => fc.tuple(fc.constant(e), fc.constantFrom(...places(e)), ODD)), ([e, at, to]) => {
    const value = changed(e, at, to);
    expect(wrongEvent(JSON.parse(JSON.stringify(value))) !== null, `${at.join('.')} = ${JSON.stringify(to)?.slice(0, 50)}`).toBe(refuses(() => events(wire(value), 1)));
  }), { seed, numRuns: 1500 });
});
it('the same for answers of check()', () => {
  const good = { ok: true, summary: 's', collection: 'c', problems: [{ field: 'f', message: 'm' }] };
  fc.assert(fc.property(fc.constantFrom(...places(good)), ODD, (at, to) => {
    const value = changed(good, at, to);
    expect(wrongCheck(JSON.parse(JSON.stringify(value))) !== null, at.join('.')).toBe(refuses(() => checkResult(JSON.stringify(value))));
  }), { seed, numRuns: 400 });
});
it('a manifest that the house refuses is refused by the suite, too', () => {
  const good = { id: 'a-card', name: 'A card', version: '1.0.0', apiVersion: '^1.0.0', kind: 'tagger', description: '', entry: 'index.ts', config: { type: 'object', properties: { path: { type: 'string', title: 'Folder', mantel: 'path' } } }, permissions: { paths: ['/srv/x'], hosts: ['nas.local:80'], addons: false }, memoryMb: 64 };
  expect([wrongManifest(good), refuses(() => checkManifest(good))]).toEqual([[], false]);
  fc.assert(fc.property(fc.constantFrom(...places(good).filter((p) => p[0] !== 'config' || p.length === 1)), ODD, (at, to) => {
    const value = changed(good, at, to);
    if (refuses(() => checkManifest(value))) expect(wrongManifest(value).length, `${at.join('.')} = ${JSON.stringify(to)?.slice(0, 50)}`).toBeGreaterThan(0);
  }), { seed, numRuns: 500 });
});
