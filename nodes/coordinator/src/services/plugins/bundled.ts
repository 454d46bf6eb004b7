// The plugins that come with Mantel.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import { readManifest } from './manifest.ts';

/** `at`: since when it lies there. */
export interface Bundled { manifest: Manifest; folder: string; at: number }
/** Whatever has a manifest below `dir`; one that cannot be read is left out and told. */
export async function bundledIn(dir: string, trouble: (folder: string, err: unknown) => void): Promise<Map<string, Bundled>> {
  const found = new Map<string, Bundled>();
  for (const entry of (await readdir(dir, { withFileTypes: true }).catch(() => [])).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory() || entry.name === 'sdk') continue;
    const folder = join(dir, entry.name);
    if (!(await readdir(folder)).includes('manifest.json')) continue;
    try {
      const manifest = await readManifest(folder);
      if (found.has(manifest.id)) throw new Error(`Two plugins call themselves ${manifest.id}.`);
      found.set(manifest.id, { manifest, folder, at: (await stat(join(folder, 'manifest.json'))).mtimeMs });
    } catch (e) { trouble(folder, e); }
  }
  return found;
}
