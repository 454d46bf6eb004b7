import { expect, test } from 'vitest';
import { firstText, number, percentStars, place, text } from './tags.ts';

test('text is trimmed, without NULs and half characters, and bounded', () => {
  expect(text('  Canon\0\0 ', 100)).toBe('Canon');
  expect(text('ab😀', 3)).toBe('ab');
  expect(text(6300, 100)).toBe('6300');
  expect([text(' \0 ', 9), text(null, 9), text({}, 9)]).toEqual([null, null, null]);
});
test("a camera's own words are not a description", () => {
  expect(firstText([{ value: 'OLYMPUS DIGITAL CAMERA         ', from: 'exif' }, { value: ['', 'Grandma'], from: 'iptc' }], 100)).toEqual({ value: 'Grandma', from: 'iptc' });
  expect(firstText([{ value: 'SAMSUNG    ', from: 'exif' }], 100)).toBeNull();
});
test('numbers out of range are none', () => {
  expect([number('3', -1, 5), number(-1, -1, 5), number([100, 200], 1, 1e6), number(99, -1, 5), number('', -1, 5), number(NaN, 0, 1), number(new Uint16Array([64]), 1, 100)]).toEqual([3, -1, 100, null, null, null, 64]);
});
test('stars in percent', () => expect([0, 1, 25, 50, 75, 99, 101, null].map(percentStars)).toEqual([0, 1, 2, 3, 4, 5, null, null]));
test('places', () => {
  expect(place(0, -9.1)).toEqual({ lat: 0, lon: -9.1 });
  expect(place(-54.8, 180)).toEqual({ lat: -54.8, lon: 180 });
  expect([place(0, 0), place(123.4, 20), place(20, 270.5), place('', ''), place(null, 3)]).toEqual([null, null, null, null, null]);
});
