import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sniff, wrongExtension } from './sniff.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../../../fixtures', name);
const temp = mkdtempSync(path.join(tmpdir(), 'mantel-sniff-'));
afterAll(() => rmSync(temp, { recursive: true }));

test.each([
  ['gps-Lisbon.jpg', 'image/jpeg'], ['truncated.jpg', 'image/jpeg'], ['plain.png', 'image/png'], ['anim.webp', 'image/webp'], ['real.heic', 'image/heic'], ['heic-as.jpg', 'image/heic'],
  ['real.avif', 'image/avif'], ['real.jxl', 'image/jxl'], ['h264-aac.mp4', 'video/mp4'], ['no-moov.mp4', 'video/mp4'], ['apple-creationdate.mov', 'video/quicktime'],
])('%s is %s, from its path and from its head', async (name, mime) => {
  expect((await sniff(fixture(name)))?.mime).toBe(mime);
  expect((await sniff(readFileSync(fixture(name)).subarray(0, 4100)))?.mime).toBe(mime);
});
test.each(['html-as.jpg', 'garbage.jpg', 'zero.jpg', 'audio-only.m4a', 'expected.json'])('%s is no photo', async (name) => expect(await sniff(fixture(name))).toBeNull());

test('an MP4 with sound alone is no video, whatever its brand; a track less is enough to tell', async () => {
  const file = path.join(temp, 'sound.mp4');
  const bytes = readFileSync(fixture('audio-only.m4a'));
  bytes.write('isom', 8, 'latin1');
  writeFileSync(file, bytes);
  expect((await sniff(bytes.subarray(0, 4100)))?.mime).toBe('video/mp4');
  expect(await sniff(file)).toBeNull();
});
test('odd starts do not throw', async () => {
  for (const head of ['', '\xff', '\xff\xd8', '\xff\xd8\xff', '\0\0\0\x20ftyp', '\0\0\0\x00ftypmif1\0\0\0\0', 'RIFF', '\x89PNG', 'II*\0', 'II*\0\xff\xff\xff\xff']) {
    const file = path.join(temp, 'odd');
    writeFileSync(file, head, 'latin1');
    await expect(sniff(file)).resolves.toSatisfy((s: unknown) => s === null || typeof s === 'object');
  }
});
/** A TIFF of some pages; entries as [tag, type, count, value], text values behind them. */
function tiff(...pages: { make?: string; tags: [number, number, number, number][] }[]): Buffer {
  const parts: Buffer[] = [];
  let at = 8;
  for (const [i, { make, tags }] of pages.entries()) {
    const text = Buffer.from(make ? `${make}\0`.padEnd(32, '\0') : '');
    const size = 2 + (tags.length + (make ? 1 : 0)) * 12 + 4;
    const all: [number, number, number, number][] = [...(make ? [[271, 2, make.length + 1, at + size] as [number, number, number, number]] : []), ...tags];
    const b = Buffer.alloc(size);
    b.writeUInt16LE(all.length);
    for (const [n, [tag, type, count, value]] of all.entries()) {
      b.writeUInt16LE(tag, 2 + n * 12);
      b.writeUInt16LE(type, 4 + n * 12);
      b.writeUInt32LE(count, 6 + n * 12);
      b.writeUInt32LE(value, 10 + n * 12);
    }
    if (i < pages.length - 1) b.writeUInt32LE(at + size + text.length, size - 4);
    parts.push(b, text);
    at += size + text.length;
  }
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), ...parts]);
}
const small: [number, number, number, number] = [254, 4, 1, 1];
const sub: [number, number, number, number] = [330, 4, 1, 5000];
test.each([
  ['NIKON CORPORATION', 'image/x-nikon-nef'], ['SONY', 'image/x-sony-arw'], ['PENTAX Corporation', 'image/x-pentax-pef'], ['SAMSUNG', 'image/x-samsung-srw'], ['Hasselblad', 'image/x-hasselblad-3fr'], ['Some scanner', 'image/tiff'],
])('a raw photo of %s is %s', async (make, mime) => {
  expect((await sniff(tiff({ make, tags: [small, sub] })))?.mime).toBe(mime); // its first page is the small picture of another
  expect((await sniff(tiff({ make, tags: [[262, 3, 1, 2]] }, { tags: [[262, 3, 1, 32803]] })))?.mime).toBe(mime); // a colour filter array on a later page
  expect((await sniff(tiff({ make, tags: [[262, 3, 1, 2]] })))?.mime).toBe('image/tiff'); // a picture that a program of theirs saved
});
test.each([
  ['image/x-adobe-dng', tiff({ make: 'Canon', tags: [[50706, 1, 4, 0x0401]] })], ['image/x-canon-cr2', Buffer.concat([Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'), Buffer.alloc(40)])], ['image/x-canon-cr3', Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1')],
  ['image/x-olympus-orf', Buffer.from('IIRO\x08\0\0\0\0\0\0\0', 'latin1')], ['image/x-panasonic-rw2', Buffer.from('IIU\0\x18\0\0\0\0\0\0\0', 'latin1')], ['image/x-fujifilm-raf', Buffer.from('FUJIFILMCCD-RAW 0201FF')], ['image/x-sigma-x3f', Buffer.from('FOVb\0\0\x02\0')], ['image/x-minolta-mrw', Buffer.from('\0MRM\0\0\0\0')],
  ['image/jxl', Buffer.from('\xff\x0a\xfa\x7f', 'latin1')], ['image/j2c', Buffer.from('\xff\x4f\xff\x51\0\x2f', 'latin1')], ['image/bmp', Buffer.concat([Buffer.from('BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'latin1'), Buffer.alloc(40)])], ['image/vnd.adobe.photoshop', Buffer.from('8BPS\0\x01\0\0\0\0\0\0', 'latin1')],
  ['video/mpeg', Buffer.from('\0\0\x01\xba\x44\0', 'latin1')], ['video/x-dv', Buffer.concat([Buffer.from('\x1f\x07\0\xbf', 'latin1'), Buffer.alloc(76, 0xff), Buffer.from('\x3f\x07\0', 'latin1'), Buffer.alloc(100)])], ['video/x-flv', Buffer.from('FLV\x01\x05\0\0\0\x09', 'latin1')],
])('%s by its first bytes', async (mime, bytes) => {
  const file = path.join(temp, 'kind');
  writeFileSync(file, bytes);
  expect((await sniff(file))?.mime).toBe(mime);
  expect((await sniff(bytes))?.mime).toBe(mime);
});
test('what is a picture for a program and not for a family is none: icons; text that begins like one', async () => {
  for (const bytes of [Buffer.from([0, 0, 1, 0, 1, 0, 16, 16]), Buffer.from('BMW and other cars, a list of them all'), Buffer.from('GIF is a format')]) expect(await sniff(bytes)).toBeNull();
});
test('pages that follow each other in a circle, and a page that claims 65535 tags, come to an end', async () => {
  const circle = tiff({ make: 'SONY', tags: [[330, 4, 1, 8]] });
  circle.writeUInt32LE(8, 8 + 2 + 24);
  expect((await sniff(circle))?.mime).toBe('image/tiff');
  const many = tiff({ make: 'SONY', tags: [] });
  many.writeUInt16LE(65535, 8);
  expect((await sniff(many))?.mime).toBe('image/tiff');
});

test('names that promise something else', () => {
  expect([wrongExtension('a.PNG', 'image/jpeg'), wrongExtension('a.jpg', 'image/heic')]).toEqual([true, true]);
  expect([wrongExtension('a.JPG', 'image/jpeg'), wrongExtension('a', 'image/jpeg'), wrongExtension('.jpg', 'image/png'), wrongExtension('trip. to rome', 'image/jpeg'), wrongExtension('a.nef', 'image/x-nikon-nef'), wrongExtension('PXL.MP', 'video/mp4')]).toEqual(Array(6).fill(false));
});
