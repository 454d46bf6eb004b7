import { Type, type Static } from 'typebox';
import { Closed, Nullable, Time } from './common.ts';

/** The version of the plugin contracts that this house speaks. A plugin names the range that it needs (`apiVersion`, semver); outside of it, it is refused. */
export const PLUGIN_API = '1.0.0';
export const PluginId = Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$', description: 'Letters, digits and dashes.' });
export const PluginKind = Type.Enum(['import-source', 'tagger']);
export type PluginKind = 'import-source' | 'tagger';

/** What a plugin may do beyond reading its own folder. `paths`: fixed folders, besides those that its configuration names; `hosts`: `name` or `name:port` on the internet or in the LAN; `addons`: native code, which is trusted like Mantel itself. */
export const PluginPermissions = Closed({ paths: Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 32 }), hosts: Type.Array(Type.String({ maxLength: 300, pattern: '^[A-Za-z0-9.-]+(:\\d{1,5})?$' }), { maxItems: 32 }), addons: Type.Boolean() });
export type PluginPermissions = Static<typeof PluginPermissions>;

/**
 * `manifest.json` of a plugin. `config` is a JSON Schema (an object with properties) that the dashboard makes its form from. Besides type, title, description, default, enum, minimum, maximum, pattern, format and items,
 * a property may carry `mantel`: `path` (one file or folder of the house's machine), `paths` (a list of them), `secret` (never shown again), `library`, `user`, `schedule`; and `accept`: file name endings that may be sent from a browser instead.
 */
export const Manifest = Type.Object({
  id: PluginId, name: Type.String({ minLength: 1, maxLength: 80 }), version: Type.String({ maxLength: 64, description: 'semver' }), apiVersion: Type.String({ maxLength: 64, description: 'semver range' }), kind: PluginKind,
  description: Type.String({ maxLength: 500 }), entry: Type.String({ maxLength: 200, description: 'The module, relative to the manifest: .ts, .js or .mjs.' }),
  config: Type.Record(Type.String(), Type.Unknown()), permissions: PluginPermissions, memoryMb: Type.Integer({ minimum: 32, maximum: 4096 }),
  author: Type.Optional(Type.String({ maxLength: 200 })), licence: Type.Optional(Type.String({ maxLength: 100 })), homepage: Type.Optional(Type.String({ maxLength: 300 })), help: Type.Optional(Type.String({ maxLength: 200, description: 'A Markdown file beside the manifest.' })),
}, { additionalProperties: false });
export type Manifest = Static<typeof Manifest>;

/** How well a plugin is walled in here: `bubblewrap`: sees only itself and what it was granted, no network; `none`: this machine has no bubblewrap or user namespaces to give; `trusted`: it carries native code, or came with Mantel and asks for it. */
export const Isolation = Type.Enum(['bubblewrap', 'none', 'trusted']);
export type Isolation = 'bubblewrap' | 'none' | 'trusted';
export const PluginOrigin = Type.Enum(['bundled', 'folder', 'tarball', 'npm']);
export type PluginOrigin = 'bundled' | 'folder' | 'tarball' | 'npm';
/** `broken`: crashed too often, or its files are gone; a repair says what to do. */
export const PluginState = Type.Enum(['enabled', 'disabled', 'broken']);
export type PluginState = 'enabled' | 'disabled' | 'broken';

export const Plugin = Type.Object({
  id: PluginId, manifest: Manifest, origin: PluginOrigin, ref: Nullable(Type.String({ description: 'Folder, file name or npm name that it came from.' })), sha256: Type.String({ description: 'Of all its files.' }), state: PluginState, trouble: Nullable(Type.String()),
  isolation: Isolation, previous: Nullable(Type.String({ description: 'The version that can be brought back.' })), sources: Type.Integer({ description: 'Configured sources that use it.' }), running: Type.Integer(), crashes: Type.Integer({ description: 'In the last hour.' }), installedAt: Time,
});
export type Plugin = Static<typeof Plugin>;
/** What would be installed; nothing is yet. `token` is good for ten minutes. */
export const PluginOffer = Type.Object({
  token: Type.String(), manifest: Manifest, origin: PluginOrigin, ref: Type.String(), sha256: Type.String(), bytes: Type.Integer(), files: Type.Integer(), isolation: Isolation,
  replaces: Nullable(Type.String({ description: 'The version that is here now.' })), asksMore: Type.Array(Type.String({ description: 'Permissions that the version here does not have, in words of the manifest.' })), migrates: Type.Integer({ description: 'Sources whose configuration will be migrated.' }),
});
export type PluginOffer = Static<typeof PluginOffer>;
