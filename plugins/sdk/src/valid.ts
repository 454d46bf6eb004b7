// What the house refuses, said where the plugin is written. The house itself checks with its own schemas; a test of it holds both against each other.
import type { CheckResult, ScanEvent } from './import-source.ts';
import { bool, list, match, number, one, orNull, shape, text, whole, type Rule } from './rules.ts';

const REASONS = ['metadata', 'album-metadata', 'other-product', 'not-a-photo', 'link', 'system-file', 'thumbnail', 'unwanted', 'nested-archive', 'same-entry', 'sidecar-without-media', 'corrupt-metadata', 'too-large', 'unsafe-path', 'damaged', 'damaged-part', 'encrypted', 'empty', 'unreadable'];

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
