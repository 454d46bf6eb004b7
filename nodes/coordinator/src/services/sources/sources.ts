import { randomUUID } from 'node:crypto';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { CheckResult, ImportOptions, ImportSource } from '@mantel/contracts/models/source.ts';
import { checkConfig, type Config, masked, partsField, pathFields, type Problem, propertiesOf, unmasked } from '@mantel/runtime/plugins/config.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Database } from '../../db/database.ts';
import { checkSchedule, nextDue } from './due.ts';
import * as repo from './sources.repository.ts';

/** Plugins, as far as sources need them. */
export interface SourcePlugins {
  manifest: (id: string) => Manifest | undefined; kinds: () => Manifest[];
  grants: (id: string, config: Config, o?: { parts?: string }) => Promise<{ read: string[]; config: Config }>;
  open: (id: string, o: { read: string[]; collection?: string }) => Promise<PluginProcess>;
}
/** Who asks; the house itself counts as an admin. */
export interface Asker { admin: boolean; userId: string | null }
/** A source as a run needs it: with its secrets, never to be sent out. */
export interface Resolved { pluginId: string; name: string; config: Config; libraryUuid: string; ownerUuid: string; ownerId: number; options: ImportOptions }
export interface SourcesDeps { db: Database; plugins: SourcePlugins; onChange: () => void; /** Cards about a source go when somebody has changed it. */ cards: { clear: (kind: 'source_failed', about: string) => Promise<void> }; now?: () => number }

const CHECK_MS = 60_000;
const invalid = (problems: Problem[]): MantelError => new MantelError('source_invalid', problems[0]!.message, { problems: problems.slice(0, 100) });

