import { sep } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEED } from '../testing/house.ts';
import { numbered, pathKey, safeName } from './names.ts';

test.each([
  ['../../etc/passwd', 'passwd'], ['..', 'photo'], ['', 'photo'], ['a/../../b.jpg', 'b.jpg'], ['C:\\Users\\Ann\\IMG_1.JPG', 'IMG_1.JPG'], ['IMG\u0000.jpg', 'IMG_.jpg'],
  ['con', '_con'], ['NUL.jpg', '_NUL.jpg'], ['com1.tar.gz', '_com1.tar.gz'], ['console.jpg', 'console.jpg'], ['trailing. . ', 'trailing'], ['.hidden.jpg', 'hidden.jpg'], ['a<b>:"|?*.png', 'a_b______.png'],
  ['Cafe\u0301.jpg', 'Caf\u00e9.jpg'], ['日本 😀.heic', '日本 😀.heic'], ['gpj.\u202eexe.jpg', 'gpj._exe.jpg'], ['a\ud800b.jpg', 'a\ufffdb.jpg'],
])('%j becomes %j', (name, safe) => expect(safeName(name)).toBe(safe));

test('a long name keeps its extension and whole characters', () => {
  const safe = safeName(`${'👩‍👩‍👧‍👦'.repeat(40)}.HEIC`);
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(180);
  expect(safe.endsWith('👩‍👩‍👧‍👦.HEIC')).toBe(true);
});

test('any name stays inside its folder, fits, and is stable', () => {
  const nasty = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.array(fc.constantFrom('..', '/', '\\', '\0', '.', ' ', 'CON', 'a', 'é', '.jpg', '\u202e', '\ud800'), { maxLength: 60 }).map((p) => p.join('')));
  fc.assert(fc.property(nasty, (name) => {
    const safe = safeName(name);
    expect(safe).not.toMatch(/[/\\\0]/);
    expect(safe.includes(sep)).toBe(false);
    expect(['', '.', '..']).not.toContain(safe);
    expect(safe).not.toMatch(/^[\s.]|[\s.]$/);
    expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
    expect(safeName(safe)).toBe(safe);
  }), { seed: SEED, numRuns: 2000 });
});

test('numbers go before the extension, and keys fold case and composition', () => {
  expect(numbered('IMG_1.JPG', 2)).toBe('IMG_1 (2).JPG');
  expect(numbered('noext', 3)).toBe('noext (3)');
  expect(pathKey('a/IMG.JPG')).toBe(pathKey('A/img.jpg'));
  expect(pathKey('Cafe\u0301')).toBe(pathKey('CAF\u00c9'));
  expect(pathKey('straße')).toBe(pathKey('STRASSE'));
});
