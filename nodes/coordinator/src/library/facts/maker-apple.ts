import { readIfd } from './tiff.ts';

const CONTENT_ID = 0x0011;

/** What the still of a live photo shares with its clip, from Apple's maker note (`Apple iOS`, a directory like those of TIFF); null elsewhere. */
export function appleContentId(note: Uint8Array | null): string | null {
  if (!note || note.length < 16) return null;
  const b = Buffer.from(note.buffer, note.byteOffset, note.byteLength);
  if (b.toString('latin1', 0, 9) !== 'Apple iOS') return null;
  return contentId(readIfd(b, 14, b.toString('latin1', 12, 14) === 'II')?.get(CONTENT_ID));
}

/** A content identifier of the form that Apple gives them; null for anything else. */
export function contentId(value: unknown): string | null {
  const id = typeof value === 'string' ? value.trim() : '';
  return /^[0-9A-Za-z][0-9A-Za-z-]{7,63}$/.test(id) ? id.toUpperCase() : null;
}
