import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as yieldNow, setTimeout as pause } from 'node:timers/promises';
import { errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Conflict } from '@mantel/contracts/models/asset.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import type { NamedRegion } from '../../library/facts/facts.ts';
import type { SidecarRead, SidecarReader } from '../../library/sidecar/read.ts';
import { sameStamp, setAside, type SidecarContent, type SidecarWriter, type Stamp, stampOf } from '../../library/sidecar/write.ts';
import { type Base, merge, saidBy } from './merge.ts';
import * as repo from './sidecars.repository.ts';

export interface SidecarLog { warn(data: object, message: string): void; error(data: object, message: string): void }
/** Facts as the edits of assets take them. */
export interface SidecarChange { takenAtLocal?: string; offsetMinutes?: number | null; gps?: { lat: number; lon: number; altitude?: number | null } | null; rating?: number | null; title?: string | null; description?: string | null; tags?: string[]; people?: NamedRegion[] }
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
const CONFLICT_MS = 2000;
/** Half a file that is younger may still be written by its program. */
const SETTLED_MS = 60_000;
/** Longer than that, writing fails for a reason that does not pass: the log says so once more. */
const STUBBORN = RETRY_MS.length;
const ROUNDS = 4;
const damagedMark = (sha256: string): string => `damaged ${sha256}`;
const names = (people: NamedRegion[] | undefined): string => (people ?? []).map((p) => p.name.toLocaleLowerCase('en')).toSorted().join('\n');
const WORDS: Record<string, string> = { EACCES: 'Mantel may not write into this folder.', EPERM: 'Mantel may not write into this folder.', EROFS: 'This disk can only be read.', ENOENT: 'The folder of this photo is not there.', ENAMETOOLONG: 'The name of this photo is too long for a sidecar.' };

