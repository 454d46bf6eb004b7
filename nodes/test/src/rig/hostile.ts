// Files that are made to hurt whoever reads them. Deterministic, and made at test time: none of them belongs into a repository.
import { crc32, deflateRawSync, constants } from 'node:zlib';

const u32 = (n: number): Buffer => {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(n >>> 0);
  return b;
};
const u16 = (n: number): Buffer => Buffer.from([n >> 8, n & 255]);
const times = (n: number, part: Buffer): Buffer => Buffer.alloc(n * part.length, part);
const latin = (s: string): Buffer => Buffer.from(s, 'latin1');

/** A whole JPEG with segments more, right behind its start. */
export const jpegWith = (jpeg: Buffer, ...segments: [marker: number, body: Buffer][]): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments.flatMap(([marker, body]) => [Buffer.from([0xff, marker]), u16(body.length + 2), body]), jpeg.subarray(2)]);
export const XMP_HEAD = 'http://ns.adobe.com/xap/1.0/\0';
/** A JPEG with an XMP packet; what is longer than a segment is cut. */
export const jpegWithXmp = (jpeg: Buffer, xmp: string): Buffer => jpegWith(jpeg, [0xe1, Buffer.concat([latin(XMP_HEAD), Buffer.from(xmp)]).subarray(0, 65_533)]);
/** Some 50 MB of metadata in 800 segments: comments, Photoshop blocks, extended XMP, EXIF that is none. */
export function jpegOfMetadata(jpeg: Buffer): Buffer {
  const big = Buffer.alloc(65_000, 0x41);
  const kinds: [number, Buffer][] = [
    [0xfe, big], [0xed, Buffer.concat([latin('Photoshop 3.0\x008BIM\x04\x04\0\0'), u32(64_000), big.subarray(0, 64_000)])], [0xe1, Buffer.concat([latin('http://ns.adobe.com/xmp/extension/\x00' + 'A'.repeat(32)), u32(0xffffffff), u32(7), big.subarray(0, 60_000)])],
    [0xe1, Buffer.concat([latin('Exif\0\0MM\0*\0\0\0\x08\xff\xff'), big.subarray(0, 60_000)])], [0xe2, Buffer.concat([latin('ICC_PROFILE\0\x01\xff'), big.subarray(0, 60_000)])],
  ];
  return jpegWith(jpeg, ...Array.from({ length: 800 }, (_v, i) => kinds[i % kinds.length]!));
}

