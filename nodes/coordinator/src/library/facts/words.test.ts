import { expect, test } from 'vitest';
import { words } from './words.ts';

const sjis = (...pairs: number[]): Buffer => Buffer.from(pairs.flatMap((p) => (p > 0xff ? [p >> 8, p & 0xff] : [p])));

test.each([
  ['Thérèse', Buffer.from('Thérèse', 'latin1')], ['Grüße aus Köln', Buffer.from('Grüße aus Köln', 'latin1')], ['Ærø, Åse och Öland', Buffer.from('Ærø, Åse och Öland', 'latin1')], ['Café à Genève', Buffer.from('Café à Genève', 'latin1')], ['¿Qué? Señor ÑANDÚ', Buffer.from('¿Qué? Señor ÑANDÚ', 'latin1')],
  ['l’étés d’août', Buffer.from([0x6c, 0x92, 0xe9, 0x74, 0xe9, 0x73, 0x20, 0x64, 0x92, 0x61, 0x6f, 0xfb, 0x74])], ['don’t won’t', Buffer.from('don\x92t won\x92t', 'latin1')], ['“quoted”', Buffer.from('\x93quoted\x94', 'latin1')],
  ['さくら', sjis(0x82b3, 0x82ad, 0x82e7)], ['日本', sjis(0x93fa, 0x967b)], ['東京タワー 2019', sjis(0x938c, 0x8b9e, 0x835e, 0x838f, 0x815b, 0x20, 0x32, 0x30, 0x31, 0x39)], ['Zürich ☀ 日本', Buffer.from('Zürich ☀ 日本')], ['plain', Buffer.from('plain\0hidden')], ['', Buffer.alloc(0)],
])('%s', (said, bytes) => expect(words(bytes)).toBe(said));
test('bounded, and never at a loss', () => {
  expect(words(Buffer.alloc(1_000_000, 'x'))).toHaveLength(65_536);
  for (let b = 0x80; b < 0x100; b++) expect(words(Buffer.from([b]))).toHaveLength(1);
});
