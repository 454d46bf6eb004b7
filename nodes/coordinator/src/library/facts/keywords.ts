import { text } from './tags.ts';

const MAX_TAGS = 200;
const MAX_LEVELS = 10;
/** By letters, not by case; accents are composed (NFC) before. */
const key = (s: string): string => s.toLocaleLowerCase('en');

/** `Places|Europe|Lisbon` → `Places/Europe/Lisbon`. A `/` inside a level of the first kind would read as one more level, so it becomes `-`. */
const path = (value: unknown, separator: '|' | '/'): string | null => {
  const levels = (text(value, 500) ?? '').normalize('NFC').split(separator).map((level) => level.replaceAll('/', '-').trim()).filter(Boolean).slice(0, MAX_LEVELS);
  return levels.length === 0 ? null : levels.join('/');
};
export const barPaths = (values: readonly unknown[]): string[] => values.map((v) => path(v, '|')).filter((p) => p !== null);
export const slashPaths = (values: readonly unknown[]): string[] => values.map((v) => path(v, '/')).filter((p) => p !== null);

/**
 * Tags of all sources together, once each, levels divided by `/`, in the order they were written: those with levels first. What other programs repeat
 * is left out: the upper levels of a path (Lightroom lists each), and flat words that are a level of one (all of them do that for readers that know no levels).
 */
export function keywordList(paths: readonly string[], flat: readonly unknown[]): string[] {
  const out = new Map<string, string>();
  const known = new Set<string>();
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
    const tag = text(value, 200)?.normalize('NFC');
    if (tag && !known.has(key(tag)) && !out.has(key(tag))) out.set(key(tag), tag);
    if (out.size >= MAX_TAGS) break;
  }
  return [...out.values()].slice(0, MAX_TAGS);
}