const baseOf = (a: repo.AssetNow): Base => ({
  takenAt: a.takenAtLocal, offset: a.offsetMinutes, gps: a.lat === null || a.lon === null ? null : [a.lat, a.lon, a.altitude], rating: a.rating, title: a.title, description: a.description, tags: a.tags, people: a.people,
});
const changeOf = (b: Partial<Base>): SidecarChange => ({
  ...(b.takenAt === undefined ? {} : { takenAtLocal: b.takenAt }), ...(b.offset === undefined ? {} : { offsetMinutes: b.offset }), ...(b.gps === undefined ? {} : { gps: b.gps && { lat: b.gps[0], lon: b.gps[1], ...(b.gps[2] === undefined ? {} : { altitude: b.gps[2] }) } }),
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

  /**
   * What a sidecar says comes into the asset, in one transaction. `there`: it lies beside a file of the asset; without it, it came with an upload, and the file there is another one.
   * False: there is no such asset any more (it became part of another).
   */
  const take = (assetId: number, said: SidecarRead, at: number, there?: { path: string; stamp: Stamp }): Promise<boolean> => db.writeSql((sql) => {
    const a = repo.assetNow(sql, assetId);
    const row = repo.sidecarOf(sql, assetId);
    if (!a || !row) return false;
    const { base } = there ? repo.knownAt(row, there.path) : row;
    const foreign = there === undefined || base.takenAt === undefined;
    const theirs = saidBy(said.facts, a, a.takenAtSource, foreign ? null : base);
    if (there && there.path !== row.path && names(theirs.people) === names(base.people)) delete theirs.people; // measured in another picture
    const merged = merge({ base, ours: baseOf(a), theirs, edited: a.edited, sources: a.sources, at, foreign });
    const changed = apply(sql, assetId, changeOf(merged.take), at);
    // what was in conflict and is decided now goes, with what is new in its place
    const before = JSON.parse(a.conflicts) as Conflict[];
    const fresh = [...before.filter((c) => !changed.includes(c.fact) && !merged.conflicts.some((m) => m.fact === c.fact)), ...merged.conflicts];
    if (fresh.length || before.length) setConflicts(sql, assetId, fresh);
    if (there) repo.setSeen(sql, assetId, { ...there, base: { ...base, ...theirs } });
    repo.sidecarDue(sql, assetId, now());
    if (changed.length || merged.conflicts.length) logChange(sql, 'asset', a.uuid, 'update', { libraryId: a.libraryId });
    return true;
  });

  /**
   * Takes over what another program wrote into a sidecar of this asset since it was read last. Answers how the file looks now; of one that is refused or damaged nothing was taken.
   * Throws when it could not be read this time: what it says is not known then, and nothing may be written over it.
   */
  const sync = async (assetId: number, path: string): Promise<{ stamp: Stamp | null; damaged: boolean }> => {
    const stamp = await stampOf(join(data, path));
    const row = repo.sidecarOf(db.sql, assetId);
    if (stamp === null || !row) return { stamp, damaged: false };
    const known = repo.knownAt(row, path);
    if (sameStamp(stamp, known.stamp)) return { stamp, damaged: false };
    const said = await read(join(data, path));
    if (!said) return { stamp, damaged: true };
    // it was written for the asset that this file belonged to before
    const before = known.base.takenAt === undefined && said.asset !== null && said.asset !== repo.assetNow(db.sql, assetId)?.uuid;
    if (!before) await take(assetId, said, Math.min(stamp.mtimeMs, now()), { path, stamp });
    return { stamp, damaged: false };
  };
  /** Where the asset's sidecar belongs. */
  const placeOf = (assetId: number): string | undefined => { const original = repo.filesNow(db.sql, assetId)[0]; return original && `${original.path}.xmp`; };

  const contentOf = (a: repo.AssetNow, files: repo.FileNow[]): SidecarContent => ({
    takenAtLocal: a.takenAtLocal, takenAtSource: a.takenAtSource, offsetMinutes: a.offsetMinutes, lat: a.lat, lon: a.lon, altitude: a.altitude, title: a.title, description: a.description, rating: a.rating, tags: a.tags, people: a.people, picture: a,
    asset: a.uuid, library: { id: a.libraryUuid, name: a.libraryName }, files: files.map(({ id, role, name, sha256 }) => ({ id, role, name, sha256 })), albums: repo.albumsOf(db.sql, a.id), favourites: repo.favouritesOf(db.sql, a.id),
  });

  const writeOne = async (assetId: number): Promise<void> => {
    const row = repo.sidecarOf(db.sql, assetId);
    if (!row || row.state === 'written' || row.dueAt > now()) return;
    const path = placeOf(assetId) ?? row.path;
    try {
      const seen = new Map<string, Stamp | null>();
      for (const each of new Set([row.path, ...row.old.map((k) => k.path), path])) {
        const { stamp, damaged } = await sync(assetId, each);
        if (damaged && each === path && Math.abs(now() - stamp!.mtimeMs) < SETTLED_MS) throw new MantelError('conflict', 'Another program may still be writing this sidecar.');
        seen.set(each, stamp);
      }
      const a = repo.assetNow(db.sql, assetId);
      const files = repo.filesNow(db.sql, assetId);
      const { dueAt, path: known, base } = repo.sidecarOf(db.sql, assetId) ?? {};
      if (!a || dueAt === undefined) return;
      if (files.length === 0) throw new Error('there is no file beside which it could lie');
      if (placeOf(assetId) !== path) return; // it became another photo meanwhile, and that one is due
      const stamp = await writer.write(join(data, path), { ...contentOf(a, files), known: known === path ? base?.tags : undefined }, seen.get(path) ?? null);
      await db.writeSql((sql) => repo.setWritten(sql, assetId, { from: row.path, path, stamp, base: baseOf(a), dueAt }));
      const others = new Set([...seen.keys(), ...files.map((f) => `${f.path}.xmp`)]);
      others.delete(path);
      for (const other of others) {
        if (seen.has(other) && !sameStamp(await stampOf(join(data, other)), seen.get(other)!)) throw new MantelError('conflict', 'Another program changed this sidecar.');
        await writer.retire(join(data, other), (asset) => repo.isOwner(db.sql, asset, other));
        await db.writeSql((sql) => repo.forget(sql, assetId, other));
      }
    } catch (e) {
      await failed(row, path, e);
    }
  };
  const failed = async (row: repo.SidecarRow, path: string, e: unknown): Promise<void> => {
    const code = errorCode(e);
    const words = code === 'internal' ? (WORDS[(e as NodeJS.ErrnoException).code ?? ''] ?? 'exiftool could not write this sidecar.') : (e as Error).message;
    const conflict = code === 'conflict';
    const after = conflict ? CONFLICT_MS : RETRY_MS[Math.min(row.tries, RETRY_MS.length - 1)]!; // without an end: an edit that is not on the disk is not done
    if (row.tries === STUBBORN && !conflict) log.error({ err: e, path }, 'a sidecar still cannot be written; it is tried every six hours');
    if (row.tries === 0 && !conflict) log.warn({ err: e, path }, 'a sidecar could not be written; it is tried again');
    const gone = (e as NodeJS.ErrnoException).code === 'ENOENT' && path === row.path && !existsSync(join(data, dirname(path)));
    await db.writeSql((sql) => (gone ? repo.setFolderFailed(sql, dirname(row.path), words, now() + after) : repo.setFailed(sql, row.assetId, words, now() + after, !conflict)));
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
    if (!row || row.state === 'due' || !present()) return;
    if (!existsSync(join(data, dirname(row.path)))) return; // not deleted: the folder is not there
    const seen = await sync(assetId, row.path);
    // one that is damaged is set aside and written anew: without it the photo's facts would be nowhere on the disk
    if (seen.damaged || (seen.stamp === null && row.state === 'written')) await db.writeSql((sql) => repo.sidecarDue(sql, assetId, now()));
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
        const rows = repo.settled(db.sql, cursor, 200);
        for (const r of rows) {
          cursor = r.assetId;
          const stamp = await stampOf(join(data, r.path)).catch(() => undefined); // what cannot be looked at is not gone
          if (stopping || stamp === undefined || (stamp === null ? r.state === 'failed' : stamp.mtimeMs === r.mtimeMs && stamp.bytes === r.bytes)) continue;
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
    /** At the start: what failed is tried again, and assets without a sidecar get one. */
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
    /**
     * A sidecar that came with a new photo lies beside it now, with everything in it, and is the photo's. In the write that makes the photo live, before it is grouped.
     * `stamp`: `unread` when the reader failed, then it is read later; `damaged`: it could not be read and was set aside.
     */
    kept(sql: Sql, assetId: number, stamp: Stamp | 'unread' | 'damaged', sha256: string): void {
      repo.sidecarDue(sql, assetId);
      const row = repo.sidecarOf(sql, assetId);
      if (!row) return;
      if (stamp !== 'damaged') repo.setSeen(sql, assetId, { path: row.path, base: {}, stamp: stamp === 'unread' ? { mtimeMs: 0, bytes: 0 } : stamp });
      repo.addTaken(sql, assetId, stamp === 'damaged' ? damagedMark(sha256) : sha256);
    },
    /**
     * A sidecar that came for a photo that is here already, as if another program had changed the one beside it. The same one again says nothing new. `from`: a temporary file of at most 5 MB;
     * `changedAt`: when it was changed (ms), for what says nothing of that itself; without it, a person's edits are newer. One that cannot be read is set aside beside its photo
     * (`damaged`), or refused: `bad_sidecar`. Throws too when it could not be read this time.
     */
    came: (fileId: number, from: string, { refuse = false, changedAt, sha256: hash }: { refuse?: boolean; changedAt?: number | undefined; sha256?: string } = {}): Promise<'taken' | 'damaged'> => alone(async () => {
      const sha256 = hash ?? createHash('sha256').update(await readFile(from)).digest('hex');
      const said = await read(from);
      if (!said && refuse) throw new MantelError('bad_sidecar');
      for (let round = 0; round < ROUNDS; round++) {
        const assetId = repo.assetOfFile(db.sql, fileId); // it may have become part of another photo since
        if (assetId === undefined) break;
        if (!repo.sidecarOf(db.sql, assetId)) await db.writeSql((sql) => repo.sidecarDue(sql, assetId));
        const row = repo.sidecarOf(db.sql, assetId);
        const path = placeOf(assetId);
        if (!row || path === undefined) continue;
        if (row.taken.includes(sha256)) return 'taken';
        if (!said) {
          if (row.taken.includes(damagedMark(sha256))) return 'damaged';
          await chmod(from, 0o644); // as every sidecar
          await setAside(join(data, path), from);
          await db.writeSql((sql) => repo.addTaken(sql, assetId, damagedMark(sha256)));
          return 'damaged';
        }
        const there = await sync(assetId, path);
        if ((await writer.hasForeign(from)) && (there.stamp === null || there.damaged || !(await writer.hasForeign(join(data, path))))) {
          if (there.damaged) await setAside(join(data, path));
          const stamp = await writer.place(from, join(data, path), there.damaged ? null : there.stamp); // with what its program keeps in it; ours is written into it next
          await db.writeSql((sql) => { const fresh = repo.sidecarOf(sql, assetId); if (fresh) repo.setSeen(sql, assetId, { path, stamp, base: repo.knownAt(fresh, path).base }); });
        }
        if (!(await take(assetId, said, Math.min(said.changedAt ?? changedAt ?? 0, now())))) continue;
        await db.writeSql((sql) => repo.addTaken(sql, assetId, sha256));
        return 'taken';
      }
      throw new MantelError('conflict', 'This photo is changing at this moment. Send the sidecar once more.');
    }),
    async stop(): Promise<void> {
      stopping = true;
      await tail;
    },
  };
}
export type Sidecars = ReturnType<typeof createSidecars>;
