const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const monthOf = (word: string): number => (word.length < 3 ? -1 : MONTHS.findIndex((m) => m.startsWith(word.toLowerCase())));
/** What a timeline can hold. */
const [FIRST, END] = [Date.UTC(1800, 0, 1), Date.UTC(2200, 0, 1)];

/** Ms since 1970, and whether the text says the seconds. */
export interface AppleDate { at: number; seconds: boolean }
interface Parts { year: number; month: number; day: number; hour: number; minute: number; second: number; half: string }

const checked = ({ year, month, day, hour, minute, second, half }: Parts): number | null => {
  if (month < 0 || hour > 23 || minute > 59 || second > 59) return null;
  const h = half === 'p' && hour < 12 ? hour + 12 : half === 'a' && hour === 12 ? 0 : hour; // `14:00 PM` was seen
  const at = Date.UTC(year, month, day, h, minute, second);
  return new Date(at).getUTCDate() === day && at >= FIRST && at < END ? at : null;
};

const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?\s*(?:GMT|UTC|Z)(?:[+-]0+(?::?0+)?)?`;
const MONTH_FIRST = new RegExp(String.raw`^(?:\p{L}+,?\s+)?(\p{L}+)\.?\s+(\d{1,2})\s*,?\s*(\d{4})(?:\s+at)?\s*,?\s*${CLOCK}$`, 'iu');
const DAY_FIRST = new RegExp(String.raw`^(?:\p{L}+,?\s+)?(\d{1,2})\.?\s+(\p{L}+)\.?\s*,?\s*(\d{4})(?:\s+at)?\s*,?\s*${CLOCK}$`, 'iu');
const ISO = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})[T\s]+${CLOCK}$`, 'i');

/**
 * `Saturday June 4,2022 12:11 PM GMT`, `Friday October 06,2023 12:11 PM GMT` and near relatives. Null for everything else, also for a time of an unknown zone, for a day that does not exist, and for the very first second of
 * 1970, which stands for "not known".
 */
export function appleDate(text: string): AppleDate | null {
  const clean = text.replace(/[\u00a0\u202f\u2007\s]+/g, ' ').trim();
  if (clean.length > 60) return null;
  const [a, b, iso] = [MONTH_FIRST.exec(clean), DAY_FIRST.exec(clean), ISO.exec(clean)];
  const m = a ?? b ?? iso;
  if (!m) return null;
  const [year, month, day] = a ? [m[3], monthOf(m[1]!), m[2]] : b ? [m[3], monthOf(m[2]!), m[1]] : [m[1], Number(m[2]) - 1, m[3]];
  const at = checked({ year: Number(year), month: Number(month), day: Number(day), hour: Number(m[4]), minute: Number(m[5]), second: Number(m[6] ?? 0), half: (m[7] ?? '').toLowerCase() });
  return at === null || at === 0 ? null : { at, seconds: m[6] !== undefined };
}
