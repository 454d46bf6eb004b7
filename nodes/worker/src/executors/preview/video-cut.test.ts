import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HEAD_BYTES } from './sniff.ts';
import { isCut } from './video-cut.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const cut = (file: Buffer): Promise<boolean> => isCut(file.subarray(0, HEAD_BYTES), file.length, (from, length) => Promise.resolve(file.subarray(from, from + length)));
const box = (kind: string, length: number, body = length - 8): Buffer => { const b = Buffer.alloc(8 + body); b.writeUInt32BE(length); b.write(kind, 4, 'latin1'); return b; };
const mkv = (segment: number[], body: number): Buffer => Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x84, 1, 2, 3, 4, 0x18, 0x53, 0x80, 0x67, ...segment]), Buffer.alloc(body)]);

describe('a video that is shorter than it says', () => {
  it.each(['rotate90.mp4', 'hevc10-hlg.mov', 'avchd.m2ts', 'audio-only.m4a'])('%s is whole', async (name) => { expect(await cut(fixture(name))).toBe(false); });
  it('MP4: the data end too early', async () => {
    const whole = Buffer.concat([box('ftyp', 24), box('moov', 100), box('mdat', 5000)]);
    expect(await cut(whole)).toBe(false);
    expect(await cut(whole.subarray(0, 3000))).toBe(true);
  });
  it('MP4: padding or a box to the end is no damage', async () => {
    expect(await cut(Buffer.concat([box('ftyp', 24), box('moov', 100), Buffer.alloc(40)]))).toBe(false);
    expect(await cut(Buffer.concat([box('ftyp', 24), box('mdat', 0, 500)]))).toBe(false);
    expect(await cut(Buffer.concat([box('ftyp', 24), box('free', 500, 10)]))).toBe(false);
  });
  it('MP4: 64-bit sizes count', async () => {
    const large = box('mdat', 1, 100);
    large.writeBigUInt64BE(108n, 8);
    expect(await cut(Buffer.concat([box('ftyp', 24), large]))).toBe(false);
    large.writeBigUInt64BE(5_000_000_000n, 8);
    expect(await cut(Buffer.concat([box('ftyp', 24), large]))).toBe(true);
  });
  it('Matroska: known and unknown sizes', async () => {
    expect(await cut(mkv([0x40 | 1, 0xf4], 500))).toBe(false);
    expect(await cut(mkv([0x40 | 1, 0xf4], 400))).toBe(true);
    expect(await cut(mkv([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 400))).toBe(false);
  });
  it('AVI: by the length in its head', async () => {
    const avi = Buffer.concat([Buffer.from('RIFF\0\0\0\0AVI '), Buffer.alloc(500)]);
    avi.writeUInt32LE(504, 4);
    expect(await cut(avi)).toBe(false);
    expect(await cut(avi.subarray(0, 400))).toBe(true);
  });
});
