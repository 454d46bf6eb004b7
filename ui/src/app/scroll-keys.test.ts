import { expect, test } from 'vitest';
import { scrollTarget } from './scroll-keys.ts';

const at = { scrollTop: 500, clientHeight: 1000, scrollHeight: 5000 };
test.each([['PageDown', false, 1400], ['PageUp', false, 0], [' ', false, 1400], [' ', true, 0], ['Home', false, 0], ['End', false, 4000], ['a', false, null]] as const)('%s (shift: %s) leads to %s', (key, shift, want) => expect(scrollTarget(key, shift, at)).toBe(want));
test('a page at the end stays at the end', () => expect(scrollTarget('PageDown', false, { ...at, scrollTop: 3800 })).toBe(4000));
