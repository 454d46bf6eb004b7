import { MantelError } from '@mantel/contracts/errors.ts';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

// Contracts are module constants, so each schema is compiled once in the life of a process.
const compiled = new WeakMap<TSchema, Validator>();
function validator(schema: TSchema): Validator {
  let v = compiled.get(schema);
  if (!v) compiled.set(schema, v = Compile(schema));
  return v;
}

/** `/assets/0/name` → `assets[0].name`. */
export const readablePath = (pointer: string): string => pointer.split('/').slice(1)
  .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part), '');

function explain(schema: TSchema, value: unknown): { path: string; reason: string } {
  // an error in one branch of a union comes with one line per branch; the last line names the union itself, the first says what was wrong
  const first = validator(schema).Errors(value)[0];
  if (!first) return { path: '', reason: 'is not as expected' };
  if (first.keyword === 'required') return { path: readablePath(`${first.instancePath}/${(first.params as { requiredProperties: string[] }).requiredProperties[0] ?? ''}`), reason: 'is missing' };
  const path = readablePath(first.instancePath);
  if (first.keyword === 'boolean') return { path, reason: 'is not known here' }; // a closed object says "schema is false" of an extra key
  if (first.keyword === 'const' || first.keyword === 'enum' || first.keyword === 'anyOf') return { path, reason: 'is not one of the allowed values' };
  return { path, reason: first.message };
}

export const matches = <S extends TSchema>(schema: S, value: unknown): value is Static<S> => validator(schema).Check(value);

/** The value, typed. Throws MantelError `bad_request` with `data.path` (dots and brackets) and a sentence that names it; never the value itself, which may be a secret. */
export function check<S extends TSchema>(schema: S, value: unknown): Static<S> {
  if (matches(schema, value)) return value;
  const { path, reason } = explain(schema, value);
  throw new MantelError('bad_request', path ? `"${path}" ${reason}.` : `The request ${reason}.`, { path });
}
