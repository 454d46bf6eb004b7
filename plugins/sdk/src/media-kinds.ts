import { open } from 'node:fs/promises';

const list = (words: string): Set<string> => new Set(words.split(' '));
export const RAW = list('3fr ari arw bay cap cr2 cr3 crw dcr dng erf fff iiq k25 kdc mef mos mrw nef nrw orf ori pef raf raw rw2 rwl sr2 srf srw x3f');
export const VIDEO = list('3g2 3gp 3gpp asf avi divx dv f4v flv insv m1v m2t m2ts m2v m4v mj2 mjp2 mkv mov mp4 mpe mpeg mpg mts ogm ogv qt tod vob webm wmv');
const PICTURE = list('apng avif avifs bmp dib gif heic heics heif heifs hif insp j2c j2k jfif jp2 jpc jpe jpeg jpf jpg jpg2 jpx jps jxl jxr mpo pns png psb psd tif tiff wdp webp xcf');
const ARCHIVE = list('7z bz2 dmg gz iso rar tar tgz xz zip');
const OTHER = list('aac aif aiff amr bat bin bup c cfg chm com conf cpi css csv ctg db dll doc docx dwg eml epub exe flac h hdr htm html ics idx ifo inf ini jar java js json key lnk log lrcat lrprev lrtemplate m3u m4a m4b md mid mobi mp3 mpl msi nmea numbers odp ods odt ogg otf pages pdf php plist ppt pptx ps py rb rtf sav sh so sql srt ssa sub svg swf sys tmp torrent ttf txt url vcf vsd wav wma woff woff2 xls xlsx xml xsl yaml yml');

export const extension = (name: string): string => /^.+\.([^.]{1,15})$/.exec(name)?.[1]!.toLowerCase() ?? '';

/** What a name promises. `unknown`: the first bytes decide. */
export type Promised = 'picture' | 'raw' | 'video' | 'sidecar' | 'apple-edits' | 'archive' | 'small-copy' | 'other' | 'unknown';
export function promised(name: string): Promised {
  const ext = extension(name);
  if (ext === 'xmp') return 'sidecar';
  if (ext === 'aae') return 'apple-edits';
  if (ext === 'thm' || ext === 'lrv' || ext === 'lrf') return 'small-copy';
  if (PICTURE.has(ext)) return 'picture';
  if (RAW.has(ext)) return 'raw';
  if (VIDEO.has(ext)) return 'video';
  if (ARCHIVE.has(ext)) return 'archive';
  return OTHER.has(ext) ? 'other' : 'unknown';
}

const starts = (head: Buffer, text: string, at = 0): boolean => head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));
const MAGIC = ['\xff\xd8\xff', '\x89PNG\r\n', 'GIF8', 'II*\0', 'MM\0*', 'IIRO', 'IIU\0', 'FUJIFILMCCD-RAW', 'FOVb', '\0MRM', '8BPS', '\xff\x0a', '\0\0\0\x0cJXL ', '\0\0\0\x0cjP  ', '\x1a\x45\xdf\xa3', '\x30\x26\xb2\x75', 'FLV\x01', '\0\0\x01\xba', '\0\0\x01\xb3'];
/** Whether a file whose name says nothing begins like a photo or video. The house looks closer. */
export function looksLikeMedia(head: Buffer): boolean {
  if (MAGIC.some((m) => starts(head, m))) return true;
  if (starts(head, 'RIFF')) return starts(head, 'WEBP', 8) || starts(head, 'AVI ', 8);
  if (starts(head, 'ftyp', 4)) return !/^(M4A|M4B|F4A)/.test(head.toString('latin1', 8, 12));
  return starts(head, 'moov', 4) || starts(head, 'mdat', 4) || (head[0] === 0x47 && head[188] === 0x47 && head[376] === 0x47);
}
export async function headOf(path: Buffer, bytes = 512): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
