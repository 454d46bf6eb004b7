// What a file is, by its first bytes: names and declared types lie (a HEIC called .jpg, a web page called .jpg).

/** Decoded by sharp or libheif. */
export type PictureKind = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'heic';
/** Decoded by programs of their own. `jp2`: boxed and bare codestreams; `netpbm`: PBM, PGM, PPM. */
export type ForeignKind = 'jxl' | 'jp2' | 'bmp' | 'qoi' | 'netpbm';
/** `tiff` may turn out to be a camera's RAW: that stands in its directories, which lie anywhere in the file. */
export type Kind = PictureKind | ForeignKind | 'psd' | 'raw' | 'video' | 'unknown';

/** Enough for every check below, including the second sync byte of a transport stream. */
export const HEAD_BYTES = 4096;

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const AVIF_BRANDS = ['avif', 'avis'];
const HEIF_BRANDS = ['mif1', 'mif2', 'msf1'];
/** Pages of scanned text in the same box format: neither a video nor a picture that is decoded here. */
const OTHER_BRANDS = ['jpm '];
const QUICKTIME_ATOMS = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];

const ascii = (b: Buffer, from: number, to: number): string => b.toString('latin1', from, to);

function boxed(b: Buffer): Kind {
  const end = Math.min(b.readUInt32BE(0), b.length, HEAD_BYTES);
  const brands = [ascii(b, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(b, at, at + 4));
  const has = (list: string[]): boolean => brands.some((brand) => list.includes(brand));
  // a video may list a picture brand among its compatible ones, so a generic major brand decides only between the picture formats
  const major = brands[0] ?? '';
  if (AVIF_BRANDS.includes(major)) return 'avif';
  if (HEIC_BRANDS.includes(major)) return 'heic';
  if (major === 'crx ') return 'raw'; // Canon CR3
  if (OTHER_BRANDS.includes(major)) return 'unknown';
  if (HEIF_BRANDS.includes(major)) return has(AVIF_BRANDS) ? 'avif' : 'heic';
  return 'video';
}

function transportStream(b: Buffer): boolean {
  return [[0, 188], [4, 192]].some(([first, packet]) => [0, 1, 2].every((n) => b[first! + n * packet!] === 0x47));
}

// Fujifilm, Sigma, Minolta, Canon CRW, Panasonic and Leica, Olympus
const RAW_HEADS = ['FUJIFILMCCD-RAW', 'FOVb', '\0MRM', 'II\x1a\0\0\0HEAPCCDR', 'IIU\0', 'IIRO', 'IIRS', 'MMOR'];
const JP2_BOX = '\0\0\0\x0cjP  \r\n\x87\n';
const JXL_BOX = '\0\0\0\x0cJXL \r\n\x87\n';

function foreign(head: string): ForeignKind | undefined {
  if (head.startsWith(JXL_BOX) || head.startsWith('\xff\x0a')) return 'jxl';
  if (head.startsWith(JP2_BOX) || head.startsWith('\xff\x4f\xff\x51')) return 'jp2';
  if (/^BM[^]{4}\0\0\0\0[^]{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0/.test(head)) return 'bmp';
  if (head.startsWith('qoif')) return 'qoi';
  return /^P[4-6]\s+(#[^\n]*\n\s*)*\d+\s+\d+\s/.test(head) ? 'netpbm' : undefined;
}

export function sniff(b: Buffer): Kind {
  if (b.length < 12) return 'unknown';
  if (b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff) return 'jpeg';
  const head = ascii(b, 0, 512);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF8')) return 'gif';
  if (head.startsWith('RIFF')) return ascii(b, 8, 12) === 'WEBP' ? 'webp' : ascii(b, 8, 11) === 'AVI' ? 'video' : 'unknown';
  if (RAW_HEADS.some((start) => head.startsWith(start)) || /^(II\*\0|MM\0\*)[^]{4}(CR|IIII)/.test(head)) return 'raw';
  if (head.startsWith('8BPS\0\x01') || head.startsWith('8BPS\0\x02')) return 'psd';
  const other = foreign(head);
  if (other) return other;
  if (/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(head)) return 'tiff';
  const box = ascii(b, 4, 8);
  if (box === 'ftyp') return boxed(b);
  if (QUICKTIME_ATOMS.includes(box)) return 'video';
  if (head.startsWith('\x1a\x45\xdf\xa3') || head.startsWith('\x30\x26\xb2\x75') || head.startsWith('FLV') || head.startsWith('OggS') || head.startsWith('.RMF')) return 'video'; // Matroska, WMV, Flash, Ogg, RealMedia
  if (head.startsWith('\x06\x0e\x2b\x34\x02\x05\x01\x01') || /^\x1f\x07\0[\x3f\xbf]/.test(head)) return 'video'; // MXF, DV
  if (/^\0\0\x01[\xb3\xba]/.test(head) || transportStream(b)) return 'video'; // MPEG
  return 'unknown';
}
