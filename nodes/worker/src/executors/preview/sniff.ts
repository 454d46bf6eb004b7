// What a file is, by its first bytes: names and declared types lie (a HEIC called .jpg, a web page called .jpg).

export type PictureKind = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'heic';
export type Kind = PictureKind | 'video' | 'unknown';

/** Enough for every check below, including the second sync byte of a transport stream. */
export const HEAD_BYTES = 4096;

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const AVIF_BRANDS = ['avif', 'avis'];
const HEIF_BRANDS = ['mif1', 'mif2', 'msf1'];
/** Camera RAW and JPEG 2000 in the same box format: neither a video nor a picture that is decoded here. */
const OTHER_BRANDS = ['crx ', 'jp2 ', 'jpx ', 'jpm ', 'mjp2'];
const QUICKTIME_ATOMS = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];

const ascii = (b: Buffer, from: number, to: number): string => b.toString('latin1', from, to);

function boxed(b: Buffer): Kind {
  const end = Math.min(b.readUInt32BE(0), b.length);
  const brands = [ascii(b, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(b, at, at + 4));
  const has = (list: string[]): boolean => brands.some((brand) => list.includes(brand));
  // a video may list a picture brand among its compatible ones, so a generic major brand decides only between the picture formats
  const major = brands[0] ?? '';
  if (AVIF_BRANDS.includes(major)) return 'avif';
  if (HEIC_BRANDS.includes(major)) return 'heic';
  if (OTHER_BRANDS.includes(major)) return 'unknown';
  if (HEIF_BRANDS.includes(major)) return has(AVIF_BRANDS) ? 'avif' : 'heic';
  return 'video';
}

function transportStream(b: Buffer): boolean {
  return [[0, 188], [4, 192]].some(([first, packet]) => [0, 1, 2].every((n) => b[first! + n * packet!] === 0x47));
}

export function sniff(b: Buffer): Kind {
  if (b.length < 12) return 'unknown';
  if (b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff) return 'jpeg';
  const head = ascii(b, 0, 12);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF')) return ascii(b, 8, 12) === 'WEBP' ? 'webp' : ascii(b, 8, 11) === 'AVI' ? 'video' : 'unknown';
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(head)) return 'tiff';
  const box = ascii(b, 4, 8);
  if (box === 'ftyp') return boxed(b);
  if (QUICKTIME_ATOMS.includes(box)) return 'video';
  if (head.startsWith('\x1a\x45\xdf\xa3') || head.startsWith('\x30\x26\xb2\x75') || head.startsWith('FLV') || head.startsWith('OggS')) return 'video'; // Matroska, WMV, Flash, Ogg
  if (/^\0\0\x01[\xb3\xba]/.test(head) || transportStream(b)) return 'video'; // MPEG
  return 'unknown';
}
