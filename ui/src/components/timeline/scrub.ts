import { lastAtMost } from '../../data/timeline-layout.ts';

/** The month that is at height `y`; 0 when there is none. `ys` ascends. */
export const monthAt = (months: number[], ys: number[], y: number): number => (months.length === 0 ? 0 : months[lastAtMost(ys, ys.length, y)]!);

const YEAR_ROOM = 20, TICK_ROOM = 7;
/** Which years and months have room on the axis, from the heights (px) of the months. A year stands at its newest month. */
export function scrubTicks(months: number[], at: number[], height: number): { years: { year: number; at: number }[]; ticks: number[] } {
  const years: { year: number; at: number }[] = [], ticks: number[] = [];
  let year = 0, lastYear = -Infinity, lastTick = -Infinity;
  months.forEach((month, i) => {
    const y = Math.min(height - 8, Math.max(8, at[i]!)), its = Math.floor(month / 100);
    if (its !== year) {
      year = its;
      if (y - lastYear >= YEAR_ROOM) { years.push({ year, at: y }); lastYear = lastTick = y; }
    } else if (y - lastTick >= TICK_ROOM && y - lastYear >= 12) { ticks.push(y); lastTick = y; }
  });
  return { years, ticks: ticks.filter((y) => years.every((label) => Math.abs(label.at - y) >= 12)) };
}

/** Keyboard: arrows step by month, page keys by year, Home is the newest, End the oldest. null: not our key. */
export function scrubStep(months: number[], ys: number[], y: number, range: number, key: string): number | null {
  if (months.length === 0) return null;
  const i = lastAtMost(ys, ys.length, y + 1);
  const yearOf = (n: number): number => Math.floor(months[n]! / 100);
  switch (key) {
    case 'Home': return 0;
    case 'End': return range;
    case 'ArrowDown': return ys[Math.min(months.length - 1, i + 1)]!;
    case 'ArrowUp': return y > ys[i]! + 1 ? ys[i]! : ys[Math.max(0, i - 1)]!;
    case 'PageDown': {
      let n = i;
      while (n < months.length - 1 && yearOf(n) === yearOf(i)) n++;
      return ys[n]!;
    }
    case 'PageUp': {
      let n = i;
      while (n > 0 && yearOf(n - 1) === yearOf(i)) n--;
      if (ys[n]! < y - 1 || n === 0) return ys[n]!;
      const before = yearOf(--n);
      while (n > 0 && yearOf(n - 1) === before) n--;
      return ys[n]!;
    }
    default: return null;
  }
}
