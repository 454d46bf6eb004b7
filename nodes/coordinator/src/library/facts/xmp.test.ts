import { describe, expect, test } from 'vitest';
import { parseXmp, type Xmp } from './xmp.ts';

const whole = (body: string, attributes = ''): Xmp => parseXmp(Buffer.from(`<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" ${attributes}>${body}</rdf:Description></rdf:RDF></x:xmpmeta>`));
const xmp = (body: string, attributes = ''): Xmp['properties'] => whole(body, attributes).properties;

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
  for (const junk of ['', '<', '<<<>>>', '</a></b>', '<rdf:RDF><rdf:Description', '&#99999999;', '<a '.repeat(50_000)]) expect(parseXmp(Buffer.from(junk)).properties.size).toBe(0);
});

test('structures that hold facts, as attributes, elements and lists', () => {
  const regions = whole(`<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="640" stDim:h="480"/><mwg-rs:RegionList><rdf:Bag>
    <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ana</mwg-rs:Name><mwg-rs:Area rdf:parseType="Resource"><stArea:x>0.5</stArea:x></mwg-rs:Area></rdf:li>
    <rdf:li><rdf:Description mwg-rs:Name="Bob &amp; Co" mwg-rs:Type="Face"><mwg-rs:Area stArea:x="0.25" stArea:y='0.5'/></rdf:Description></rdf:li>
  </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>`).structs.get('mwg-rs:Regions');
  expect(JSON.parse(JSON.stringify(regions))).toEqual({ appliedtodimensions: { w: '640', h: '480' }, regionlist: { 0: { name: 'Ana', area: { x: '0.5' } }, 1: { name: 'Bob & Co', type: 'Face', area: { x: '0.25', y: '0.5' } } } });
  expect(whole('<mwg-rs:Regions><mwg-rs:__proto__>x</mwg-rs:__proto__></mwg-rs:Regions>').structs.size).toBe(1);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

describe('what was made to hurt costs nothing', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]!} "${`&${'abcdefghi'[i]!};`.repeat(10)}">`).join('')}<!ENTITY file SYSTEM "file:///etc/passwd">]>`;
  test('entities are not followed', () => {
    const x = parseXmp(Buffer.from(`${bomb}<x><rdf:RDF><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>&j;&file;</dc:title></rdf:Description></rdf:RDF></x>`));
    expect(x.properties.get('dc:title') ?? ['&j;&file;']).toEqual(['&j;&file;']);
  });
  test.each([
    ['a packet of 50 MB', Buffer.alloc(50_000_000, '<rdf:li>x</rdf:li>')], ['comments that never end', Buffer.alloc(600_000, '<!--')], ['sections that never end', Buffer.alloc(600_000, '<![CDATA[')], ['instructions', Buffer.alloc(600_000, '<?')],
    ['one long name', Buffer.concat([Buffer.from('<rdf:Description '), Buffer.alloc(600_000, 'b'), Buffer.from('>')])], ['quotes', Buffer.alloc(600_000, `<a b="`)], ['depth', Buffer.alloc(600_000, '<rdf:RDF><rdf:Description>')], ['blanks', Buffer.concat([Buffer.from('<a'), Buffer.alloc(600_000, ' '), Buffer.from('>')])],
    ['many attributes', Buffer.from(`<rdf:RDF><rdf:Description ${Array.from({ length: 30_000 }, (_, i) => `dc:a${i}="${i}"`).join(' ')}/></rdf:RDF>`)], ['ampersands', Buffer.concat([Buffer.from('<rdf:RDF><rdf:Description><dc:title>'), Buffer.alloc(500_000, '&'), Buffer.from('</dc:title>')])],
  ])('%s', (_name, packet) => {
    const before = process.cpuUsage();
    const x = parseXmp(packet);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
    expect(x.properties.size).toBeLessThanOrEqual(500);
  });
});
