import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { announcedClips, findClip } from './motion.ts';
import { parseXmp } from './xmp.ts';

const temp = mkdtempSync(path.join(tmpdir(), 'mantel-motion-'));
afterAll(() => rmSync(temp, { recursive: true }));
const u32 = (n: number, little = false): Buffer => { const b = Buffer.alloc(4); b[little ? 'writeUInt32LE' : 'writeUInt32BE'](n); return b; };
const box = (kind: string, content: Buffer = Buffer.alloc(8)): Buffer => Buffer.concat([u32(8 + content.length), Buffer.from(kind, 'latin1'), content]);
const clip = Buffer.concat([box('ftyp', Buffer.from('mp42\0\0\0\0isom')), box('mdat', Buffer.alloc(500, 7)), box('moov')]);
const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(300, 1), Buffer.from([0xff, 0xd9])]);
let count = 0;
async function find(mime: string, announced: number[], ...parts: Buffer[]): Promise<{ offset: number; bytes: number } | null> {
  const file = path.join(temp, `${count++}`);
  writeFileSync(file, Buffer.concat(parts));
  return findClip(file, mime, announced);
}
const here = { offset: picture.length, bytes: clip.length };

describe('what XMP announces', () => {
  const xmp = (body: string, attributes = ''): number[] => announcedClips(parseXmp(Buffer.from(`<rdf:RDF><rdf:Description xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:C="http://ns.google.com/photos/1.0/container/" xmlns:I="http://ns.google.com/photos/1.0/container/item/" ${attributes}>${body}</rdf:Description></rdf:RDF>`)));
  const items = (...list: string[]): string => `<C:Directory><rdf:Seq>${list.map((i) => `<rdf:li rdf:parseType="Resource"><C:Item ${i}/></rdf:li>`).join('')}</rdf:Seq></C:Directory>`;
  test('micro video', () => expect(xmp('', 'GCamera:MicroVideoOffset="5024"')).toEqual([5024]));
  test('motion photo', () => expect(xmp(items('I:Mime="image/jpeg" I:Length="0"', 'I:Mime="video/mp4" I:Semantic="MotionPhoto" I:Length="5094" I:Padding="199"'))).toEqual([5094]));
  test('with a gain map before it and something after it', () => expect(xmp(items('I:Mime="image/jpeg"', 'I:Mime="image/jpeg" I:Semantic="GainMap" I:Length="100"', 'I:Mime="video/mp4" I:Length="5000"', 'I:Mime="image/jpeg" I:Length="30" I:Padding="8"'))).toEqual([5038]));
  test('a gain map alone, or nonsense', () => {
    expect(xmp(items('I:Mime="image/jpeg"', 'I:Mime="image/jpeg" I:Semantic="GainMap" I:Length="100"'))).toEqual([]);
    expect(xmp('', 'GCamera:MicroVideoOffset="-5"')).toEqual([]);
    expect(xmp('<C:Directory>x</C:Directory>')).toEqual([]);
  });
});

describe('where the clip lies', () => {
  test('announced', async () => {
    expect(await find('image/jpeg', [clip.length], picture, clip)).toEqual(here);
    expect(await find('image/jpeg', [99_999_999, 3, clip.length], picture, clip)).toEqual(here);
  });
  test('announced and not there, or no whole clip', async () => {
    expect(await find('image/jpeg', [99_999_999], picture)).toBeNull();
    expect(await find('image/jpeg', [100], picture)).toBeNull();
    expect(await find('image/jpeg', [100, 0], picture, clip.subarray(0, 100), picture)).toBeNull();
  });
  test("Samsung's trailer with its table", async () => {
    const name = Buffer.from('MotionPhoto_Data');
    const other = Buffer.concat([Buffer.from([0, 0, 1, 0x0a]), u32(4, true), Buffer.from('Time'), Buffer.from('123')]);
    const block = Buffer.concat([Buffer.from([0, 0, 0x30, 0x0a]), u32(name.length, true), name, clip]);
    const entry = (type: number[], back: number, size: number): Buffer => Buffer.concat([Buffer.from([0, 0, ...type]), u32(back, true), u32(size, true)]);
    const table = Buffer.concat([Buffer.from('SEFH'), u32(107, true), u32(2, true), entry([1, 0x0a], other.length + block.length, other.length), entry([0x30, 0x0a], block.length, block.length)]);
    expect(await find('image/jpeg', [], picture, other, block, table, u32(table.length, true), Buffer.from('SEFT'))).toEqual({ offset: picture.length + other.length + 8 + name.length, bytes: clip.length });
  });
  test('the mark alone', async () => expect(await find('image/jpeg', [], picture, Buffer.from('MotionPhoto_Data'), clip)).toEqual({ offset: picture.length + 16, bytes: clip.length }));
  test('the mark across two reads', async () => expect(await find('image/jpeg', [], picture, Buffer.alloc(1024 * 1024 - picture.length - 5), Buffer.from('MotionPhoto_Data'), clip)).toEqual({ offset: 1024 * 1024 + 11, bytes: clip.length }));
  test('a box of HEIF', async () => {
    const heic = Buffer.concat([box('ftyp', Buffer.from('heic\0\0\0\0mif1')), box('meta'), box('mdat', Buffer.alloc(99))]);
    expect(await find('image/heic', [], heic, box('mpvd', clip))).toEqual({ offset: heic.length + 8, bytes: clip.length });
    expect(await find('image/heic', [], heic)).toBeNull();
    expect(await find('image/heic', [], heic, box('mpvd', Buffer.alloc(40)))).toBeNull();
  });
  test('tables that lie, plain photos, other kinds, nothing', async () => {
    expect(await find('image/jpeg', [], picture, Buffer.from('SEFH\0\0\0\0\xff\xff\xff\xff\0\0\x30\x0a\xff\xff\xff\xff\xff\xff\xff\xff', 'latin1'), u32(24, true), Buffer.from('SEFT'))).toBeNull();
    expect(await find('image/jpeg', [], picture, u32(60_000, true), Buffer.from('SEFT'))).toBeNull();
    expect(await find('image/jpeg', [], picture)).toBeNull();
    expect(await find('image/png', [], picture, Buffer.from('MotionPhoto_Data'), clip)).toBeNull();
    expect(await find('image/jpeg', [])).toBeNull();
    expect(await findClip(path.join(temp, 'gone'), 'image/jpeg', [5])).toBeNull();
  });
});
