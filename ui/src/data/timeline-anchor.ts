import { dayOf, type TimelineLayout } from './timeline-layout.ts';

/**
 * Where photo `index` of the old layout is likely to lie in the new one: the same day at the same offset, or the next older day.
 * Exact when nothing changed within the day; the caller then looks for the photo itself near this place.
 */
export function relocate(old: TimelineLayout, next: TimelineLayout, index: number): number {
  if (next.total === 0 || old.total === 0) return 0;
  const d = dayOf(old, Math.min(index, old.total - 1));
  const day = old.days[d]!;
  // Days are in descending order: find the first that is not newer.
  let a = 0, b = next.days.length;
  while (a < b) {
    const m = (a + b) >> 1;
    if (next.days[m]! > day) a = m + 1;
    else b = m;
  }
  if (a === next.days.length) return next.total - 1;
  if (next.days[a] !== day) return next.first[a]!;
  return Math.min(next.first[a]! + (index - old.first[d]!), next.first[a + 1]! - 1);
}
