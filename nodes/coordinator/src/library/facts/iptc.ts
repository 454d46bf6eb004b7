import { words } from './words.ts';

/** What we read of IPTC-IIM (its dates are left to exiftool, which is asked whenever EXIF has none). */
export interface Iptc { title: string | null; description: string | null; keywords: string[] }

/** Few writers declare the character set, and not all of those keep to it: the words themselves tell (words.ts). From the Photoshop segment of a JPEG (`Photoshop 3.0\0` + 8BIM blocks). Never throws; a cut block gives what stands before the cut. */
export function parseIptc(segment: Uint8Array): Iptc {
  const data = Buffer.from(segment.buffer, segment.byteOffset, segment.byteLength);
  const out: Iptc = { title: null, description: null, keywords: [] };
  const iim = iimBlock(data);
  if (!iim) return out;
  for (let at = 0; at + 5 <= iim.length && iim[at] === 0x1c;) {
    const [record, dataset, length] = [iim[at + 1]!, iim[at + 2]!, iim.readUInt16BE(at + 3)];
    if (length > 0x7fff) break; // extended lengths are for pictures, not for words
    const value = iim.subarray(at + 5, at + 5 + length);
    at += 5 + length;
    if (record !== 2) continue;
    if (dataset === 5) out.title = words(value);
    else if (dataset === 120) out.description = words(value);
    else if (dataset === 25 && out.keywords.length < 500) out.keywords.push(words(value));
  }
  return out;
}

function iimBlock(data: Buffer): Buffer | null {
  let at = data.indexOf('8BIM', 0, 'latin1');
  while (at >= 0 && at + 12 <= data.length && data.toString('latin1', at, at + 4) === '8BIM') {
    const id = data.readUInt16BE(at + 4);
    const start = at + 6 + ((data[at + 6]! + 2) & ~1);
    if (start + 4 > data.length) return null;
    const size = data.readUInt32BE(start);
    if (id === 0x0404) return data.subarray(start + 4, start + 4 + size);
    at = start + 4 + size + (size & 1);
  }
  return null;
}
