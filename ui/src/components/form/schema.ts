import { t } from '../../strings/t.ts';

/*
 * What the form makes of a plugin's JSON Schema. Pure, and careful: a schema comes from somebody else, so nothing in it is taken for granted.
 */
export interface Property {
  type?: string; title?: string; description?: string; default?: unknown; enum?: unknown[]; enumTitles?: string[]; minimum?: number; maximum?: number; minLength?: number; maxLength?: number;
  format?: string; items?: Property; minItems?: number; maxItems?: number; mantel?: string; accept?: string[];
}
export type Kind = 'text' | 'number' | 'boolean' | 'choice' | 'list' | 'path' | 'paths' | 'library' | 'user' | 'secret' | 'schedule';
export type Values = Record<string, unknown>;
/** By property; '' holds what belongs to none. */
export type Errors = Record<string, string>;

const object = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null && !Array.isArray(v) ? v as Record<string, unknown> : {});
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const own = (v: unknown, key: string): unknown => (Object.hasOwn(object(v), key) ? object(v)[key] : undefined);

export const propertiesOf = (schema: unknown): [string, Property][] => Object.entries(object(own(schema, 'properties'))).map(([name, p]) => [name, clean(p)]);
const TEXTS = ['type', 'title', 'description', 'format', 'mantel'] as const, NUMBERS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'] as const, LISTS = ['enum', 'enumTitles', 'accept'] as const;
/** Only what has the type that it should have. */
function clean(raw: unknown): Property {
  const p = object(raw);
  const keep = (names: readonly string[], right: (v: unknown) => boolean): [string, unknown][] => names.filter((n) => Object.hasOwn(p, n) && right(p[n])).map((n) => [n, p[n]]);
  return Object.fromEntries([
    ...keep(TEXTS, (v) => typeof v === 'string'), ...keep(NUMBERS, (v) => typeof v === 'number'), ...keep(LISTS, Array.isArray), ...keep(['default'], (v) => v !== undefined && v !== null),
    ...(own(p, 'items') === undefined ? [] : [['items', cleanItems(p['items'])]]),
  ]) as Property;
}
const cleanItems = (raw: unknown): Property => { const { items: _, ...rest } = clean({ ...object(raw), items: undefined }); return rest; };
export const isRequired = (schema: unknown, name: string): boolean => list(own(schema, 'required')).includes(name);

const MANTEL: readonly string[] = ['path', 'paths', 'secret', 'library', 'user', 'schedule'];
export function kindOf(p: Property): Kind {
  if (p.mantel !== undefined && MANTEL.includes(p.mantel)) return p.mantel as Kind;
  if (Array.isArray(p.enum)) return 'choice';
  switch (p.type) {
    case 'number': case 'integer': return 'number';
    case 'boolean': return 'boolean';
    case 'array': return p.items?.mantel === 'path' ? 'paths' : 'list';
    default: return 'text';
  }
}

/** `photoAlbumId` → "Photo album id". */
export const titleOf = (name: string, p: Property): string => p.title || (name.replace(/[_-]+/g, ' ').replace(/([a-z\d])([A-Z])/g, '$1 $2').trim().toLowerCase().replace(/^./, (c) => c.toUpperCase()) || name);
export const titleOfChoice = (p: Property, i: number): string => p.enumTitles?.[i]?.toString() ?? String(p.enum?.[i] ?? '');

/** What a new form starts with. */
export const defaultsOf = (schema: unknown): Values => Object.fromEntries(propertiesOf(schema).filter(([, p]) => p.default !== undefined).map(([name, p]) => [name, structuredClone(p.default)]));

/** A secret that the house keeps and never shows. */
export const isKept = (v: unknown): boolean => own(v, 'secret') === true;

/** What can be seen to be wrong without asking anybody; by property. The house looks again. */
export function problemsOf(schema: unknown, value: Values): Errors {
  const found: Errors = {};
  for (const [name, p] of propertiesOf(schema)) {
    const v = Object.hasOwn(value, name) ? value[name] : undefined;
    const empty = v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0);
    const problem = empty ? (isRequired(schema, name) && kindOf(p) !== 'boolean' ? t('form.required') : '') : problemOf(p, v);
    if (problem) found[name] = problem;
  }
  return found;
}

function problemOf(p: Property, v: unknown): string {
  if (isKept(v)) return '';
  if (Array.isArray(p.enum)) return p.enum.includes(v) ? '' : t('form.notOne');
  if (p.type === 'number' || p.type === 'integer') {
    if (typeof v !== 'number' || !Number.isFinite(v)) return t('form.notNumber');
    if (p.type === 'integer' && !Number.isInteger(v)) return t('form.notWhole');
    if (p.minimum !== undefined && v < p.minimum) return t('form.min', { n: p.minimum });
    return p.maximum !== undefined && v > p.maximum ? t('form.max', { n: p.maximum }) : '';
  }
  if (Array.isArray(v)) {
    if (p.minItems !== undefined && v.length < p.minItems) return t('form.minItems', { n: p.minItems });
    if (p.maxItems !== undefined && v.length > p.maxItems) return t('form.maxItems', { n: p.maxItems });
    const items = p.items ?? {};
    return v.map((x) => problemOf(items, x)).find((x) => x !== '') ?? '';
  }
  if (typeof v !== 'string') return '';
  if (p.minLength !== undefined && [...v].length < p.minLength) return t('form.minLength', { n: p.minLength });
  if (p.maxLength !== undefined && [...v].length > p.maxLength) return t('form.maxLength', { n: p.maxLength });
  return ''; // patterns are for the house: it can stop one that takes for ever, and a browser cannot
}

/** What the house said about a configuration, by property. What names a property that the form has not belongs to none. */
export function errorsOf(problems: readonly { field?: string | undefined; message: string }[], schema: unknown): Errors {
  const names = new Set(propertiesOf(schema).map(([name]) => name));
  const found: Errors = {};
  for (const { field, message } of problems) {
    const at = field !== undefined && names.has(field) ? field : '';
    found[at] = found[at] ? `${found[at]} ${message}` : message;
  }
  return found;
}
