// The wiring of this noun.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenPlugin } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Database } from '../../db/database.ts';
import { bundledIn } from './bundled.ts';
import { type Cards, createCatalogue } from './catalogue.ts';
import { createCrashes } from './crashes.ts';
import { createGrants } from './grants.ts';
import { createLogs } from './logs.ts';
import { createOffers } from './offers.ts';
import { createPlugins, type PluginsDeps } from './plugins.ts';
import { setState } from './plugins.repository.ts';
import { pluginHandlers } from './plugins.service.ts';
import { createProcesses } from './processes.ts';
import { createVersions } from './versions.ts';

export interface OpenPlugins {
  db: Database; state: string; data: string; /** Where the plugins that came with Mantel lie. */ bundled: string; open: OpenPlugin; isolation: PluginsDeps['isolation']; cards: Cards; onChange: () => void;
  background: (what: string, work: Promise<unknown>) => void; log: { error(fields: object, text: string): void }; now?: () => number;
}

export async function openPlugins({ db, state, data, bundled: dir, open, isolation, cards, onChange, background, log, now = Date.now }: OpenPlugins) {
  const base = join(state, 'plugins');
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const bundled = await bundledIn(dir, (folder, err) => log.error({ err, folder }, 'a plugin that came with Mantel cannot be used'));
  const catalogue = createCatalogue({ db, base, bundled, cards });
  const logs = createLogs({ file: (id) => join(base, id, 'log'), now, trouble: (err) => log.error({ err }, 'the log of a plugin cannot be written') });
  const crashes = createCrashes({ db, now, broke: async (id, why) => {
    const found = catalogue.find(id);
    if (!found || found.row?.state === 'broken') return;
    const text = `${found.manifest.name} ${found.manifest.version} fell over three times within ten minutes and is not started any more. The last time: ${why}`;
    const row = await catalogue.rowFor(found);
    await db.writeSql((sql) => {
      row(sql);
      setState(sql, id, 'broken', text);
    });
    await processes.halt(id, text);
    await cards.raise({ kind: 'plugin_crashed', about: id, text: `${text} Its log says more. Switch it on again, or go back to its previous version.`, fix: 'plugins.enable' });
    onChange();
  } });
  const processes = createProcesses({ open, crashes, logs, background, onChange, storeOf: (id) => join(base, id, 'store'), hide: [state, data] });
  const offers = createOffers({ dir: join(base, '.staging'), now });
  const versions = createVersions({ db, catalogue, offers, processes, logs, cards, now });
  const plugins = createPlugins({ db, catalogue, versions, offers, processes, crashes, grants: createGrants({ state, data }), logs, cards, onChange, isolation });
  return {
    plugins, handlers: pluginHandlers(plugins),
    /** At the start: tidies up, and brings the sources of plugins that came with Mantel to their versions. */
    async settle(): Promise<void> {
      await catalogue.settle();
      if ((await isolation({ permissions: { paths: [], hosts: [], addons: false } })) !== 'none') await cards.clear('not_isolated', 'house');
      for (const id of bundled.keys()) for (const { uuid, why } of await versions.follow(id)) await cards.raise({ kind: 'source_failed', about: uuid, text: why });
    },
    async stop(): Promise<void> {
      await processes.stop();
      await logs.stop();
    },
  };
}
