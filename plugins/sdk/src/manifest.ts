/** The version of these contracts. A plugin's `apiVersion` is a semver range that must hold it: `^1.0.0`. */
export const API_VERSION = '1.0.0';

/**
 * A property of the configuration: JSON Schema, and what the dashboard needs to make its form.
 * `mantel`: `path` (one file or folder of the house's machine: the plugin may read it), `paths` (a list of them), `secret` (never shown again), `library`, `user` (an id), `schedule` (cron). `accept`: file name endings that people may send from a browser instead of naming a path.
 */
export interface ConfigProperty {
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array'; title?: string; description?: string; default?: unknown; enum?: readonly (string | number)[]; enumTitles?: readonly string[]; minimum?: number; maximum?: number; minLength?: number; maxLength?: number; pattern?: string;
  format?: string; items?: ConfigProperty; minItems?: number; maxItems?: number; mantel?: 'path' | 'paths' | 'secret' | 'library' | 'user' | 'schedule'; accept?: readonly string[];
}
export interface ConfigSchema { type: 'object'; properties: Record<string, ConfigProperty>; required?: readonly string[]; additionalProperties?: false }

/** `manifest.json`, which stands beside the plugin's program. */
export interface Manifest {
  /** Letters, digits and dashes; the same for ever. */
  id: string;
  name: string;
  /** semver. A higher one replaces a lower one; a lower one is a step back, which people can ask for. */
  version: string;
  /** Range of contract versions that it works with, like `^1.0.0`. Another house refuses it. */
  apiVersion: string;
  kind: 'import-source' | 'tagger';
  description: string;
  /** The module whose default export is the plugin: `.ts` (types are stripped, nothing is compiled), `.js` or `.mjs`, relative to this file. */
  entry: string;
  config: ConfigSchema;
  /** `paths`: fixed folders, besides those in the configuration. `hosts`: `name` or `name:port`. `addons`: native code, shown to people as "trusted like Mantel itself". */
  permissions: { paths: string[]; hosts: string[]; addons: boolean };
  /** Resident memory, all its processes together. Above it is ended and started again. */
  memoryMb: number;
  author?: string; licence?: string; homepage?: string;
  /** A Markdown file beside this one: shown where the source is set up. */
  help?: string;
}
