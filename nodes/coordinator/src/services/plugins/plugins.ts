import { MantelError } from '@mantel/contracts/errors.ts';
import type { Isolation, Manifest, Plugin, PluginOffer } from '@mantel/contracts/models/plugin.ts';
import type { Config } from '@mantel/runtime/plugins/config.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Database } from '../../db/database.ts';
import type { Cards, Catalogue, Found } from './catalogue.ts';
import type { Crashes } from './crashes.ts';
import type { Granted, GrantRules } from './grants.ts';
import type { Logs } from './logs.ts';
import { readHelp } from './manifest.ts';
import type { Offers, Staged } from './offers.ts';
import { configsOf, forgetCrashes, setState, sourceCount } from './plugins.repository.ts';
import type { OpenWith, Processes } from './processes.ts';
import type { Versions } from './versions.ts';

const NO_WALLS = 'Plugins are not isolated on this machine: one could read what Mantel may read, and reach the network. Install bubblewrap (Debian: apt install bubblewrap) and allow user namespaces, then restart Mantel; or use only plugins that you trust.';

export interface PluginsDeps {
  db: Database; catalogue: Catalogue; versions: Versions; offers: Offers; processes: Processes; crashes: Crashes; grants: GrantRules; logs: Logs; cards: Cards; onChange: () => void;
  /** How well it would be walled in here. */
  isolation: (manifest: Pick<Manifest, 'permissions'>) => Promise<Isolation>;
}

export function createPlugins({ db, catalogue, versions, offers, processes, crashes, grants, logs, cards, onChange, isolation }: PluginsDeps) {
  const view = async (f: Found): Promise<Plugin> => ({
    id: f.id, manifest: f.manifest, origin: f.origin, ref: f.row?.ref ?? null, sha256: await catalogue.sha256Of(f), ...catalogue.stateOf(f), isolation: await isolation(f.manifest), previous: f.row?.previous?.version ?? null,
    sources: sourceCount(db.sql, f.id), running: processes.running(f.id), crashes: crashes.lastHour(f.id), installedAt: new Date(f.installedAt).toISOString(),
  });
  const get = (id: string): Promise<Plugin> => view(catalogue.one(id));
  const changed = async (id: string): Promise<Plugin> => {
    onChange();
    return get(id);
  };
  async function offered(offer: Staged): Promise<PluginOffer> {
    const { token, manifest, origin, ref, sha256, bytes, files } = offer;
    try {
      const here = catalogue.find(manifest.id);
      if (here?.origin === 'bundled') throw new MantelError('conflict', `${here.manifest.name} came with Mantel and is updated with it. A plugin from elsewhere needs an id of its own, not "${manifest.id}".`);
      for (const path of manifest.permissions.paths) {
        const why = grants.refusal(path);
        if (why !== undefined) throw new MantelError('plugin_invalid', `This plugin asks for a folder that no plugin gets: ${why}`);
      }
      return { token, manifest, origin, ref, sha256, bytes, files, isolation: await isolation(manifest), replaces: here?.manifest.version ?? null, asksMore: here ? more(manifest, here.manifest) : [], migrates: configsOf(db.sql, manifest.id).length };
    } catch (e) {
      await offers.drop(token);
      throw e;
    }
  }

  return {
    list: (): Promise<Plugin[]> => Promise.all(catalogue.all().map(view)),
    get,
    inspect: async (origin: 'folder' | 'npm', ref: string): Promise<PluginOffer> => offered(await (origin === 'folder' ? offers.folder(ref) : offers.npm(ref))),
    /** `write` puts the archive where it is told. */
    inspectTarball: async (name: string, write: (file: string) => Promise<void>): Promise<PluginOffer> => offered(await offers.tarball(name, write)),
    install: async (token: string, shown: Record<string, unknown>): Promise<Plugin> => changed(await versions.install(token, shown)),
    async enable(id: string): Promise<Plugin> {
      const found = catalogue.one(id);
      const row = await catalogue.rowFor(found);
      await catalogue.verify(found);
      await db.writeSql((sql) => {
        row(sql);
        setState(sql, id, 'enabled', null);
        forgetCrashes(sql, id);
      });
      await cards.clear('plugin_crashed', id);
      await cards.clear('plugin_files_changed', id);
      return changed(id);
    },
    async disable(id: string): Promise<Plugin> {
      const found = catalogue.one(id);
      const row = await catalogue.rowFor(found);
      await db.writeSql((sql) => {
        row(sql);
        setState(sql, id, 'disabled', null);
      });
      await processes.halt(id, `${found.manifest.name} was switched off. Switch it on in Admin → Plugins to go on.`);
      await cards.clear('plugin_crashed', id);
      return changed(id);
    },
    async rollback(id: string): Promise<Plugin> {
      await versions.rollback(id);
      return changed(id);
    },
    async remove(id: string): Promise<void> {
      await versions.remove(id);
      onChange();
    },
    log(id: string): string[] {
      catalogue.one(id);
      return logs.lines(id);
    },
    async help(id: string): Promise<string> {
      const { folder, manifest } = catalogue.one(id);
      return readHelp(folder, manifest);
    },

    // --- for the other nouns ---
    /** What it wants to know and may do; also of one that is switched off. */
    manifest: (id: string): Manifest | undefined => catalogue.find(id)?.manifest,
    /** Manifests of import plugins that may be used now. */
    kinds: (): Manifest[] => catalogue.all().filter((f) => f.manifest.kind === 'import-source' && catalogue.stateOf(f).state === 'enabled').map((f) => f.manifest),
    /** The same of an import plugin that may be used now. Throws `not_found`, `plugin_off`, `plugin_unsupported`. */
    usable: (id: string): Manifest => catalogue.usable(id).manifest,
    /** What a configuration lets it read. Throws `source_invalid` with `data.problems`. `parts`: the folder of files that came from a browser for this run. */
    grants: (id: string, config: Config, o: { parts?: string } = {}): Promise<Granted> => grants.of(catalogue.one(id).manifest, config, o),
    /** Starts it. Throws `plugin_off`, `plugin_unsupported`, `plugin_failed`. When it is switched off or updated meanwhile, what waits for it fails with `plugin_off`. */
    async open(id: string, o: OpenWith = {}): Promise<PluginProcess> {
      let found = await catalogue.require(id);
      if (await processes.rest(id)) found = await catalogue.require(id);
      const process = await processes.open(found, o);
      if (process.isolation === 'none') await cards.raise({ kind: 'not_isolated', about: 'house', text: NO_WALLS, standing: true });
      return process;
    },
    hidden: grants.hidden,
  };
}
export type Plugins = ReturnType<typeof createPlugins>;

/** What a manifest asks for beyond another one, in its own words. */
function more(now: Manifest, before: Manifest): string[] {
  return [
    ...now.permissions.paths.filter((p) => !before.permissions.paths.includes(p)).map((p) => `paths: ${p}`), ...now.permissions.hosts.filter((h) => !before.permissions.hosts.includes(h)).map((h) => `hosts: ${h}`),
    ...(now.permissions.addons && !before.permissions.addons ? ['addons'] : []),
  ];
}
