import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as yieldNow, setTimeout as pause } from 'node:timers/promises';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Conflict } from '@mantel/contracts/models/asset.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { NamedRegion } from '../../library/facts/facts.ts';
import type { SidecarReader } from '../../library/sidecar/read.ts';
import { sameStamp, type SidecarContent, type SidecarWriter, type Stamp, stampOf } from '../../library/sidecar/write.ts';
import { type Base, merge, saidBy } from './merge.ts';
import * as repo from './sidecars.repository.ts';

export interface SidecarLog { warn(data: object, message: string): void; error(data: object, message: string): void }
/** Facts as the edits of assets take them. */
export interface SidecarChange { takenAtLocal?: string; offsetMinutes?: number | null; gps?: { lat: number; lon: number } | null; rating?: number | null; title?: string | null; description?: string | null; tags?: string[]; people?: NamedRegion[] }
export interface SidecarDeps {
  db: Database; data: string; read: SidecarReader; writer: SidecarWriter; log: SidecarLog;
  /** Is the disk with the photos there? */
  present: () => boolean;
  apply: (sql: Sql, assetId: number, change: SidecarChange, at: number) => string[];
  setConflicts: (sql: Sql, assetId: number, conflicts: Conflict[]) => void;
  /** Somebody waits for other work (uploads, previews): sidecars are written slowly then. */
  busy: () => boolean;
  now?: () => number;
}

const BATCH = 100;
const OVERDUE_MS = 60_000;
const RETRY_MS = [60_000, 10 * 60_000, 3600_000, 6 * 3600_000] as const;
const ROUND = 20_000;
const WORDS: Record<string, string> = { EACCES: 'Mantel may not write into this folder.', EPERM: 'Mantel may not write into this folder.', EROFS: 'This disk can only be read.', ENOENT: 'The folder of this photo is not there.', ENAMETOOLONG: 'The name of this photo is too long for a sidecar.' };

const baseOf = (a: repo.AssetNow): Base => ({
  takenAt: a.takenAtLocal, offset: a.offsetMinutes, gps: a.lat === null || a.lon === null ? null : [a.lat, a.lon], rating: a.rating, title: a.title, description: a.description, tags: a.tags, people: a.people,
});
const changeOf = (b: Partial<Base>): SidecarChange => ({
  ...(b.takenAt === undefined ? {} : { takenAtLocal: b.takenAt }), ...(b.offset === undefined ? {} : { offsetMinutes: b.offset }), ...(b.gps === undefined ? {} : { gps: b.gps && { lat: b.gps[0], lon: b.gps[1] } }),
  ...(b.rating === undefined ? {} : { rating: b.rating }), ...(b.title === undefined ? {} : { title: b.title }), ...(b.description === undefined ? {} : { description: b.description }), ...(b.tags ? { tags: b.tags } : {}), ...(b.people ? { people: b.people } : {}),
});

