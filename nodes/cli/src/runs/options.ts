import { ImportOptions } from '@mantel/contracts/models/source.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import { Failure } from '../failure.ts';

const YES = new Set(['yes', 'true', 'on', '1']);
const NO = new Set(['no', 'false', 'off', '0']);
type Schema = { type?: string; enum?: readonly unknown[]; items?: unknown };

/** A word of the command line as its schema wants it; undefined when it does not fit. */
function fit(word: string, schema: Schema): unknown {
  if (schema.enum) return schema.enum.find((e) => String(e) === word);
  if (schema.type === 'boolean') return YES.has(word.toLowerCase()) ? true : NO.has(word.toLowerCase()) ? false : undefined;
  if (schema.type === 'integer' || schema.type === 'number') return word !== '' && Number.isFinite(Number(word)) && (schema.type === 'number' || Number.isInteger(Number(word))) ? Number(word) : undefined;
  if (schema.type === 'array') return word.split(',').map((w) => w.trim()).filter(Boolean);
  return schema.type === 'string' ? word : undefined;
}

/** `albums=no people=no`: options of the import, or properties of the source, whichever knows the name and the value. */
export function readOptions(words: readonly string[], manifest: Manifest | undefined): { options: ImportOptions; config: Record<string, unknown> } {
  const options: Record<string, unknown> = {};
  const config: Record<string, unknown> = {};
  const own = (manifest?.config.properties ?? {}) as Record<string, Schema>;
  const known = ImportOptions.properties as unknown as Record<string, Schema>;
  for (const text of words) {
    const [, key, value] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) throw new Failure(`"${text}" is no option. Write it like albums=no.`, 2);
    const asOption = known[key] ? fit(value, known[key]) : undefined;
    const asConfig = own[key] ? fit(value, own[key]) : undefined;
    if (asOption !== undefined) options[key] = asOption;
    else if (asConfig !== undefined) config[key] = asConfig;
    else if (known[key] || own[key]) throw new Failure(`"${value}" is no value for ${key}.`, 2);
    else throw new Failure(`There is no option "${key}". You can set: ${[...Object.keys(known), ...Object.keys(own).filter((k) => k !== 'paths')].join(', ')}.`, 2);
  }
  return { options: options as ImportOptions, config };
}
