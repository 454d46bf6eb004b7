/** Properties of an XMP packet: `dc:subject` → its values. Only top-level simple values and lists; structures (face regions …) are left out. */
export type Xmp = ReadonlyMap<string, readonly string[]>;

/** The usual prefixes, whatever a writer called them. */
const PREFIX: Record<string, string> = {
  'http://purl.org/dc/elements/1.1/': 'dc', 'http://ns.adobe.com/xap/1.0/': 'xmp', 'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
  'http://ns.adobe.com/exif/1.0/': 'exif', 'http://ns.adobe.com/tiff/1.0/': 'tiff', 'http://ns.adobe.com/exif/1.0/aux/': 'aux',
  'http://ns.adobe.com/lightroom/1.0/': 'lr', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf', 'adobe:ns:meta/': 'x',
};
const MAX_BYTES = 512 * 1024;
const MAX_VALUES = 500;
const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * A small reader for what cameras and editors write, not an XML parser: no entities but the five and numeric ones, no DTD. Never throws; broken
 * input gives fewer properties. An XML library would cost more per photo than all the rest of the fast reader.
 */
export function parseXmp(packet: Uint8Array): Xmp {
  const out = new Map<string, string[]>();
  const names = new Map<string, string>();
  const stack: { name: string; lang: string | null }[] = [];
  const add = (name: string, value: string, first = false): void => {
    if (value.trim() === '') return;
    const list = out.get(name) ?? [];
    if (list.length < MAX_VALUES) list[first ? 'unshift' : 'push'](value);
    out.set(name, list);
  };
  const canonical = (qname: string): string => {
    const colon = qname.indexOf(':');
    return colon < 0 ? qname : `${names.get(qname.slice(0, colon)) ?? qname.slice(0, colon)}${qname.slice(colon)}`;
  };
  const xml = Buffer.from(packet.buffer, packet.byteOffset, Math.min(packet.byteLength, MAX_BYTES)).toString('utf8');
  for (const [, cdata, close, qname, attributes, empty, chars] of xml.matchAll(TOKEN)) {
    if (qname !== undefined && close === '/') { stack.pop(); continue; }
    if (qname !== undefined) {
      const pairs = [...(attributes ?? '').matchAll(ATTRIBUTE)].map((a): [string, string] => [a[1]!, decode(a[2] ?? a[3] ?? '')]);
      for (const [key, value] of pairs) if (key.startsWith('xmlns:')) names.set(key.slice(6), PREFIX[value] ?? key.slice(6));
      const name = canonical(qname);
      if (name === 'rdf:Description' && stack.at(-1)?.name === 'rdf:RDF') for (const [key, value] of pairs) if (!/^(xmlns|rdf|xml):/.test(key)) add(canonical(key), value);
      if (empty !== '/' && stack.length < 50) stack.push({ name, lang: pairs.find(([key]) => key === 'xml:lang')?.[1] ?? null });
      continue;
    }
    const value = cdata ?? decode(chars ?? '');
    const top = stack.findIndex((e, i) => e.name === 'rdf:Description' && stack[i - 1]?.name === 'rdf:RDF');
    const property = top < 0 ? undefined : stack[top + 1];
    if (property && stack.slice(top + 2).every((e) => e.name.startsWith('rdf:') && e.name !== 'rdf:Description')) add(property.name, value, stack.at(-1)?.lang === 'x-default');
  }
  return out;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decode = (s: string): string => s.includes('&')
  ? s.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, dec?: string, name?: string) => {
    const code = hex ? parseInt(hex, 16) : dec ? Number(dec) : NaN;
    return name ? (NAMED[name] ?? whole) : code <= 0x10ffff ? String.fromCodePoint(code) : '';
  })
  : s;
