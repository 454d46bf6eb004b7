// How a plugin comes in, moves on to another version, goes back and goes away. Whatever fails on the way, the version that is there stays as it is.
import { mkdir, rename, rm } from 'node:fs/promises';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest, PluginPermissions } from '@mantel/contracts/models/plugin.ts';
import { checkConfig } from '@mantel/runtime/plugins/config.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Database } from '../../db/database.ts';
import type { Cards, Catalogue } from './catalogue.ts';
import type { Logs } from './logs.ts';
import { unsupported } from './manifest.ts';
import type { Offers, Staged } from './offers.ts';
import * as repo from './plugins.repository.ts';
import type { Processes } from './processes.ts';

export interface VersionDeps { db: Database; catalogue: Catalogue; offers: Offers; processes: Processes; logs: Logs; cards: Cards; now: () => number }

const inOrder = (p: PluginPermissions): string => JSON.stringify([p.paths, p.hosts, p.addons]);
/** Every word of them is what was shown. */
export const sameAsShown = (shown: Record<string, unknown>, p: PluginPermissions): boolean => Object.keys(shown).every((k) => ['paths', 'hosts', 'addons'].includes(k)) && inOrder(shown as PluginPermissions) === inOrder(p);

export function createVersions({ db, catalogue, offers, processes, logs, cards, now }: VersionDeps) {
  let tail: Promise<unknown> = Promise.resolve();
  /** One change of what is installed at a time. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const run = tail.then(work);
    tail = run.catch(() => undefined);
    return run;
  };
  const settled = async (id: string): Promise<void> => {
    await db.writeSql((sql) => repo.forgetCrashes(sql, id));
    for (const kind of ['plugin_crashed', 'plugin_files_changed', 'plugin_unsupported'] as const) await cards.clear(kind, id);
    await catalogue.tidy(id);
  };

  /** The configurations of its sources as `manifest` wants them. Throws with a sentence that names the source. */
  async function migrated(process: PluginProcess, manifest: Manifest, rows: ReturnType<typeof repo.configsOf>): Promise<repo.SourceConfig[]> {
    const done: repo.SourceConfig[] = [];
    for (const { uuid, name, config, configVersion } of rows) {
      const moved = configVersion !== manifest.version && process.abilities.migrate
        ? await process.migrate(config, configVersion).catch((e: unknown) => { throw new MantelError('plugin_failed', `The configuration of "${name}" could not be taken over to version ${manifest.version}: ${(e as Error).message} Nothing was changed.`); })
        : config;
      const { config: fits, problems } = checkConfig(manifest.config, typeof moved === 'object' && moved !== null ? moved : {}, { lenient: !process.abilities.migrate });
      if (problems.length) throw new MantelError('plugin_invalid', `The configuration of "${name}" does not fit version ${manifest.version}: ${problems[0]!.message} Nothing was changed.`);
      done.push({ uuid, config: fits, configVersion: manifest.version });
    }
    return done;
  }
  /** Starts it once behind its walls, which a plugin that cannot be loaded does not survive, and asks it for the configurations. */
  async function tried(id: string, folder: string, manifest: Manifest, rows: ReturnType<typeof repo.configsOf>): Promise<repo.SourceConfig[]> {
    const process = await processes.trial({ id, folder, manifest }).catch((e: unknown) => {
      throw errorCode(e) === 'internal' ? e : new MantelError(errorCode(e), `${manifest.name} ${manifest.version} does not start, so it was not installed: ${(e as Error).message}`);
    });
    try { return await migrated(process, manifest, rows); } finally { await process.stop(); }
  }

  const put = async (offer: Staged): Promise<string> => {
    const { id, version } = offer.manifest;
    const folder = catalogue.folderOf(id, { version, sha256: offer.sha256 });
    await mkdir(catalogue.home(id), { recursive: true, mode: 0o700 });
    await rm(folder, { recursive: true, force: true }); // the same version with files that somebody changed
    await rename(offer.folder, folder);
    return folder;
  };

  return {
    install: (token: string, shown: Record<string, unknown>): Promise<string> => alone(async () => {
      const offer = offers.get(token);
      const { id, version, permissions } = offer.manifest;
      if (!sameAsShown(shown, permissions)) throw new MantelError('conflict', 'The permissions that were agreed to are not the ones that this plugin asks for. Look at it again.');
      const here = catalogue.find(id);
      if (here?.origin === 'bundled') throw new MantelError('conflict', `${here.manifest.name} came with Mantel and is updated with it. A plugin from elsewhere needs an id of its own.`);
      const rows = repo.configsOf(db.sql, id);
      const configs = await tried(id, offer.folder, offer.manifest, rows);
      const same = here?.row?.sha256 === offer.sha256 && here.row.version === version;
      if (same) await processes.halt(id, `${offer.manifest.name} is being installed again.`);
      const folder = await put(offer);
      const before = here?.row;
      try {
        await db.writeSql((sql) => {
          repo.putPlugin(sql, {
            id, version, origin: offer.origin, ref: offer.ref, sha256: offer.sha256, manifest: offer.manifest, permissions, state: before?.state === 'disabled' ? 'disabled' : 'enabled', trouble: null, installedAt: now(),
            previous: !before ? null : same ? before.previous : { version: before.version, sha256: before.sha256, origin: before.origin, ref: before.ref, manifest: before.manifest, installedAt: before.installedAt, configs: rows.map(({ uuid, config, configVersion }) => ({ uuid, config, configVersion })) },
          });
          for (const c of configs) repo.setConfig(sql, c);
        });
      } catch (e) {
        if (!same) await rm(folder, { recursive: true, force: true });
        throw e;
      }
      await offers.drop(token);
      logs.append(id, `Version ${version} was installed${before && !same ? ` in place of ${before.version}` : ''}.`);
      await processes.halt(id, `${offer.manifest.name} was updated meanwhile. Go on with the new version.`);
      await settled(id);
      return id;
    }),
    rollback: (id: string): Promise<void> => alone(async () => {
      const here = catalogue.one(id);
      const back = here.row?.previous;
      if (here.origin === 'bundled' || !here.row || !back) throw new MantelError('conflict', 'There is no previous version that could be brought back.');
      const why = unsupported(back.manifest);
      if (why !== undefined) throw new MantelError('plugin_unsupported', why);
      await catalogue.verify({ ...here, manifest: back.manifest }, catalogue.folderOf(id, back), back.sha256);
      const kept = new Map(back.configs.map((c) => [c.uuid, c]));
      await db.writeSql((sql) => {
        repo.putPlugin(sql, { id, version: back.version, origin: back.origin, ref: back.ref, sha256: back.sha256, manifest: back.manifest, permissions: back.manifest.permissions, state: here.row!.state === 'disabled' ? 'disabled' : 'enabled', trouble: null, previous: null, installedAt: back.installedAt });
        for (const { uuid, config } of repo.configsOf(sql, id)) { // one that was set up since then stays, if it fits
          const { config: fits, problems } = checkConfig(back.manifest.config, config, { lenient: true });
          repo.setConfig(sql, kept.get(uuid) ?? { uuid, config: fits, configVersion: back.version });
          if (!kept.has(uuid) && problems.length) repo.stopSource(sql, uuid, `It was set up for version ${here.manifest.version}, which was taken back: ${problems[0]!.message}`);
        }
      });
      logs.append(id, `Version ${back.version} was brought back in place of ${here.manifest.version}.`);
      await processes.halt(id, `Version ${back.version} of ${back.manifest.name} was brought back meanwhile.`);
      await settled(id);
    }),
    remove: (id: string): Promise<void> => alone(async () => {
      const here = catalogue.one(id);
      if (here.origin === 'bundled') throw new MantelError('conflict', `${here.manifest.name} came with Mantel and cannot be removed. Switch it off instead.`);
      await processes.halt(id, `${here.manifest.name} was removed.`);
      const gone = repo.configsOf(db.sql, id);
      await db.writeSql((sql) => repo.dropPlugin(sql, id));
      logs.forget(id);
      await rm(catalogue.home(id), { recursive: true, force: true });
      for (const kind of ['plugin_crashed', 'plugin_files_changed', 'plugin_unsupported'] as const) await cards.clear(kind, id);
      for (const { uuid } of gone) await cards.clear('source_failed', uuid);
    }),
    /** A plugin that came with Mantel moves on with it: its sources follow at the next start. Says which could not. */
    follow: (id: string): Promise<{ uuid: string; name: string; why: string }[]> => alone(async () => {
      const { manifest, folder, origin } = catalogue.one(id);
      const old = repo.configsOf(db.sql, id).filter((c) => c.configVersion !== manifest.version);
      if (origin !== 'bundled' || old.length === 0) return [];
      const failed: { uuid: string; name: string; why: string }[] = [];
      for (const row of old) {
        try {
          const configs = await tried(id, folder, manifest, [row]);
          await db.writeSql((sql) => { for (const c of configs) repo.setConfig(sql, c); });
        } catch (e) {
          const why = (e as Error).message;
          await db.writeSql((sql) => repo.stopSource(sql, row.uuid, why));
          failed.push({ uuid: row.uuid, name: row.name, why });
        }
      }
      return failed;
    }),
  };
}
export type Versions = ReturnType<typeof createVersions>;
