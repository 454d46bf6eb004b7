import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { moves } from './animated.ts';

const head = (name: string): Uint8Array => readFileSync(new URL(`../../../nodes/test/fixtures/media/${name}`, import.meta.url)).subarray(0, 4096);
const gif = (...blocks: string[]): Uint8Array => Uint8Array.from(`GIF89a${blocks.join('')}`, (c) => c.charCodeAt(0));

test('files that move, and their still siblings', () => {
  expect(moves(head('anim.webp'))).toBe(true);
  expect(moves(head('apng.png'))).toBe(true);
  expect(moves(head('plain.png'))).toBe(false);
  expect(moves(head('real.avif'))).toBe(false);
  expect(moves(head('base.jpg'))).toBe(false);
  expect(moves(gif('\x01\x00\x01\x00\x80\x00\x00', '!\xff\x0bNETSCAPE2.0'))).toBe(true);
  expect(moves(gif('\x01\x00\x01\x00\x80\x00\x00', ','))).toBe(false);
  expect(moves(new Uint8Array())).toBe(false);
});

test('an AVIF sequence says so in its brands, not somewhere in its bytes', () => {
  const box = (brands: string): Uint8Array => Uint8Array.from(`\0\0\0\x1cftyp${brands}....avis`, (c) => c.charCodeAt(0));
  expect(moves(box('avis\0\0\0\0msf1miaf'))).toBe(true);
  expect(moves(box('avif\0\0\0\0mif1miafMA1B'))).toBe(false);
});
