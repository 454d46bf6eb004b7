const two = (n: number): string => String(n).padStart(2, '0');
export const formatOffset = (minutes: number): string => `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;

/** Beside the whole hours, the offsets that are in use somewhere. */
const ODD = [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765];
/** All zone offsets of the world, from west to east; `also` is one that a photo has, however strange. */
export function zoneOffsets(also: string | null): string[] {
  const all = [...Array.from({ length: 27 }, (_, i) => (i - 12) * 60), ...ODD].sort((a, b) => a - b).map(formatOffset);
  return also && !all.includes(also) ? [also, ...all] : all;
}

/** Date and time fields → wall clock for the server; null when they make no date. */
export function wallClock(date: string, time: string): string | null {
  const full = time.length === 5 ? `${time}:00` : time;
  const text = `${date}T${full}`;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return null;
  const at = new Date(`${text}Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19) === text && at.getUTCFullYear() >= 1 ? text : null;
}
