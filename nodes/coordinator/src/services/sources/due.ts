// When a source runs by itself: cron with five fields, in the time of the house.
import { MantelError } from '@mantel/contracts/errors.ts';
import { Cron } from 'croner';

function parsed(schedule: string): Cron {
  try { return new Cron(schedule, { mode: '5-part', paused: true }); } catch {
    throw new MantelError('source_invalid', `"${schedule}" is not a time that comes again. Write minute, hour, day, month and weekday, like 0 3 * * * for every night at three.`, { problems: [{ field: 'schedule', message: 'This is not a time that comes again.' }] });
  }
}
/** Throws `source_invalid`. */
export function checkSchedule(schedule: string): void {
  if (parsed(schedule).nextRun() === null) throw new MantelError('source_invalid', `The time "${schedule}" never comes.`, { problems: [{ field: 'schedule', message: 'This time never comes.' }] });
}
/** The first time after `from` (ms since 1970); null when it never comes, or is not readable. */
export function nextDue(schedule: string, from: number): number | null {
  try { return parsed(schedule).nextRun(new Date(from))?.getTime() ?? null; } catch { return null; }
}
