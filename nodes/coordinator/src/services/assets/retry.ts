import { MantelError } from '@mantel/contracts/errors.ts';
import type { Problem } from '@mantel/contracts/models/asset.ts';
import { DECODERS } from '@mantel/contracts/models/job.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { readSetting, writeSetting } from '../../db/settings.ts';
import { inside, type Places } from '../../library/external.ts';
import type { FactsReader } from '../../library/facts/facts.ts';
import { UNKNOWN_MIME } from '../../library/facts/kinds.ts';
import type { Marker } from '../../library/marker.ts';
import { allProblems, classify, type Classified } from './classify.ts';
import { type Preview, previewKey } from './preview.ts';
import * as repo from './retry.repository.ts';

export interface RetryDeps {
  db: Database; data: string; places?: Pick<Places, 'file'>; facts: FactsReader; marker: Marker; preview: Pick<Preview, 'restart'>; wake: () => void;
  enter: (sql: Sql, assetId: number) => void; leave: (sql: Sql, assetId: number) => void;
  /** Moves a visible or hidden asset to another place in time. */
  move: (sql: Sql, assetId: number, takenAtLocal: string) => void;
  /** Now that its facts are known, a file may belong to others. */
  regroup: (sql: Sql, assetId: number, fileId: number) => void;
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void };
}
const BATCH = 50;
const SETTING = 'decoders';
/** Of what a file is, not of what was odd about it: these are found anew. */
const OF_CONTENT: readonly Problem[] = ['undecodable', 'too_large', 'truncated', 'encrypted', 'wrong_extension', 'no_facts'];

/** Second chances for what could not be shown: when a person asks, and by itself when this Mantel understands more than the one that failed. */
export function createRetry({ db, data, places = inside(data), facts, marker, preview, wake, enter, leave, move, regroup, log }: RetryDeps) {
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();

  /** Queues the preview again, if there is hope. What nobody understood when it came is looked at once more. */
  const again = async (row: repo.FailedRow, prio: number): Promise<boolean> => {
    const problems = JSON.parse(row.problems) as Problem[];
    if (problems.includes('empty')) return false;
    const unknown = row.mime === UNKNOWN_MIME || problems.includes('encrypted');
    const path = await places.file(row.path).catch(() => null);
    if (path === null) return false; // it is away: nothing can be tried
    const content = unknown ? await classify(path, row).catch(() => null) : null;
    if (unknown && (!content || content.mime === UNKNOWN_MIME || content.problems.includes('encrypted'))) return false;
    const read = content && { ...content, facts: await facts.read(path, { name: row.name, mime: content.mime, type: content.type }) };
    return db.writeSql((sql) => {
      // reading took its time: somebody may have edited, trashed, joined or retried it meanwhile
      const now = repo.stillFailed(sql, row);
      if (!now) return false;
      if (read) understood(sql, now, read);
      repo.dropFailedJob(sql, previewKey(now.id));
      preview.restart(sql, { assetId: now.id, fileId: now.fileUuid, mime: content?.mime ?? now.mime, bytes: now.bytes, name: now.name }, prio);
      logChange(sql, 'asset', now.uuid, 'update', { libraryId: now.libraryId });
      if (read && now.vis) regroup(sql, now.id, now.fileId);
      return true;
    });
  };
  const understood = (sql: Sql, row: repo.FailedRow, read: Classified & { facts: Awaited<ReturnType<FactsReader['read']>> }): void => {
    if (row.vis) leave(sql, row.id); // type and place are counted
    const { dated } = repo.takeFacts(sql, row, read);
    if (row.vis) enter(sql, row.id);
    if (dated) move(sql, row.id, read.facts.takenAtLocal);
    const odd = (JSON.parse(row.problems) as Problem[]).filter((p) => !OF_CONTENT.includes(p) && !(dated && (p === 'no_date' || p === 'odd_date')));
    repo.setProblems(sql, row.id, [...new Set([...odd, ...allProblems(read, read.facts.problems.filter((p) => OF_CONTENT.includes(p)))])]);
  };

  return {
    /** A person asks. Returns how many are tried again: what is empty, or still not understood, stays as it is. */
    async assets(userId: number, uuids: string[]): Promise<number> {
      marker.require();
      const rows = repo.seenBy(db.sql, userId, uuids);
      if (rows.length === 0) throw new MantelError('not_found');
      const may = rows.filter((r) => r.role !== 'viewer');
      if (may.length === 0) throw new MantelError('forbidden', 'You can look at this library but not change it.');
      let changed = 0;
      for (const row of may) if (row.preview === 'failed' && (await again(row, 10))) changed++;
      if (changed) wake();
      return changed;
    },
    /** At boot: whatever an earlier Mantel could not show, behind the work of today, a few at a time. Once per DECODERS; what is interrupted begins anew the next time. */
    afterUpgrade(): Promise<unknown> {
      const work = async (): Promise<void> => {
        if (readSetting(db.sql, SETTING) === String(DECODERS)) return;
        let queued = 0;
        for (let after = 0, more = true; more;) {
          const rows = repo.failedAfter(db.sql, after, BATCH);
          for (const row of rows) {
            if (stopped || !marker.present()) return;
            if (await again(row, -1).catch((err: unknown) => (log.warn({ err, asset: row.uuid }, 'could not be tried again'), false))) queued++;
          }
          after = rows.at(-1)?.id ?? after;
          more = rows.length === BATCH;
          if (queued) wake();
        }
        if (stopped) return;
        await db.writeSql((sql) => writeSetting(sql, SETTING, String(DECODERS)));
        if (queued) log.info({ queued }, 'this version understands more: what could not be shown is tried again');
      };
      return (running = work());
    },
    /** Before the database closes. */
    async stop(): Promise<void> {
      stopped = true;
      await running.catch(() => undefined);
    },
  };
}
export type Retry = ReturnType<typeof createRetry>;