/** The sidecars of the house: written in the background after every change, read again when another program changed one. One thing at a time, so that a file is never written and merged at once. */
export function createSidecars({ db, data, read, writer, log, present, apply, setConflicts, busy, now = Date.now }: SidecarDeps) {
  let tail: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const run = tail.then(work);
    tail = run.catch(() => undefined);
    return run;
  };

  /** What a sidecar says comes into the asset, in one transaction. `stamp`: of the file beside the photo, when it is that; undefined: it came with an upload, and the file there is another one. */
  const take = (assetId: number, said: NonNullable<Awaited<ReturnType<SidecarReader>>>, at: number, stamp?: Stamp): Promise<void> => db.writeSql((sql) => {
    const a = repo.assetNow(sql, assetId);
    const row = repo.sidecarOf(sql, assetId);
    if (!a || !row) return;
    const foreign = stamp === undefined || row.base.takenAt === undefined;
    const theirs = saidBy(said.facts, a, a.takenAtSource, foreign ? null : row.base);
    const merged = merge({ base: row.base, ours: baseOf(a), theirs, edited: a.edited, sources: a.sources, at, foreign });
    const changed = apply(sql, assetId, changeOf(merged.take), at);
    // what was in conflict and is decided now goes, with what is new in its place
    const before = JSON.parse(a.conflicts) as Conflict[];
    const fresh = [...before.filter((c) => !changed.includes(c.fact) && !merged.conflicts.some((m) => m.fact === c.fact)), ...merged.conflicts];
    if (fresh.length || before.length) setConflicts(sql, assetId, fresh);
    if (stamp) repo.setSeen(sql, assetId, stamp, { ...row.base, ...theirs });
    repo.sidecarDue(sql, assetId, now());
    if (changed.length || merged.conflicts.length) logChange(sql, 'asset', a.uuid, 'update', { libraryId: a.libraryId });
  });

  /** Takes over what another program wrote into the sidecar since we did. Answers how the file looks now; `unreadable`: it may be half written, so hands off. */
  const sync = async (row: repo.SidecarRow): Promise<Stamp | null | 'unreadable'> => {
    const path = join(data, row.path);
    const stamp = await stampOf(path);
    if (stamp === null || sameStamp(stamp, row.stamp)) return stamp;
    const said = await read(path);
    if (!said) return 'unreadable';
    // it was written for the asset that this file belonged to before
    const before = row.base.takenAt === undefined && said.asset !== null && said.asset !== repo.assetNow(db.sql, row.assetId)?.uuid;
    if (!before) await take(row.assetId, said, stamp.mtimeMs, stamp);
    return stamp;
  };

  const contentOf = (a: repo.AssetNow, files: repo.FileNow[]): SidecarContent => ({
    takenAtLocal: a.takenAtLocal, takenAtSource: a.takenAtSource, offsetMinutes: a.offsetMinutes, lat: a.lat, lon: a.lon, altitude: a.altitude, title: a.title, description: a.description, rating: a.rating, tags: a.tags, people: a.people, picture: a,
    asset: a.uuid, library: { id: a.libraryUuid, name: a.libraryName }, files: files.map(({ id, role, name, sha256 }) => ({ id, role, name, sha256 })), albums: repo.albumsOf(db.sql, a.id), favourites: repo.favouritesOf(db.sql, a.id),
  });

  const writeOne = async (assetId: number): Promise<void> => {
    const row = repo.sidecarOf(db.sql, assetId);
    if (!row || row.state === 'written' || row.dueAt > now()) return;
    let path = row.path;
    try {
      const known = await sync(row);
      const a = repo.assetNow(db.sql, assetId);
      const files = repo.filesNow(db.sql, assetId);
      const shown = files.find((f) => f.shown);
      const { dueAt } = repo.sidecarOf(db.sql, assetId) ?? {};
      if (!a || !shown || dueAt === undefined) return;
      path = `${shown.path}.xmp`;
      const content = contentOf(a, files);
      const expected = path !== row.path || known === 'unreadable' ? await stampOf(join(data, path)) : known;
      const stamp = await writer.write(join(data, path), content, expected);
      await db.writeSql((sql) => repo.setWritten(sql, assetId, { path, stamp, base: baseOf(a), dueAt }));
      const others = new Set([row.path, ...files.map((f) => `${f.path}.xmp`)]);
      others.delete(path);
      for (const other of others) await writer.retire(join(data, other), (asset) => repo.isOwner(db.sql, asset, other));
    } catch (e) {
      await failed(row, path, e);
    }
  };
  const failed = async (row: repo.SidecarRow, path: string, e: unknown): Promise<void> => {
    const code = errorCode(e);
    const words = code === 'internal' ? (WORDS[(e as NodeJS.ErrnoException).code ?? ''] ?? 'exiftool could not write this sidecar.') : (e as Error).message;
    const after = code === 'conflict' ? 2000 : RETRY_MS[Math.min(row.tries, RETRY_MS.length - 1)]!;
    if (row.tries === 0 && code !== 'conflict') log.warn({ err: e, path }, 'a sidecar could not be written; it is tried again');
    const gone = (e as NodeJS.ErrnoException).code === 'ENOENT' && path === row.path && !existsSync(join(data, dirname(path)));
    await db.writeSql((sql) => (gone ? repo.setFolderFailed(sql, dirname(row.path), words, now() + after) : repo.setFailed(sql, row.assetId, words, now() + after)));
  };

  let lastUse = 0;
  /** Writes what is due: at a quiet moment all of it; while the house is busy only when much waits, and with pauses. Answers how many were handled. */
  const writeDue = async (urgent = false): Promise<number> => {
    let done = 0;
    for (let round = 0; round < 1000 && present(); round++) {
      const due = repo.dueNow(db.sql, now(), BATCH);
      const quiet = urgent || (!busy() && now() - lastUse > OVERDUE_MS / 30);
      if (due.length === 0 || (!quiet && due.length < BATCH && !overdue(due[0]!))) break;
      for (const id of due) {
        const from = performance.now();
        await alone(() => writeOne(id));
        done++;
        if (stopping) return done;
        if (!quiet) await pause((performance.now() - from) * 3); // a quarter of the one process: previews and facts go first
      }
      if (!quiet) break;
    }
    return done;
  };
  const overdue = (assetId: number): boolean => now() - (repo.sidecarOf(db.sql, assetId)?.dueAt ?? now()) > OVERDUE_MS;
  let stopping = false;

  /** Looks at one sidecar: taken over when another program changed it, written again when it is gone. */
  const looking = new Set<number>();
  const look = async (assetId: number): Promise<void> => {
    if (looking.has(assetId)) return;
    looking.add(assetId);
    await alone(() => lookAt(assetId)).finally(() => looking.delete(assetId));
  };
  const lookAt = async (assetId: number): Promise<void> => {
    const row = repo.sidecarOf(db.sql, assetId);
    if (!row || row.state !== 'written' || !present()) return;
    if (!existsSync(join(data, dirname(row.path)))) return; // not deleted: the folder is not there
    if ((await sync(row)) === null) await db.writeSql((sql) => repo.sidecarDue(sql, assetId, now()));
  };

  let cursor = 0;
  return {
    writeDue,
    /** Somebody uploads: wait a little with sidecars. */
    arrived(): void {
      lastUse = now();
    },
    look,
    /** One round of looking for changes by other programs: at most 20 000 files, one at a time; the next round goes on where this one ended. Answers how many were different. */
    async lookAround(limit = ROUND): Promise<number> {
      let changed = 0;
      for (let seen = 0; seen < limit && !stopping && present(); ) {
        const rows = repo.written(db.sql, cursor, 200);
        for (const r of rows) {
          cursor = r.assetId;
          const stamp = await stampOf(join(data, r.path)).catch(() => undefined); // what cannot be looked at is not gone
          if (stopping || stamp === undefined || (stamp?.mtimeMs === r.mtimeMs && stamp?.bytes === r.bytes)) continue;
          changed++;
          await look(r.assetId).catch((err: unknown) => log.warn({ err, path: r.path }, 'a sidecar that another program changed could not be read'));
        }
        seen += rows.length;
        if (rows.length < 200) {
          cursor = 0;
          break;
        }
      }
      return changed;
    },
    /** At the start: what was given up is tried again, and assets without a sidecar get one. */
    async repair(): Promise<number> {
      await db.writeSql(repo.tryAgain);
      let added = 0;
      for (let at: number | null = 0; at !== null && !stopping; ) {
        const { missing, next } = repo.missingAfter(db.sql, at, 1000);
        if (missing.length) await db.writeSql((sql) => { for (const id of missing) repo.sidecarDue(sql, id, 0); });
        added += missing.length;
        at = next;
        await yieldNow();
      }
      return added;
    },
    /** A sidecar that came with a new photo: it becomes the photo's, with everything in it. In the write that makes the photo live. */
    kept(sql: Sql, assetId: number, stamp: Stamp, sha256: string): void {
      const row = repo.sidecarOf(sql, assetId);
      if (!row) return;
      repo.setSeen(sql, assetId, stamp, {});
      repo.addTaken(sql, assetId, row.taken, sha256);
    },
    /**
     * A sidecar that came for a photo that is here already, as if another program had changed the one beside it. The same one again says nothing new. `from`: a temporary file.
     * Throws `bad_sidecar` when it cannot be read.
     */
    came: (assetId: number, from: string): Promise<void> => alone(async () => {
      const sha256 = createHash('sha256').update(await readFile(from)).digest('hex');
      let row = repo.sidecarOf(db.sql, assetId);
      if (!row) {
        await db.writeSql((sql) => repo.sidecarDue(sql, assetId));
        row = repo.sidecarOf(db.sql, assetId);
      }
      if (!row || row.taken.includes(sha256)) return;
      const said = await read(from);
      if (!said) throw new MantelError('bad_sidecar');
      const path = join(data, row.path);
      const there = await sync(row);
      if (there !== 'unreadable' && (await writer.hasForeign(from)) && (there === null || !(await writer.hasForeign(path)))) {
        const stamp = await writer.place(from, path, there); // with what its program keeps in it; ours is written into it next
        await db.writeSql((sql) => repo.setSeen(sql, assetId, stamp, repo.sidecarOf(sql, assetId)?.base ?? {}));
      }
      await take(assetId, said, said.changedAt ?? now());
      await db.writeSql((sql) => repo.addTaken(sql, assetId, row.taken, sha256));
    }),
    async stop(): Promise<void> {
      stopping = true;
      await tail;
    },
  };
}
export type Sidecars = ReturnType<typeof createSidecars>;
