import { describe, expect, test } from 'vitest';
import { appleContentId, contentId } from './maker-apple.ts';
import { parseExif } from './tiff.ts';

type Entry = [tag: number, type: number, count: number, value: Buffer];
/** A directory at an offset: values of more than four bytes stand behind it. */
function directory(entries: Entry[], at: number, little: boolean): Buffer {
  const u16 = (n: number): Buffer => { const b = Buffer.alloc(2); b[little ? 'writeUInt16LE' : 'writeUInt16BE'](n); return b; };
  const u32 = (n: number): Buffer => { const b = Buffer.alloc(4); b[little ? 'writeUInt32LE' : 'writeUInt32BE'](n); return b; };
  let behind = at + 2 + entries.length * 12 + 4;
  const tail: Buffer[] = [];
  const rows = entries.map(([tag, type, count, value]) => {
    if (value.length <= 4) return Buffer.concat([u16(tag), u16(type), u32(count), value, Buffer.alloc(4 - value.length)]);
    tail.push(value);
    behind += value.length;
    return Buffer.concat([u16(tag), u16(type), u32(count), u32(behind - value.length)]);
  });
  return Buffer.concat([u16(entries.length), ...rows, u32(0), ...tail]);
}
const text = (tag: number, s: string | Buffer): Entry => { const b = Buffer.concat([Buffer.from(s), Buffer.from([0])]); return [tag, 2, b.length, b]; };
const big = (...entries: Entry[]): Buffer => Buffer.concat([Buffer.from('MM\0*\0\0\0\x08', 'latin1'), directory(entries, 8, false)]);
const small = (...entries: Entry[]): Buffer => Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), directory(entries, 8, true)]);

describe('EXIF by hand', () => {
  test('both orders, with and without the head; rationals, lists, text', () => {
    for (const block of [big(text(0x10f, 'Canon'), [0x829a, 5, 1, Buffer.from([0, 0, 0, 1, 0, 0, 0, 4])], [0x112, 3, 1, Buffer.from([0, 6])]), small(text(0x10f, 'Canon'), [0x829a, 5, 1, Buffer.from([1, 0, 0, 0, 4, 0, 0, 0])], [0x112, 3, 1, Buffer.from([6, 0])])]) {
      for (const b of [block, Buffer.concat([Buffer.from('Exif\0\0'), block])]) expect([0x10f, 0x829a, 0x112].map((tag) => parseExif(b)?.ifd0.get(tag))).toEqual(['Canon', 0.25, 6]);
    }
  });
  test.each([['UTF-8', Buffer.from('Zürich ☀'), 'Zürich ☀'], ['Latin-1', Buffer.from('Café à Genève', 'latin1'), 'Café à Genève'], ['Shift-JIS', Buffer.from([0x82, 0xb3, 0x82, 0xad, 0x82, 0xe7]), 'さくら'], ['kanji', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'], ['NUL behind it', Buffer.from('a\0b'), 'a']])('text in %s', (_name, bytes, said) => expect(parseExif(big(text(0x10e, bytes)))?.ifd0.get(0x10e)).toBe(said));
  test('what is none, or lies outside', () => {
    expect([Buffer.alloc(0), Buffer.from('II*\0'), Buffer.from('garbage and more'), Buffer.from('II*\0\xff\xff\xff\x7f', 'latin1'), big([0x8769, 4, 1, Buffer.from([0, 0, 0xff, 0xff])])].map(parseExif)).toEqual([null, null, null, null, null]);
    expect(parseExif(big([0x10f, 2, 0xffffffff, Buffer.from([0, 0, 0, 9])], [0x110, 99, 1, Buffer.alloc(4)]))?.ifd0.size).toBe(0);
  });
  test('text of megabytes, five hundred times', () => {
    const entries: Entry[] = Array.from({ length: 500 }, (_, i) => [0x100 + i, 2, 20_000_000, Buffer.from([0, 0, 0, 8])]);
    const before = process.cpuUsage();
    expect(parseExif(Buffer.concat([big(...entries), Buffer.alloc(20_000_000, 'x')]))?.ifd0.size).toBe(500);
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
  test('a directory that contains itself ends', () => expect(parseExif(big([0x8769, 4, 1, Buffer.from([0, 0, 0, 8])]))?.exif.size).toBe(1));
});

describe("Apple's maker note", () => {
  const note = (...entries: Entry[]): Buffer => Buffer.concat([Buffer.from('Apple iOS\0\0\x01MM', 'latin1'), directory(entries, 14, false)]);
  test('the content identifier', () => expect(appleContentId(note([9, 9, 1, Buffer.alloc(4)], text(0x11, '1c2d3e4f-0001-4A5B-8C6D-7E8F90A1B2C3')))).toBe('1C2D3E4F-0001-4A5B-8C6D-7E8F90A1B2C3'));
  test('none', () => {
    expect([null, Buffer.alloc(10), Buffer.from('Nikon\0\x02\x10\0\0MM\0*\0\0\0\x08'), note(), note(text(0x11, 'no')), note(text(0x11, 'a b c d e f g h'))].map(appleContentId)).toEqual(Array(6).fill(null));
    expect([contentId(5), contentId('x'.repeat(99)), contentId(undefined)]).toEqual([null, null, null]);
  });
});