export function createSources({ db, plugins, onChange, cards, now = Date.now }: SourcesDeps) {
  const kind = (id: string): Manifest => {
    const manifest = plugins.kinds().find((m) => m.id === id);
    if (!manifest) throw plugins.manifest(id) ? new MantelError('plugin_off') : new MantelError('not_found', 'There is no plugin of this name here.');
    return manifest;
  };
  const own = (asker: Asker, uuid: string): repo.SourceRow => {
    const row = repo.sourceRow(db.sql, uuid);
    if (!row || !(asker.admin || row.ownerId === asker.userId)) throw new MantelError('not_found', 'This source is not there any more.');
    return row;
  };
  const view = (r: repo.SourceRow): ImportSource => {
    const manifest = plugins.manifest(r.pluginId);
    const usable = r.enabled && plugins.kinds().some((m) => m.id === r.pluginId);
    const next = usable && r.schedule !== null ? nextDue(r.schedule, Math.max(r.dueFrom, now() - 1)) : null;
    return {
      id: r.uuid, name: r.name, pluginId: r.pluginId, config: manifest ? masked(manifest.config, r.config) : {}, libraryId: r.libraryId, ownerId: r.ownerId, options: r.options, schedule: r.schedule, watch: r.watch, enabled: r.enabled,
      lastRunId: r.lastRunId, nextRunAt: next === null ? null : new Date(next).toISOString(), trouble: r.trouble ?? (manifest ? null : 'Its plugin is not installed any more.'),
    };
  };

  /** The configuration with everything in its place. Paths of the house's machine are the admins' to name; a member may keep those that an admin chose. */
  function prepare(asker: Asker, manifest: Manifest, config: Config, { kept = {}, parts = false }: { kept?: Config; parts?: boolean } = {}): Config {
    const later = parts ? partsField(manifest.config) : undefined;
    if (parts && later === undefined) throw new MantelError('source_invalid', `${manifest.name} takes no files from a browser.`);
    const full = unmasked(manifest.config, config, kept);
    if (!asker.admin) {
      for (const field of pathFields(manifest.config)) {
        const v = full[field];
        if (v === undefined || v === null || v === '' || (Array.isArray(v) && v.length === 0)) continue;
        if (JSON.stringify(v) !== JSON.stringify(kept[field])) throw new MantelError('forbidden', "Folders of the house's machine are chosen by an admin. Send the files from your own device instead, or ask an admin to set this up for you.", { field });
      }
    }
    const { config: clean, problems } = checkConfig(manifest.config, full, later === undefined ? {} : { later });
    for (const [field, p] of propertiesOf(manifest.config)) {
      const v = clean[field];
      if (p.mantel === 'schedule' && typeof v === 'string' && nextDue(v, now()) === null) problems.push({ field, message: `"${p.title ?? field}" is not a time that comes again, like 0 3 * * *.` });
      if (p.mantel === 'user' && typeof v === 'string' && !(asker.admin ? repo.userNamed(db.sql, v) : v === asker.userId)) problems.push({ field, message: `"${p.title ?? field}" is no person of this house whom you may choose.` });
      if (p.mantel === 'library' && typeof v === 'string' && !(asker.userId === null || repo.libraryFor(db.sql, v, asker.userId))) problems.push({ field, message: `"${p.title ?? field}" is no library that you may choose.` });
    }
    if (problems.length) throw invalid(problems);
    return clean;
  }

  /** Where to, and for whom: what both the asker and the owner may. */
  function place(asker: Asker, { libraryId, ownerId }: { libraryId: string; ownerId: string | undefined }): { library: number; owner: number } {
    const whose = ownerId ?? asker.userId;
    if (whose === null) throw new MantelError('bad_request', '"ownerId" is missing.');
    if (!asker.admin && whose !== asker.userId) throw new MantelError('forbidden', 'Only an admin sets up a source for somebody else.');
    const owner = repo.userNamed(db.sql, whose);
    if (!owner) throw new MantelError('not_found', 'There is no such person.');
    const library = repo.libraryFor(db.sql, libraryId, whose);
    if (!library) throw new MantelError('not_found', whose === asker.userId ? 'There is no such library, or you are not a member of it.' : 'This person is not a member of that library.');
    if (library.role === 'viewer') throw new MantelError('forbidden', whose === asker.userId ? 'You can look at this library but not add to it.' : 'This person can look at that library but not add to it.');
    return { library: library.id, owner: owner.id };
  }

  async function look(manifest: Manifest, config: Config): Promise<{ result: CheckResult; watches: boolean }> {
    const granted = await plugins.grants(manifest.id, config);
    const process = await plugins.open(manifest.id, { read: granted.read });
    try {
      return { result: await process.check(granted.config, AbortSignal.timeout(CHECK_MS)), watches: process.abilities.watch };
    } finally { await process.stop(); }
  }
  async function mustWork(manifest: Manifest, config: Config, watch: boolean): Promise<void> {
    const { result, watches } = await look(manifest, config);
    if (!result.ok) throw invalid(result.problems.length ? result.problems : [{ message: result.summary ?? 'The plugin says that this does not work.' }]);
    if (watch && !watches) throw invalid([{ field: 'watch', message: `${manifest.name} cannot watch for new photos. Give it a schedule instead.` }]);
  }

  /** What takes files away from the house's own folders, or shows them where they lie, is chosen by who may name those folders. A member may keep what an admin chose. */
  async function mayTake(asker: Asker, pluginId: string, config: Config, was: ImportOptions, wanted: ImportOptions | undefined): Promise<void> {
    const mode = wanted?.mode ?? 'copy';
    if (asker.admin || mode === 'copy' || mode === was.mode) return;
    if ((await plugins.grants(pluginId, config)).read.length) throw new MantelError('forbidden', 'Whether photos are moved out of a folder of the house, or stay in it, is chosen by an admin.', { field: 'mode' });
  }

  return {
    kinds: (): Manifest[] => plugins.kinds(),
    list: (asker: Asker): ImportSource[] => repo.sourceRows(db.sql, asker.admin ? null : asker.userId).map(view),
    async check(asker: Asker, { pluginId, config, sourceId }: { pluginId: string; config: Config; sourceId?: string }): Promise<CheckResult> {
      const manifest = kind(pluginId);
      const row = sourceId === undefined ? undefined : own(asker, sourceId);
      if (row && row.pluginId !== pluginId) throw new MantelError('bad_request', 'This source belongs to another plugin.');
      try {
        return (await look(manifest, prepare(asker, manifest, config, row ? { kept: row.config } : {}))).result;
      } catch (e) {
        if (errorCode(e) !== 'source_invalid') throw e;
        const { message, data } = e as MantelError;
        return { ok: false, problems: (data?.problems as Problem[] | undefined) ?? [{ message }] };
      }
    },
    async create(asker: Asker, p: { pluginId: string; name: string; config: Config; libraryId: string; ownerId?: string; options?: ImportOptions; schedule?: string | null; watch?: boolean }): Promise<ImportSource> {
      const manifest = kind(p.pluginId);
      const at = place(asker, { libraryId: p.libraryId, ownerId: p.ownerId });
      if (p.schedule) checkSchedule(p.schedule);
      const config = prepare(asker, manifest, p.config);
      await mayTake(asker, manifest.id, config, {}, p.options);
      await mustWork(manifest, config, p.watch ?? false);
      const uuid = randomUUID();
      await db.writeSql((sql) => repo.insertSource(sql, { uuid, pluginId: p.pluginId, name: p.name.trim(), config, configVersion: manifest.version, ...at, options: p.options ?? {}, schedule: p.schedule || null, watch: p.watch ?? false, at: now() }));
      onChange();
      return view(repo.sourceRow(db.sql, uuid)!);
    },
    async update(asker: Asker, { id, ...p }: { id: string; name?: string; config?: Config; libraryId?: string; ownerId?: string; options?: ImportOptions; schedule?: string | null; watch?: boolean; enabled?: boolean }): Promise<ImportSource> {
      const row = own(asker, id);
      const at = place(asker, { libraryId: p.libraryId ?? row.libraryId, ownerId: p.ownerId ?? row.ownerId });
      const schedule = p.schedule === undefined ? row.schedule : p.schedule || null;
      if (p.schedule) checkSchedule(p.schedule);
      const watch = p.watch ?? row.watch;
      let { config, configVersion } = row;
      if (p.config !== undefined || (watch && !row.watch)) {
        const manifest = kind(row.pluginId);
        config = prepare(asker, manifest, p.config ?? masked(manifest.config, row.config), { kept: row.config });
        await mustWork(manifest, config, watch);
        configVersion = manifest.version;
      }
      await mayTake(asker, row.pluginId, config, row.options, p.options);
      const enabled = p.enabled ?? row.enabled;
      const anew = schedule !== row.schedule || (enabled && !row.enabled); // what it would have done meanwhile was not missed
      await db.writeSql((sql) => repo.updateSource(sql, { uuid: id, name: (p.name ?? row.name).trim(), config, configVersion, ...at, options: p.options ?? row.options, schedule, watch, enabled, dueFrom: anew ? now() : row.dueFrom }));
      await cards.clear('source_failed', id);
      onChange();
      return view(repo.sourceRow(db.sql, id)!);
    },
    async remove(asker: Asker, id: string): Promise<void> {
      own(asker, id);
      await db.writeSql((sql) => repo.dropSource(sql, id));
      await cards.clear('source_failed', id);
      onChange();
    },

    // --- for runs ---
    /** Throws `not_found`, `conflict` (switched off), `plugin_off`. Whether the asker may is for the caller to say: `ownerUuid`. */
    resolve(id: string): Resolved {
      const r = own({ admin: true, userId: null }, id);
      if (!r.enabled) throw new MantelError('conflict', `"${r.name}" is switched off.${r.trouble === null ? '' : ` ${r.trouble}`}`);
      kind(r.pluginId);
      return { pluginId: r.pluginId, name: r.name, config: r.config, libraryUuid: r.libraryId, ownerUuid: r.ownerId, ownerId: r.owner, options: r.options };
    },
    /** A configuration of a run without a source: checked, with its defaults. `parts`: its files come from a browser; put their paths into `partsField` then. */
    prepare: (asker: Asker, pluginId: string, config: Config, o: { parts?: boolean } = {}): Config => prepare(asker, kind(pluginId), config, o),
    /** Where paths of files from a browser go in its configuration. */
    partsField: (pluginId: string): string | undefined => partsField(kind(pluginId).config),
  };
}
export type Sources = ReturnType<typeof createSources>;
