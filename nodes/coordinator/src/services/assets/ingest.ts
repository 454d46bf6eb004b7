import { createHash, randomUUID } from 'node:crypto';
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Database, Sql } from '../../db/database.ts';
import { type FactsReader, sniff } from '../../library/facts/facts.ts';
import { mergeHints, withHints, withZone } from '../../library/hints.ts';
import type { Marker } from '../../library/marker.ts';
import { fileNameOf, sourceName } from '../../library/names.ts';
import { freePath, monthFolder, moveIn } from '../../library/place.ts';
import type { Received } from '../../library/receive.ts';
import { type SidecarFacts, withSidecar } from '../../library/sidecar/fields.ts';
import { MAX_SIDECAR } from '../../library/sidecar/read.ts';
import type { Stamp } from '../../library/sidecar/write.ts';
import { allProblems, classify } from './classify.ts';
import { setAlone } from './group.repository.ts';
import type { AssetHints } from './hints.ts';
import { filesIn, hintedFile } from './hints.repository.ts';
import * as repo from './ingest.repository.ts';
import type { GivenRole } from './pairing.ts';
import { settleArrival } from './settle.ts';
import { linkTo } from './together.ts';

/** Everything that belongs to becoming visible: counters, change log, first jobs. In the transaction that makes it live. Answers the asset that the file is part of in the end. */
export type Arrived = (sql: Sql, asset: { assetId: number; assetUuid: string; fileId: number; fileUuid: string; libraryId: number; bytes: number; mime: string; name: string }) => { assetUuid: string };

export interface IngestDeps {
  db: Database; data: string; facts: FactsReader; marker: Marker;
  /** Where in time an asset stands: its ord, month and ratio byte. */
  position: (sql: Sql, takenAtLocal: string, width: number | null, height: number | null) => { ord: number; month: number; ratio: number };
  arrived: Arrived;
  /** Somebody else brought in the same file, perhaps with its other parts. Answers the asset that it is part of then. */
  contributed?: (sql: Sql, assetId: number, fileId: number) => { assetUuid: string };
  /** What an XMP that came with the file says; null when it cannot be read; throws when it could not be read this time. */
  readSidecar: (path: string) => Promise<SidecarFacts | null>;
  /** Where such an XMP goes; without it, it is only read. */
  sidecars?: {
    /** Beside its photo, with everything in it. Throws like any write. */
    place: (from: string, path: string) => Promise<Stamp>;
    /** Beside its photo under a name that no program looks for: it cannot be read. */
    aside: (path: string, from: string) => Promise<unknown>;
    /** It lies there: in the write that makes the photo live, before it is grouped. */
    kept: (sql: Sql, assetId: number, stamp: Stamp | 'unread' | 'damaged', sha256: string) => void;
    /** It came for a photo that is here already. */
    came: (fileId: number, from: string) => Promise<'taken' | 'damaged'>;
    /** It came alone; throws `no_photo`, `bad_sidecar`. */
    attach: (userId: number, libraryId: number, name: string, from: string, of: { sha256: string; changedAt?: number | undefined }) => Promise<UploadResult>;
  };
  /** What import sources say besides; without it, it is not taken over. */
  hints?: Pick<AssetHints, 'toFile' | 'mark' | 'trash'>;
  /** Roles and facts anew, after a source said what part a file plays. */
  refresh?: (sql: Sql, assetId: number) => void;
  afterArrival: () => void;
}
/** What only an import source can say. `hints`: of the photo, with its original; `role` and `of` (an asset of the same library): this file is a part of that photo; `alone`: a photo of its own; `previews` false: made when somebody looks. */
export interface SaidBySource { hints?: SourceHints | undefined; role?: GivenRole | undefined; of?: string | undefined; alone?: boolean | undefined; previews?: boolean | undefined }
export interface Incoming extends Received, SaidBySource { name: string; libraryId?: string | undefined; device?: string | undefined; modifiedAt?: number | undefined; /** the path where it lay */ folder?: string | undefined; /** an XMP that came with it: a temporary file, relative to the data folder */ sidecar?: string | undefined }

/** The original name as people will see it: bounded, without control characters; never used as a path. A browser may send one with its folders. */
const uploadedName = (name: string): string => name.toWellFormed().replace(/\p{Cc}/gu, '').split(/[/\\]/).at(-1)!.slice(0, 255) || 'photo';
const shownName = (input: Pick<Incoming, 'name' | 'hints' | 'role'>): string => (input.hints || input.role ? sourceName(input.name) : uploadedName(input.name));

/**
 * From a received temporary file to an asset: dedupe within the library, facts, place, acknowledge. The order is that of DESIGN §5:
 * synced temp file → row `arriving` → rename and sync the folder → row `live` → answer. What stops between any two steps, a crash or an error, is settled at boot or when the same bytes come again.
 */
