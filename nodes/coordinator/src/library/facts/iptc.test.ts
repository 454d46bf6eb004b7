import { expect, test } from 'vitest';
import { parseIptc } from './iptc.ts';

const set = (record: number, dataset: number, value: Buffer): Buffer => Buffer.concat([Buffer.from([0x1c, record, dataset, value.length >> 8, value.length & 255]), value]);
function segment(...sets: Buffer[]): Buffer {
  const iim = Buffer.concat(sets);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(iim.length);
  const other = Buffer.from('8BIM\x04\x25\x00\x00\x00\x00\x00\x03abc\x00', 'latin1');
  return Buffer.concat([Buffer.from('Photoshop 3.0\0'), other, Buffer.from('8BIM\x04\x04\x00\x00', 'latin1'), size, iim]);
}

test('UTF-8 is seen with and without its mark, everything else is Windows-1252', () => {
  expect(parseIptc(segment(set(2, 25, Buffer.from('Zürich', 'latin1')), set(2, 25, Buffer.from('Genève')), set(2, 120, Buffer.from('Café', 'latin1'))))).toEqual({ title: null, description: 'Café', keywords: ['Zürich', 'Genève'] });
  expect(parseIptc(segment(set(1, 90, Buffer.from('\x1b%G')), set(2, 5, Buffer.from('日本')))).title).toBe('日本');
});
test('a segment that is cut anywhere is read up to the cut', () => {
  const whole = segment(set(2, 25, Buffer.from('one')), set(2, 25, Buffer.from('two')));
  expect(parseIptc(whole).keywords).toEqual(['one', 'two']);
  for (let n = 0; n < whole.length; n++) expect(['one', 'two']).toEqual(expect.arrayContaining(parseIptc(whole.subarray(0, n)).keywords.filter((k) => k.length === 3)));
});
