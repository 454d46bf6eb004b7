/** A structure of XMP by the local names of its fields in lower case (`area`, `x`); a list is one with the fields `0`, `1`, …. No prototype. */
export interface Struct { [field: string]: Struct | string }
/** Properties of an XMP packet: `dc:subject` → its values. Of structures only those that hold facts of ours. */
export interface Xmp {
  readonly properties: ReadonlyMap<string, readonly string[]>;
  readonly structs: ReadonlyMap<string, Struct>;
  /** There was more than is read of one packet. */
  readonly cut: boolean;
}

/** The usual prefixes, whatever a writer called them. */
const PREFIX: Record<string, string> = {
  'http://purl.org/dc/elements/1.1/': 'dc', 'http://ns.adobe.com/xap/1.0/': 'xmp', 'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
  'http://ns.adobe.com/exif/1.0/': 'exif', 'http://ns.adobe.com/tiff/1.0/': 'tiff', 'http://ns.adobe.com/exif/1.0/aux/': 'aux',
  'http://ns.adobe.com/lightroom/1.0/': 'lr', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf', 'adobe:ns:meta/': 'x', 'http://ns.adobe.com/xmp/note/': 'xmpNote',
  'http://www.digikam.org/ns/1.0/': 'digiKam', 'http://ns.microsoft.com/photo/1.0/': 'MicrosoftPhoto', 'http://ns.microsoft.com/photo/1.0': 'MicrosoftPhoto', 'http://ns.microsoft.com/photo/1.2/': 'MP',
  'http://www.metadataworkinggroup.com/schemas/regions/': 'mwg-rs', 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/': 'Iptc4xmpExt', 'http://cipa.jp/exif/1.0/': 'exifEX',
  'http://ns.google.com/photos/1.0/camera/': 'GCamera', 'http://ns.google.com/photos/1.0/container/': 'Container', 'http://ns.google.com/photos/1.0/container/item/': 'Item',
};
/** Structures that are read: named faces, and where the clip of a motion photo lies. */
const STRUCTS = new Set(['mwg-rs:Regions', 'MP:RegionInfo', 'Container:Directory']);
const MAX_BYTES = 512 * 1024;
const MAX_VALUES = 500;
const MAX_FIELDS = 5000;
const MAX_DEPTH = 50;
const MAX_TAG = 64 * 1024;
export const NO_XMP: Xmp = { properties: new Map(), structs: new Map(), cut: false };

interface Element { name: string; lang: string | null; /** how many rdf:li it has had */ items: number; index: number }

/**
 * A small reader for what cameras and editors write, not an XML parser: no entities but the five and numeric ones, no DTD. One pass, time in
 * proportion to the first 512 KB whatever they hold. Never throws; broken input gives fewer properties. An XML library would cost more per photo than
 * all the rest of the fast reader.
 */
export function parseXmp(packet: Uint8Array): Xmp {
  const xml = Buffer.from(packet.buffer, packet.byteOffset, Math.min(packet.byteLength, MAX_BYTES)).toString('utf8');
  const found = collector();
  const names = new Map<string, string>();
  const stack: Element[] = [];
  let deeper = 0; // elements below what is kept
  const canonical = (qname: string): string => {
    const colon = qname.indexOf(':');
    return colon < 0 ? qname : `${names.get(qname.slice(0, colon)) ?? qname.slice(0, colon)}${qname.slice(colon)}`;
  };
  for (let at = 0; at < xml.length;) {
    const open = xml.indexOf('<', at);
    const chars = xml.slice(at, open < 0 ? xml.length : open);
    if (deeper === 0 && chars.trim() !== '') found.text(stack, decode(chars));
    if (open < 0) break;
    const skip = xml.startsWith('<!--', open) ? '-->' : xml.startsWith('<?', open) ? '?>' : xml.startsWith('<![CDATA[', open) ? ']]>' : null;
    const end = skip ? xml.indexOf(skip, open) : endOfTag(xml, open);
    if (end < 0) break; // never closed: nothing after it can be told apart
    if (skip === ']]>' && deeper === 0) found.text(stack, xml.slice(open + 9, end));
    at = end + (skip?.length ?? 1);
    if (skip || xml[open + 1] === '!') continue;
    if (xml[open + 1] === '/') {
      if (deeper > 0) deeper--;
      else stack.pop();
      continue;
    }
    const empty = xml[end - 1] === '/';
    const head = /^[^\s/>]+/.exec(xml.slice(open + 1, Math.min(end, open + 200)))?.[0];
    if (!head || deeper > 0) { if (!empty) deeper++; continue; }
    const pairs = attributes(xml.slice(open + 1 + head.length, Math.min(end, open + MAX_TAG)));
    for (const [key, value] of pairs) if (key.startsWith('xmlns:')) names.set(key.slice(6), PREFIX[value] ?? key.slice(6));
    const name = canonical(head);
    const parent = stack.at(-1);
    const element: Element = { name, lang: pairs.find(([key]) => key === 'xml:lang')?.[1] ?? null, items: 0, index: name === 'rdf:li' && parent ? parent.items++ : 0 };
    const inside = [...stack, element];
    for (const [key, value] of pairs) if (!/^(xmlns|rdf|xml)(:|$)/.test(key)) found.attribute(inside, canonical(key), value);
    if (empty) continue;
    if (stack.length < MAX_DEPTH) stack.push(element);
    else deeper++;
  }
  return { ...found.result, cut: packet.byteLength > MAX_BYTES };
}

