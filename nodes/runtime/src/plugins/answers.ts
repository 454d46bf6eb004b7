import { MantelError } from '@mantel/contracts/errors.ts';
import { CheckResult, ScanEvent, SourceAlbum, SourceEntry, SourceItem } from '@mantel/contracts/models/source.ts';
import { Type, type TSchema } from 'typebox';
import { Closed } from '@mantel/contracts/models/common.ts';
import { check, matches } from '../validate.ts';
import { printable } from './log-lines.ts';
import type { Abilities } from './wire/wire.ts';

const text = (e: unknown): string => {
  const message = typeof e === 'object' && e !== null && 'message' in e ? e.message : e;
  return typeof message === 'string' && message !== '' ? message : 'It gave no reason.';
};
/** A sentence of a plugin as people may read it: bounded, no control characters. */
export const sentence = (e: unknown): string => printable(text(e).slice(0, 4000)).replaceAll(/\s+/g, ' ').trim().slice(0, 1000);
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

function json(value: unknown, what: string): unknown {
  try {
    if (typeof value === 'string') return JSON.parse(value) as unknown;
  } catch { /* said below */ }
  throw failed(`The plugin answered nonsense: ${what} is not what was asked for.`);
}
function pulled(value: unknown): { bytes: Buffer | null; done: boolean } {
  const { bytes: got, done } = (typeof value === 'object' && value ? value : {}) as { bytes?: unknown; done?: unknown };
  if (!(got === null || got instanceof Uint8Array) || typeof done !== 'boolean') throw failed('The plugin answered nonsense: what it brought is not well formed.');
  return { bytes: got && Buffer.from(got.buffer, got.byteOffset, got.byteLength), done };
}
export interface Pulled<T> { values: T[]; done: boolean }
/** What one `next` of a scan brought, at most `max` events. */
export function events(value: unknown, max: number): Pulled<ScanEvent> {
  const { bytes: got, done } = pulled(value);
  const values = json(got?.toString(), 'a list of events');
  if (!Array.isArray(values)) throw failed('The plugin answered nonsense: no list of events.');
  if (values.length > max) throw failed(`The plugin sent ${values.length} events at once; ${max} were asked for.`);
  return { values: values.map(event), done };
}
export function bytes(value: unknown): Pulled<Buffer> {
  const { bytes: got, done } = pulled(value);
  return { values: got?.length ? [got] : [], done };
}
export function signals(value: unknown): Pulled<undefined> {
  const { bytes: got, done } = pulled(value);
  return { values: got && got.length > 2 ? [undefined] : [], done };
}

const AbilitiesSchema = Closed({ open: Type.Boolean(), watch: Type.Boolean(), remove: Type.Boolean(), migrate: Type.Boolean() });
export const abilities = (value: unknown): Abilities => believe(AbilitiesSchema, json(value, 'its list of abilities'), 'its abilities');
export const checkResult = (value: unknown): CheckResult => {
  const result = believe<CheckResult>(CheckResult, json(value, 'the answer of check()'), 'check()');
  return { ...result, problems: result.problems.map((p) => ({ ...p, message: sentence(p) })) };
};
export function configuration(value: unknown): Record<string, unknown> {
  const config = json(value, 'the answer of migrate()');
  if (typeof config !== 'object' || config === null || Array.isArray(config) || (value as string).length > 200_000) throw failed('The plugin answered nonsense: migrate() gave no configuration.');
  return config as Record<string, unknown>;
}
