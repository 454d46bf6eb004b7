// How Google names the files of an export. Lengths are UTF-16 units, as Google counts them.

export const nfc = (s: string): string => s.normalize('NFC');
/** Two names that differ only in case. */
export const folded = (s: string): string => nfc(s).toLowerCase();

/** A name in its parts: `IMG(1).jpg` → stem `IMG`, counter 1, extension `.jpg`. `whole`: the name without its extension, counter and all. */
export interface Name { stem: string; counter: number; ext: string; whole: string }

// digits alone are no extension (`03.03.13`), nor is what has a space in it; `.MP~2` is one
const EXT = /^(.+)(\.(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,5}(?:~\d{1,2})?)$/s;
const COUNTER = /^(.+?)\((\d{1,4})\)$/s;

export function splitExt(name: string): [stem: string, ext: string] {
  const m = EXT.exec(name);
  return m ? [m[1]!, m[2]!] : [name, ''];
}
export function parseName(name: string): Name {
  const [whole, ext] = splitExt(nfc(name));
  const m = COUNTER.exec(whole);
  return m ? { stem: m[1]!, counter: Number(m[2]), ext, whole } : { stem: whole, counter: 0, ext, whole };
}

/** What becomes of a title in the name of a file. */
export const sanitise = (title: string): string => nfc(title).replace(/[\p{Cc}\\/:*?"<>|&%#]/gu, '_');
/** For names whose rules nobody knows: letters and digits only, everything else is alike. Capitals count: `IMG.jpg` and `IMG.JPG` may be two photos. */
export const loose = (s: string): string => nfc(s).replace(/[^\p{L}\p{N}\p{M}]+/gu, '_');

const MEDIA_LENGTH = 51; // stem and extension
export const JSON_LENGTH = 46; // what stands before `.json`, without its counter
/** The least that a cut name has left of its title: sources disagree by a few units about extensions of five letters and about emoji that would be cut in two. */
const LEAST = 44;

/** Whether `stem` is what is left of the stem of a title, cut or not. */
export function isCutOf(stem: string, titleStem: string, ext: string): boolean {
  if (stem === titleStem) return true;
  return stem.length >= Math.min(LEAST, MEDIA_LENGTH - 1 - ext.length) && stem.length < titleStem.length && stem.length + ext.length <= MEDIA_LENGTH + 2 && titleStem.startsWith(stem);
}
/** The stems that a title may have got, the likeliest first. */
export function mediaStems(titleStem: string, ext: string): string[] {
  const at = MEDIA_LENGTH - (ext.length || 4);
  if (titleStem.length <= at) return [titleStem];
  return [...new Set([at, at + 1, at - 1, 47, 46].map((n) => titleStem.slice(0, n)))];
}
/** Long enough to have been cut. */
export const wasCut = (stem: string, ext: string): boolean => stem.length + (ext.length || 4) >= MEDIA_LENGTH - 1;
