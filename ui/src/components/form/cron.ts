/*
 * Cron with five fields, as the house reads it (minute hour day month weekday; names of days and months; lists, ranges, steps). When day and weekday are both given, either is enough.
 * All times are wall clock: what stands in the fields of a `Date` here.
 */
const FIELDS = [{ from: 0, to: 59 }, { from: 0, to: 23 }, { from: 1, to: 31 }, { from: 1, to: 12 }, { from: 0, to: 7 }] as const;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const AHEAD_DAYS = 366 * 9; // 29 February is never farther, not even over 2100

interface Cron { minute: Set<number>; hour: Set<number>; day: Set<number>; month: Set<number>; weekday: Set<number>; anyDay: boolean; anyWeekday: boolean }

/** Null when this is no such line. */
export function parseCron(text: string): Cron | null {
  const parts = text.trim().toLowerCase().split(/\s+/);
  if (parts.length !== 5) return null;
  const sets = parts.map((part, i) => field(part, i));
  if (sets.some((s) => s === null)) return null;
  const [minute, hour, day, month, weekday] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  if (weekday.delete(7)) weekday.add(0);
  return { minute, hour, day, month, weekday, anyDay: parts[2] === '*', anyWeekday: parts[4] === '*' };
}

function field(text: string, at: number): Set<number> | null {
  const { from, to } = FIELDS[at]!;
  const found = new Set<number>();
  for (const piece of text.split(',')) {
    const m = /^(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:\/(\d{1,3}))?$/.exec(piece);
    if (!m) return null;
    const [first, last] = m[1] === '*' ? [from, at === 4 ? 6 : to] : m[1]!.split('-').map((x) => number(x, at)) as [number, number?];
    const end = last ?? first!;
    const step = m[2] === undefined ? 1 : Number(m[2]);
    if (!(first! >= from) || !(end <= to) || end < first! || step < 1 || (m[2] !== undefined && m[1] !== '*' && last === undefined)) return null;
    for (let n = first!; n <= end; n += step) found.add(n);
  }
  return found;
}
function number(word: string, at: number): number {
  if (/^\d{1,2}$/.test(word)) return Number(word);
  const named = at === 3 ? MONTHS.indexOf(word) + 1 : at === 4 ? DAYS.indexOf(word) : -1;
  return at === 3 && named === 0 ? -1 : named;
}

/** The first time after `now` that fits; null when there is none (31 February). */
export function nextRun(cron: Cron, now: Date): Date | null {
  const fits = (d: Date): boolean => {
    if (!cron.month.has(d.getMonth() + 1)) return false;
    const day = cron.day.has(d.getDate()), weekday = cron.weekday.has(d.getDay());
    return cron.anyDay || cron.anyWeekday ? (cron.anyDay || day) && (cron.anyWeekday || weekday) : day || weekday;
  };
  const hours = [...cron.hour].sort((a, b) => a - b), minutes = [...cron.minute].sort((a, b) => a - b);
  for (let n = 0; n < AHEAD_DAYS; n++) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + n);
    if (!fits(day)) continue;
    for (const h of hours) for (const m of minutes) {
      const at = new Date(day.getFullYear(), day.getMonth(), day.getDate(), h, m);
      if (at > now) return at;
    }
  }
  return null;
}
