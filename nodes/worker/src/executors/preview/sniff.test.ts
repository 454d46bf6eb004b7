import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sniff } from './sniff.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)).subarray(0, 4096);
const box = (...brands: string[]): Buffer => { const b = Buffer.alloc(64); b.writeUInt32BE(8 + 4 * (brands.length + 1)); b.write(['ftyp', brands[0], '\0\0\0\0', ...brands.slice(1)].join(''), 4, 'latin1'); return b; };

describe('sniff', () => {
  it.each([
    ['truncated.jpg', 'jpeg'], ['heic-as.jpg', 'heic'], ['html-as.jpg', 'unknown'], ['garbage.jpg', 'unknown'], ['real.heic', 'heic'], ['anim.webp', 'webp'], ['gray16.png', 'png'],
    ['rotate90.mp4', 'video'], ['hevc10-hlg.mov', 'video'], ['avchd.m2ts', 'video'], ['no-moov.mp4', 'video'], ['audio-only.m4a', 'video'],
  ])('%s is %s', (name, kind) => { expect(sniff(fixture(name))).toBe(kind); });
  it.each([
    [['mif1', 'mif1', 'heic'], 'heic'], [['mif1', 'avif', 'miaf'], 'avif'], [['avis', 'msf1'], 'avif'], [['msf1', 'hevc'], 'heic'], [['isom', 'mif1', 'mp41'], 'video'], [['crx ', 'isom'], 'raw'], [['jpm '], 'unknown'], [['qt  '], 'video'],
  ])('brands %j are %s', (brands, kind) => { expect(sniff(box(...brands))).toBe(kind); });
  it('knows nothing about too few bytes', () => { expect(sniff(Buffer.from([0xff, 0xd8, 0xff]))).toBe('unknown'); });
});
