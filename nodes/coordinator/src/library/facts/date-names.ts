/**
 * What a name or a folder says about the date. `wall`: the middle of what is said, as if UTC (noon of a day, the 15th of a month, the 1st of July of a year);
 * `from` to `to`: all of what it may mean; `utc`: phones that name their pictures in UTC; `exact`: to the second.
 */
export interface Guess { wall: number; from: number; to: number; utc: boolean; exact: boolean }

const DAY = 86_400_000;
/** Digits in a row are a date only where digital pictures can be: any other number may look like one. */
const FIRST_COMPACT = Date.UTC(1990, 0, 1);
/** What somebody wrote with dashes may be about a scan. */
const FIRST_YEAR = 1800;

function guess(year: number, month?: number, day?: number, time?: [hour: number, minute: number, second: number, ms?: number], utc = false): Guess | null {
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1, ...(time ?? [0, 0, 0]));
  const back = new Date(from);
  if (year < FIRST_YEAR || (month !== undefined && back.getUTCMonth() !== month - 1) || (day !== undefined && back.getUTCDate() !== day)) return null;
  if (time) return time[0] > 23 || time[1] > 59 || time[2] > 59 ? null : { wall: from, from, to: from + 1000, utc, exact: true };
  if (day !== undefined) return { wall: from + DAY / 2, from, to: from + DAY, utc, exact: false };
  if (month !== undefined) return { wall: from + 14.5 * DAY, from, to: Date.UTC(year, month, 1), utc, exact: false };
  return { wall: Date.UTC(year, 6, 1, 12), from, to: Date.UTC(year + 1, 0, 1), utc, exact: false };
}
const n = (s: string | undefined): number => Number(s);