/** Decides which property a text or an attribute belongs to. A top-level property is a child of an rdf:Description that is a child of rdf:RDF, or an attribute of one. */
function collector() {
  const properties = new Map<string, string[]>();
  const structs = new Map<string, Struct>();
  let fields = 0;
  const add = (name: string, value: string, first = false): void => {
    if (value.trim() === '') return;
    const list = properties.get(name) ?? [];
    if (list.length < MAX_VALUES) list[first ? 'unshift' : 'push'](value);
    properties.set(name, list);
  };
  const put = (name: string, path: string[], value: string): void => {
    if (fields++ > MAX_FIELDS || path.length === 0) return;
    let node = structs.get(name) ?? (Object.create(null) as Struct);
    structs.set(name, node);
    for (const step of path.slice(0, -1)) {
      const next = node[step];
      node = typeof next === 'object' ? next : (node[step] = Object.create(null) as Struct);
    }
    node[path.at(-1)!] = value;
  };
  const topOf = (stack: Element[]): number => stack.findIndex((e, i) => e.name === 'rdf:Description' && stack[i - 1]?.name === 'rdf:RDF');
  const pathOf = (inside: Element[]): string[] => inside.filter((e) => e.name === 'rdf:li' || !e.name.startsWith('rdf:')).map((e) => (e.name === 'rdf:li' ? String(e.index) : local(e.name)));
  return {
    result: { properties, structs },
    text(stack: Element[], value: string): void {
      const top = topOf(stack);
      const property = top < 0 ? undefined : stack[top + 1];
      if (!property || value.trim() === '') return;
      const below = stack.slice(top + 2);
      if (STRUCTS.has(property.name)) put(property.name, pathOf(below), value.trim());
      else if (below.every((e) => e.name.startsWith('rdf:') && e.name !== 'rdf:Description')) add(property.name, value, stack.at(-1)?.lang === 'x-default');
    },
    attribute(inside: Element[], key: string, value: string): void {
      const top = topOf(inside);
      if (top < 0) return;
      if (top === inside.length - 1) add(key, value);
      else if (STRUCTS.has(inside[top + 1]!.name)) put(inside[top + 1]!.name, [...pathOf(inside.slice(top + 2)), local(key)], value.trim());
    },
  };
}
const local = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase();

/** The `>` that ends a tag, not one inside quotes; -1 when there is none. */
function endOfTag(xml: string, from: number): number {
  for (let at = from + 1; at < xml.length;) {
    const c = xml.charCodeAt(at);
    if (c === 62) return at;
    if (c === 34 || c === 39) {
      at = xml.indexOf(c === 34 ? '"' : "'", at + 1);
      if (at < 0) return -1;
    }
    at++;
  }
  return -1;
}

function attributes(tag: string): [key: string, value: string][] {
  const out: [string, string][] = [];
  const pattern = /\s*([^\s=/>"'<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  for (let m = pattern.exec(tag); m && out.length < MAX_VALUES; m = pattern.exec(tag)) out.push([m[1]!, decode(m[2] ?? m[3] ?? '')]);
  return out;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decode = (s: string): string => s.includes('&')
  ? s.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{1,8}));/gi, (whole, hex?: string, dec?: string, name?: string) => {
    const code = hex ? parseInt(hex, 16) : dec ? Number(dec) : NaN;
    return name ? (NAMED[name] ?? whole) : code <= 0x10ffff ? String.fromCodePoint(code) : '';
  })
  : s;
