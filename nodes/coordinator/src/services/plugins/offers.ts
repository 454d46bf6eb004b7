// A plugin that somebody looks at before it is installed: its files are taken over first, so that what was shown is what will be installed.
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest, PluginOrigin } from '@mantel/contracts/models/plugin.ts';
import { copyFolder, freeze } from './files.ts';
import { readManifest } from './manifest.ts';
import { fetchFromNpm } from './npm.ts';
import { liftPlugin, unpackTarball } from './tarball.ts';

const GOOD_FOR_MS = 10 * 60_000;
const AT_MOST = 5;
/** `folder`: where its files wait. */
export interface Staged { token: string; folder: string; manifest: Manifest; origin: Exclude<PluginOrigin, 'bundled'>; ref: string; sha256: string; bytes: number; files: number; until: number }

export function createOffers({ dir, now = Date.now }: { dir: string; now?: () => number }) {
  rmSync(dir, { recursive: true, force: true }); // of an earlier run of the house
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const offers = new Map<string, Staged>();
  let preparing = 0;
  const drop = async (token: string): Promise<void> => {
    offers.delete(token);
    await rm(join(dir, token), { recursive: true, force: true });
  };
  const prune = async (): Promise<void> => {
    const old = [...offers.values()].filter((o) => o.until < now());
    const many = [...offers.values()].slice(0, Math.max(0, offers.size - AT_MOST + 1));
    for (const { token } of new Set([...old, ...many])) await drop(token);
  };
  /** `fill` puts the plugin into the folder that it is given; `work` is there for what it needs on the way. */
  async function stage(origin: Staged['origin'], ref: string, fill: (to: string, work: string) => Promise<void>): Promise<Staged> {
    if (preparing >= AT_MOST) throw new MantelError('rate_limited', 'Other plugins are being looked at. Wait until that is done.');
    preparing++;
    const token = randomBytes(24).toString('base64url');
    try {
      await prune();
      const folder = join(dir, token, 'plugin');
      mkdirSync(join(dir, token), { mode: 0o700 });
      await fill(folder, join(dir, token));
      const manifest = await readManifest(folder);
      const { native, ...size } = await freeze(folder);
      if (native !== undefined && !manifest.permissions.addons) throw new MantelError('plugin_invalid', `This plugin brings native code (${native}) and does not ask for the right to run it ("addons").`);
      const offer: Staged = { token, folder, manifest, origin, ref, ...size, until: now() + GOOD_FOR_MS };
      offers.set(token, offer);
      return offer;
    } catch (e) {
      await drop(token);
      throw e;
    } finally { preparing--; }
  }

  return {
    folder: (path: string): Promise<Staged> => {
      if (!path.startsWith('/')) throw new MantelError('bad_request', 'Name the full path of the folder, beginning with /.');
      return stage('folder', path, async (to) => {
        mkdirSync(to, { mode: 0o700 });
        await copyFolder(path, to);
      });
    },
    npm: (name: string): Promise<Staged> => stage('npm', name, (to, work) => fetchFromNpm(name, work, to)),
    /** `write` puts the archive where it is told. */
    tarball: (name: string, write: (file: string) => Promise<void>): Promise<Staged> => stage('tarball', name, async (to, work) => {
      const archive = join(work, 'archive');
      await write(archive);
      await unpackTarball(archive, join(work, 'unpacked'));
      await liftPlugin(join(work, 'unpacked'), to);
      await rm(archive);
    }),
    /** Throws when it is not there any more. */
    get(token: string): Staged {
      const offer = offers.get(token);
      if (!offer || offer.until < now()) throw new MantelError('not_found', 'This was looked at too long ago. Choose the plugin again.');
      return offer;
    },
    drop,
  };
}
export type Offers = ReturnType<typeof createOffers>;
