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
test('names that promise something else', () => {
  expect([wrongExtension('a.PNG', 'image/jpeg'), wrongExtension('a.jpg', 'image/heic')]).toEqual([true, true]);
  expect([wrongExtension('a.JPG', 'image/jpeg'), wrongExtension('a', 'image/jpeg'), wrongExtension('.jpg', 'image/png'), wrongExtension('trip. to rome', 'image/jpeg'), wrongExtension('a.nef', 'image/x-nikon-nef'), wrongExtension('PXL.MP', 'video/mp4')]).toEqual(Array(6).fill(false));
});
