import { errorCode, ERRORS, MantelError } from '@mantel/contracts/errors.ts';
import type { ImportOptions, RunState, SourceItem } from '@mantel/contracts/models/source.ts';
import { certify } from './certify.ts';
import type { Doors } from './doors.ts';
import { type Handle, openHandle } from './handle.ts';
import { anyPending, noteStayed, settleLeftovers } from './items.repository.ts';
import { librariesOfRun } from './known.repository.ts';
import { createMeter, type Meter } from './meter.ts';
import { moveAway } from './move.ts';
import type { Taken } from './take.ts';
import type { PartStore } from './parts.ts';
import { pruneRuns } from './prune.ts';
import * as runs from './runs.repository.ts';
import { previewOf, type ScanProgress, scanRun } from './scan.ts';
import { takeAll } from './taking.ts';
import { RunStop } from './trouble.ts';
import { createTurns } from './turns.ts';
import { undoRun } from './undo.ts';

const AT_ONCE = 2;
const ROUNDS = 1000;
/** What is known of a run only while it moves. */
export interface Moving { meter: Meter; scanned: ScanProgress | null; now: string | null; waits: string | null; readBytes: number }
interface Active extends Moving { abort: AbortController; work: Promise<void>; again: boolean }
const ACTIVE: RunState[] = ['collecting', 'scanning', 'running', 'undoing'];
const SHUTDOWN = 'the house stops';
/** Why a run was stopped by a person: its state says the rest. */
const COMMAND = 'a person stopped it';

