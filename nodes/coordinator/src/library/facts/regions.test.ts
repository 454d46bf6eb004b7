import { describe, expect, test } from 'vitest';
import { asStruct, microsoftPeople, mwgPeople, peopleOf, type RawPerson } from './regions.ts';
import type { Struct } from './xmp.ts';

const struct = (value: object): Struct => asStruct(value) as Struct;
const face = (area: object, more: object = {}): object => ({ Name: 'Ana', Type: 'Face', Area: { Unit: 'normalized', ...area }, ...more });
const mwg = (...list: object[]): RawPerson[] => mwgPeople(struct({ AppliedToDimensions: { W: 640, H: 480, Unit: 'pixel' }, RegionList: list }));
const upright = { width: 640, height: 480 };

test('a centre and a size become a corner and a size', () => expect(peopleOf(mwg(face({ X: 0.375, Y: 0.375, W: 0.25, H: 0.25 })), [], 1, upright)).toEqual([{ name: 'Ana', region: { x: 0.25, y: 0.25, w: 0.25, h: 0.25 } }]));
test('pixels become fractions', () => expect(peopleOf(mwg(face({ X: 320, Y: 240, W: 64, H: 48, Unit: 'pixel' })), [], 1, upright)[0]?.region).toEqual({ x: 0.45, y: 0.45, w: 0.1, h: 0.1 }));
test('only named faces', () => expect(peopleOf(mwg(face({ X: 0.5, Y: 0.5, W: 0.1, H: 0.1 }, { Type: 'Pet', Name: 'Rex' }), face({ X: 0.5, Y: 0.5, W: 0.1, H: 0.1 }, { Type: 'Focus' }), face({ X: 0.5, Y: 0.5, W: 0.1, H: 0.1 }, { Name: ' ' })), [], 1, upright)).toEqual([]));
test('Windows; a name once; names without a place', () => {
  const windows = microsoftPeople(struct({ Regions: [{ PersonDisplayName: 'Marie', Rectangle: '0.25, 0.5, 0.125, 0.25' }, { PersonDisplayName: 'Pierre' }, { Rectangle: '0,0,1,1' }] }));
  expect(peopleOf(windows, ['marie', 'Irène'], null, null)).toEqual([{ name: 'Marie', region: { x: 0.25, y: 0.5, w: 0.125, h: 0.25 } }, { name: 'Pierre', region: null }, { name: 'Irène', region: null }]);
});
test('what reaches over the edge is cut, what lies outside is no place', () => {
  expect(peopleOf(mwg(face({ X: 0, Y: 1, W: 0.5, H: 0.5 })), [], 1, upright)[0]?.region).toEqual({ x: 0, y: 0.75, w: 0.25, h: 0.25 });
  for (const area of [{ X: 5, Y: 5, W: 0.1, H: 0.1 }, { X: 0.5, Y: 0.5, W: 0, H: 0 }, { X: 'x', Y: 0.5, W: 1, H: 1 }, {}]) expect(peopleOf(mwg(face(area)), [], 1, upright)).toEqual([{ name: 'Ana', region: null }]);
});

describe('a picture that is turned for showing', () => {
  // top left corner of the stored picture, wider than tall
  const stored = mwg(face({ X: 0.1, Y: 0.05, W: 0.2, H: 0.1 }));
  test.each([[1, 0, 0, 0.2, 0.1], [2, 0.8, 0, 0.2, 0.1], [3, 0.8, 0.9, 0.2, 0.1], [4, 0, 0.9, 0.2, 0.1], [5, 0, 0, 0.1, 0.2], [6, 0.9, 0, 0.1, 0.2], [7, 0.9, 0.8, 0.1, 0.2], [8, 0, 0.8, 0.1, 0.2]])('orientation %i', (orientation, x, y, w, h) => {
    const displayed = orientation >= 5 ? { width: 480, height: 640 } : upright;
    expect(peopleOf(stored, [], orientation, displayed)[0]?.region).toEqual({ x, y, w, h });
  });
  test('a writer that looked at the upright picture', () => {
    const turned = mwgPeople(struct({ AppliedToDimensions: { W: 480, H: 640 }, RegionList: [face({ X: 0.1, Y: 0.05, W: 0.2, H: 0.1 })] }));
    expect(peopleOf(turned, [], 6, { width: 480, height: 640 })[0]?.region).toEqual({ x: 0, y: 0, w: 0.2, h: 0.1 });
  });
});
test('as many as there are in a crowd', () => expect(peopleOf(mwg(...Array.from({ length: 5000 }, (_, i) => face({ X: 0.5, Y: 0.5, W: 0.1, H: 0.1 }, { Name: `N${i}` }))), [], 1, upright)).toHaveLength(200));
