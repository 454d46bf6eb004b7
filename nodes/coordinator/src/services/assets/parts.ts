import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { Assets } from './assets.ts';
import { fileByUuid, type FileOf } from './parts.repository.ts';
import { fileId, hintedOriginal } from './hints.repository.ts';
import { assetOfFile, dropGiven, setAlone } from './group.repository.ts';
import type { GivenRole } from './pairing.ts';
import { link } from './together.ts';

export interface PartDeps {
  db: Database; trash: Assets['trash'];
  group: (sql: Sql, assetId: number, fileId: number) => { assetUuid: string };
  refresh: (sql: Sql, assetId: number) => void;
  split: (sql: Sql, userId: number, assetUuid: string, fileUuid: string, stays?: boolean) => { assetUuid: string };
  wake: () => void;
}
export interface JoinedFile { fileUuid: string; role: GivenRole }

/** What import runs do with files that are here already. */
export function createParts({ db, trash, group, refresh, split, wake }: PartDeps) {
  return {
    /** Where a file is now, also when it became part of another photo; undefined when it is gone, or in a library that this person is no member of. */
    fileByUuid: (userId: number, uuid: string): FileOf | undefined => fileByUuid(db.sql, userId, uuid),
    /**
     * A source says that these files are parts of the photo `assetUuid`, whatever they are called. `copy`: the same picture written anew. Files of other libraries, and those that a source gave to another photo, stay where they are.
     * Answers the asset that all are part of then. Throws `not_found`.
     */
    async joinFiles(userId: number, assetUuid: string, files: readonly JoinedFile[]): Promise<string> {
      const done = await db.writeSql((sql) => {
        const photo = hintedOriginal(sql, userId, assetUuid);
        if (!photo) throw new MantelError('not_found');
        const parts = files.flatMap(({ fileUuid, role }) => { const id = fileId(sql, userId, fileUuid); return id === undefined ? [] : [{ fileId: id, role }]; });
        for (const part of link(sql, photo.fileId, parts)) {
          const own = assetOfFile(sql, part.fileId);
          refresh(sql, own.id);
          group(sql, own.id, part.fileId);
        }
        return assetOfFile(sql, photo.fileId).uuid;
      });
      wake();
      return done;
    },
    /** A source knows better by now: this file is a photo of its own, not the part of another as it had said. What it did not say itself, and what lies in the trash, stays. */
    async standAlone(userId: number, fileUuid: string): Promise<void> {
      const done = await db.writeSql((sql) => {
        const at = fileByUuid(sql, userId, fileUuid);
        const id = fileId(sql, userId, fileUuid);
        if (!at || id === undefined || at.role === 'original' || at.trashed || !dropGiven(sql, id)) return false;
        setAlone(sql, id);
        split(sql, userId, at.assetId, fileUuid);
        return true;
      });
      if (done) wake();
    },
    /** Undo: to the trash with whole photos. Answers which of them may not go there by this person. */
    async trashWhole(userId: number, assetUuids: readonly string[]): Promise<string[]> {
      const refused: string[] = [];
      for (const uuid of assetUuids) {
        await trash(userId, [uuid]).catch((e: unknown) => {
          if (!['forbidden', 'not_found'].includes(errorCode(e))) throw e;
          refused.push(uuid);
        });
      }
      return refused;
    },
    /** Undo: this file leaves the photo that it joined, and goes to the trash alone; it joins again when it is restored or comes again. Answers whether it went. */
    async takeOff(userId: number, assetUuid: string, fileUuid: string): Promise<boolean> {
      try {
        const own = await db.writeSql((sql) => {
          const done = split(sql, userId, assetUuid, fileUuid, false);
          dropGiven(sql, fileId(sql, userId, fileUuid)!);
          return done.assetUuid;
        });
        await trash(userId, [own]);
      } catch (e) {
        if (!['forbidden', 'not_found', 'conflict'].includes(errorCode(e))) throw e;
        return false;
      }
      wake();
      return true;
    },
  };
}
export type AssetParts = ReturnType<typeof createParts>;