const chunk = (kind: string, body: Buffer): Buffer => Buffer.concat([u32(body.length), latin(kind), body, u32(crc32(Buffer.concat([latin(kind), body])))]);
/** zlib data of `megabytes` of one letter, without ever holding them. */
function inflatesTo(megabytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(1 << 20, 0x20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const n = megabytes * (1 << 20);
  // Adler-32 of n spaces, in closed form
  const a = (1n + 32n * BigInt(n)) % 65_521n;
  const b = (BigInt(n) + (32n * BigInt(n) * (BigInt(n) + 1n)) / 2n) % 65_521n;
  return Buffer.concat([Buffer.from([0x78, 0xda]), times(megabytes, block), Buffer.from([0x03, 0x00]), u32(Number((b << 16n) | a))]);
}
/** A PNG with chunks more behind its header. */
const pngWith = (png: Buffer, ...chunks: Buffer[]): Buffer => Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
/** Its XMP inflates to a gigabyte. */
export const pngTextBomb = (png: Buffer, megabytes = 1024): Buffer => pngWith(png, chunk('iTXt', Buffer.concat([latin('XML:com.adobe.xmp\0\x01\0\0\0'), inflatesTo(megabytes)])));
export const pngManyTexts = (png: Buffer): Buffer => pngWith(png, ...Array.from({ length: 50_000 }, (_v, i) => chunk('tEXt', latin(`Key${i}\0${'x'.repeat(1000)}`))));

export const box = (kind: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), latin(kind), body]);
};
const ftyp = (brand: string): Buffer => box('ftyp', latin(`${brand}\0\0\0\0${brand}mif1`));
/** Boxes that claim more than there is: of 2^32 bytes, of 2^62 bytes, with 2^32 items. */
export const heicGiantBoxes = (): Buffer => Buffer.concat([ftyp('heic'), box('meta', u32(0), box('hdlr', Buffer.alloc(8), latin('pict'), Buffer.alloc(13)), box('iinf', Buffer.from([1, 0, 0, 0]), u32(0xffffffff)), box('iloc', Buffer.from([1, 0, 0, 0, 0x44, 0x40]), u16(0xffff)), u32(0xfffffff0), latin('iprp')), u32(1), latin('mdat'), Buffer.from([0x40, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(100)]);
export const heicDeep = (): Buffer => Buffer.concat([ftyp('heic'), nested('meta', 4000)]);
function nested(kind: string, depth: number): Buffer {
  const b = Buffer.alloc(depth * 8);
  for (let i = 0; i < depth; i++) {
    b.writeUInt32BE((depth - i) * 8, i * 8);
    b.write(kind, i * 8 + 4, 'latin1');
  }
  return b;
}
const track = (...tables: Buffer[]): Buffer => box('trak', box('mdia', box('hdlr', Buffer.alloc(8), latin('vide'), Buffer.alloc(12)), box('minf', box('stbl', ...tables))));
/** Tables that claim 2^32 entries; a million little boxes; boxes in boxes. */
export const mp4Tables = (): Buffer => Buffer.concat([ftyp('isom'), box('moov', track(...['stts', 'stsc', 'stsz', 'stco', 'ctts', 'stss'].map((kind) => box(kind, u32(0), u32(0xffffffff), u32(0xffffffff)))))]);
export const mp4ManyBoxes = (): Buffer => Buffer.concat([ftyp('isom'), box('moov', box('udta', times(1_000_000, latin('\0\0\0\x08abcd'))))]);
export const mp4Deep = (): Buffer => Buffer.concat([ftyp('isom'), nested('moov', 10_000)]);
export const mp4ManyTracks = (): Buffer => Buffer.concat([ftyp('isom'), box('moov', times(20_000, track()))]);

const entry = (tag: number, type: number, count: number, value: number): Buffer => Buffer.concat([u16(tag), u16(type), u32(count), u32(value)]);
/** A TIFF whose pages follow each other in a circle, with pages inside that do so too. */
export const tiffLoop = (): Buffer => {
  const ifd = Buffer.concat([u16(3), entry(256, 3, 1, 0x00100000), entry(330, 4, 1, 8), entry(34665, 4, 1, 8), u32(8)]);
  return Buffer.concat([latin('MM\0*'), u32(8), ifd]);
};
/** A million tags: BigTIFF has room for them in one page. */
export const bigTiffEntries = (): Buffer => {
  const head = Buffer.concat([latin('MM\0+'), u16(8), u16(0), u32(0), u32(16)]);
  const tag = Buffer.concat([u16(40_000), u16(4), u32(0), u32(1), u32(7), u32(0)]);
  return Buffer.concat([head, u32(0), u32(1_000_000), times(1_000_000, tag), u32(0), u32(0)]);
};
export const tiffManyPages = (): Buffer => {
  const pages = 20_000;
  const size = 2 + 12 + 4;
  return Buffer.concat([latin('MM\0*'), u32(8), ...Array.from({ length: pages }, (_v, i) => Buffer.concat([u16(1), entry(254, 4, 1, 0), u32(i === pages - 1 ? 0 : 8 + (i + 1) * size)]))]);
};

const packet = (description: string, before = ''): string => `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>${before}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">${description}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
const titled = (text: string): string => `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:description>`;
/** XMP that grows, that asks for files and addresses, and that makes careless readers run in circles. `secret`: a file; `url`: an address that nobody may ask. */
export const hostileXmp = ({ secret, url }: { secret: string; url: string }): Record<string, string> => ({
  'billion laughs': packet(titled('&lol9;'), `<!DOCTYPE x [<!ENTITY lol "lol">${Array.from({ length: 9 }, (_v, i) => `<!ENTITY lol${i + 1} "${`&lol${i || ''};`.repeat(10)}">`).join('')}]>`),
  'quadratic entity': packet(titled('&a;'.repeat(5000)), `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(20_000)}">]>`),
  'external file': packet(titled('&secret;'), `<!DOCTYPE x [<!ENTITY secret SYSTEM "file://${secret}">]>`),
  'external address': packet(titled('&page;'), `<!DOCTYPE x [<!ENTITY page SYSTEM "${url}/entity"><!ENTITY % dtd SYSTEM "${url}/dtd">%dtd;]>`),
  'external schema': packet(titled('plain'), `<!DOCTYPE x SYSTEM "${url}/x.dtd"><?xml-stylesheet href="${url}/x.xsl"?>`),
  'included file': packet(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://${secret}" parse="text"/>`),
  'comments that never end': packet('<!--'.repeat(12_000)),
  'tags that never end': packet('<a '.repeat(15_000)),
  'attributes that never end': packet(`<a ${'b="c" '.repeat(9000)}`),
  'quotes that never end': packet(`<a b="${'<'.repeat(50_000)}`),
  'deep': packet('<dc:a>'.repeat(9000)),
  'many values': packet(`<dc:subject><rdf:Bag>${'<rdf:li>x</rdf:li>'.repeat(3000)}</rdf:Bag></dc:subject>`),
});

