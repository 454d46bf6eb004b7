// `ord`: floor(local wall clock, seconds) × 2^20 + n. Fits in 53 bits for the years 1700 to 2240, sorts by time, and is unique.
export const ORD_STEP = 2 ** 20;
const LIMIT_SECONDS = 2 ** 32;

/** Seconds of a local wall clock `yyyy-mm-ddThh:mm:ss` as if it were UTC; kept in the range that an ord can hold. */
export function localSeconds(takenAtLocal: string): number {
  const s = Math.floor(Date.parse(`${takenAtLocal.slice(0, 19)}Z`) / 1000);
  return Number.isFinite(s) ? Math.max(-LIMIT_SECONDS, Math.min(LIMIT_SECONDS * 2 - 1, s)) : 0;
}
export const ordSeconds = (ord: number): number => Math.floor(ord / ORD_STEP);

/** yyyymm and yyyymmdd of local seconds. */
export function monthOf(seconds: number): number {
  const d = new Date(seconds * 1000);
  return d.getUTCFullYear() * 100 + d.getUTCMonth() + 1;
}
export function dayOf(seconds: number): number {
  const d = new Date(seconds * 1000);
  return (d.getUTCFullYear() * 100 + d.getUTCMonth() + 1) * 100 + d.getUTCDate();
}
/** First second after a local day yyyymmdd. */
export function dayEnd(day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, (day % 100) + 1);
  return Math.floor(date.getTime() / 1000);
}
/** Displayed aspect ratio in one byte: ratio × 64. */
export const ratioByte = (width: number | null, height: number | null): number => (width && height ? Math.max(1, Math.min(255, Math.round((width / height) * 64))) : 85);
