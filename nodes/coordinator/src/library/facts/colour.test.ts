import { expect, test } from 'vitest';
import { audioCodec, videoCodec } from './codecs.ts';
import { codedColour, colourName, exifColour, iccName } from './colour.ts';

function profile(tag: Buffer, signature = 'desc'): Buffer {
  const b = Buffer.alloc(144);
  b.writeUInt32BE(1, 128);
  b.write(signature, 132, 'latin1');
  b.writeUInt32BE(144, 136);
  b.writeUInt32BE(tag.length, 140);
  return Buffer.concat([b, tag]);
}
const old = (name: string): Buffer => { const b = Buffer.alloc(12 + name.length + 20); b.write('desc'); b.writeUInt32BE(name.length + 1, 8); b.write(name, 12, 'latin1'); return b; };
const multi = (name: string): Buffer => { const b = Buffer.alloc(28 + name.length * 2); b.write('mluc'); b.writeUInt32BE(1, 8); b.writeUInt32BE(12, 12); b.write('enUS', 16); b.writeUInt32BE(name.length * 2, 20); b.writeUInt32BE(28, 24); Buffer.from(name, 'utf16le').swap16().copy(b, 28); return b; };

test('what profiles call themselves', () => {
  expect([old('sRGB IEC61966-2.1'), multi('Display P3'), multi('Adobe RGB (1998)'), multi('Some Printer'), old('c2')].map((tag) => iccName(profile(tag)))).toEqual(['sRGB', 'Display P3', 'Adobe RGB', 'Some Printer', 'sRGB']);
});
test('profiles that lie or are cut', () => {
  const lying = profile(multi('Display P3'));
  lying.writeUInt32BE(0xffffffff, 136);
  const many = profile(old('x'), 'rXYZ');
  many.writeUInt32BE(0xffffffff, 128);
  const long = profile(multi('Display P3'));
  long.writeUInt32BE(0x7fffffff, 144 + 20);
  expect([Buffer.alloc(0), Buffer.alloc(10_000), lying, many, long, profile(multi('Display P3')).subarray(0, 160)].map(iccName)).toEqual(Array(6).fill(null));
});
test('by the numbers of EXIF and of containers', () => {
  expect([exifColour(1, undefined), exifColour(2, undefined), exifColour(65535, 'R03'), exifColour(65535, 'R98'), exifColour(undefined, undefined)]).toEqual(['sRGB', 'Adobe RGB', 'Adobe RGB', null, null]);
  expect([codedColour(9, 16), codedColour('9', 18), codedColour(12, 13), codedColour(1, 1), codedColour(2, 2), codedColour(undefined, 16)]).toEqual(['BT.2020 PQ', 'BT.2020 HLG', 'Display P3', 'sRGB', null, null]);
  expect([colourName('\0 '), colourName(5), colourName('x'.repeat(200))?.length]).toEqual([null, null, 60]);
});
test('codecs in one word', () => {
  expect(['avc1', 'hvc1', 'hev1', 'V_MPEG4/ISO/AVC', 'V_VP9', 'apco', 'MJPG', 'jpeg', 27, 36, 'mp4v', 's263', 'wmv2', 'av01', 'abcd', 5, '', null, 'x'.repeat(99), '<b>'].map(videoCodec))
    .toEqual(['h264', 'hevc', 'hevc', 'h264', 'vp9', 'prores', 'mjpeg', 'mjpeg', 'h264', 'hevc', 'mpeg4', 'h263', 'wmv', 'av1', 'abcd', null, null, null, null, null]);
  expect(['mp4a', 'A_OPUS', 'samr', 129, 'sowt', 'lpcm', 'A_AAC', '.mp3', undefined].map(audioCodec)).toEqual(['aac', 'opus', 'amr', 'ac3', 'pcm', 'pcm', 'aac', 'mp3', null]);
});
