import type { EntryReason } from '@mantel/plugin-sdk';

export interface Skip { reason: EntryReason; detail: string }

const all = (names: readonly string[], skip: Skip): [string, Skip][] => names.map((n) => [n, skip]);
/** Folders that programs and systems make for themselves, by their names in small letters. */
const FOLDERS: Record<string, Skip> = Object.fromEntries([
  ...all(['@eadir', '@__thumb', 'thumbnails', '.thumbnails', '.thumbs', '.thumb'], { reason: 'thumbnail', detail: 'small copies that a program made for itself' }),
  ...all(['#recycle', '@recycle', '$recycle.bin', 'recycler', 'recycled', '.trashes', '.trash', 'recently deleted', '.dtrash'], { reason: 'unwanted', detail: 'a trash' }),
  ...all(['#snapshot', '@recently-snapshot', '.snapshot', '.snapshots', '.zfs', '.stversions'], { reason: 'unwanted', detail: 'older states of the same files' }),
  ...all(['system volume information', 'lost+found', '@tmp', '#app_config', '__macosx'], { reason: 'system-file', detail: 'made by a system' }),
]);
const FILES = new Set(['thumbs.db', 'ehthumbs.db', 'ehthumbs_vista.db', 'desktop.ini', 'icon\r', 'zbthumbnail.info', 'picasa.ini', 'picasa.db']);
export const PICASA_ORIGINALS = '.picasaoriginals';

/** Why a folder is not looked into; null when it is. */
export function skipFolder(name: string, parent: string): Skip | null {
  const small = name.toLowerCase();
  const known = Object.hasOwn(FOLDERS, small) ? FOLDERS[small]! : null;
  if (known) return known;
  if (small.startsWith('.trash-')) return FOLDERS['.trash']!;
  if (small.endsWith('.lrdata')) return { reason: 'thumbnail', detail: "previews of Lightroom's catalogue" };
  if (/\.(photoslibrary|migratedphotolibrary|aplibrary)$/.test(parent.toLowerCase()) && !['originals', 'masters'].includes(small)) return { reason: 'unwanted', detail: 'inside a library of Apple Photos, of which the originals are taken' };
  return name.startsWith('.') ? { reason: 'system-file', detail: 'hidden' } : null;
}
/** Why a file is left out because of its name alone. */
export function skipFile(name: string): Skip | null {
  const small = name.toLowerCase();
  if (small.startsWith('._')) return { reason: 'system-file', detail: 'what macOS keeps beside a file' };
  if (small.startsWith('synofile_thumb_') || small.startsWith('synophoto_thumb_')) return FOLDERS['@eadir']!;
  if (FILES.has(small)) return { reason: 'system-file', detail: 'made by a system' };
  return name.startsWith('.') ? { reason: 'system-file', detail: 'hidden' } : null;
}
