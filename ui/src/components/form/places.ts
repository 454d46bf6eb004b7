import type { PlaceListing } from '../../data/types.ts';

export type Place = PlaceListing['entries'][number];

/** `/mnt/photos` → the way to it: `/`, `/mnt`, `/mnt/photos`. */
export function crumbs(path: string): { name: string; path: string }[] {
  const names = path.split('/').filter(Boolean);
  return [{ name: '', path: '/' }, ...names.map((name, i) => ({ name, path: `/${names.slice(0, i + 1).join('/')}` }))];
}
export const parentOf = (path: string): string => crumbs(path).at(-2)?.path ?? '/';

/** Folders, and files with one of these endings (all, when there are none); narrowed to names that hold `letters`. */
export function shownPlaces(entries: readonly Place[], accept: readonly string[], letters: string): Place[] {
  const endings = accept.map((a) => a.toLowerCase()), word = letters.trim().toLowerCase();
  return entries.filter((e) => (e.folder || endings.length === 0 || endings.some((x) => e.name.toLowerCase().endsWith(x))) && e.name.toLowerCase().includes(word));
}

/** Which row a key leads to; null when it leads nowhere. Letters jump to the next name that begins with them. */
export function rowAfter(key: string, at: number, names: readonly string[]): number | null {
  const last = names.length - 1;
  if (last < 0) return null;
  switch (key) {
    case 'ArrowDown': return Math.min(at + 1, last);
    case 'ArrowUp': return Math.max(at - 1, 0);
    case 'PageDown': return Math.min(at + 10, last);
    case 'PageUp': return Math.max(at - 10, 0);
    case 'Home': return 0;
    case 'End': return last;
    default: {
      if ([...key].length !== 1 || key === ' ') return null;
      for (let n = 1; n <= names.length; n++) if (names[(at + n) % names.length]!.toLowerCase().startsWith(key.toLowerCase())) return (at + n) % names.length;
      return null;
    }
  }
}
