import { en } from './en.ts';

type Plural = { one: string; other: string };
type Strings = typeof en;
export type StringKey = keyof Strings;
type Names<S> = S extends `${string}{${infer P}}${infer R}` ? P | Names<R> : never;
type ParamNames<V> = V extends Plural ? 'n' | Names<V['one']> | Names<V['other']> : Names<V>;
type Args<K extends StringKey> = [ParamNames<Strings[K]>] extends [never] ? [] : [params: { [P in ParamNames<Strings[K]>]: P extends 'n' ? number : string | number }];

const rules = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/** The words for a key. `{n}` picks one or other; numbers are written with separators. A missing key or parameter does not compile. */
export function t<K extends StringKey>(key: K, ...args: Args<K>): string {
  const params = (args[0] ?? {}) as Record<string, string | number>;
  const entry = en[key] as string | Plural;
  const text = typeof entry === 'string' ? entry : entry[rules.select(Number(params['n'])) === 'one' ? 'one' : 'other'];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    return typeof value === 'number' ? numbers.format(value) : (value ?? '');
  });
}
