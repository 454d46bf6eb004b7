import { describe, expect, test } from 'vitest';
import { type Base, merge, saidBy, textOf } from './merge.ts';

const base: Base = { takenAt: '2020-01-01T10:00:00', offset: 60, gps: [1, 2], rating: 3, title: 'T', description: 'D', tags: ['a/b', 'c'], people: [{ name: 'Ana', region: { x: 0.1, y: 0.1, w: 0.2, h: 0.2 } }] };
const NEWER = 2000, OLDER = 1000;
const go = (ours: Partial<Base>, theirs: Partial<Base>, at = NEWER, edited = {}, from: Partial<Base> = base, foreign = false) => merge({ base: from, ours: { ...base, ...ours }, theirs: { ...base, ...theirs }, edited, sources: Object.fromEntries(Object.keys(ours).map((f) => [f, 'user'])), at, foreign });
const picture = { width: 400, height: 300, orientation: 1 };

const OTHER: { [F in keyof Base]: [Base[F], Base[F]] } = {
  takenAt: ['2020-01-02T10:00:00', '2020-01-03T10:00:00'], offset: [120, null], gps: [[3, 4], null], rating: [5, null], title: ['U', null], description: ['E', null], tags: [['a/b'], ['a/b', 'c', 'd']],
  people: [[], [{ name: 'Ben', region: null }]],
};

describe.each(Object.keys(OTHER) as (keyof Base)[])('%s', (fact) => {
  const [one, two] = OTHER[fact];
  test('nobody, only they, only we, both alike', () => {
    expect(go({}, {})).toEqual({ take: {}, conflicts: [] });
    expect(go({}, { [fact]: one })).toEqual({ take: { [fact]: one }, conflicts: [] });
    expect(go({ [fact]: one }, {}, NEWER, { [fact]: OLDER })).toEqual({ take: {}, conflicts: [] });
    expect(go({ [fact]: one }, { [fact]: one }, NEWER, { [fact]: OLDER })).toEqual({ take: {}, conflicts: [] });
  });
  test('both: the newer holds, the other is told', () => {
    expect(go({ [fact]: one }, { [fact]: two }, NEWER, { [fact]: OLDER })).toEqual({ take: { [fact]: two }, conflicts: [{ fact, lost: textOf(fact, one), lostFrom: 'here', at: new Date(NEWER).toISOString() }] });
    expect(go({ [fact]: one }, { [fact]: two }, OLDER, { [fact]: NEWER })).toEqual({ take: {}, conflicts: [{ fact, lost: textOf(fact, two), lostFrom: 'sidecar', at: new Date(NEWER).toISOString() }] });
  });
  test('one that came from elsewhere: what a file said gives way, what a person said is a conflict', () => {
    expect(merge({ base, ours: base, theirs: { [fact]: one }, edited: {}, sources: {}, at: NEWER, foreign: true }).take).toEqual({ [fact]: one });
    expect(merge({ base, ours: base, theirs: { [fact]: one }, edited: { [fact]: OLDER }, sources: { [fact]: 'user' }, at: NEWER, foreign: true }).conflicts).toHaveLength(1);
  });
});

describe('what a sidecar of ours says when something is missing', () => {
  test('words, place and rating: taken away; date and zone: not said', () => {
    expect(saidBy({}, picture, 'exif', base)).toEqual({ gps: null, rating: null, title: null, description: null, tags: [], people: [] });
    expect(saidBy({}, picture, 'exif', null)).toEqual({});
  });
  test('a tag that one program took out of its own list is gone, new ones come from any', () => {
    const facts = { tags: ['a/b', 'c', 'new'], tagLists: { digikam: ['a/b', 'c'], deep: ['a/b', 'new'], flat: ['b', 'new'] } };
    expect(saidBy(facts, picture, 'exif', base).tags).toEqual(['a/b', 'new']);
    expect(saidBy({ ...facts, tagLists: { digikam: ['c'], deep: ['a/b', 'c'], flat: ['b', 'c'] } }, picture, 'exif', base).tags).toEqual(['c', 'new']);
  });
  test('who lost the place but kept the name in a list that other programs do not know is gone', () => {
    expect(saidBy({ people: [{ name: 'ana', region: null }, { name: 'Zoe', region: null }] }, picture, 'exif', base).people).toEqual([{ name: 'Zoe', region: null }]);
  });
  test('a weak date counts only where the photo knows no better', () => {
    const facts = { takenAtLocal: '2001-01-01T00:00:00', weakDate: true };
    expect(saidBy(facts, picture, 'exif', null)).toEqual({});
    expect(saidBy(facts, picture, 'upload', null)).toEqual({ takenAt: '2001-01-01T00:00:00' });
  });
});

test('rounding, case, line ends and texts that look like numbers are no changes', () => {
  const ours = { ...base, title: '1.50', description: 'a\r\nb ', gps: [1.0000001, 2] as [number, number] };
  const theirs = { ...base, title: '1.5', description: 'a\nb', gps: [1, 2.0000002] as [number, number], tags: ['C', 'A/B'], people: [{ name: 'ana', region: { x: 0.1001, y: 0.1, w: 0.2, h: 0.1999 } }] };
  expect(merge({ base: ours, ours, theirs, edited: {}, sources: {}, at: NEWER, foreign: false })).toEqual({ take: {}, conflicts: [] });
});
test('tags that are not part of the exchange stay', () => {
  const long = 'x'.repeat(300);
  const ours = { ...base, tags: ['c', 'People/Ana', long] };
  expect(merge({ base: ours, ours, theirs: { tags: ['c', 'new'] }, edited: {}, sources: {}, at: NEWER, foreign: false }).take).toEqual({ tags: ['c', 'new', 'People/Ana', long] });
});
test('values in words', () => {
  expect([textOf('offset', -210), textOf('offset', 345), textOf('gps', [1, 2]), textOf('tags', ['a', 'b']), textOf('rating', null)]).toEqual(['-03:30', '+05:45', '1, 2', 'a\nb', null]);
});

test('a height goes with its place; where none is said, the one that is here stays', () => {
  const at = (gps: Base['gps']): Partial<Base> => saidBy({ gps: gps && { lat: gps[0], lon: gps[1], altitude: gps[2] ?? null } }, { width: 4, height: 3, orientation: 1 }, 'exif', null);
  const merged = (was: Base['gps'], here: Base['gps'], theirs: Partial<Base>): unknown => merge({ base: { ...base, gps: was }, ours: { ...base, gps: here }, theirs, edited: {}, sources: {}, at: 1, foreign: false }).take.gps;
  expect(merged(null, null, at([47, 11, 1234]))).toEqual([47, 11, 1234]);
  expect(merged([47, 11, 5], [47, 11, 5], at([47, 11, 1234]))).toEqual([47, 11, 1234]);
  expect(merged([47, 11, 5], [47, 11, 5], at([47, 11]))).toBeUndefined();
  expect(merged([47, 11, 5], [47, 11, 5], saidBy({ gps: { lat: 47, lon: 11, altitude: null } }, { width: 4, height: 3, orientation: 1 }, 'exif', base))).toEqual([47, 11, null]);
});
