// Configurations of plugins: a small part of JSON Schema, so that a form can be made of it, every mistake has a sentence that names the field, and nothing else gets in.
import { createContext, runInContext, type Context } from 'node:vm';
import { Type, type Static } from 'typebox';
import { matches } from '../validate.ts';

const Text = (max: number): Type.TOptional<Type.TString> => Type.Optional(Type.String({ maxLength: max }));
const Size = Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 }));
const Scalar = {
  type: Type.Enum(['string', 'number', 'integer', 'boolean']), title: Text(100), description: Text(1000), default: Type.Optional(Type.Unknown()), enum: Type.Optional(Type.Array(Type.Union([Type.String({ maxLength: 500 }), Type.Number()]), { minItems: 1, maxItems: 200 })),
  enumTitles: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })), minimum: Type.Optional(Type.Number()), maximum: Type.Optional(Type.Number()), minLength: Size, maxLength: Size, pattern: Text(500), format: Type.Optional(Type.Enum(['email', 'uri', 'date', 'date-time'])),
};
const ConfigProperty = Type.Object({
  ...Scalar, type: Type.Enum(['string', 'number', 'integer', 'boolean', 'array']), items: Type.Optional(Type.Object(Scalar, { additionalProperties: false })), minItems: Size, maxItems: Size,
  mantel: Type.Optional(Type.Enum(['path', 'paths', 'secret', 'library', 'user', 'schedule'])), accept: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 20 }), { maxItems: 50 })),
}, { additionalProperties: false });
export type ConfigProperty = Static<typeof ConfigProperty>;
const ConfigSchema = Type.Object({
  type: Type.Literal('object'), properties: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' }), ConfigProperty), required: Type.Optional(Type.Array(Type.String(), { maxItems: 100 })), additionalProperties: Type.Optional(Type.Literal(false)),
}, { additionalProperties: false });
export type ConfigSchema = Static<typeof ConfigSchema>;
export type Config = Record<string, unknown>;
export interface Problem { field?: string; message: string }

const MAX_PROPERTIES = 100;
const MAX_TEXT = 20_000;
const MAX_ITEMS = 1000;
const MAX_CONFIG = 64_000;
/** For all patterns of one check together. */
const PATTERNS_MS = 200;
const MAX_DEFAULTS = 50;

/** Why this cannot be the `config` of a manifest; undefined when it can. */
export function schemaTrouble(config: unknown): string | undefined {
  if (typeof config !== 'object' || config === null) return '"config" is not a JSON Schema of an object.';
  const properties = (config as { properties?: unknown }).properties;
  if (typeof properties !== 'object' || properties === null) return '"config" has no "properties".';
  if (Object.keys(properties).length > MAX_PROPERTIES) return `"config" has more than ${MAX_PROPERTIES} properties.`;
  const fits = patterns();
  for (const [name, p] of Object.entries(properties)) {
    if (name === '__proto__' || !/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name)) return `The property name "${name.slice(0, 80)}" of "config" is not letters, digits, _ and -.`;
    if (!matches(ConfigProperty, p)) return `The property "${name}" of "config" uses something that Mantel's forms do not know.`;
    const trouble = propertyTrouble(p, fits);
    if (trouble) return `The property "${name}" of "config" ${trouble}`;
  }
  if (!matches(ConfigSchema, config)) return '"config" uses something that Mantel\'s forms do not know; it has type, properties, required and additionalProperties (false).';
  const odd = config.required?.find((name) => !Object.hasOwn(config.properties, name));
  return odd === undefined ? undefined : `"config" requires "${odd.slice(0, 80)}", which is none of its properties.`;
}

