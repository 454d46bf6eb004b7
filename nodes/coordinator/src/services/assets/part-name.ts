import { pathKey, splitName } from '../../library/names.ts';

/**
 * What a file's name says of its part in a photo. `stem`: what all parts of one photo share, case-folded; `full`: the name without its extension, case-folded.
 * `edit`: 0 for a file as it was taken, else the how-manieth rendition. `sure`: programs write this mark for nothing else.
 */
export interface PartName { stem: string; full: string; edit: number; sure: boolean }

// what Google Photos adds in its languages
const EDITED = ['edited', 'bearbeitet', 'modifié', 'modificato', 'edytowane', 'bewerkt', '編集済み', '编辑', '已修改', '已編輯', 'ha editado', 'editado', 'editat', 'muokattu', 'düzenlendi', 'измененный', 'отредактировано', 'redigeret', 'upravené'].map(pathKey).join('|');
/** The counter of a clash stands after the word: `X-edited(1)` belongs to `X(1)`. */
const WORD = new RegExp(`^(.+?)(?:[-_ ](?:${EDITED})|[ _]?\\((?:${EDITED})\\))(\\(\\d+\\))?$`, 'u');
const APPLE = /^img_e(\d{4,}.*)$/;
const ANDROID = /^(.+?)~(\d{1,2})$/;
/** Snapseed writes `-01.jpeg`, whatever the extension was before; a program that only numbers names keeps it. */
const SNAPSEED = /^(.+?)-(\d{2})$/;
/** Pixel: the parts of one shutter. */
const PIXEL_RAW = /\.raw-0\d(\.mp)?\.(cover|original)$/;
const PIXEL_PORTRAIT = /\.portrait-0\d\.(cover|original)$/;
/** Pixel: `X.MP.jpg` with the clip `X.MP`, `X.MP~2.jpg` with `X.MP~2`. */
const PIXEL_CLIP = /\.m[pv](~\d{1,2})?$/;

export function partName(name: string): PartName {
  const whole = pathKey(name);
  const { stem: bare, ext } = PIXEL_CLIP.test(whole) ? { stem: whole, ext: '' } : splitName(whole);
  const full = bare.replace(PIXEL_CLIP, '$1').replace(PIXEL_RAW, '');
  const plain = (stem: string): PartName => ({ stem, full, edit: 0, sure: true });
  const portrait = PIXEL_PORTRAIT.exec(full);
  if (portrait) return { ...plain(full.slice(0, portrait.index)), edit: portrait[1] === 'cover' ? 1 : 0 };
  const word = WORD.exec(full);
  if (word) return { stem: word[1]! + (word[2] ?? ''), full, edit: 1, sure: true };
  const apple = APPLE.exec(full);
  if (apple) return { stem: `img_${apple[1]!}`, full, edit: 1, sure: true };
  const android = ANDROID.exec(full);
  if (android) return { stem: android[1]!, full, edit: Math.max(1, Number(android[2])), sure: false };
  const snapseed = ext === '.jpeg' ? SNAPSEED.exec(full) : null;
  if (snapseed) return { stem: snapseed[1]!, full, edit: Math.max(1, Number(snapseed[2])), sure: false };
  return plain(full);
}
export const stemOf = (name: string): string => partName(name).stem;
