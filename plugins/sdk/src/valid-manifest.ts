import { API_VERSION, type Manifest } from './manifest.ts';

const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** What is wrong with a manifest, as sentences; empty when the house would take it. */
export function wrongManifest(value: unknown): string[] {
  const wrong: string[] = [];
  const say = (ok: unknown, problem: string): void => { if (!ok) wrong.push(problem); };
  const m = (value ?? {}) as Manifest;
  const filled = (v: unknown, max: number): boolean => typeof v === 'string' && v.length > 0 && v.length <= max;
  say(typeof m.id === 'string' && /^[a-z][a-z0-9-]{1,63}$/.test(m.id), 'id: lower-case letters, digits and dashes.');
  say(filled(m.name, 80), 'name: 1 to 80 characters.');
  say(typeof m.version === 'string' && VERSION.test(m.version), 'version: semver, like 1.0.0.');
  const [, major, minor, patch] = /^\^(\d+)\.(\d+)\.(\d+)$/.exec(String(m.apiVersion)) ?? [];
  const has = API_VERSION.split('.').map(Number) as [number, number, number];
  say(major !== undefined, 'apiVersion: a range like ^1.0.0.');
  say(major === undefined || (Number(major) === has[0] && (Number(minor) < has[1] || (Number(minor) === has[1] && Number(patch) <= has[2]))), `apiVersion: ${m.apiVersion} does not include ${API_VERSION}, the contracts of this SDK.`);
  say(m.kind === 'import-source' || m.kind === 'tagger', 'kind: import-source or tagger.');
  say(typeof m.description === 'string' && m.description.length <= 500, 'description: at most 500 characters.');
  say(typeof m.entry === 'string' && /\.(ts|js|mjs)$/.test(m.entry) && !/^\/|(^|\/)\.\.(\/|$)/.test(m.entry), 'entry: a .ts, .js or .mjs file of this folder.');
  const p = m.permissions ?? {};
  say(Array.isArray(p.paths) && p.paths.every((x) => typeof x === 'string' && /^\/./.test(x)) && Array.isArray(p.hosts) && p.hosts.every((h) => typeof h === 'string' && /^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(h)) && typeof p.addons === 'boolean', 'permissions: { paths: whole paths, hosts: "name" or "name:port", addons: true or false }.');
  say(Number.isInteger(m.memoryMb) && m.memoryMb >= 32 && m.memoryMb <= 4096, 'memoryMb: 32 to 4096.');
  say((m.config as { type?: unknown } | undefined)?.type === 'object' && typeof m.config.properties === 'object', 'config: a JSON Schema of an object with properties.');
  for (const [name, property] of Object.entries(m.config?.properties ?? {})) {
    say(['string', 'number', 'integer', 'boolean', 'array'].includes(property.type), `config.${name}: type is string, number, integer, boolean or array.`);
    say(filled(property.title, 200), `config.${name}: a title, which is what people read.`);
    if (property.mantel === 'paths') say(property.type === 'array', `config.${name}: "paths" is an array.`);
    if (property.mantel !== undefined && property.mantel !== 'paths') say(property.type === 'string', `config.${name}: "${property.mantel}" is a string.`);
  }
  for (const name of m.config?.required ?? []) say(Object.hasOwn(m.config.properties, name), `config.required: there is no property "${name}".`);
  return wrong;
}
