import { expect, test } from 'vitest';
import { diskName } from './disk-name.ts';

test.each([
  [Buffer.from('Größe 日本 😀.jpg'), 'Größe 日本 😀.jpg'], [Buffer.from('Gr\xf6\xdfe.jpg', 'latin1'), 'Größe.jpg'], [Buffer.from('\xe9l\xe8ve.jpg', 'latin1'), 'élève.jpg'], [Buffer.from('Ann\x92s caf\xe9.jpg', 'latin1'), 'Ann’s café.jpg'],
  [Buffer.from([0x93, 0xfa, 0x96, 0x7b, 0x8e, 0xca, 0x90, 0x5e, 0x2e, 0x6a, 0x70, 0x67]), '日本写真.jpg'], [Buffer.concat([Buffer.from([0x89, 0xc6, 0x91, 0xb0]), Buffer.from(' 2003.JPG')]), '家族 2003.JPG'],
])('%s', (disk, shown) => expect(diskName(disk)).toBe(shown));
test('bytes that are nothing anywhere are a name all the same', () => {
  for (let n = 0; n < 256; n++) expect(diskName(Buffer.from([n, 255 - n, 0x81]))).toSatisfy((name: string) => name.length > 0 && name.length <= 3 && name.isWellFormed());
});