/** Small files that claim to be pictures of gigapixels, by the one place where each format says its size. */
export function pictureBombs({ avif, heic, jpeg }: { avif: Buffer; heic: Buffer; jpeg: Buffer }): Record<string, Buffer> {
  const le32 = (n: number): Buffer => Buffer.from([n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24]);
  const ispe = (file: Buffer): Buffer => {
    const out = Buffer.from(file);
    for (let at = out.indexOf('ispe'); at >= 0; at = out.indexOf('ispe', at + 4)) out.fill(u32(60_000), at + 8, at + 16);
    return out;
  };
  const sof = (file: Buffer): Buffer => {
    const out = Buffer.from(file);
    for (let at = 2; at < out.length - 10 && out[at] === 0xff; at += 2 + out.readUInt16BE(at + 2)) {
      if (out[at + 1]! < 0xc0 || out[at + 1]! > 0xc2) continue;
      out.writeUInt16BE(65_500, at + 5);
      out.writeUInt16BE(65_500, at + 7);
      break;
    }
    return out;
  };
  const tags = [entry(256, 4, 1, 200_000), entry(257, 4, 1, 200_000), entry(258, 3, 1, 8 << 16), entry(259, 3, 1, 32773 << 16 >>> 0), entry(262, 3, 1, 1 << 16), entry(273, 4, 1, 8), entry(277, 3, 1, 1 << 16), entry(278, 4, 1, 200_000), entry(279, 4, 1, 8)];
  return {
    'bomb.jpg': sof(jpeg), 'bomb.avif': ispe(avif), 'bomb.heic': ispe(heic),
    'bomb.gif': Buffer.concat([latin('GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;')]),
    'bomb.webp': Buffer.concat([latin('RIFF'), le32(42), latin('WEBPVP8L'), le32(30), Buffer.from([0x2f, 0xff, 0xff, 0xff, 0x0f]), Buffer.alloc(25)]),
    'bomb.tif': Buffer.concat([latin('MM\0*'), u32(16), Buffer.alloc(8, 0x81), u16(tags.length), ...tags, u32(0)]),
    'bomb.bmp': Buffer.concat([latin('BM'), le32(1000), le32(0), le32(54), le32(40), le32(100_000), le32(100_000), latin('\x01\0\x18\0'), Buffer.alloc(24), Buffer.alloc(200)]),
    'bomb.psd': Buffer.concat([latin('8BPS\0\x01'), Buffer.alloc(6), u16(3), u32(30_000), u32(30_000), u16(8), u16(3), u32(0), u32(0), u32(0), u16(1), Buffer.alloc(100)]),
  };
}
/** The same video with another creation time in all its headers: seconds since 1904. */
export function videoOf(mp4: Buffer, seconds: number): Buffer {
  const out = Buffer.from(mp4);
  for (const kind of ['mvhd', 'tkhd', 'mdhd']) for (let at = out.indexOf(kind); at >= 0; at = out.indexOf(kind, at + 4)) out.writeUInt32BE(seconds, at + 8);
  return out;
}
