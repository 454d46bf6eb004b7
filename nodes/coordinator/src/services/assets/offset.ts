const pad = (n: number): string => String(n).padStart(2, '0');

/** Minutes east of UTC as people write them: 120 → `+02:00`. */
export function offsetText(minutes: number | null): string | null {
  if (minutes === null) return null;
  const abs = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(abs / 60))}:${pad(abs % 60)}`;
}
