import { text } from './tags.ts';

export const MAX_TAGS = 200;
const MAX_LEVELS = 10;
/** By letters, not by case; accents are composed (NFC) before. */
const key = (s: string): string => s.toLocaleLowerCase('en');
/** A tag for comparing, whatever its case or Unicode form. */
export const foldTag = (s: string): string => key(s.normalize('NFC'));

/** `Places|Europe|Lisbon` → `Places/Europe/Lisbon`. A `/` inside a level of the first kind would read as one more level, so it becomes `-`. */
const path = (value: unknown, separator: '|' | '/'): string | null => {
  const levels = (text(value, 500) ?? '').normalize('NFC').split(separator).map((level) => level.replaceAll('/', '-').trim()).filter(Boolean).slice(0, MAX_LEVELS);
  return levels.length === 0 ? null : levels.join('/');
};
export const barPaths = (values: readonly unknown[]): string[] => values.map((v) => path(v, '|')).filter((p) => p !== null);
export const slashPaths = (values: readonly unknown[]): string[] => values.map((v) => path(v, '/')).filter((p) => p !== null);

/** A word without levels: a `/` in it (`B/W`) is no level either. */
const word = (value: unknown): string | null => text(value, 200)?.normalize('NFC') ?? null;
const plain = (tag: string): string => tag.replaceAll('/', '-');
export const flatWords = (values: readonly unknown[]): string[] => values.map(word).filter((w) => w !== null).map(plain);

/**
 * Tags of all sources together, once each, levels divided by `/`, in the order they were written: those with levels first. What other programs repeat
 * is left out: the upper levels of a path (Lightroom lists each), and flat words that are a level of one (all of them do that for readers that know no levels), or of `others`.
 */
export function keywordList(paths: readonly string[], flat: readonly unknown[], others: readonly string[] = [], most = MAX_TAGS): string[] {
  const out = new Map<string, string>();
  const known = new Set<string>(others.map(foldTag));
  const once = new Map<string, string>();
  for (const p of paths) if (!once.has(key(p))) once.set(key(p), p);
  const wanted = [...once.values()];
  const upper = new Set(wanted.flatMap((p) => p.split('/').slice(0, -1).map((_, i, levels) => key(levels.slice(0, i + 1).join('/')))));
  for (const p of wanted) {
    if (upper.has(key(p))) continue;
    out.set(key(p), p);
    for (const level of p.split('/')) known.add(key(level));
  }
  for (const value of flat.flat()) {
    if (out.size >= most) break;
    const whole = word(value);
    if (whole === null || known.has(key(whole)) || upper.has(key(whole)) || out.has(key(whole))) continue;
    const tag = plain(whole);
    if (!known.has(key(tag)) && !out.has(key(tag))) out.set(key(tag), tag);
  }
  return [...out.values()].slice(0, most);
}
