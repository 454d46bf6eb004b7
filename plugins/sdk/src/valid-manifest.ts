import { API_VERSION, type Manifest } from './manifest.ts';
import { bool, list, match, one, shape, text, whole, type Rule } from './rules.ts';

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

const anything: Rule = () => null;
const SHAPE = shape({
  id: match(/^[a-z][a-z0-9-]{1,63}$/), name: text(80, 1), version: text(64), apiVersion: text(64), kind: one('import-source', 'tagger'), description: text(500), entry: text(200), config: shape({ type: one('object'), properties: anything }, { required: list(text(100), 100), additionalProperties: bool }),
  permissions: shape({ paths: list(text(4096), 32), hosts: list((v, at) => match(/^[A-Za-z0-9.-]+(:\d{1,5})?$/)(v, at) ?? text(300)(v, at), 32), addons: bool }), memoryMb: whole(32, 4096),
}, { author: text(200), licence: text(100), homepage: text(300), help: text(200) });

/** What is wrong with a manifest, as sentences; empty when the house would take it. */
export function wrongManifest(value: unknown): string[] {
  const shapeless = SHAPE(value, '');
  if (shapeless !== null) return [`${shapeless}.`];
  const wrong: string[] = [], m = value as Manifest;
  const say = (ok: unknown, problem: string): void => { if (!ok) wrong.push(problem); };
  const outside = (path: string): boolean => /^\/|(^|\/)\.\.(\/|$)/.test(path);
  say(VERSION.test(m.version), 'version: semver, like 1.0.0.');
  const [, major, minor, patch] = /^\^(\d+)\.(\d+)\.(\d+)$/.exec(m.apiVersion) ?? [];
  const has = API_VERSION.split('.').map(Number) as [number, number, number];
  say(major !== undefined, 'apiVersion: a range like ^1.0.0.');
  say(major === undefined || (Number(major) === has[0] && (Number(minor) < has[1] || (Number(minor) === has[1] && Number(patch) <= has[2]))), `apiVersion: ${m.apiVersion} does not include ${API_VERSION}, the contracts of this SDK.`);
  say(/\.(ts|js|mjs)$/.test(m.entry) && !outside(m.entry), 'entry: a .ts, .js or .mjs file of this folder.');
  say(m.help === undefined || !outside(m.help), 'help: a file of this folder.');
  say(m.permissions.paths.every((p) => /^\/[^/]/.test(p)), 'permissions.paths: whole paths, not the whole disk.');
  const properties = typeof m.config.properties === 'object' && m.config.properties !== null ? m.config.properties : undefined;
  say(properties, 'config.properties: is no object.');
  for (const [name, property] of Object.entries(properties ?? {})) {
    say(['string', 'number', 'integer', 'boolean', 'array'].includes(property?.type), `config.${name}: type is string, number, integer, boolean or array.`);
    say(text(200, 1)(property?.title, '') === null, `config.${name}: a title, which is what people read.`);
    if (property?.mantel === 'paths') say(property.type === 'array', `config.${name}: "paths" is an array.`);
    if (property?.mantel !== undefined && property.mantel !== 'paths') say(property.type === 'string', `config.${name}: "${property.mantel}" is a string.`);
  }
  for (const name of m.config.required ?? []) say(properties && Object.hasOwn(properties, name), `config.required: there is no property "${name}".`);
  return wrong;
}