function propertyTrouble(p: ConfigProperty, fits: Fits): string | undefined {
  if (p.type === 'array' && !p.items) return 'is a list and does not say of what ("items").';
  if (p.mantel === 'paths' && (p.type !== 'array' || p.items?.type !== 'string')) return 'is marked "paths" but is no list of texts.';
  if (p.mantel && p.mantel !== 'paths' && p.type !== 'string') return `is marked "${p.mantel}" but is no text.`;
  if (p.accept && p.mantel !== 'paths' && p.mantel !== 'path') return 'accepts files but is no path.';
  if (p.mantel === 'secret' && p.default !== undefined) return 'is a secret, which has no default.';
  for (const pattern of [p.pattern, p.items?.pattern]) {
    try { if (pattern !== undefined) RegExp(pattern, 'u'); } catch { return 'has a pattern that is no regular expression.'; }
  }
  if (Array.isArray(p.default) && p.default.length > MAX_DEFAULTS) return `has a default of more than ${MAX_DEFAULTS} entries.`;
  return p.default === undefined ? undefined : valueTrouble(p, p.default, fits) && 'has a default that it does not allow itself.';
}

export const propertiesOf = (schema: unknown): [name: string, ConfigProperty][] => Object.entries((schema as ConfigSchema).properties);
const nameOf = (name: string, p: ConfigProperty): string => p.title ?? name;

type Fits = (pattern: string, text: string) => boolean;
/** Patterns come from the plugin: those that take for ever must not hold up the house, neither one nor many. What is not looked at in time does not fit. */
function patterns(): Fits {
  let left = PATTERNS_MS;
  let room: (Context & { pattern?: string; text?: string }) | undefined;
  return (pattern, text) => {
    if (left < 1) return false;
    room ??= createContext({}); // making one takes longer than most patterns
    Object.assign(room, { pattern, text });
    const started = performance.now();
    try { return runInContext('new RegExp(pattern, "u").test(text)', room, { timeout: Math.floor(left) }) as boolean; } catch { return false; } finally { left -= performance.now() - started; }
  };
}
const FORMATS: Record<string, (text: string) => boolean> = {
  email: (t) => /^[^\s@]+@[^\s@]+$/.test(t), uri: (t) => URL.canParse(t), date: (t) => /^\d{4}-\d\d-\d\d$/.test(t) && !Number.isNaN(Date.parse(t)), 'date-time': (t) => /^\d{4}-\d\d-\d\dT/.test(t) && !Number.isNaN(Date.parse(t)),
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is wrong with a value, as the end of a sentence. */
function valueTrouble(p: ConfigProperty, value: unknown, fits: Fits): string | undefined {
  if (p.type === 'array') {
    if (!Array.isArray(value)) return 'is not a list.';
    if (value.length > Math.min(p.maxItems ?? MAX_ITEMS, MAX_ITEMS)) return `has more than ${Math.min(p.maxItems ?? MAX_ITEMS, MAX_ITEMS)} entries.`;
    if (value.length < (p.minItems ?? 0)) return p.minItems === 1 ? 'is empty.' : `needs at least ${p.minItems} entries.`;
    const item: ConfigProperty = { ...p.items!, ...(p.mantel === 'paths' ? { mantel: 'path' } : {}) };
    for (const v of value) {
      const trouble = valueTrouble(item, v, fits);
      if (trouble) return `holds an entry that ${trouble}`;
    }
    return undefined;
  }
  if (p.type === 'boolean') return typeof value === 'boolean' ? undefined : 'is not yes or no.';
  if (p.type === 'number' || p.type === 'integer') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'is not a number.';
    if (p.type === 'integer' && !Number.isInteger(value)) return 'is not a whole number.';
    if (p.minimum !== undefined && value < p.minimum) return `is less than ${p.minimum}.`;
    if (p.maximum !== undefined && value > p.maximum) return `is more than ${p.maximum}.`;
  } else if (typeof value !== 'string') return 'is not a text.';
  if (p.enum && !p.enum.includes(value as string | number)) return 'is not one of the choices.';
  return typeof value === 'string' ? textTrouble(p, value, fits) : undefined;
}
function textTrouble(p: ConfigProperty, text: string, fits: Fits): string | undefined {
  const most = Math.min(p.maxLength ?? MAX_TEXT, p.mantel === 'path' ? 4096 : MAX_TEXT);
  if (text.length > most) return `is longer than ${most} characters.`;
  if (text.length < (p.minLength ?? 0)) return p.minLength === 1 ? 'is empty.' : `is shorter than ${p.minLength} characters.`;
  if (p.mantel === 'path' && !(text.startsWith('/') && !text.includes('\0'))) return 'is not a full path (one that begins with /).';
  if ((p.mantel === 'library' || p.mantel === 'user') && !UUID.test(text)) return `is no ${p.mantel === 'user' ? 'person' : 'library'} of this house.`;
  if (p.format && !FORMATS[p.format]!(text)) return p.format === 'uri' ? 'is no web address.' : p.format === 'email' ? 'is no e-mail address.' : 'is no date.';
  return p.pattern !== undefined && !fits(p.pattern, text) ? 'does not look as it should.' : undefined;
}

