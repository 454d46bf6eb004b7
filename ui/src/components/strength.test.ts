import { expect, test } from 'vitest';
import { strength } from './strength.ts';

test.each([['', 'short'], ['1234567', 'short'], ['aaaaaaaaaaaaaaaa', 'weak'], ['Password1!longer', 'weak'], ['lampshade', 'weak'], ['Lampsh4de', 'fair'], ['winter garden', 'fair'], ['Winter-Garden7', 'good'], ['four words make sense', 'good']])('%j is %s', (password, want) => expect(strength(password)).toBe(want));
