import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { externalPath, type Places } from '../../library/external.ts';
import type { FactsReader } from '../../library/facts/facts.ts';
import { mergeHints, withHints, withZone } from '../../library/hints.ts';
import { allProblems, classify } from './classify.ts';
import * as repo from './external.repository.ts';
import type { AssetHints } from './hints.ts';
import type { Arrived, IngestDeps, SaidBySource } from './ingest.ts';
import { insertArrival, putPeople, putTags, recordContribution, setLive } from './ingest.repository.ts';
import type { PreviewJob } from './preview.ts';

export interface ExternalDeps {
  db: Database; data: string; places: Places; facts: FactsReader; position: IngestDeps['position']; arrived: Arrived; hints: Pick<AssetHints, 'toFile' | 'mark'>; wake: () => void; present: () => boolean;
  refresh: (sql: Sql, assetId: number) => void;
  linked: (sql: Sql, libraryId: number, fileId: number, said: SaidBySource) => boolean;
  /** From the beginning. */
  preview: (sql: Sql, job: PreviewJob, prio: number) => void;
}
/** `path`: where it lies on this machine. */
export interface Indexed extends SaidBySource { libraryId: string; path: string; name: string; device?: string | undefined; modifiedAt?: number | undefined; folder?: string | undefined }
const PAGE = 500;

