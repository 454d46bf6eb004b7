import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { FactName, FactSources } from '@mantel/contracts/models/asset.ts';
import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { Facts } from '../../library/facts/facts.ts';
import { type Hints, mergeHints, withZone } from '../../library/hints.ts';
import { sourceName } from '../../library/names.ts';
import * as assets from './assets.repository.ts';
import * as repo from './hints.repository.ts';
import { putPeople, putTags } from './ingest.repository.ts';

export interface HintDeps {
  db: Database;
  leave: (sql: Sql, assetId: number) => void;
  hideArchived: (sql: Sql, userId: number, assetId: number, on: boolean) => void;
  sidecarDue: (sql: Sql, assetId: number) => void;
  /** Facts anew from the files and what is known of them. */
  refresh: (sql: Sql, assetId: number) => void;
  /** It is called differently: other files may belong to it. */
  regroup: (sql: Sql, assetId: number, fileId: number) => void;
}
/** `name`: what the file was called where it was taken, now that it is known. `mayTrash`: it is here because of the import that says so. */
export interface HintOptions { name?: string | undefined; mayTrash?: boolean | undefined }
const TRIES = 8;
const fresh = (now: readonly string[] | undefined, before: readonly string[] | undefined): string[] => (now ?? []).filter((t) => !before?.includes(t));

/** What import sources know of photos, and how it becomes a part of them: facts under those of people and sidecars, marks for whoever brought it in. */
export function createHints({ db, leave, hideArchived, sidecarDue, refresh, regroup }: HintDeps) {
  /** Favourite and archive of the person, once: what they change afterwards stays. */
  const mark = (sql: Sql, userId: number, row: repo.HintedRow, hints: SourceHints): void => {
    let changed = hints.partner === true && repo.setPartner(sql, userId, row.assetId);
    for (const [column, bit, wanted] of [['favourite', repo.MARK.favourite, hints.favourite], ['archived', repo.MARK.archived, hints.archived]] as const) {
      if (!wanted || repo.marked(sql, userId, row.fileId, bit)) continue;
      repo.setMark(sql, userId, row.fileId, bit);
      if (!assets.putAssetUser(sql, userId, { id: row.assetId, ord: row.ord }, column, true)) continue;
      changed = true;
      if (column === 'favourite') sidecarDue(sql, row.assetId);
      else if (row.vis === 1) hideArchived(sql, userId, row.assetId, true);
    }
    if (changed) logChange(sql, 'asset', row.assetUuid, 'update', { userId });
  };
  /** Whether there is something to take over that was not yet. */
  const unmarked = (userId: number, row: repo.HintedRow, hints: SourceHints): boolean => (hints.favourite === true && !repo.marked(db.sql, userId, row.fileId, repo.MARK.favourite)) ||
    (hints.archived === true && !repo.marked(db.sql, userId, row.fileId, repo.MARK.archived)) || (hints.partner === true && !repo.isPartner(db.sql, userId, row.assetId));
  /** To the trash, once, and only what nothing else brought here. */
  const trash = (sql: Sql, userId: number, row: repo.HintedRow): boolean => {
    if (row.vis !== 1 || repo.marked(sql, userId, row.fileId, repo.MARK.trashed) || !repo.onlyImportedBy(sql, row.assetId, userId)) return false;
    repo.setMark(sql, userId, row.fileId, repo.MARK.trashed);
    assets.setTrashed(sql, row.assetId, userId);
    leave(sql, row.assetId);
    logChange(sql, 'asset', row.assetUuid, 'delete', { libraryId: row.libraryId });
    return true;
  };
  /** Words that a sidecar gave stay; those that are new come beside them. Where a person chose, nothing does. */
  const addLists = (sql: Sql, row: repo.HintedRow, before: Hints | null, now: Hints): void => {
    const [sources, edited] = [JSON.parse(row.sources) as FactSources, JSON.parse(row.edited) as Partial<Record<FactName, number>>];
    const held = (fact: FactName): boolean => sources[fact] === 'sidecar' && edited[fact] === undefined;
    if (held('tags')) putTags(sql, row.assetId, row.ord, fresh(now.tags, before?.tags), randomUUID);
    const known = new Set(assets.peopleOf(sql, row.assetId).map((p) => p.name.toLocaleLowerCase('en')));
    if (held('people')) putPeople(sql, row.assetId, row.ord, fresh(now.people, before?.people).filter((p) => !known.has(p.toLocaleLowerCase('en'))).map((name) => ({ name, region: null })), randomUUID);
  };

  const toFile = async (userId: number, fileId: number, hints: SourceHints, { name: said, mayTrash = false }: HintOptions): Promise<void> => {
    const name = said === undefined ? undefined : sourceName(said);
    for (let round = 0; round < TRIES; round++) {
      const row = repo.hintedFile(db.sql, fileId);
      if (!row) throw new MantelError('not_found');
      const before = row.hints === null ? null : (JSON.parse(row.hints) as Hints);
      const facts = repo.factsOf(row);
      const merged = mergeHints(before, hints);
      const text = JSON.stringify(facts.sources ? await withZone(facts as Facts, merged) : merged);
      const news = text !== row.hints && !(row.hints === null && text === '{}');
      const rename = name !== undefined && name !== row.name && repo.onlyImported(db.sql, fileId);
      if (!news && !rename && !unmarked(userId, row, hints) && !(hints.trashed && mayTrash)) return; // most of what is said again
      const done = await db.writeSql((sql) => {
        const now = repo.hintedFile(sql, fileId);
        if (!now) return true;
        if (now.hints !== row.hints) return false; // somebody else said something meanwhile
        const renamed = rename && repo.onlyImported(sql, fileId);
        if (renamed) repo.rename(sql, fileId, name);
        if (renamed || news) {
          repo.setHints(sql, fileId, text);
          refresh(sql, now.assetId);
          addLists(sql, repo.hintedFile(sql, fileId)!, before, merged);
        }
        mark(sql, userId, repo.hintedFile(sql, fileId)!, hints);
        if (hints.trashed && mayTrash) trash(sql, userId, repo.hintedFile(sql, fileId)!);
        if (renamed && repo.hintedFile(sql, fileId)!.vis === 1) regroup(sql, now.assetId, fileId);
        return true;
      });
      if (done) return;
    }
    throw new MantelError('conflict', 'This photo is changing at this moment. Try again.');
  };

  return {
    toFile, mark, trash,
    /** For what is here already: changes only what neither a person nor a sidecar said. The same again changes nothing. Throws `not_found`. */
    async apply(userId: number, assetUuid: string, hints: SourceHints, options: HintOptions = {}): Promise<void> {
      const row = repo.hintedOriginal(db.sql, userId, assetUuid);
      if (!row) throw new MantelError('not_found');
      await toFile(userId, row.fileId, hints, options);
    },
  };
}
export type AssetHints = ReturnType<typeof createHints>;
