import { dirOf } from './paths.ts';
import type { Placed } from './types.ts';
import { PHOTOS, YEAR_TEMPLATES } from './words.ts';
import { templateOf } from './years.ts';

/** Where Google Photos lies among what else an account holds: told by the sidecars, whatever the folder is called in the language of the account. */
export function findRoots(entries: Iterable<Placed>): string[] {
  const votes = new Map<string, number>();
  const seen = new Map<string, boolean>();
  const vote = (root: string, n: number): void => void votes.set(root, (votes.get(root) ?? 0) + n);
  for (const { entry } of entries) {
    if (entry.trouble && entry.trouble.reason !== 'damaged') continue;
    const dir = dirOf(entry.path);
    if (entry.json?.kind === 'asset') vote(parentOf(dir), 100);
    if (!entry.head || seen.has(dir)) continue;
    seen.set(dir, true);
    const year = templateOf(dir.slice(dir.lastIndexOf('/') + 1));
    if (year && YEAR_TEMPLATES.includes(year.template)) vote(parentOf(dir), 10);
    const product = productOf(dir);
    if (product !== null && /google|谷歌/iu.test(product) && PHOTOS.test(product)) vote(product, 1);
  }
  const products = [...votes.keys()].filter((r) => productOf(`${r}/x`) === r);
  const ranked = [...votes].filter(([r]) => products.length === 0 || products.includes(r)).toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const roots: string[] = [];
  for (const [r] of ranked) if (!roots.some((o) => inside(o, r) || inside(r, o))) roots.push(r);
  return roots;
}
/** `…/Takeout/X`, where the path has such a beginning. */
function productOf(path: string): string | null {
  const m = /^(?:.*?\/)?Takeout\/[^/]+/.exec(path);
  return m && m[0].length < path.length ? m[0] : m && !path.includes(`${m[0]}/`) ? m[0] : null;
}
const parentOf = (dir: string): string => dirOf(dir);
const inside = (dir: string, path: string): boolean => dir === '' || path === dir || path.startsWith(`${dir}/`);

/** The path inside of the photos' folder; null for what belongs to another product. */
export function within(roots: readonly string[], path: string): string | null {
  for (const r of roots) {
    if (r === '') return path;
    if (path.startsWith(r) && path[r.length] === '/') return path.slice(r.length + 1);
  }
  return null;
}
