import { expect, test } from 'vitest';
import { crumbs, parentOf, rowAfter, shownPlaces } from './places.ts';

const place = (name: string, folder = false) => ({ name, path: `/a/${name}`, folder, bytes: folder ? null : 1 });

test('the way to a folder', () => {
  expect(crumbs('/mnt/my photos').map((c) => c.path)).toEqual(['/', '/mnt', '/mnt/my photos']);
  expect(crumbs('/')).toEqual([{ name: '', path: '/' }]);
  expect([parentOf('/mnt/a'), parentOf('/mnt'), parentOf('/')]).toEqual(['/mnt', '/', '/']);
});
test('what is shown', () => {
  const all = [place('Card', true), place('a.ZIP'), place('b.tgz'), place('c.txt')];
  const names = (accept: string[], letters = '') => shownPlaces(all, accept, letters).map((p) => p.name);
  expect(names([])).toEqual(['Card', 'a.ZIP', 'b.tgz', 'c.txt']);
  expect(names(['.zip', '.tgz'])).toEqual(['Card', 'a.ZIP', 'b.tgz']);
  expect(names([], ' C ')).toEqual(['Card', 'c.txt']);
});
test('keys', () => {
  const names = ['Alpha', 'beta', 'Bravo', 'charlie'];
  expect(['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown'].map((k) => rowAfter(k, 1, names))).toEqual([2, 0, 0, 3, 3]);
  expect([rowAfter('ArrowUp', 0, names), rowAfter('ArrowDown', 3, names)]).toEqual([0, 3]);
  expect([rowAfter('b', 0, names), rowAfter('b', 1, names), rowAfter('B', 2, names), rowAfter('x', 2, names), rowAfter('Tab', 2, names), rowAfter(' ', 2, names)]).toEqual([1, 2, 1, null, null, null]);
  expect(rowAfter('End', 0, [])).toBe(null);
});
