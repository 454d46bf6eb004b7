/** Bytes of a file from a position; fewer where it ends. */
export type ReadAt = (at: number, bytes: number) => Promise<Buffer>;

/** Who writes raw photos as TIFF, by the Make in the first page. */
const MAKERS: [RegExp, string][] = [
  [/^NIKON/i, 'image/x-nikon-nef'], [/^SONY/i, 'image/x-sony-arw'], [/^(PENTAX|RICOH|ASAHI)/i, 'image/x-pentax-pef'], [/^SAMSUNG/i, 'image/x-samsung-srw'], [/^HASSELBLAD/i, 'image/x-hasselblad-3fr'], [/^(SEIKO )?EPSON/i, 'image/x-epson-erf'],
  [/^(EASTMAN )?KODAK/i, 'image/x-kodak-dcr'], [/^MAMIYA/i, 'image/x-mamiya-mef'], [/^PHASE ONE/i, 'image/x-phaseone-iiq'], [/^LEAF/i, 'image/x-leaf-mos'], [/^LEICA/i, 'image/x-leica-rwl'],
];
const TAG = { subfileType: 254, compression: 259, photometric: 262, make: 271, subIfds: 330, dngVersion: 50706 } as const;
/** Colour filter array and linear raw. */
const SENSOR = new Set([32803, 34892]);
const RAW_COMPRESSION = new Set([34713, 65535, 32767, 32769, 32770, 65000]);
const MAX_ENTRIES = 300;
const MAX_PAGES = 8;

interface Page { values: Map<number, number[]>; make: string; next: number }

/** Which kind of TIFF: a raw photo of some maker, DNG, or TIFF itself; null when it is none. Looks at no more than eight pages of 300 tags, whatever a file claims. */
export async function tiffKind(read: ReadAt): Promise<string | null> {
  const head = await read(0, 16);
  if (head.length < 8) return null;
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'IIU\0') return 'image/x-panasonic-rw2';
  if (magic === 'IIRO' || magic === 'IIRS' || magic === 'MMOR') return 'image/x-olympus-orf';
  if (head.toString('latin1', 0, 2) === 'II' && head.toString('latin1', 6, 14) === 'HEAPCCDR') return 'image/x-canon-crw';
  if (magic === 'II+\0' || magic === 'MM\0+') return 'image/tiff';
  if (magic !== 'II*\0' && magic !== 'MM\0*') return null;
  if (head.toString('latin1', 8, 10) === 'CR') return 'image/x-canon-cr2';
  const little = magic[0] === 'I';
  const first = await readPage(read, little ? head.readUInt32LE(4) : head.readUInt32BE(4), little);
  if (!first) return 'image/tiff';
  if (first.values.has(TAG.dngVersion)) return 'image/x-adobe-dng';
  const maker = MAKERS.find(([make]) => make.test(first.make))?.[1];
  if (!maker) return 'image/tiff';
  const small = first.values.get(TAG.subfileType)?.[0] === 1 && first.values.has(TAG.subIfds); // the first page says that it is the small picture of another
  return small || (await anySensor(read, first, little)) ? maker : 'image/tiff';
}

async function anySensor(read: ReadAt, first: Page, little: boolean): Promise<boolean> {
  const places: number[] = [];
  const seen = new Set<number>();
  for (let page: Page | null = first, n = 0; n < MAX_PAGES; n++) {
    if (page && (page.values.get(TAG.photometric)?.some((v) => SENSOR.has(v)) || page.values.get(TAG.compression)?.some((v) => RAW_COMPRESSION.has(v)))) return true;
    if (page) places.push(...(page.values.get(TAG.subIfds) ?? []), page.next);
    const at = places.find((p) => p >= 8 && !seen.has(p));
    if (at === undefined) return false;
    seen.add(at);
    page = await readPage(read, at, little);
  }
  return false;
}

async function readPage(read: ReadAt, at: number, little: boolean): Promise<Page | null> {
  if (at < 8) return null;
  const u16 = (b: Buffer, p: number): number => (little ? b.readUInt16LE(p) : b.readUInt16BE(p));
  const u32 = (b: Buffer, p: number): number => (little ? b.readUInt32LE(p) : b.readUInt32BE(p));
  const head = await read(at, 2);
  if (head.length < 2) return null;
  const count = Math.min(u16(head, 0), MAX_ENTRIES);
  const b = await read(at + 2, count * 12 + 4);
  const page: Page = { values: new Map(), make: '', next: b.length === count * 12 + 4 ? u32(b, count * 12) : 0 };
  for (let p = 0; p + 12 <= b.length && p < count * 12; p += 12) {
    const [tag, type, n] = [u16(b, p), u16(b, p + 2), u32(b, p + 4)];
    if (tag === TAG.make && type === 2) page.make = (n <= 4 ? b.subarray(p + 8, p + 8 + n) : await read(u32(b, p + 8), Math.min(n, 64))).toString('latin1').trim();
    else if (type === 3) page.values.set(tag, [u16(b, p + 8)]);
    else if (type === 4 || type === 13) page.values.set(tag, n === 1 ? [u32(b, p + 8)] : tag === TAG.subIfds ? numbers(await read(u32(b, p + 8), Math.min(n, MAX_PAGES) * 4), u32) : []);
    else if (tag === TAG.dngVersion) page.values.set(tag, []);
  }
  return page;
}

const numbers = (b: Buffer, u32: (b: Buffer, p: number) => number): number[] => Array.from({ length: Math.floor(b.length / 4) }, (_v, i) => u32(b, i * 4));
