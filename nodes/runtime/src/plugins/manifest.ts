import { isAbsolute, normalize } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { Manifest, PLUGIN_API } from '@mantel/contracts/models/plugin.ts';
import semver from 'semver';
import { check } from '../validate.ts';

const invalid = (why: string): MantelError => new MantelError('plugin_invalid', `This is not a plugin that Mantel understands: ${why}`);

/** A manifest as it was read (parsed JSON). Throws `plugin_invalid` with what is wrong, and `plugin_unsupported` when it was made for other contracts than ours. */
export function checkManifest(raw: unknown): Manifest {
  let manifest: Manifest;
  try {
    manifest = check(Manifest, raw);
  } catch (e) {
    const path = (e as MantelError).data?.path;
    throw invalid(path ? `in manifest.json, ${(e as Error).message}` : 'manifest.json is not complete.');
  }
  if (!semver.valid(manifest.version)) throw invalid(`its version "${manifest.version}" is no version (like 1.0.0).`);
  if (!semver.validRange(manifest.apiVersion)) throw invalid(`its apiVersion "${manifest.apiVersion}" is no range of versions (like ^1.0.0).`);
  if (isAbsolute(manifest.entry) || normalize(manifest.entry).startsWith('..') || !/\.(ts|js|mjs)$/.test(manifest.entry)) throw invalid(`its entry "${manifest.entry}" is no .ts, .js or .mjs file of its folder.`);
  if (manifest.help !== undefined && (isAbsolute(manifest.help) || normalize(manifest.help).startsWith('..'))) throw invalid(`its help "${manifest.help}" is no file of its folder.`);
  if (manifest.config.type !== 'object' || typeof manifest.config.properties !== 'object' || manifest.config.properties === null) throw invalid('its config is no JSON Schema of an object with properties.');
  if (manifest.permissions.paths.some((p) => !isAbsolute(p) || normalize(p) === '/')) throw invalid('its permitted paths are not whole paths of folders.');
  if (!semver.satisfies(PLUGIN_API, manifest.apiVersion)) {
    throw new MantelError('plugin_unsupported', `${manifest.name} ${manifest.version} was made for plugin contracts ${manifest.apiVersion}; this Mantel has ${PLUGIN_API}. Update Mantel, or ask its author for a version that fits.`);
  }
  return manifest;
}
