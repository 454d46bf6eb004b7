import { nfc } from './names.ts';
import { YEAR_TEMPLATES } from './words.ts';

/** What is known of a folder. `albumTitle`: null when it has no album data of its own (that of a year folder is not counted). `years`: of the photos whose sidecars lie in it. */
export interface FolderFacts { name: string; albumTitle: string | null; yearly: boolean; files: number; years: Map<number, number> }

/** Digits of any script as those of ours. */
const western = (s: string): string => s.replace(/\p{Nd}/gu, (d) => {
  const c = d.codePointAt(0)!;
  let zero = c;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && c - zero < 9) zero--;
  // blocks of ten digits begin at their zero; two blocks never touch but for the mathematical ones, which no folder has
  return String(c - zero);
});

/** `Photos from 2019` → `photos from #`, 2019. Null without exactly one year beside words. Thailand counts from another year. */
export function templateOf(name: string): { template: string; year: number } | null {
  const plain = western(nfc(name)).toLowerCase().replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/\s+/gu, ' ').trim();
  const years = [...plain.matchAll(/(?<!\d)\d{4}(?!\d)/g)];
  if (years.length !== 1) return null;
  const n = Number(years[0]![0]);
  const year = n >= 1800 && n < 2200 ? n : n >= 2350 && n < 2700 ? n - 543 : null;
  const template = plain.replace(/\d{4}/, '#').replace(/\.$/, '');
  return year === null || !/\p{L}/u.test(template) || /\d/.test(template) ? null : { template, year };
}

/**
 * Which folders are those of a year, and of which. Known names first; in a language that nobody wrote down, the template that repeats, holds most of what has a date, and whose photos are of the year that it says.
 */
export function yearFolders(folders: readonly FolderFacts[]): Map<string, number> {
  const families = new Map<string, { folder: FolderFacts; year: number }[]>();
  for (const folder of folders) {
    const t = templateOf(folder.name);
    if (t) families.set(t.template, [...(families.get(t.template) ?? []), { folder, year: t.year }]);
  }
  const out = new Map<string, number>();
  const take = (members: { folder: FolderFacts; year: number }[]): void => { for (const m of members) out.set(m.folder.name, m.year); };
  const known = [...families].filter(([t]) => YEAR_TEMPLATES.includes(t)).toSorted((a, b) => weight(b[1]) - weight(a[1]));
  for (const [i, [, members]] of known.entries()) take(i === 0 ? members.filter((m) => m.folder.albumTitle === null || nfc(m.folder.albumTitle) === nfc(m.folder.name)) : members.filter((m) => m.folder.albumTitle === null));
  if (known.length > 0) return out;
  const dated = folders.reduce((s, f) => s + total(f), 0);
  const likely = [...families].map(([t, all]) => [t, all.filter((m) => m.folder.albumTitle === null)] as const).filter(([, members]) => plausible(members, dated)).toSorted((a, b) => weight(b[1]) - weight(a[1]));
  if (likely[0]) take(likely[0][1]);
  return out;
}
const total = (f: FolderFacts): number => [...f.years.values()].reduce((a, b) => a + b, 0);
/** Folders without an album's data count most: an album may have any name. */
const weight = (members: readonly { folder: FolderFacts }[]): number => members.reduce((s, m) => s + (m.folder.albumTitle === null ? 1_000_000 : 0) + total(m.folder) + m.folder.files / 1000, 0);
function plausible(members: readonly { folder: FolderFacts; year: number }[], dated: number): boolean {
  const all = members.reduce((s, m) => s + total(m.folder), 0);
  const fit = members.reduce((s, m) => s + (m.folder.years.get(m.year) ?? 0), 0);
  const several = new Set(members.map((m) => m.year)).size >= 2;
  if (all === 0) return several;
  return fit >= all * 0.8 && (several || all * 2 > dated);
}
