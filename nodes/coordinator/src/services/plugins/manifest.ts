import { lstat, open, readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Manifest, PLUGIN_API } from '@mantel/contracts/models/plugin.ts';
import { schemaTrouble } from '@mantel/runtime/plugins/config.ts';
import { checkManifest } from '@mantel/runtime/plugins/manifest.ts';
import semver from 'semver';

const MAX_MANIFEST = 256_000;
const MAX_HELP = 512_000;

const invalid = (why: string): MantelError => new MantelError('plugin_invalid', `This is not a plugin that Mantel understands: ${why}`);

/** The checked `manifest.json` of a folder. Throws `plugin_invalid` with the reason, `plugin_unsupported` when it was made for other contracts. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json');
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isFile()) throw invalid('there is no manifest.json in its folder.');
  if (info.size > MAX_MANIFEST) throw invalid('its manifest.json is larger than 256 kB.');
  let value: unknown;
  try { value = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')); } catch { throw invalid('its manifest.json is not JSON.'); }
  const manifest = checkManifest(value);
  const trouble = schemaTrouble(manifest.config);
  if (trouble) throw invalid(trouble);
  for (const [what, name] of [['entry', manifest.entry], ['help', manifest.help]] as const) {
    if (name !== undefined && !(await inside(folder, name))) throw invalid(`its ${what} "${name}" is no file in its folder.`);
  }
  return manifest;
}

/** Why it cannot run here; refused before it is installed, and again whenever it is loaded, because Mantel may have been updated in between. */
export const unsupported = (manifest: Manifest): string | undefined => (semver.satisfies(PLUGIN_API, manifest.apiVersion)
  ? undefined
  : `${manifest.name} ${manifest.version} was made for version ${manifest.apiVersion} of the plugin contracts, and this Mantel has ${PLUGIN_API}. Update Mantel, or ask its author for a version that fits.`);

/** The real path of a plain file inside of a folder. */
async function inside(folder: string, name: string): Promise<string | undefined> {
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name)).catch(() => undefined)]);
  if (path === undefined) return undefined;
  const way = relative(root, path);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return (await lstat(path)).isFile() ? path : undefined;
}

/** Its help page; empty when it has none. */
export async function readHelp(folder: string, manifest: Manifest): Promise<string> {
  const path = manifest.help === undefined ? undefined : await inside(folder, manifest.help);
  if (path === undefined) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_HELP) });
    return buffer.toString('utf8', 0, bytesRead);
  } finally { await file.close(); }
}