/** Moves runs on: scan, import, undo. A run's state in the database says what there is to do; whoever changes it calls `kick` or `halt`. */
export function createEngine(doors: Doors, parts: PartStore) {
  const { db } = doors;
  const active = new Map<number, Active>();
  const scans = createTurns(AT_ONCE);
  const turns = createTurns(AT_ONCE);
  const collections = createTurns(Infinity); // what a plugin keeps of one export is written by one process at a time
  const wishes = new Map<number, { copy: string | null }>();
  let stopped = false;

  const rest = async (id: number, from: RunState[], to: RunState, trouble: string | null = null): Promise<void> => {
    const tally = await db.read('imports.tally', id);
    await db.writeSql((sql) => {
      if (!runs.moveRun(sql, id, from, to, trouble)) return;
      runs.setSummary(sql, id, tally);
      if (to === 'done') runs.setEnded(sql, id);
    });
    doors.changed();
  };
  const open = (row: runs.RunRow): Promise<Handle> => openHandle(doors, row, parts.of(row));
  const look = (a: Active) => (p: ScanProgress): void => { a.scanned = p; doors.changed(); };

  /** Scans what is here; parts that came after it began are for the next scan. */
  const scanNow = async (row: runs.RunRow, a: Active, handle: Handle, fresh: boolean): Promise<void> => {
    const here = parts.waiting(row);
    await scanRun(doors, row, handle, { fresh, signal: a.abort.signal, progress: look(a) });
    await parts.scanned(row, here);
    const preview = await previewOf(doors, runs.runById(db.sql, row.id)!);
    await db.writeSql((sql) => runs.setPreview(sql, row.id, preview));
  };

  const alone = async (row: runs.RunRow, a: Active, collection: string): Promise<() => void> => {
    a.waits = collections.before(collection) ?? null;
    doors.changed();
    const end = await collections.take(collection, row.name, a.abort.signal);
    a.waits = null;
    return end;
  };
  const scanning = async (row: runs.RunRow, a: Active): Promise<void> => {
    const scan = (): Promise<() => void> => scans.take(`scan ${row.id}`, row.name, a.abort.signal);
    let end = await scan();
    try {
      const handle = await open(row);
      const collection = await handle.check(a.abort.signal);
      end(); // others may look around while this one waits for the export
      const ended = await alone(row, a, collection);
      try {
        end = await scan();
        await scanNow(row, a, handle, row.startedAt === null && row.parts === '[]');
      } finally {
        await handle.stop();
        ended();
      }
      const auto = runs.runById(db.sql, row.id)?.auto === runs.AUTO.begin;
      await rest(row.id, ['scanning'], auto ? 'running' : 'ready');
    } finally {
      end();
    }
  };

  /** In mode `move`: takes away there what is safely here. A file that stays is no reason to stop. */
  const mover = async (row: runs.RunRow, a: Active, handle: Handle) => {
    if (!(await handle.running()).abilities.remove) throw new RunStop('failed', `${handle.manifest.name} cannot take files away where they come from. Choose to copy.`);
    return async (n: number, item: SourceItem, taken: Taken): Promise<void> => {
      const stayed = await moveAway(doors, { files: item.files, taken, bytes: handle.bytes, signal: a.abort.signal, remove: async (ref) => (await handle.running()).remove(ref, handle.config) });
      if (stayed.length) await db.writeSql((sql) => { for (const s of stayed) noteStayed(sql, row.id, n, s.path, s.why); });
    };
  };

  /** Answers whether there is more to do now. A run whose parts are not all here waits in state `running`. */
  const running = async (row: runs.RunRow, a: Active): Promise<boolean> => {
    a.waits = turns.before(`library ${row.libraryId}`) ?? null;
    doors.changed();
    const end = await turns.take(`library ${row.libraryId}`, row.name, a.abort.signal);
    a.waits = null;
    a.meter.reset();
    try {
      doors.requireStorage();
      if ((JSON.parse(row.options) as ImportOptions).mode !== 'index') doors.library.target(row.ownerId, row.libraryUuid);
      await db.writeSql((sql) => runs.setStarted(sql, row.id));
      const handle = await open(row);
      const ended = await alone(row, a, await handle.check(a.abort.signal));
      try {
        if (parts.waiting(row).length || row.auto === runs.AUTO.rescan) {
          if (parts.of(row)?.paths.length !== 0) await scanNow(row, a, handle, false);
          await db.writeSql((sql) => runs.setAuto(sql, row.id, runs.AUTO.begin));
        }
        const manifest = handle.manifest.name;
        const options = JSON.parse(row.options) as ImportOptions;
        const fresh = runs.runById(db.sql, row.id)!;
        await takeAll(doors, {
          run: { id: row.id, ownerId: row.ownerId, libraryUuid: row.libraryUuid, libraries: librariesOfRun(db.sql, row.libraryId, row.ownerId), collection: fresh.collection, device: manifest, options, startedAt: fresh.startedAt!, asked: fresh.asked === 1, signal: a.abort.signal },
          bytes: handle.bytes,
          ...(options.mode === 'move' ? { after: await mover(row, a, handle) } : {}),
          progress: { reading: (name) => { a.now = name; }, read: (n) => { a.readBytes += n; }, done: () => { a.meter.done(); doors.changed(); } },
        });
      } finally {
        a.now = null;
        await handle.stop();
        ended();
      }
      await parts.release(runs.runById(db.sql, row.id)!, a.abort.signal);
      const now = runs.runById(db.sql, row.id)!;
      if (now.state !== 'running' || anyPending(db.sql, row.id) || parts.waiting(now).length) return true;
      if (!parts.complete(now)) return false;
      const left = await db.writeSql((sql) => settleLeftovers(sql, row.id));
      if (left) doors.log.error({ run: row.uuid, left }, 'entries of an import were left without a word; they are told as problems');
      await rest(row.id, ['running'], 'done');
      if (row.asked === 0 && row.sourceUuid !== null) await pruneRuns(doors, row.id, a.abort.signal);
      return false;
    } finally {
      end();
    }
  };

  const undoing = async (row: runs.RunRow, a: Active): Promise<void> => {
    const stays = await undoRun(doors, row, a.abort.signal, (done) => { a.scanned = { done, total: null, what: null }; doors.changed(); });
    await rest(row.id, ['undoing'], 'undone', stays);
  };

  /** Beside its state: a run that rests is looked at once more. */
  const certifying = async (row: runs.RunRow, a: Active, copy: string | null): Promise<void> => {
    const certificate = await certify(doors, row, { copy, signal: a.abort.signal, progress: (done, total, what) => { a.scanned = { done, total, what }; doors.changed(); } });
    await db.writeSql((sql) => runs.setCertificate(sql, row.id, certificate));
    a.scanned = null;
  };
  const step = async (id: number, a: Active): Promise<boolean> => {
    const row = runs.runById(db.sql, id);
    if (!row) return false;
    if (row.state === 'collecting') {
      if (parts.waiting(row).length === 0) return false;
      return db.writeSql((sql) => runs.moveRun(sql, id, ['collecting'], 'scanning'));
    }
    if (row.state === 'ready' && parts.waiting(row).length) return db.writeSql((sql) => runs.moveRun(sql, id, ['ready'], 'scanning'));
    if (row.state === 'scanning') { await scanning(row, a); return true; }
    if (row.state === 'running') return running(row, a);
    const wish = wishes.get(id);
    if (wish && wishes.delete(id) && row.state === 'done') { await certifying(row, a, wish.copy); return true; }
    if (row.state === 'undoing') { await undoing(row, a); return true; }
    return false;
  };

  const failed = async (id: number, e: unknown): Promise<void> => {
    const row = runs.runById(db.sql, id);
    const code = errorCode(e);
    if (code === 'internal' && !(e instanceof RunStop)) doors.log.error({ err: e, run: row?.uuid }, 'an import failed');
    const text = e instanceof RunStop || e instanceof MantelError ? e.message : ERRORS[code].message;
    const to = e instanceof RunStop ? e.state : code === 'storage_full' || code === 'storage_missing' || code === 'plugin_off' ? 'paused' : 'failed';
    if (!row || !ACTIVE.includes(row.state)) return;
    await rest(id, ACTIVE, to, text.slice(0, 1000));
    await doors.stopped(row, text);
  };

  const work = async (id: number, a: Active): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      a.again = false;
      try {
        if (!(await step(id, a)) && !a.again) return;
      } catch (e) {
        if (stopped) return;
        if (a.abort.signal.aborted) { // by a person: what they want stands in the row
          a.abort = new AbortController();
          for (const state of ['paused', 'cancelled'] as const) await rest(id, [state], state);
          continue;
        }
        await failed(id, e);
      }
      doors.changed();
    }
  };
  const kick = (id: number): void => {
    if (stopped) return;
    const known = active.get(id);
    if (known) { known.again = true; return; }
    const a: Active = { abort: new AbortController(), work: Promise.resolve(), again: false, meter: createMeter(), scanned: null, now: null, waits: null, readBytes: 0 };
    active.set(id, a);
    a.work = work(id, a).catch((err: unknown) => doors.log.error({ err, run: id }, 'an import stopped without a word')).finally(() => {
      active.delete(id);
      if (a.again) kick(id);
      doors.changed();
    });
  };

  return {
    kick,
    /** A certificate in the background. Asked again while one is made, it is made once more. */
    certify(id: number, copy: string | null): void {
      wishes.set(id, { copy });
      kick(id);
    },
    moving: (id: number): Moving | undefined => active.get(id),
    /** After its state was changed: what it does now ends soon. Resolves when it has. */
    async halt(id: number): Promise<void> {
      const a = active.get(id);
      if (!a) return;
      a.again = true;
      const { work: done } = a;
      a.abort.abort(new Error(COMMAND));
      await done;
    },
    rest,
    /** What the last stop cut off. */
    resume(): void {
      for (const row of runs.runsIn(db.sql, ACTIVE)) kick(row.id);
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const a of active.values()) a.abort.abort(new Error(SHUTDOWN));
      await Promise.all([...active.values()].map((a) => a.work));
    },
  };
}
export type Engine = ReturnType<typeof createEngine>;
