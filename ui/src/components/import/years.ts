/** Bars of a chart by year: gaps are years without photos, unless there are so many that only a gap is shown; what has no date stands last. */
export interface Bar { year: number | null; items: number; gap?: true }
const LONGEST_GAP = 4;

export function barsOf(years: readonly { year: number | null; items: number }[]): Bar[] {
  const dated = years.filter((y): y is { year: number; items: number } => y.year !== null && y.items > 0).sort((a, b) => a.year - b.year);
  const bars: Bar[] = [];
  for (const y of dated) {
    const before = bars.at(-1)?.year;
    if (typeof before === 'number') {
      const between = y.year - before - 1;
      if (between > LONGEST_GAP) bars.push({ year: null, items: 0, gap: true });
      else for (let i = 1; i <= between; i++) bars.push({ year: before + i, items: 0 });
    }
    bars.push({ year: y.year, items: y.items });
  }
  const undated = years.filter((y) => y.year === null).reduce((n, y) => n + y.items, 0);
  return undated > 0 ? [...bars, { year: null, items: undated }] : bars;
}
