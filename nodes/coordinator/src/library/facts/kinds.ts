import type { AssetType } from '@mantel/contracts/models/asset.ts';

/** What may become an asset, by content, and the names that go with it; the first is the usual one. Whatever is not listed is no photo or video of a family: icons, drawings, fonts. */
const KINDS: Record<string, readonly string[]> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo', 'insp', 'jps'], 'image/png': ['png', 'apng', 'pns'], 'image/webp': ['webp'], 'image/gif': ['gif'], 'image/bmp': ['bmp', 'dib'],
  'image/heic': ['heic', 'heif', 'hif'], 'image/heif': ['heif', 'heic', 'hif'], 'image/heic-sequence': ['heic', 'heics', 'heif', 'heifs'], 'image/heif-sequence': ['heif', 'heifs', 'heic'], 'image/avif': ['avif', 'avifs'],
  'image/jxl': ['jxl'], 'image/jp2': ['jp2', 'j2k', 'jpf', 'jpx', 'jpg2'], 'image/jpx': ['jpx', 'jpf', 'jp2'], 'image/jpm': ['jpm', 'jp2'], 'image/j2c': ['j2k', 'j2c', 'jpc', 'jp2'], 'image/vnd.adobe.photoshop': ['psd', 'psb'],
  'image/jls': ['jls'], 'image/bpg': ['bpg'], 'image/flif': ['flif'], 'image/vnd.ms-photo': ['jxr', 'wdp', 'hdp'], 'image/x-xcf': ['xcf'],
  // a raw photo may be plain TIFF inside, as far as its first pages tell
  'image/tiff': ['tif', 'tiff', 'nef', 'nrw', 'arw', 'sr2', 'srf', 'srw', 'pef', '3fr', 'fff', 'erf', 'kdc', 'dcr', 'mef', 'mos', 'dng', 'raw', 'rwl', 'iiq', 'cr2'],
  'image/x-adobe-dng': ['dng'], 'image/x-canon-cr2': ['cr2'], 'image/x-canon-cr3': ['cr3'], 'image/x-canon-crw': ['crw'], 'image/x-nikon-nef': ['nef', 'nrw'], 'image/x-sony-arw': ['arw', 'sr2', 'srf'], 'image/x-fujifilm-raf': ['raf'],
  'image/x-panasonic-rw2': ['rw2', 'rwl', 'raw'], 'image/x-olympus-orf': ['orf', 'ori'], 'image/x-pentax-pef': ['pef'], 'image/x-samsung-srw': ['srw'], 'image/x-sigma-x3f': ['x3f'], 'image/x-minolta-mrw': ['mrw'],
  'image/x-hasselblad-3fr': ['3fr', 'fff'], 'image/x-epson-erf': ['erf'], 'image/x-kodak-dcr': ['dcr', 'kdc'], 'image/x-mamiya-mef': ['mef'], 'image/x-phaseone-iiq': ['iiq'], 'image/x-leaf-mos': ['mos'], 'image/x-leica-rwl': ['rwl'],
  'video/mp4': ['mp4', 'm4v', 'mp', 'mv', 'mov', '3gp', 'insv', 'lrv', 'f4v'], 'video/quicktime': ['mov', 'qt', 'mp4'], 'video/x-m4v': ['m4v', 'mp4'], 'video/3gpp': ['3gp', '3gpp', 'mp4'], 'video/3gpp2': ['3g2', '3gp'],
  'video/x-msvideo': ['avi', 'divx'], 'video/matroska': ['mkv', 'webm'], 'video/webm': ['webm', 'mkv'], 'video/mp2t': ['mts', 'm2ts', 'ts', 'm2t', 'mod', 'tod'], 'video/x-ms-asf': ['wmv', 'asf'],
  'video/mpeg': ['mpg', 'mpeg', 'vob', 'mod', 'm2v', 'mpe', 'm1v'], 'video/x-dv': ['dv', 'dif'], 'video/x-flv': ['flv'], 'video/ogg': ['ogv', 'ogg', 'ogm'], 'image/mj2': ['mj2', 'mjp2'],
};

/** The type of what nobody understands: it is kept, and only ever sent as a file to save. */
export const UNKNOWN_MIME = 'application/octet-stream';
export const known = (mime: string): boolean => Object.hasOwn(KINDS, mime);
export const usualExtension = (mime: string): string => KINDS[mime]![0]!;

const extension = (name: string): string | null => {
  const dot = name.lastIndexOf('.');
  return dot <= 0 || dot === name.length - 1 ? null : name.slice(dot + 1).toLowerCase();
};

/** Whether the name promises something else than the content keeps. A name without an extension promises nothing. */
export function wrongExtension(name: string, mime: string): boolean {
  const claimed = extension(name);
  return claimed !== null && KINDS[mime]?.includes(claimed) === false && /^[a-z0-9]{2,5}$/.test(claimed);
}

/** Extensions that other programs use for something else: they alone make no photo. */
const AMBIGUOUS = new Set(['mp', 'mv', 'ts', 'mod', 'tod', 'raw', 'mos', 'ori', 'fff', 'dif', 'ogg', 'jps', 'qt', 'mef', 'erf']);
const BY_NAME = new Map(Object.entries(KINDS).flatMap(([mime, names]) => names.filter((n) => !AMBIGUOUS.has(n)).map((n): [string, AssetType] => [n, mime.startsWith('video/') ? 'video' : 'image'])));
/** What a name alone promises to be: for files whose content nobody understands. */
export function typeByName(name: string): { type: AssetType; ext: string } | null {
  const ext = extension(name);
  const type = ext === null ? undefined : BY_NAME.get(ext);
  return type ? { type, ext: ext! } : null;
}