export interface ConfigCheck {
  /** Drop what the schema does not know, instead of refusing it: for a configuration of an older version. */
  lenient?: boolean;
  /** A field whose value comes later (files from a browser): may be missing or empty. */
  later?: string;
}
/** The configuration with its defaults filled in, and what is wrong with it. An empty text counts as nothing entered. */
export function checkConfig(schema: unknown, value: Config, { lenient = false, later }: ConfigCheck = {}): { config: Config; problems: Problem[] } {
  const { properties, required = [] } = schema as ConfigSchema;
  const config: Config = {};
  const problems: Problem[] = [];
  const fits = patterns();
  for (const key of Object.keys(value)) if (!Object.hasOwn(properties, key) && !lenient) problems.push({ field: key.slice(0, 100), message: `"${key.slice(0, 100)}" is not known to this plugin.` });
  for (const [key, p] of Object.entries(properties)) {
    let v = Object.hasOwn(value, key) ? value[key] : undefined;
    if (v === '' || v === null) v = undefined;
    v ??= p.default === undefined ? undefined : structuredClone(p.default);
    if (key === later && (v === undefined || (Array.isArray(v) && v.length === 0))) continue;
    if (v === undefined) {
      if (required.includes(key)) problems.push({ field: key, message: `"${nameOf(key, p)}" is missing.` });
      continue;
    }
    const trouble = valueTrouble(p, v, fits);
    if (trouble) problems.push({ field: key, message: `"${nameOf(key, p)}" ${trouble}` });
    else config[key] = v;
  }
  if (problems.length === 0 && JSON.stringify(config).length > MAX_CONFIG) problems.push({ message: 'The configuration is too large.' });
  return { config, problems: problems.slice(0, 100) };
}

const isKept = (value: unknown): boolean => typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true && Object.keys(value).length === 1;
/** As it may be shown: a secret reads `{secret: true}`. What the schema does not know is left out, because it could have been one. */
export const masked = (schema: unknown, config: Config): Config =>
  Object.fromEntries(propertiesOf(schema).filter(([key]) => Object.hasOwn(config, key)).map(([key, p]) => [key, p.mantel === 'secret' ? { secret: true } : config[key]]));
/** A secret that comes back as it was shown stays as it is; without one that is kept, it is missing. */
export function unmasked(schema: unknown, config: Config, kept: Config): Config {
  const secrets = new Set(propertiesOf(schema).filter(([, p]) => p.mantel === 'secret').map(([key]) => key));
  return Object.fromEntries(Object.entries(config).map(([key, v]) => [key, secrets.has(key) && isKept(v) ? kept[key] : v]).filter(([, v]) => v !== undefined));
}
/** The secrets themselves, so that they can be kept out of a log. */
export const secretsIn = (schema: unknown, config: Config): string[] => propertiesOf(schema).flatMap(([key, p]) => (p.mantel === 'secret' && typeof config[key] === 'string' && config[key].length >= 4 ? [config[key]] : []));
/** The properties that name files or folders of the house's machine. */
export const pathFields = (schema: unknown): string[] => propertiesOf(schema).filter(([, p]) => p.mantel === 'path' || p.mantel === 'paths').map(([key]) => key);
/** The property that files from a browser go into, if there is one. */
export const partsField = (schema: unknown): string | undefined => propertiesOf(schema).find(([, p]) => p.mantel === 'paths' && p.accept)?.[0];
