// Small rules that say what is wrong with a value, with the place in it.

/** Says what is wrong, or null. */
export type Rule = (value: unknown, at: string) => string | null;
const bad = (at: string, why: string): string => `${at || 'it'} ${why}`;
const first = (...found: (string | null)[]): string | null => found.find((f) => f !== null) ?? null;
export const text = (max: number, min = 0): Rule => (v, at) => (typeof v === 'string' && v.length >= min && v.length <= max ? null : bad(at, `is no text of ${min} to ${max} characters`));
export const number = (min = -Infinity, max = Infinity): Rule => (v, at) => (typeof v === 'number' && Number.isFinite(v) && v >= min && v <= max ? null : bad(at, 'is no number that is allowed there'));
export const whole = (min: number, max = Infinity): Rule => (v, at) => (Number.isInteger(v) && (v as number) >= min && (v as number) <= max ? null : bad(at, 'is no whole number that is allowed there'));
export const bool: Rule = (v, at) => (typeof v === 'boolean' ? null : bad(at, 'is not true or false'));
export const one = (...values: string[]): Rule => (v, at) => (values.includes(v as string) ? null : bad(at, `is none of ${values.join(', ')}`));
export const match = (pattern: RegExp): Rule => (v, at) => (typeof v === 'string' && pattern.test(v) ? null : bad(at, `does not look like ${pattern.source}`));
export const orNull = (rule: Rule): Rule => (v, at) => (v === null ? null : rule(v, at));
export const list = (rule: Rule, max: number, min = 0): Rule => (v, at) => (Array.isArray(v) && v.length >= min && v.length <= max ? first(...v.map((x, i) => rule(x, `${at}[${i}]`))) : bad(at, `is no list of ${min} to ${max}`));
export const shape = (needed: Record<string, Rule>, optional: Record<string, Rule> = {}): Rule => (v, at) => {
  if (typeof v !== 'object' || v === null || Array.isArray(v)) return bad(at, 'is no object');
  const value = v as Record<string, unknown>, path = (key: string): string => (at ? `${at}.${key}` : key);
  return first(
    ...Object.keys(value).filter((k) => !Object.hasOwn(needed, k) && !Object.hasOwn(optional, k)).map((k) => bad(path(k), 'is not known')),
    ...Object.entries(needed).map(([k, rule]) => (value[k] === undefined ? bad(path(k), 'is missing') : rule(value[k], path(k)))),
    ...Object.entries(optional).map(([k, rule]) => (value[k] === undefined ? null : rule(value[k], path(k)))),
  );
};