/** Photos that stay where they are: an external library looks at a folder of this machine. Nothing is ever written there; what is changed here stands in the database and below the data folder. */
export function createExternal({ db, data, places, facts, position, arrived, hints, wake, present, refresh, linked, preview }: ExternalDeps) {
  const libraryFor = (userId: number, uuid: string): repo.ExternalLibrary => {
    const library = repo.externalLibrary(db.sql, userId, uuid);
    if (!library) throw new MantelError('not_found', 'There is no such library that looks at a folder, or you are not a member of it.');
    if (library.role === 'viewer') throw new MantelError('forbidden', 'You can look at this library but not add to it.');
    return library;
  };
  const hash = async (file: string): Promise<{ bytes: number; sha256: string; sha1: string }> => {
    const [sha256, sha1] = [createHash('sha256'), createHash('sha1')];
    let bytes = 0;
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      sha256.update(chunk);
      sha1.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: sha256.digest('hex'), sha1: sha1.digest('hex') };
  };
  const away = async (library: repo.ExternalLibrary, path: string): Promise<boolean> => !(await lstat(join(library.root, relative(externalPath(library.uuid, '.'), path))).catch(() => undefined))?.isFile();

  return {
    /**
     * A file of the folder that an external library looks at becomes a photo of it, or is one already: one that was moved there is found again by its bytes, one that was changed is read anew. Throws `not_found` for what lies elsewhere
     * or is away, and what is no photo (`unsupported_type`, `empty_file`).
     */
    async index(userId: number, input: Indexed): Promise<UploadResult> {
      const library = libraryFor(userId, input.libraryId);
      const below = relative(library.root, input.path);
      if (below === '' || below.startsWith(`..${sep}`) || isAbsolute(below)) throw new MantelError('not_found', 'This file does not lie in the folder that this library looks at.');
      const path = externalPath(library.uuid, below);
      const place = await places.openBelow(library.root, below);
      try {
        const content = await hash(place.file);
        const kind = await classify(place.real, { name: input.name, bytes: content.bytes });
        const own = await facts.read(place.real, { name: input.name, mime: kind.mime, type: kind.type, modifiedAt: input.modifiedAt, folder: input.folder ?? input.hints?.folder });
        own.problems = allProblems(kind, own.problems);
        const hinted = input.hints && !input.role ? await withZone(own, mergeHints(null, input.hints)) : null;
        const known = repo.byContent(db.sql, library.id, content.sha256);
        const moved = known !== undefined && known.path !== path && (await away(library, known.path));
        await mkdir(dirname(join(data, path)), { recursive: true }); // for its sidecar
        const result = await db.writeSql((sql): UploadResult => {
          const answer = (of: { assetId: string; fileId: string }, outcome: UploadResult['outcome']): UploadResult => ({ ...of, outcome, libraryId: library.uuid, trashed: false, problems: own.problems });
          const came = (assetId: number, fileId: number): void => void recordContribution(sql, { assetId, fileId, userId, device: input.device, originalName: input.name, imported: true, partner: input.hints?.partner });
          const same = repo.byContent(sql, library.id, content.sha256);
          if (same) {
            if (moved && !repo.atPath(sql, path)) repo.setExternalPath(sql, same.fileId, path);
            if (repo.setMissing(sql, same.assetId, false)) logChange(sql, 'asset', same.assetUuid, 'update', { libraryId: library.id });
            came(same.assetId, same.fileId);
            if (linked(sql, library.id, same.fileId, input)) refresh(sql, same.assetId);
            return answer({ assetId: same.assetUuid, fileId: same.fileUuid }, 'duplicate');
          }
          const changed = repo.atPath(sql, path);
          if (changed) {
            repo.setContent(sql, changed.fileId, { ...content, mime: kind.mime, facts: own, name: input.name });
            refresh(sql, changed.assetId);
            repo.setMissing(sql, changed.assetId, false);
            preview(sql, { assetId: changed.assetId, fileId: changed.fileUuid, mime: kind.mime, bytes: content.bytes, name: input.name }, 0);
            return answer({ assetId: changed.assetUuid, fileId: changed.fileUuid }, 'duplicate');
          }
          const read = withHints(own, hinted, input.name);
          const ids = { assetUuid: randomUUID(), fileUuid: randomUUID() };
          const at = position(sql, read.takenAtLocal, read.width, read.height);
          const made = insertArrival(sql, {
            ...ids, ...at, ...content, libraryId: library.id, type: kind.type, name: input.name, path, temp: '', mime: kind.mime, facts: read, own, hints: hinted, given: input.role ?? null, alone: input.alone === true, lazy: input.previews === false, exactPath: true,
          });
          came(made.assetId, made.fileId);
          putTags(sql, made.assetId, at.ord, read.tags, randomUUID);
          putPeople(sql, made.assetId, at.ord, read.people, randomUUID);
          linked(sql, library.id, made.fileId, input);
          setLive(sql, made.assetId, made.fileId);
          const { assetUuid } = arrived(sql, { ...ids, ...made, libraryId: library.id, bytes: content.bytes, mime: kind.mime, name: input.name });
          return answer({ assetId: assetUuid, fileId: ids.fileUuid }, 'created');
        });
        const file = repo.byContent(db.sql, library.id, content.sha256);
        if (file && input.hints && !input.role) await hints.toFile(userId, file.fileId, input.hints, { name: input.name });
        wake();
        return result;
      } finally {
        place.close();
      }
    },
    /** Says of every photo of external libraries whether its files are still there. One that is away stays with all that is known of it: its disk may come back. A folder that is not there as a whole says nothing. Answers how many changed. */
    async lookAround(): Promise<number> {
      let changed = 0;
      for (const library of repo.externalLibraries(db.sql)) {
        if (!present() || !(await lstat(library.root).catch(() => undefined))?.isDirectory()) continue;
        for (let after = 0, more = true; more; ) {
          const page = repo.lyingAfter(db.sql, library.id, after, PAGE);
          after = page.at(-1)?.fileId ?? after;
          more = page.length === PAGE;
          const missing = new Map<number, boolean>();
          for (const f of page) missing.set(f.assetId, (missing.get(f.assetId) ?? false) || (await away({ ...library, role: '' }, f.path)));
          const news = [...missing].filter(([id, is]) => is !== page.find((f) => f.assetId === id)!.problems.includes('"missing"'));
          if (news.length === 0) continue;
          changed += news.length;
          await db.writeSql((sql) => { for (const [id, is] of news) if (repo.setMissing(sql, id, is)) logChange(sql, 'asset', page.find((f) => f.assetId === id)!.assetUuid, 'update', { libraryId: library.id }); });
        }
      }
      return changed;
    },
  };
}
export type External = ReturnType<typeof createExternal>;