export function createIngest({ db, data, facts, marker, position, arrived, contributed, readSidecar, sidecars, hints, refresh, afterArrival }: IngestDeps) {
  const busy = new Map<string, Promise<unknown>>();

  const imported = (input: Incoming): { imported: boolean; partner: boolean } => ({ imported: input.hints !== undefined || input.role !== undefined, partner: input.hints?.partner === true });
  const duplicate = async (known: repo.KnownFile, library: repo.TargetLibrary, userId: number, input: Incoming): Promise<UploadResult> => {
    const sidecar = input.sidecar && sidecars ? await sidecars.came(known.fileId, join(data, input.sidecar)) : undefined;
    const assetId = await db.writeSql((sql) => {
      const now = repo.fileByContent(sql, library.id, input.sha256) ?? known; // a merge or a split may have come between
      const fresh = repo.recordContribution(sql, { assetId: now.assetId, fileId: now.fileId, userId, device: input.device, originalName: shownName(input), ...imported(input) });
      const joins = linkTo(sql, library.id, now.fileId, input);
      if (input.alone) setAlone(sql, now.fileId);
      if (joins) refresh?.(sql, now.assetId);
      return (fresh || joins || input.alone) && now.trashedAt === null ? (contributed?.(sql, now.assetId, now.fileId).assetUuid ?? now.assetUuid) : now.assetUuid;
    });
    if (assetId !== known.assetUuid) afterArrival();
    if (input.hints && !input.role) await hints?.toFile(userId, known.fileId, input.hints, { name: shownName(input) });
    return { outcome: 'duplicate', assetId, fileId: known.fileUuid, libraryId: library.uuid, trashed: known.trashedAt !== null, problems: JSON.parse(known.problems) as UploadResult['problems'], ...(sidecar ? { sidecar } : {}) };
  };

  /** A file that is here for sure. One that an error left on its way is settled first: only what is live counts as a duplicate. */
  const settledFile = async (libraryId: number, sha256: string): Promise<repo.KnownFile | undefined> => {
    const found = repo.fileByContent(db.sql, libraryId, sha256);
    const row = found?.state === 'arriving' ? repo.arrivingFile(db.sql, found.fileId) : undefined;
    if (!row) return found;
    await settleArrival({ db, data, arrived }, row);
    return repo.fileByContent(db.sql, libraryId, sha256);
  };

  /** `unread`: the reader failed, which says nothing about it. */
  type Said = SidecarFacts | 'damaged' | 'unread';
  interface Placed { stamp?: Stamp | 'unread' | 'damaged'; sha256: string; error?: unknown }
  const placeBeside = async (sidecar: string, path: string, said: Said): Promise<Placed | null> => {
    if (!sidecars) return null;
    const from = join(data, sidecar);
    const sha256 = createHash('sha256').update(await readFile(from)).digest('hex');
    try {
      const beside = `${join(data, path)}.xmp`;
      if (said !== 'damaged') {
        const stamp = await sidecars.place(from, beside);
        return { sha256, stamp: said === 'unread' ? said : stamp };
      }
      await chmod(from, 0o644); // as every sidecar
      await sidecars.aside(beside, from);
      return { sha256, stamp: said };
    } catch (error) {
      return { sha256, error };
    }
  };

  const take = async (library: repo.TargetLibrary, userId: number, input: Incoming): Promise<UploadResult> => {
    const known = await settledFile(library.id, input.sha256);
    if (known) return duplicate(known, library, userId, input);
    const temp = join(data, input.temp);
    if (sidecars && /\.xmp$/i.test(input.name) && input.bytes > 0 && !(await sniff(temp))) {
      if (input.bytes > MAX_SIDECAR) throw new MantelError('too_large', 'This sidecar is larger than 5 MB. Nothing was stored.');
      return sidecars.attach(userId, library.id, input.name, temp, { sha256: input.sha256, changedAt: input.modifiedAt });
    }
    const content = await classify(temp, input);
    const said: Said | null = input.sidecar ? await readSidecar(join(data, input.sidecar)).then((s) => s ?? 'damaged', () => 'unread') : null; // its photo is taken in all the same
    const own = await facts.read(temp, { name: input.name, mime: content.mime, type: content.type, modifiedAt: input.modifiedAt, folder: input.folder ?? input.hints?.folder });
    const name = shownName(input);
    const hinted = input.hints && !input.role ? await withZone(own, mergeHints(null, input.hints)) : null;
    const read = withSidecar(withHints(own, hinted, name), typeof said === 'string' ? null : said);
    read.problems = allProblems(content, read.problems);
    marker.require();

    const ids = { assetUuid: randomUUID(), fileUuid: randomUUID() };
    const row = await db.writeSql((sql) => {
      const place = position(sql, read.takenAtLocal, read.width, read.height);
      // `X.jpg.xmp` is the place of X.jpg's sidecar: no picture may lie there, whatever it was called
      const file = fileNameOf(/\.xmp$/i.test(name) ? `${name}.${content.ext}` : name);
      const path = freePath(data, monthFolder(library.folder, read.takenAtLocal), file, (p) => repo.pathTaken(sql, p));
      const made = repo.insertArrival(sql, { ...ids, ...place, libraryId: library.id, type: content.type, name, path, temp: input.temp, bytes: input.bytes, mime: content.mime, sha256: input.sha256, sha1: input.sha1, facts: read, own, hints: hinted, given: input.role ?? null, alone: input.alone === true, lazy: input.previews === false });
      repo.recordContribution(sql, { ...made, userId, device: input.device, originalName: name, ...imported(input) });
      linkTo(sql, library.id, made.fileId, input);
      repo.putTags(sql, made.assetId, place.ord, read.tags, randomUUID);
      repo.putPeople(sql, made.assetId, place.ord, read.people, randomUUID);
      return { ...made, path };
    });
    let assetUuid: string = ids.assetUuid;
    let trashed = false;
    let placed: Placed | null = null;
    try {
      await moveIn(data, input.temp, row.path);
      placed = said && input.sidecar ? await placeBeside(input.sidecar, row.path, said) : null;
      await db.writeSql((sql) => {
        repo.setLive(sql, row.assetId, row.fileId);
        if (placed?.stamp) sidecars?.kept(sql, row.assetId, placed.stamp, placed.sha256);
        ({ assetUuid } = arrived(sql, { ...ids, ...row, libraryId: library.id, bytes: input.bytes, mime: content.mime, name }));
        const now = input.hints && hintedFile(sql, row.fileId);
        if (!now) return;
        hints?.mark(sql, userId, now, input.hints!);
        // what became a part of a photo that was here stays with it
        if (input.hints!.trashed && filesIn(sql, now.assetId) === 1) trashed = hints?.trash(sql, userId, now) ?? false;
      }, { durable: placed !== null || input.hints?.trashed === true }); // the row that says what arrives is on the disk, and so is the file: the next start finishes what a power cut took back of this
    } catch (e) {
      // as far as it came: finished after all, or taken back; if even that fails, the row waits for the next try
      const end = await settleArrival({ db, data, arrived }, repo.arrivingFile(db.sql, row.fileId)!).catch(() => 'unsettled');
      if (end !== 'finished') throw e;
      assetUuid = repo.fileByContent(db.sql, library.id, input.sha256)!.assetUuid;
      if (input.hints && !input.role) { // settled without a word of its source
        await hints?.toFile(userId, row.fileId, input.hints, { name, mayTrash: true });
        trashed = hintedFile(db.sql, row.fileId)?.vis !== 1;
      }
    }
    afterArrival();
    if (placed?.error) throw placed.error; // the photo is safe; sent again, it is a duplicate with a sidecar
    return { outcome: 'created', assetId: assetUuid, fileId: ids.fileUuid, libraryId: library.uuid, trashed, problems: read.problems, ...(said ? { sidecar: said === 'damaged' ? said : 'taken' } : {}) };
  };

  const library = (userId: number, uuid?: string): repo.TargetLibrary => {
    const found = repo.targetLibrary(db.sql, userId, uuid);
    if (!found) throw new MantelError('not_found', 'There is no such library, or you are not a member of it.');
    if (found.role === 'viewer' || found.kind === 'external') throw new MantelError('forbidden', 'You can look at this library but not add to it.');
    return found;
  };

  return {
    /** Who may add where; asked before the first byte of an upload is read. */
    library,
    known: (userId: number, uuid: string | undefined, sha256: string[]): string[] => repo.knownHashes(db.sql, library(userId, uuid).id, sha256),
    /** Takes over the temporary file: afterwards it is an asset, or gone. */
    async ingest(userId: number, input: Incoming): Promise<UploadResult> {
      try {
        const target = library(userId, input.libraryId);
        // the same bytes twice at once: the second waits, then finds the first
        const key = `${target.id} ${input.sha256}`;
        while (busy.has(key)) await busy.get(key);
        const work = take(target, userId, input);
        busy.set(key, work.catch(() => undefined));
        try {
          return await work;
        } finally {
          busy.delete(key);
        }
      } finally {
        for (const temp of [input.temp, input.sidecar]) if (temp) await rm(join(data, temp), { force: true });
      }
    },
  };
}
export type Ingest = ReturnType<typeof createIngest>;