type Pattern = [RegExp, (m: RegExpExecArray) => Guess | null, compact?: true];
/** The first that fits and is a real date holds. Names without their extension. */
const PATTERNS: Pattern[] = [
  // Pixel phones: UTC, with milliseconds
  [/^PXL_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)\d{0,3}(?!\d)/i, (m) => guess(n(m[1]), n(m[2]), n(m[3]), [n(m[4]), n(m[5]), n(m[6])], true), true],
  // Facebook, WeChat and others: milliseconds since 1970
  [/^(?:FB_IMG_|mmexport|wx_camera_|IMG_|VID_|temp_?|image[-_]?|photo[-_]?|video[-_]?)?(1\d{12})(?!\d)/i, (m) => { const d = new Date(n(m[1])); return guess(d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), [d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()], true); }, true],
  // 20190615_234510, IMG_20190615_234510_1, Screenshot_20190615-234510_Chrome, WIN_20190615_23_45_10_Pro, signal-2019…: date and time in digits, parted
  [/(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)[-_ T.](\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?:\d{2,3})?(?!\d)/, (m) => guess(n(m[1]), n(m[2]), n(m[3]), [n(m[4]), n(m[5]), n(m[6])]), true],
  // BURST20190615234510123, IMG_20190615234510: without a gap only behind the words of cameras
  [/(?:^|BURST|IMG_?|VID_?|PANO_?|MVIMG_?|DSC_?|C360_)((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\d{3})?(?!\d)/i, (m) => guess(n(m[1]), n(m[2]), n(m[3]), [n(m[4]), n(m[5]), n(m[6])]), true],
  // 2019-06-15 23.45.10, Screenshot 2019-05-21 at 10.45.52 PM, Bildschirmfoto 2019-05-21 um …, photo_2020-01-01_12-00-00
  [/(?<!\d)(\d{4})([-_.])(\d\d)\2(\d\d)[^\d]{1,12}(\d{1,2})[-_.:h\uA789](\d\d)[-_.:m\uA789](\d\d)(?!\d\d\d\d)(?:[^\dA-Za-z]?([AaPp])\.?[Mm])?/, (m) => guess(n(m[1]), n(m[3]), n(m[4]), [clock(n(m[5]), m[8]), n(m[6]), n(m[7])])],
  // signal-2020-01-01-120000, Screenshot 2024-01-02 123456
  [/(?<!\d)(\d{4})([-_.])(\d\d)\2(\d\d)[-_ T.]{1,2}(\d\d)(\d\d)(\d\d)(?!\d)/, (m) => guess(n(m[1]), n(m[3]), n(m[4]), [n(m[5]), n(m[6]), n(m[7])])],
  // IMG-20190102-WA0003, VID-20190102-WA0001
  [/^(?:IMG|VID|AUD|PTT|STK)-(\d{4})(\d\d)(\d\d)-WA\d+/i, (m) => guess(n(m[1]), n(m[2]), n(m[3])), true],
  // 20190615.jpg, 20190615_001.jpg, IMG_20190615.jpg
  [/^(?:IMG|VID|PXL|MVIMG|Screenshot|DSC|PANO|Scan)?[-_ ]?((?:19|20)\d\d)(\d\d)(\d\d)(?=$|[-_ (](?!\d{5}))/i, (m) => guess(n(m[1]), n(m[2]), n(m[3])), true],
  // 2019-06-15 Beach, 1950-06-12, 15.06.2019
  [/(?<![\d-])(\d{4})([-_.])(\d\d)\2(\d\d)(?!\d)/, (m) => guess(n(m[1]), n(m[3]), n(m[4]))],
  [/(?<!\d)(\d{1,2})\.(\d{1,2})\.((?:18|19|20)\d\d)(?!\d)/, (m) => guess(n(m[3]), n(m[2]), n(m[1]))],
  // scans: 1950-06, 1950-06-xx, 1950-06-00
  [/^(1[89]\d\d|20\d\d)-(\d\d)(?:-(?:xx|00|\?\?|__|\u2026|\.\.\.))?(?![\d-]|[a-z])/i, (m) => guess(n(m[1]), n(m[2]))],
];

/** Twelve hours with a letter, as macOS writes them in some countries. */
const clock = (hour: number, half: string | undefined): number => (!half || hour > 12 ? hour : (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0));

/** From the name of a file as phones, messengers and people give them; null when it says nothing, or something that has not been yet. `now`: ms. */
export function dateOfName(name: string, now: number): Guess | null {
  const stem = name.slice(0, 255).replace(/\.[A-Za-z0-9]{1,5}$/, '').normalize('NFC');
  for (const [pattern, read, compact] of PATTERNS) {
    const m = pattern.exec(stem);
    const found = m && read(m);
    if (found && found.from <= now + DAY && (!compact || found.from >= FIRST_COMPACT)) return found;
  }
  return null;
}

/** From the folders that a file lay in, the deepest that says something: `2004/2004-05 Italy`, `2004/05/17`, `Photos from 2019`, `Summer 1987`. */
export function dateOfFolder(folder: string, now: number): Guess | null {
  let year: number | undefined;
  let month: number | undefined;
  let best: Guess | null = null;
  for (const segment of folder.slice(-1000).normalize('NFC').split(/[/\\]/)) {
    const found = ofSegment(segment.trim(), year, month);
    const said = found && guess(...found);
    if (!said || said.from > now) continue;
    [year, month] = found;
    best = said;
  }
  return best;
}

type Parts = [year: number, month?: number, day?: number];
function ofSegment(s: string, year: number | undefined, month: number | undefined): Parts | null {
  if (/(?<!\d)\d{4}\s*(?:-|–|to|bis)\s*\d{4}(?!\d)/.test(s)) return null; // a span of years says none
  const full = /(?<!\d)((?:18|19|20)\d\d)([-_. ])(\d\d)\2(\d\d)(?!\d)/.exec(s) ?? /^((?:19|20)\d\d)()(\d\d)(\d\d)(?!\d)/.exec(s);
  if (full && real(n(full[3]), n(full[4]))) return [n(full[1]), n(full[3]), n(full[4])];
  const monthly = /(?<!\d)((?:18|19|20)\d\d)[-_. ](\d\d)(?!\d)/.exec(s);
  if (monthly && real(n(monthly[2]), 1)) return [n(monthly[1]), n(monthly[2])];
  const inner = /^(\d\d)(?!\d)/.exec(s);
  if (inner && year !== undefined && month === undefined && real(n(inner[1]), 1)) return [year, n(inner[1])];
  if (inner && year !== undefined && month !== undefined && real(1, n(inner[1]))) return [year, month, n(inner[1])];
  const yearly = /(?<![\d_.x×#-])((?:18|19|20)\d\d)(?![\d_x×p])/.exec(s);
  return yearly ? [n(yearly[1])] : null;
}
const real = (month: number, day: number): boolean => month >= 1 && month <= 12 && day >= 1 && day <= 31;
