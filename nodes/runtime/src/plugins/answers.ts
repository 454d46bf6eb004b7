import { MantelError } from '@mantel/contracts/errors.ts';
import { CheckResult, ScanEvent, SourceAlbum, SourceEntry, SourceItem } from '@mantel/contracts/models/source.ts';
import { Type, type TSchema } from 'typebox';
import { Closed } from '@mantel/contracts/models/common.ts';
import { check, matches } from '../validate.ts';
import { printable } from './log-lines.ts';
import type { Abilities } from './wire/wire.ts';

/** A sentence of a plugin as people may read it: bounded, no control characters. */
export const sentence = (e: unknown): string => printable(String((e as { message?: unknown } | null)?.message ?? e)).replaceAll(/\s+/g, ' ').trim().slice(0, 1000);
export const failed = (why: string): MantelError => new MantelError('plugin_failed', why);

function believe<T>(schema: TSchema, value: unknown, what: string): T {
  try {
    return check(schema, value) as T;
  } catch (e) {
    throw failed(`The plugin answered nonsense: of ${what}, ${sentence(e)}`);
  }
}

const PART: Record<string, [name: string, schema: TSchema] | undefined> = { item: ['item', SourceItem], album: ['album', SourceAlbum], entry: ['entry', SourceEntry] };
/** One event of a scan: first its type, so that what is wrong can be said (and four times as fast as trying each kind). */
function event(value: unknown): ScanEvent {
  const type = (value as { type?: unknown } | null)?.type;
  const part = typeof type === 'string' && Object.hasOwn(PART, type) ? PART[type] : undefined;
  if (part && typeof value === 'object' && value && Object.keys(value).length === 2) believe(part[1], (value as Record<string, unknown>)[part[0]], `an ${part[0]}`);
  else if (!matches(ScanEvent, value)) throw failed(`The plugin answered nonsense: ${typeof type === 'string' && type !== 'progress' ? `there is no event "${printable(type.slice(0, 40))}".` : 'an event is not well formed.'}`);
  return value as ScanEvent;
}

/** What one `next` brought, at most `max` of it. */
function pulled(value: unknown, max: number): { values: unknown[]; done: boolean } {
  const { values, done } = (value ?? {}) as { values?: unknown; done?: unknown };
  if (!Array.isArray(values) || typeof done !== 'boolean') throw failed('The plugin answered nonsense: no list of events.');
  if (values.length > max) throw failed(`The plugin sent ${values.length} events at once; ${max} were asked for.`);
  return { values, done };
}
export function events(value: unknown, max: number): { values: ScanEvent[]; done: boolean } {
  const { values, done } = pulled(value, max);
  return { values: values.map(event), done };
}
export function bytes(value: unknown): { values: Buffer[]; done: boolean } {
  const { values, done } = pulled(value, 1);
  return { done, values: values.map((v) => {
    if (!(v instanceof Uint8Array)) throw failed('The plugin answered nonsense: open() gave no bytes.');
    return Buffer.from(v.buffer, v.byteOffset, v.byteLength);
  }) };
}
export function signals(value: unknown): { values: undefined[]; done: boolean } {
  const { values, done } = pulled(value, 1);
  return { values: values.map(() => undefined), done };
}

const AbilitiesSchema = Closed({ open: Type.Boolean(), watch: Type.Boolean(), remove: Type.Boolean(), migrate: Type.Boolean() });
export const abilities = (value: unknown): Abilities => believe(AbilitiesSchema, value, 'its abilities');
export const checkResult = (value: unknown): CheckResult => {
  const result = believe<CheckResult>(CheckResult, value, 'check()');
  return { ...result, problems: result.problems.map((p) => ({ ...p, message: sentence(p) })) };
};
/** A configuration must survive as JSON. */
export function configuration(value: unknown): Record<string, unknown> {
  const text = typeof value === 'object' && value !== null && !Array.isArray(value) ? safeJson(value) : undefined;
  if (text === undefined || text.length > 200_000) throw failed('The plugin answered nonsense: migrate() gave no configuration.');
  return JSON.parse(text) as Record<string, unknown>;
}
function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch { return undefined; }
}
