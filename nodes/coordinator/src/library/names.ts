const MAX_BYTES = 180; // ext4 takes 255, encrypted folders 143 to 200; room is kept for " (2)" and ".xmp"
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

function cut(text: string, bytes: number): string {
  let out = '';
  let size = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    size += Buffer.byteLength(segment);
    if (size > bytes) break;
    out += segment;
  }
  return out;
}

/**
 * A file or folder name that every file system takes and that cannot leave its folder: the last part of the path, NFC, without control characters and
 * characters that Windows forbids, no leading or trailing dot or space, no reserved word, at most 180 bytes with its extension kept.
 */
export function safeName(name: string): string {
  const last = name.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..').at(-1) ?? '';
  let clean = last.toWellFormed().normalize('NFC').replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069<>:"|?*]/gu, '_').replace(/^[\s.]+/, '').replace(/[\s.]+$/, '');
  if (clean === '' || clean === '_') clean = 'photo';
  if (RESERVED.test(clean)) clean = `_${clean}`;
  const { stem, ext } = splitName(clean);
  return Buffer.byteLength(clean) <= MAX_BYTES ? clean : cut(stem, MAX_BYTES - Buffer.byteLength(ext)).trimEnd() + ext;
}

/** What a source says a photo was called: bounded, without control characters. It may hold slashes (`27/06/12 - 1.jpg` is a title, no path). */
export const sourceName = (name: string): string => name.toWellFormed().replace(/\p{Cc}/gu, '').slice(0, 255).toWellFormed() || 'photo';
/** The same as a name on the disk, whole. */
export const fileNameOf = (name: string): string => name.replace(/[/\\]/g, '_');

/** `IMG_1.HEIC` → `IMG_1`, `.HEIC`. Only a short tail counts as an extension. */
export function splitName(name: string): { stem: string; ext: string } {
  const match = /^(.+?)(\.[^.\s]{1,15})$/.exec(name);
  return match ? { stem: match[1]!, ext: match[2]! } : { stem: name, ext: '' };
}
/** `IMG_1.HEIC`, 2 → `IMG_1 (2).HEIC` */
export function numbered(name: string, n: number): string {
  const { stem, ext } = splitName(name);
  return n < 2 ? name : `${stem} (${n})${ext}`;
}
/** Two paths with one key would be one file on a disk that folds case or composes letters. */
export const pathKey = (path: string): string => path.normalize('NFC').toUpperCase().toLowerCase();
