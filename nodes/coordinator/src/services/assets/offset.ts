import { MantelError } from '@mantel/contracts/errors.ts';

const pad = (n: number): string => String(n).padStart(2, '0');

/** Minutes east of UTC as people write them: 120 → `+02:00`. */
export function offsetText(minutes: number | null): string | null {
  if (minutes === null) return null;
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(abs / 60))}:${pad(abs % 60)}`;
}
/** `+05:45` → 345; null for none. Throws `bad_request` for a zone that does not exist. */
export function offsetMinutes(text: string | null): number | null {
  if (text === null) return null;
  const minutes = (Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6))) * (text.startsWith('-') ? -1 : 1);
  if (!(minutes >= -720 && minutes <= 840) || Number(text.slice(4, 6)) > 59) throw new MantelError('bad_request', 'There is no such time zone: zones reach from -12:00 to +14:00.');
  return minutes;
}
