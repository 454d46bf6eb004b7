import { expect, test } from 'vitest';
import { parseXmp } from './xmp.ts';

const xmp = (body: string, attributes = ''): ReturnType<typeof parseXmp> => parseXmp(Buffer.from(`<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:mwg-rs="x" ${attributes}>${body}</rdf:Description></rdf:RDF></x:xmpmeta>`));

test('attributes and elements, under whatever prefix', () => {
  expect(xmp('', 'xap:Rating="4"').get('xmp:Rating')).toEqual(['4']);
  expect(xmp('<xap:Rating>-1</xap:Rating>').get('xmp:Rating')).toEqual(['-1']);
});
test('lists, the default language first, entities', () => {
  const x = xmp('<dc:subject><rdf:Bag><rdf:li>sea &amp; sun</rdf:li><rdf:li>&#233;t&#xe9;</rdf:li></rdf:Bag></dc:subject><dc:title><rdf:Alt><rdf:li xml:lang="de">Titel</rdf:li><rdf:li xml:lang="x-default">Title</rdf:li></rdf:Alt></dc:title>');
  expect(x.get('dc:subject')).toEqual(['sea & sun', 'été']);
  expect(x.get('dc:title')?.[0]).toBe('Title');
});
test('what stands inside structures is left out', () => {
  const x = xmp('<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description dc:title="Face"><dc:subject>Ana</dc:subject></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions><xap:Rating>3</xap:Rating>');
  expect([x.get('dc:title'), x.get('dc:subject'), x.get('xmp:Rating')]).toEqual([undefined, undefined, ['3']]);
});
test('broken input gives less, never an error', () => {
  for (const junk of ['', '<', '<<<>>>', '</a></b>', '<rdf:RDF><rdf:Description', '&#99999999;', '<a '.repeat(50_000)]) expect(parseXmp(Buffer.from(junk)).size).toBe(0);
});
