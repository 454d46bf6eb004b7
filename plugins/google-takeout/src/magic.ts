// What the first bytes of a file say. Enough to tell a clip from a still and a text that is called .mp4 from a film; what it really is, the house finds out.

export type Head = 'image' | 'video' | 'text' | 'unknown' | 'empty';
export const HEAD_BYTES = 32;

const VIDEO_EXT = /^\.(mp4|m4v|mov|qt|3gp|3gpp|3g2|avi|divx|mkv|webm|mts|m2ts|m2t|ts|mpg|mpeg|mpe|m2v|vob|mod|tod|wmv|asf|flv|f4v|ogv|ogm|dv|mp|mv|insv|lrv|mj2)(~\d+)?$/i;
const IMAGE_EXT = /^\.(jpe?g|jpe|jfif|mpo|insp|png|apng|webp|gif|bmp|dib|hei[cf]s?|hif|avifs?|jxl|jp2|j2k|jpf|jpx|psd|psb|tiff?|nef|nrw|arw|sr2|srf|srw|pef|3fr|fff|erf|kdc|dcr|mef|mos|dng|raw|rwl|iiq|cr[23w]|raf|rw2|orf|ori|x3f|mrw|ico|tga)$/i;
export const RAW_EXT = /^\.(3fr|arw|cr2|cr3|crw|dcr|dng|erf|fff|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw2|rwl|sr2|srf|srw|x3f)$/i;
/** Kinds that have no beginning of their own, so that unknown bytes prove nothing. */
const FORMLESS_EXT = /^\.(mpg|mpeg|mpe|mts|m2ts|m2t|ts|mod|tod|dv|vob|m2v|tga|raw|mos|mp|mv|divx|asf|mef|erf|dcr|kdc|crw)(~\d+)?$/i;
export const typeOfExt = (ext: string): 'image' | 'video' | null => (VIDEO_EXT.test(ext) ? 'video' : IMAGE_EXT.test(ext) ? 'image' : null);
export const isFormless = (ext: string): boolean => FORMLESS_EXT.test(ext);

const STILL_BRANDS = /^(hei[cmsx]|hev[cmsx]|mif[12]|msf1|avi[fs]|miaf|MiHB|MiHE|jxl |crx |jp2 |jpx )/;

export function headOf(b: Uint8Array, bytes: number): Head {
  if (bytes === 0) return 'empty';
  const is = (at: number, ...want: number[]): boolean => want.every((w, i) => b[at + i] === w);
  const ascii = (at: number, n: number): string => String.fromCharCode(...b.subarray(at, at + n));
  if (is(0, 0xff, 0xd8, 0xff) || is(0, 0x89, 0x50, 0x4e, 0x47) || ascii(0, 4) === 'GIF8' || is(0, 0x49, 0x49, 0x2a, 0) || is(0, 0x4d, 0x4d, 0, 0x2a) || is(0, 0x49, 0x49, 0x2b, 0) || is(0, 0x4d, 0x4d, 0, 0x2b)) return 'image';
  if (ascii(0, 4) === 'RIFF') return ascii(8, 4) === 'WEBP' ? 'image' : ascii(8, 3) === 'AVI' ? 'video' : 'unknown';
  if (ascii(4, 4) === 'ftyp') return STILL_BRANDS.test(ascii(8, 4)) ? 'image' : 'video';
  if (/^(moov|mdat|wide|free|skip|pnot)$/.test(ascii(4, 4))) return 'video';
  if (is(0, 0x1a, 0x45, 0xdf, 0xa3) || is(0, 0x30, 0x26, 0xb2, 0x75) || ascii(0, 4) === 'OggS' || ascii(0, 3) === 'FLV' || is(0, 0, 0, 1, 0xba) || is(0, 0, 0, 1, 0xb3) || ((b[0] === 0x47 || b[4] === 0x47) && bytes >= 376 && !plain(b))) return 'video';
  if (is(0, 0, 0, 0, 0x0c, 0x6a, 0x50) || is(0, 0, 0, 0, 0x0c, 0x4a, 0x58) || is(0, 0xff, 0x0a) || is(0, 0xff, 0x4f, 0xff, 0x51) || ascii(0, 4) === '8BPS' || ascii(0, 2) === 'BM' || ascii(0, 8) === 'FUJIFILM' || /^II(RO|RS|U\0)/.test(ascii(0, 4)) || ascii(0, 4) === 'FOVb' || is(0, 0, 0x4d, 0x52, 0x4d) || ascii(6, 4) === 'HEAP') return 'image';
  return plain(b) ? 'text' : 'unknown';
}
/** Text all along, as far as it was read. */
function plain(b: Uint8Array): boolean {
  try {
    return b.length > 0 && !/[\0-\x08\x0e-\x1f\x7f]/.test(new TextDecoder('utf-8', { fatal: true }).decode(b, { stream: true }));
  } catch {
    return false;
  }
}
