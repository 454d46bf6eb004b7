import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Certificate, ImportOptions, ImportRun, RunEntry, EntryOutcome, RunState } from '@mantel/contracts/models/source.ts';
import { certified } from './certify.ts';
import { masked } from '@mantel/runtime/plugins/config.ts';
import type { Doors } from './doors.ts';
import type { Engine } from './engine.ts';
import { partsProperty } from './handle.ts';
import { retryProblems } from './items.repository.ts';
import type { PartStore } from './parts.ts';
import * as runs from './runs.repository.ts';
import { previewOf } from './scan.ts';
import { copyFolder } from './second-copy.ts';
import type { View } from './view.ts';

/** Who asks: `all`: an admin, or the house itself. */
export interface Asker { userId: number | null; userUuid: string | null; all: boolean }
export interface Wanted { sourceId?: string; pluginId?: string; config?: Record<string, unknown>; libraryId?: string; ownerId?: string; options?: ImportOptions; parts?: { name: string; bytes: number }[]; start?: boolean }
const MAX_OPEN = 50;

/** The name of a part is a file name and nothing else, and one of its kind. */
function checkParts(parts: { name: string; bytes: number }[], accept: readonly string[]): runs.Part[] {
  const seen = new Set<string>();
  return parts.map(({ name, bytes }) => {
    if (/[/\\\0]|\p{Cc}/u.test(name) || name.startsWith('.') || Buffer.byteLength(name) > 250) throw new MantelError('bad_name', `“${name}” cannot be the name of a part.`);
    if (!accept.some((end) => name.toLowerCase().endsWith(end.toLowerCase()))) throw new MantelError('source_invalid', `“${name}” is none of the files that this import takes (${accept.join(', ')}).`);
    if (seen.has(name.toLowerCase())) throw new MantelError('source_invalid', `“${name}” is named twice.`);
    seen.add(name.toLowerCase());
    return { name, bytes, state: 'waiting' };
  });
}
export function createImports(doors: Doors, { engine, parts, view }: { engine: Engine; parts: PartStore; view: View }) {
  const { db } = doors;
  const one = (who: Asker, uuid: string): runs.RunRow => {
    const row = runs.runByUuid(db.sql, uuid);
    if (!row || (!who.all && row.ownerId !== who.userId)) throw new MantelError('not_found', 'There is no such import, or it is not yours.');
    return row;
  };
  const shown = (id: number): Promise<ImportRun> => view(runs.runById(db.sql, id)!);
  /** From one of these states to another, or the sentence why not. */
  const move = async (row: runs.RunRow, from: RunState[], to: RunState, more?: (sql: Parameters<typeof runs.setAuto>[0]) => void): Promise<ImportRun> => {
    await db.writeSql((sql) => {
      if (!runs.moveRun(sql, row.id, from, to)) throw new MantelError('run_state');
      more?.(sql);
    });
    await doors.stopped(row, null);
    engine.kick(row.id);
    doors.changed();
    return shown(row.id);
  };
  /** Taking photos away from the house's own folders, or showing them where they lie, is chosen by who may name those folders. */
  const mayTake = (who: Asker, mode: ImportOptions['mode'], was: ImportOptions['mode'], read: readonly string[]): void => {
    if (!who.all && read.length && mode !== undefined && mode !== 'copy' && mode !== was) throw new MantelError('forbidden', 'Whether photos are moved out of a folder of the house, or stay in it, is chosen by an admin.', { field: 'mode' });
  };
  const nextState = (row: runs.RunRow): RunState => (row.startedAt !== null ? 'running' : row.scan > 0 || row.parts === '[]' ? 'scanning' : 'collecting');

  /** Mode `index`: one folder, and the library that looks at it. */
  const lookAt = async (ownerId: number, read: string[]): Promise<{ id: number }> => {
    const [root] = read;
    if (root === undefined || read.length > 1 || !(await stat(root)).isDirectory()) throw new MantelError('source_invalid', 'To leave photos where they are, name one folder. For several folders, set up one import for each.');
    const uuid = await doors.library.externalOf(ownerId, root, basename(root));
    return { id: runs.libraryIdOf(db.sql, uuid)! };
  };

  return {
    one,
    list: async (who: Asker): Promise<ImportRun[]> => Promise.all(runs.runsOf(db.sql, who.all ? null : who.userId).map((r) => view(r))),
    get: (who: Asker, uuid: string): Promise<ImportRun> => view(one(who, uuid)),

    async create(who: Asker, w: Wanted): Promise<ImportRun> {
      doors.requireStorage();
      if (w.sourceId !== undefined && (w.parts || w.config)) throw new MantelError('bad_request', 'A source that is set up says itself where its photos are.');
      const source = w.sourceId === undefined ? null : doors.source(w.sourceId);
      if (source && !who.all && source.ownerId !== who.userId) throw new MantelError('not_found', 'There is no such source, or it is not yours.');
      const pluginId = source?.pluginId ?? w.pluginId;
      if (pluginId === undefined) throw new MantelError('source_invalid', 'Say where the photos shall come from.');
      const manifest = doors.plugins.manifest(pluginId);
      if (manifest.kind !== 'import-source') throw new MantelError('source_invalid', `${manifest.name} is no source of photos.`);
      const ownerUuid = w.ownerId ?? source?.ownerUuid ?? who.userUuid;
      const owner = ownerUuid === null ? undefined : runs.personOf(db.sql, ownerUuid);
      if (!owner) throw new MantelError('not_found', 'There is no such person.');
      if (!who.all && owner.id !== who.userId) throw new MantelError('forbidden', 'Only an admin can bring in photos for somebody else.');
      const property = partsProperty(manifest);
      const config = source ? source.config : doors.prepare({ admin: who.all, userId: who.userUuid }, pluginId, w.config ?? {}, { parts: w.parts !== undefined });
      if (w.parts && property) delete config[property.name];
      const read = w.parts ? [] : (await doors.plugins.grants(manifest, config)).read; // a wrong path is told now
      const options = { ...source?.options, ...w.options };
      mayTake(who, options.mode, source?.options.mode, read);
      const library = options.mode === 'index' ? await lookAt(owner.id, read) : doors.library.target(owner.id, w.libraryId ?? source?.libraryUuid);
      const list = w.parts && property ? checkParts(w.parts, property.accept) : [];
      if (runs.runsIn(db.sql, ['collecting', 'scanning', 'ready', 'running']).filter((r) => r.ownerId === owner.id).length >= MAX_OPEN) throw new MantelError('conflict', 'There are many imports under way already. End some of them first.');
      const uuid = randomUUID();
      if (list.length) await parts.begin(uuid);
      const id = await db.writeSql((sql) => runs.insertRun(sql, {
        uuid, sourceUuid: w.sourceId ?? null, pluginId, pluginVersion: manifest.version, name: source?.name ?? manifest.name, config: source ? masked(manifest.config, config) : config, libraryId: library.id, ownerId: owner.id,
        options, state: list.length ? 'collecting' : 'scanning', auto: w.start === true, asked: who.userId !== null, parts: list,
      }));
      engine.kick(id);
      doors.changed();
      return shown(id);
    },

    async options(who: Asker, uuid: string, change: { libraryId?: string; options?: ImportOptions }): Promise<ImportRun> {
      const row = one(who, uuid);
      const stays = (o: ImportOptions | undefined): boolean => o?.mode === 'index';
      if (stays(JSON.parse(row.options) as ImportOptions) ? change.libraryId !== undefined || (change.options?.mode !== undefined && !stays(change.options)) : stays(change.options)) throw new MantelError('run_state', 'Whether photos stay where they are is said when an import is made. Make another one.');
      if (row.startedAt !== null || !['collecting', 'ready'].includes(row.state)) throw new MantelError('run_state', 'This import has begun; its library and options stay as they are.');
      if (change.options?.mode !== undefined && row.parts === '[]') mayTake(who, change.options.mode, (JSON.parse(row.options) as ImportOptions).mode, (await doors.plugins.grants(doors.plugins.manifest(row.pluginId), JSON.parse(row.config) as Record<string, unknown>)).read);
      const library = change.libraryId === undefined ? row.libraryId : doors.library.target(row.ownerId, change.libraryId).id;
      await db.writeSql((sql) => { if (!runs.setTarget(sql, row.id, library, { ...(JSON.parse(row.options) as ImportOptions), ...change.options })) throw new MantelError('run_state'); });
      if (library !== row.libraryId && row.state === 'ready') return move(row, ['ready'], 'scanning'); // what is here already is another thing there
      if (row.state === 'ready') {
        const preview = await previewOf(doors, runs.runById(db.sql, row.id)!);
        await db.writeSql((sql) => runs.setPreview(sql, row.id, preview));
      }
      doors.changed();
      return shown(row.id);
    },
    async start(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      doors.requireStorage();
      if ((JSON.parse(row.options) as ImportOptions).mode !== 'index') doors.library.target(row.ownerId, row.libraryUuid);
      if (row.state === 'scanning' && row.preview !== null) { // a further part is being looked at; its preview was there
        await db.writeSql((sql) => runs.setAuto(sql, row.id, runs.AUTO.begin));
        return shown(row.id);
      }
      return move(row, ['ready'], 'running', (sql) => runs.setStarted(sql, row.id));
    },
    async pause(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      await db.writeSql((sql) => { if (!runs.moveRun(sql, row.id, ['running', 'scanning'], 'paused')) throw new MantelError('run_state'); });
      await engine.halt(row.id);
      doors.changed();
      return shown(row.id);
    },
    resume(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      doors.requireStorage();
      return move(row, ['paused', 'failed'], nextState(row), (sql) => runs.setSummary(sql, row.id, null));
    },
    async cancel(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      await db.writeSql((sql) => {
        if (!runs.moveRun(sql, row.id, ['collecting', 'scanning', 'ready', 'running', 'paused', 'failed'], 'cancelled')) throw new MantelError('run_state');
        runs.setEnded(sql, row.id);
      });
      await engine.halt(row.id);
      await engine.rest(row.id, ['cancelled'], 'cancelled');
      await doors.stopped(row, null);
      await parts.drop(row.uuid);
      return shown(row.id);
    },
    undo(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      if (row.startedAt === null) throw new MantelError('run_state', 'This import brought nothing in.');
      if ((JSON.parse(row.options) as ImportOptions).mode === 'move') throw new MantelError('run_state', 'This import took its photos away where they came from: what lies here is all there is of them. Put what you do not want into the trash yourself.');
      return move(row, ['done', 'cancelled', 'paused', 'failed', 'undone'], 'undoing', (sql) => { if (row.state !== 'undone') runs.setEnded(sql, row.id); }); // what it moved to the trash came there after its end
    },
    retry(who: Asker, uuid: string): Promise<ImportRun> {
      const row = one(who, uuid);
      if (row.startedAt === null) throw new MantelError('run_state', 'This import has not begun yet.');
      if (row.state === 'cancelled' && runs.partsOf(row).some((p) => p.state !== 'released')) throw new MantelError('run_state', 'The files that were sent went when this import was cancelled. Make another one and send them again: what is here already is known.');
      return move(row, ['done', 'paused', 'failed', 'cancelled'], 'running', (sql) => {
        retryProblems(sql, row.id);
        runs.setStarted(sql, row.id);
        runs.setAuto(sql, row.id, runs.AUTO.rescan);
      });
    },
    entries: (who: Asker, uuid: string, q: { outcome?: EntryOutcome; after?: number; limit?: number; search?: string }): Promise<{ entries: RunEntry[]; next: number | null }> =>
      db.read('imports.entries', { runId: one(who, uuid).id, outcome: q.outcome ?? null, after: q.after ?? -1, limit: q.limit ?? 200, search: q.search ?? null }),
    async certify(who: Asker, uuid: string, copy: string | undefined): Promise<ImportRun> {
      const row = one(who, uuid);
      if (row.state !== 'done') throw new MantelError('run_state', 'This can be asked when the import is through.');
      if (row.pruned) throw new MantelError('run_state', 'A newer import of this source looked at all of it again. Ask there.');
      if ((JSON.parse(row.options) as ImportOptions).mode === 'index') throw new MantelError('run_state', 'These photos stay where they are: nothing may be deleted there.');
      if (copy !== undefined && !who.all) throw new MantelError('forbidden', "Only an admin names folders of the house's machine. Ask without a second copy, or ask an admin.");
      doors.requireStorage();
      engine.certify(row.id, copy === undefined ? null : await copyFolder({ data: doors.data, diskOf: doors.diskOf, config: JSON.parse(row.config) as Record<string, unknown> }, copy));
      doors.changed();
      return shown(row.id);
    },
    certificate(who: Asker, uuid: string): Certificate | null {
      return certified(doors, one(who, uuid));
    },
  };
}
export type Imports = ReturnType<typeof createImports>;
