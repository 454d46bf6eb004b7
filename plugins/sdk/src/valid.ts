// What the house refuses, said where the plugin is written. The house itself checks with its own schemas; a test of it holds both against each other.
import type { CheckResult, ScanEvent } from './import-source.ts';

const REASONS = ['metadata', 'album-metadata', 'other-product', 'not-a-photo', 'link', 'system-file', 'thumbnail', 'unwanted', 'nested-archive', 'same-entry', 'sidecar-without-media', 'corrupt-metadata', 'too-large', 'unsafe-path', 'damaged', 'damaged-part', 'encrypted', 'empty', 'unreadable'];

/** Says what is wrong, or null. */
type Rule = (value: unknown, at: string) => string | null;
const bad = (at: string, why: string): string => `${at || 'it'} ${why}`;
const first = (...found: (string | null)[]): string | null => found.find((f) => f !== null) ?? null;
const text = (max: number, min = 0): Rule => (v, at) => (typeof v === 'string' && v.length >= min && v.length <= max ? null : bad(at, `is no text of ${min} to ${max} characters`));
const number = (min = -Infinity, max = Infinity): Rule => (v, at) => (typeof v === 'number' && Number.isFinite(v) && v >= min && v <= max ? null : bad(at, 'is no number that is allowed there'));
const whole = (min: number, max = Infinity): Rule => (v, at) => (Number.isInteger(v) && (v as number) >= min && (v as number) <= max ? null : bad(at, 'is no whole number that is allowed there'));
const bool: Rule = (v, at) => (typeof v === 'boolean' ? null : bad(at, 'is not true or false'));
const one = (...values: string[]): Rule => (v, at) => (values.includes(v as string) ? null : bad(at, `is none of ${values.join(', ')}`));
const match = (pattern: RegExp): Rule => (v, at) => (typeof v === 'string' && pattern.test(v) ? null : bad(at, `does not look like ${pattern.source}`));
const orNull = (rule: Rule): Rule => (v, at) => (v === null ? null : rule(v, at));
const list = (rule: Rule, max: number, min = 0): Rule => (v, at) => (Array.isArray(v) && v.length >= min && v.length <= max ? first(...v.map((x, i) => rule(x, `${at}[${i}]`))) : bad(at, `is no list of ${min} to ${max}`));
const shape = (needed: Record<string, Rule>, optional: Record<string, Rule> = {}): Rule => (v, at) => {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return bad(at, 'is no object');
  const value = v as Record<string, unknown>, path = (key: string): string => (at ? `${at}.${key}` : key);
  return first(
    ...Object.keys(value).filter((k) => !Object.hasOwn(needed, k) && !Object.hasOwn(optional, k)).map((k) => bad(path(k), 'is not known')),
    ...Object.entries(needed).map(([k, rule]) => (value[k] === undefined ? bad(path(k), 'is missing') : rule(value[k], path(k)))),
    ...Object.entries(optional).map(([k, rule]) => (value[k] === undefined ? null : rule(value[k], path(k)))),
  );
};

const key = text(2000, 1), part = orNull(text(1000)), path = text(4096, 1), size = orNull(whole(0));
const copy = shape({ part, path, bytes: size, here: bool }, { span: shape({ path: text(4096), start: whole(0), length: whole(0), method: one('stored', 'deflate') }), ref: text(4096), crc32: match(/^[0-9a-f]{8}$/), modifiedAt: number() });
const file = shape({ role: one('original', 'live', 'edited', 'raw'), name: text(1000, 1), copies: list(copy, 1000, 1) }, { sidecar: copy });
const hints = shape({}, {
  takenAt: number(), takenAtMinute: bool, takenAtLocal: match(/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d)?)?)?$/), offsetMinutes: whole(-900, 900), gps: orNull(shape({ lat: number(-90, 90), lon: number(-180, 180) }, { altitude: number() })), title: text(2000), description: text(20_000), rating: whole(-1, 5),
  tags: list(text(500, 1), 1000), people: list(text(200, 1), 1000), favourite: bool, archived: bool, trashed: bool, locked: bool, partner: bool, folder: text(1000),
});
const EVENTS: Record<ScanEvent['type'], Rule> = {
  item: shape({ type: text(10), item: shape({ id: key, files: list(file, 100, 1), hints, albums: list(key, 1000) }, { alone: bool }) }),
  album: shape({ type: text(10), album: shape({ id: key, title: text(500) }, { description: text(20_000), optional: bool, place: shape({ lat: number(), lon: number() }) }) }),
  entry: shape({ type: text(10), entry: shape({ part, path, bytes: size, outcome: one('metadata', 'ignored', 'problem'), reason: one(...REASONS) }, { detail: text(1000), of: list(key, 1000) }) }),
  progress: shape({ type: text(10), done: number(0), total: orNull(number(0)) }, { what: text(200) }),
};
const CHECK = shape({ ok: bool, problems: list(shape({ message: text(1000) }, { field: text(100) }), 100) }, { summary: text(500), collection: text(500) });

/** What is wrong with an event of a scan, as `item.files[0].name is missing`; null when it is as the house wants it. */
export function wrongEvent(value: unknown): string | null {
  const type = (value as ScanEvent | null)?.type;
  const rule = typeof type === 'string' && Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined;
  return rule ? rule(value, '') : 'its type is none of item, album, entry, progress';
}
export const wrongCheck = (value: unknown): string | null => CHECK(value as CheckResult, '');
