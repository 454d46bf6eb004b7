import { t } from './t.ts';

/*
 * Dates and sizes as Mantel writes them. Photos carry a wall clock (the local time where they were taken), so those functions format in UTC:
 * a photo of 14 May in Tokyo stays on 14 May, wherever the browser is. Instants (sessions, jobs) are shown in the browser's own zone.
 */
const utc = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
const dayShort = utc({ weekday: 'short', day: 'numeric', month: 'short' });
const dayWithYear = utc({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const monthLong = utc({ month: 'long', year: 'numeric' });
const dayPlain = utc({ day: 'numeric', month: 'short', year: 'numeric' });
const monthShort = utc({ month: 'short' });
const full = utc({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const plainDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const dateOf = (yyyymmdd: number): Date => {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(yyyymmdd / 10000), Math.floor(yyyymmdd / 100) % 100 - 1, yyyymmdd % 100);
  return date;
};
const words = (s: string): string => s.replaceAll(',', '');

/** 20230514 → "Sun 14 May"; with the year when `withYear`. */
export const formatDay = (yyyymmdd: number, withYear = false): string => words((withYear ? dayWithYear : dayShort).format(dateOf(yyyymmdd)));
/** 202305 → "May 2023" */
export const formatMonth = (yyyymm: number): string => monthLong.format(dateOf(yyyymm * 100 + 1));
/** Local wall clock as if UTC, seconds → "Sunday 14 May 2023 at 18:20" */
export const formatWallClock = (seconds: number): string => words(full.format(new Date(seconds * 1000)));
/** "2023-05-14T18:20:00" → the same in words; the text itself when it is not a date. */
export function formatLocal(local: string): string {
  const ms = Date.parse(`${local}Z`);
  return Number.isNaN(ms) ? local : formatWallClock(ms / 1000);
}

/** An instant, relative under a day, absolute after: "5 minutes ago", "yesterday 18:20", "14 May 2023". */
export function formatWhen(iso: string, now = Date.now()): string {
  const at = new Date(iso);
  const minutes = Math.floor((now - at.getTime()) / 60_000);
  if (Number.isNaN(minutes)) return iso;
  if (minutes >= 0 && minutes < 1) return t('time.now');
  if (minutes >= 0 && minutes < 60) return t('time.minutes', { n: minutes });
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  if (minutes >= 0 && at >= midnight) return t('time.today', { time: clock.format(at) });
  midnight.setDate(midnight.getDate() - 1);
  if (minutes >= 0 && at >= midnight) return t('time.yesterday', { time: clock.format(at) });
  return plainDate.format(at);
}

/** An instant as a date: "14 May 2023". */
export const formatDate = (iso: string): string => plainDate.format(new Date(iso));

/** From the first to the last photo, wall clocks: "14 May 2023", "May 2023", "May – Aug 2023", "2019 – 2023". */
export function formatSpan(from: string, to: string): string {
  const [a, b] = [from, to].map((local) => Date.parse(`${local.slice(0, 10)}T00:00:00Z`)) as [number, number];
  if (Number.isNaN(a) || Number.isNaN(b)) return '';
  if (from.slice(0, 10) === to.slice(0, 10)) return dayPlain.format(a);
  if (from.slice(0, 7) === to.slice(0, 7)) return monthLong.format(a);
  return from.slice(0, 4) === to.slice(0, 4) ? `${monthShort.format(a)} – ${monthShort.format(b)} ${to.slice(0, 4)}` : `${from.slice(0, 4)} – ${to.slice(0, 4)}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
/** Bytes in decimal units, as disks are sold: "38 GB", "2.4 MB". */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes), unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) { value /= 1000; unit++; }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** Seconds of a clip → "0:07", "1:02:03". */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** Time left → "40 s", "12 min", "3 h 20 min". */
export function formatLeft(seconds: number): string {
  if (seconds < 90) return t('time.left.seconds', { n: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('time.left.minutes', { n: minutes });
  const h = Math.floor(minutes / 60), m = minutes % 60;
  return m === 0 ? t('time.left.wholeHours', { h }) : t('time.left.hours', { h, m });
}

/** A guess of a time → "less than a minute", "about 12 min", "about 1 h 10 min", "about 9 h", "about 3 days". */
export function formatAbout(seconds: number): string {
  if (seconds < 60) return t('time.about.less');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('time.about.minutes', { n: minutes });
  const tens = Math.round(minutes / 10) * 10, h = Math.floor(tens / 60), m = tens % 60;
  if (h < 6) return m === 0 ? t('time.about.hours', { h }) : t('time.about.hoursMinutes', { h, m });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('time.about.hours', { h: hours }) : t('time.about.days', { n: Math.round(hours / 24) });
}

/** How long one thing took → "85 ms", "0.8 s", "12 s", "2 min". */
export function formatTook(ms: number): string {
  if (ms < 100) return t('time.took.ms', { n: Math.max(1, Math.round(ms)) });
  const s = ms / 1000;
  return s < 90 ? t('time.took.s', { s: s < 9.95 ? s.toFixed(1) : Math.round(s) }) : t('time.left.minutes', { n: Math.round(s / 60) });
}

/** An instant as a time of this day: "18:20". */
export const formatClock = (iso: string): string => clock.format(new Date(iso));

/** Memory as it is sold, in powers of two: "16 GB", "512 MB". */
export function formatMemory(bytes: number): string {
  const gb = bytes / 2 ** 30;
  return gb < 1 ? `${Math.round(bytes / 2 ** 20)} MB` : `${gb < 9.95 ? Number(gb.toFixed(1)) : Math.round(gb)} GB`;
}

/** Exposure in seconds → "1/250 s", "2.5 s". */
export const formatExposure = (s: number): string => (s > 0 && s < 0.35 ? `1/${Math.round(1 / s)} s` : `${Number(s.toFixed(1))} s`);

const moment = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
/** A time that is still to come: "Tue 24 Nov at 03:00". */
export const formatMoment = (at: Date): string => words(moment.format(at)).replace(/ (\d\d:\d\d)$/, ' at $1');
