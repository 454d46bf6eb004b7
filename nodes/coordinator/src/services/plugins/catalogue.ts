// Which plugins there are, where their files lie, and whether they may run.
import { rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Manifest, PluginId, type PluginOrigin } from '@mantel/contracts/models/plugin.ts';
import type { RepairKind } from '@mantel/contracts/models/repair.ts';
import { matches } from '@mantel/runtime/validate.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { Bundled } from './bundled.ts';
import { createHasher } from './files.ts';
import { unsupported } from './manifest.ts';
import { type PluginRow, pluginRow, pluginRows, putPlugin, setState } from './plugins.repository.ts';

/** Cards, as the noun repairs keeps them. */
export interface Cards {
  raise: (card: { kind: RepairKind; about: string; text: string; fix?: 'plugins.enable' | 'plugins.rollback' | null; standing?: boolean }) => Promise<void>;
  clear: (kind: RepairKind, about: string) => Promise<void>;
}
export interface Found { id: string; manifest: Manifest; origin: PluginOrigin; folder: string; installedAt: number; row: PluginRow | undefined }

/** What of a bundled plugin is no program: tests and what they read are left out of its hash. */
const ASIDE = (path: string): boolean => /(^|\/)(node_modules|fixtures)$|\.test\.ts$/.test(path);

export interface CatalogueDeps { db: Database; /** STATE/plugins */ base: string; bundled: Map<string, Bundled>; cards: Cards }
export function createCatalogue({ db, base, bundled, cards }: CatalogueDeps) {
  const hash = createHasher();
  const home = (id: string): string => join(base, id);
  /** Versions lie side by side; one number with other files is another folder. */
  const folderOf = (id: string, v: { version: string; sha256: string }): string => join(home(id), `${v.version}-${v.sha256.slice(0, 8)}`);
  const find = (id: string): Found | undefined => {
    const own = bundled.get(id);
    const row = pluginRow(db.sql, id);
    if (own) return { id, manifest: own.manifest, origin: 'bundled', folder: own.folder, installedAt: own.at, row };
    return row && row.origin !== 'bundled' ? { id, manifest: row.manifest, origin: row.origin, folder: folderOf(id, row), installedAt: row.installedAt, row } : undefined;
  };
  const sha256Of = (f: Found): Promise<string> => (f.origin === 'bundled' ? hash(f.folder, ASIDE).catch(() => '') : Promise.resolve(f.row!.sha256));
  const stateOf = (f: Found): { state: PluginRow['state']; trouble: string | null } => {
    const why = unsupported(f.manifest);
    return why === undefined || f.row?.state === 'disabled' ? { state: f.row?.state ?? 'enabled', trouble: f.row?.trouble ?? null } : { state: 'broken', trouble: why };
  };

  return {
    home, folderOf, find, sha256Of, stateOf,
    one(id: string): Found {
      const found = find(id);
      if (!found) throw new MantelError('not_found', 'There is no plugin of this name here.');
      return found;
    },
    all: (): Found[] => [...new Set([...bundled.keys(), ...pluginRows(db.sql).map((r) => r.id)])].sort().map(find).filter((f) => f !== undefined),
    /** Bundled ones have no row until something about them has to be kept. */
    async rowFor(f: Found): Promise<(sql: Sql) => void> {
      const sha256 = await sha256Of(f);
      return (sql) => {
        if (!pluginRow(sql, f.id)) putPlugin(sql, { id: f.id, version: f.manifest.version, origin: f.origin, ref: null, sha256, manifest: f.manifest, permissions: f.manifest.permissions, state: 'enabled', trouble: null, previous: null, installedAt: f.installedAt });
      };
    },
    /** Throws when it may not run: switched off, broken, made for another Mantel, or no longer what was installed. */
    async require(id: string): Promise<Found> {
      const found = this.usable(id);
      await this.verify(found);
      return found;
    },
    /** The same without a look at its files. */
    usable(id: string): Found {
      const found = this.one(id);
      const why = unsupported(found.manifest);
      if (why !== undefined) throw new MantelError('plugin_unsupported', why);
      const { state, trouble } = stateOf(found);
      if (state === 'disabled') throw new MantelError('plugin_off', `${found.manifest.name} is switched off. Switch it on in Admin → Plugins.`);
      if (state === 'broken') throw new MantelError('plugin_off', `${trouble ?? `${found.manifest.name} does not work.`} See Admin → Plugins.`);
      return found;
    },
    /** What was looked at and agreed to is what runs. */
    async verify(f: Found, folder = f.folder, sha256 = f.row?.sha256): Promise<void> {
      if (f.origin === 'bundled') return;
      const is = await hash(folder).catch(() => undefined);
      if (is === sha256) return;
      const text = is === undefined
        ? `The files of ${f.manifest.name} are gone or cannot be read, so it is not started. Install it again.`
        : `Files of ${f.manifest.name} were changed after it was installed, so it is not started any more. If you did not do this, somebody else changed files of this machine. Install it again, or remove it.`;
      await db.writeSql((sql) => setState(sql, f.id, 'broken', text));
      await cards.raise({ kind: 'plugin_files_changed', about: f.id, text, fix: f.row?.previous ? 'plugins.rollback' : null });
      throw new MantelError('plugin_failed', text);
    },
    /** At the start: cards about what cannot run, away with files that nobody needs, and another chance for what came with Mantel and is another version now. */
    async settle(): Promise<void> {
      for (const f of this.all()) {
        if (f.origin === 'bundled' && f.row && f.row.version !== f.manifest.version) {
          const sha256 = await sha256Of(f);
          await db.writeSql((sql) => putPlugin(sql, { ...f.row!, version: f.manifest.version, manifest: f.manifest, permissions: f.manifest.permissions, sha256, ...(f.row!.state === 'broken' ? { state: 'enabled', trouble: null } : {}) }));
          await cards.clear('plugin_crashed', f.id);
        }
        const why = unsupported(f.manifest);
        if (why === undefined) await cards.clear('plugin_unsupported', f.id);
        else await cards.raise({ kind: 'plugin_unsupported', about: f.id, text: why, fix: f.row?.previous ? 'plugins.rollback' : null, standing: true });
      }
      for (const id of await readdir(base).catch(() => [])) {
        if (!matches(PluginId, id)) continue;
        await this.tidy(id);
        for (const name of await readdir(join(home(id), 'store')).catch(() => [])) if (name.startsWith('once-')) await rm(join(home(id), 'store', name), { recursive: true, force: true }); // a check that broke off
      }
    },
    /** Removes versions that are neither in use nor to be brought back. */
    async tidy(id: string): Promise<void> {
      const row = pluginRow(db.sql, id);
      const keep = new Set(row ? [row, ...(row.previous ? [row.previous] : [])].map((v) => folderOf(id, v)) : []);
      for (const name of await readdir(home(id)).catch(() => [])) if (/^\d/.test(name) && !keep.has(join(home(id), name))) await rm(join(home(id), name), { recursive: true, force: true });
    },
  };
}
export type Catalogue = ReturnType<typeof createCatalogue>;
