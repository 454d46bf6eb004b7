/** A schedule as people choose it; the rest is `custom`. `weekday`: 0 is Sunday. */
export type Rhythm = { kind: 'never' } | { kind: 'hourly'; minute: number } | { kind: 'daily'; time: string } | { kind: 'weekly'; weekday: number; time: string } | { kind: 'custom'; cron: string };
export type RhythmKind = Rhythm['kind'];

const two = (n: number): string => String(n).padStart(2, '0');
const inside = (text: string | undefined, to: number): number | null => (text !== undefined && /^\d{1,2}$/.test(text) && Number(text) <= to ? Number(text) : null);

export function rhythmOf(schedule: string | null | undefined): Rhythm {
  if (!schedule?.trim()) return { kind: 'never' };
  const [m, h, day, month, weekday, more] = schedule.trim().split(/\s+/);
  const minute = inside(m, 59), hour = inside(h, 23), on = inside(weekday, 7);
  if (minute !== null && day === '*' && month === '*' && more === undefined) {
    if (h === '*' && weekday === '*') return { kind: 'hourly', minute };
    if (hour !== null && weekday === '*') return { kind: 'daily', time: `${two(hour)}:${two(minute)}` };
    if (hour !== null && on !== null) return { kind: 'weekly', weekday: on % 7, time: `${two(hour)}:${two(minute)}` };
  }
  return { kind: 'custom', cron: schedule };
}

/** The cron line; null for never. */
export function scheduleOf(r: Rhythm): string | null {
  const at = (time: string): string => `${Number(time.slice(3, 5))} ${Number(time.slice(0, 2))}`;
  switch (r.kind) {
    case 'never': return null;
    case 'hourly': return `${r.minute} * * * *`;
    case 'daily': return `${at(r.time)} * * *`;
    case 'weekly': return `${at(r.time)} * * ${r.weekday}`;
    case 'custom': return r.cron.trim() || null;
  }
}

/** Another choice, with what was chosen before kept where it fits. */
export function switchTo(kind: RhythmKind, before: Rhythm): Rhythm {
  const time = 'time' in before ? before.time : '03:00';
  switch (kind) {
    case 'never': return { kind };
    case 'hourly': return { kind, minute: 0 };
    case 'daily': return { kind, time };
    case 'weekly': return { kind, time, weekday: 0 };
    case 'custom': return { kind, cron: scheduleOf(before) ?? '0 3 * * *' };
  }
}
