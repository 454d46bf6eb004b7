// A DNG as cameras write it: an embedded JPEG preview in front, the sensor's Bayer pattern behind it. TIFF structure by hand, because no encoder is at hand.

type Entry = [tag: number, type: 1 | 2 | 3 | 4 | 5 | 10, values: number[] | string];
const SIZE = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 10: 8 } as const;

/** One directory at `at`: its entries, then the values that do not fit into them. */
function directory(at: number, entries: Entry[]): Buffer {
  const sorted = entries.toSorted((a, b) => a[0] - b[0]);
  const head = Buffer.alloc(2 + sorted.length * 12 + 4);
  const tail: Buffer[] = [];
  let free = at + head.length;
  head.writeUInt16LE(sorted.length, 0);
  for (const [i, [tag, type, values]] of sorted.entries()) {
    const bytes = encode(type, values);
    const e = 2 + i * 12;
    head.writeUInt16LE(tag, e);
    head.writeUInt16LE(type, e + 2);
    head.writeUInt32LE(bytes.length / SIZE[type], e + 4);
    if (bytes.length <= 4) bytes.copy(head, e + 8);
    else {
      head.writeUInt32LE(free, e + 8);
      const even = bytes.length % 2 ? Buffer.concat([bytes, Buffer.alloc(1)]) : bytes;
      tail.push(even);
      free += even.length;
    }
  }
  return Buffer.concat([head, ...tail]);
}
function encode(type: Entry[1], values: number[] | string): Buffer {
  if (typeof values === 'string') return Buffer.from(`${values}\0`, 'latin1');
  const out = Buffer.alloc(SIZE[type] * values.length);
  for (const [i, v] of values.entries()) {
    if (type === 1) out.writeUInt8(v, i);
    else if (type === 3) out.writeUInt16LE(v, i * 2);
    else if (type === 4) out.writeUInt32LE(v, i * 4);
    else { out.writeInt32LE(Math.round(v * 10_000), i * 8); out.writeInt32LE(10_000, i * 8 + 4); }
  }
  return out;
}

export interface DngParts { preview: { jpeg: Buffer; width: number; height: number }; /** sRGB, 3 bytes per pixel, even sides. */ sensor: { rgb: Buffer; width: number; height: number }; orientation?: number; make?: string; model?: string; taken?: string }

export function dng({ preview, sensor, orientation = 1, make = 'Mantel', model = 'Raw One', taken = '2019:06:15 21:45:10' }: DngParts): Buffer {
  const { width, height } = sensor;
  const bayer = Buffer.alloc(width * height * 2);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const channel = y % 2 === 0 ? (x % 2 === 0 ? 0 : 1) : (x % 2 === 0 ? 1 : 2); // RGGB
    const linear = (sensor.rgb[(y * width + x) * 3 + channel]! / 255) ** 2.2;
    bayer.writeUInt16LE(Math.round(linear * 16_000), (y * width + x) * 2);
  }
  const header = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  // addresses are known only when the sizes are: build twice
  const build = (sub: number, exif: number, jpegAt: number, bayerAt: number): { main: Buffer; sub: Buffer; exif: Buffer } => ({
    main: directory(8, [
      [254, 4, [1]], [256, 4, [preview.width]], [257, 4, [preview.height]], [258, 3, [8, 8, 8]], [259, 3, [7]], [262, 3, [6]], [271, 2, make], [272, 2, model], [273, 4, [jpegAt]], [274, 3, [orientation]],
      [277, 3, [3]], [278, 4, [preview.height]], [279, 4, [preview.jpeg.length]], [306, 2, taken], [330, 4, [sub]], [34665, 4, [exif]],
      [50706, 1, [1, 4, 0, 0]], [50707, 1, [1, 1, 0, 0]], [50708, 2, `${make} ${model}`], [50721, 10, [3.1339, -1.6169, -0.4906, -0.9788, 1.9161, 0.0335, 0.0719, -0.229, 1.4052]], [50728, 5, [0.9505, 1, 1.0888]], [50778, 3, [21]],
    ]),
    sub: directory(sub, [
      [254, 4, [0]], [256, 4, [width]], [257, 4, [height]], [258, 3, [16]], [259, 3, [1]], [262, 3, [32_803]], [273, 4, [bayerAt]], [277, 3, [1]], [278, 4, [height]], [279, 4, [bayer.length]],
      [284, 3, [1]], [33_421, 3, [2, 2]], [33_422, 1, [0, 1, 1, 2]], [50_717, 4, [16_000]],
    ]),
    exif: directory(exif, [[33_434, 5, [0.004]], [33_437, 5, [5.6]], [34_855, 3, [400]], [36_867, 2, taken], [37_386, 5, [50]]]),
  });
  const sized = build(0, 0, 0, 0);
  const sub = 8 + sized.main.length;
  const exif = sub + sized.sub.length;
  const jpegAt = exif + sized.exif.length;
  const bayerAt = jpegAt + preview.jpeg.length + (preview.jpeg.length % 2);
  const parts = build(sub, exif, jpegAt, bayerAt);
  return Buffer.concat([header, parts.main, parts.sub, parts.exif, preview.jpeg, Buffer.alloc(preview.jpeg.length % 2), bayer]);
}
