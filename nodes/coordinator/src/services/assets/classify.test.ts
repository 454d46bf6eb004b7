import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { classify } from './classify.ts';

const temp = mkdtempSync(join(tmpdir(), 'mantel-classify-'));
afterAll(() => rmSync(temp, { recursive: true }));
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../../../fixtures', name));
const what = (name: string, bytes: Buffer) => {
  const path = join(temp, 'file');
  writeFileSync(path, bytes);
  return classify(path, { name, bytes: bytes.length });
};
const noise = fixture('garbage.jpg');
const zip = (flags: number): Buffer => Buffer.concat([Buffer.from('PK\x03\x04\x14\0', 'latin1'), Buffer.from([flags, 0]), Buffer.alloc(60, 7)]);
/** A box of an MP4 around others. */
const box = (kind: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(kind, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const video = (entry: string): Buffer => {
  const hdlr = box('hdlr', Buffer.from('\0\0\0\0\0\0\0\0vide', 'latin1'), Buffer.alloc(12));
  const stsd = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box(entry, Buffer.alloc(78)));
  return Buffer.concat([box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1')), box('moov', box('trak', box('mdia', hdlr, box('minf', box('stbl', stsd)))))]);
};

test('content that is known is what it is, whatever its name', async () => {
  expect(await what('a.png', fixture('gps-Lisbon.jpg'))).toEqual({ mime: 'image/jpeg', type: 'image', ext: 'jpg', problems: [] });
  expect(await what('notes.txt', fixture('real.heic'))).toMatchObject({ mime: 'image/heic' });
});

test.each([
  ['IMG_1.JPG', noise, 'image', 'undecodable'], ['page.jpg', fixture('html-as.jpg'), 'image', 'undecodable'], ['clip.MOV', noise, 'video', 'undecodable'], ['raw.NEF', noise, 'image', 'undecodable'], ['sound.mp4', fixture('audio-only.m4a'), 'video', 'undecodable'], ['a.jpg', zip(0), 'image', 'undecodable'],
  ['IMG_2.jpg', Buffer.alloc(0), 'image', 'empty'], ['clip.mp4', Buffer.alloc(0), 'video', 'empty'],
  ['IMG_3.jpg', Buffer.from('Salted__12345678ciphertext'), 'image', 'encrypted'], ['IMG_3.jpg.enc', Buffer.from('Salted__12345678ciphertext'), 'image', 'encrypted'], ['IMG_4.heic.gpg', Buffer.concat([Buffer.from([0x8c, 0x0d, 0x04, 0x09]), noise]), 'image', 'encrypted'],
  ['clip.mp4.age', Buffer.from('age-encryption.org/v1\n-> X25519 '), 'video', 'encrypted'], ['IMG_5.jpg.zip', zip(1), 'image', 'encrypted'], ['IMG_6.jpg', Buffer.concat([Buffer.from('HBEGIN:oc_encryption_module:OC_DEFAULT_MODULE:'), noise]), 'image', 'encrypted'],
  ['IMG_7.png', Buffer.from('AES\x02\0\0\x1bCREATED_BY'), 'image', 'encrypted'],
] as const)('%s is kept with a reason', async (name, bytes, type, problem) => expect(await what(name, bytes)).toMatchObject({ mime: 'application/octet-stream', type, problems: [problem] }));

test('a video with encrypted pictures is a video, and says so; a clear one does not', async () => {
  expect(await what('film.mp4', video('encv'))).toMatchObject({ mime: 'video/mp4', problems: ['encrypted'] });
  expect(await what('film.m4v', video('drmi'))).toMatchObject({ mime: 'video/mp4', problems: ['encrypted'] });
  expect(await what('film.mp4', video('avc1'))).toMatchObject({ mime: 'video/mp4', problems: [] });
});

test.each([
  ['notes.txt', Buffer.from('dear diary'), /not a photo or video/], ['page.html', fixture('html-as.jpg'), /not a photo or video/], ['song.m4a', fixture('audio-only.m4a'), /This is sound/], ['x.zip', zip(0), /not a photo/], ['holiday.zip', zip(1), /not a photo/],
  ['._IMG_1.jpg', Buffer.concat([Buffer.from([0, 5, 0x16, 7]), Buffer.alloc(100)]), /what macOS remembers/], ['main.ts', Buffer.from('export {}'), /not a photo/], ['GIFTS', Buffer.from('GIFTS for Ann and Bob, and all the others'), /not a photo/], ['list', Buffer.from('BMW, Audi, and a long list of other cars'), /not a photo/],
] as const)('%s is refused in words that fit', async (name, bytes, words) => {
  await expect(what(name, bytes)).rejects.toMatchObject({ type: 'unsupported_type', message: expect.stringMatching(words) as string });
});
test('an empty file that promises nothing is refused as empty', async () => expect(what('notes.txt', Buffer.alloc(0))).rejects.toMatchObject({ type: 'empty_file' }));
