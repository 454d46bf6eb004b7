import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type EntityManager, MikroORM } from '@mikro-orm/sqlite';
import Native from 'better-sqlite3';
import { ENTITIES } from './entities.ts';
import { migrate } from './migrate.ts';
import { Readers } from './readers.ts';
import { statementsOf } from './statements.ts';
import type { ReadArgs, ReadName, ReadResult } from './reads.ts';

/** Synchronous raw SQL with prepared statements that are kept. Only handed out inside a write, or read-only through `Database.sql`. */
export interface Sql {
  run(sql: string, ...args: unknown[]): Native.RunResult;
  get<T>(sql: string, ...args: unknown[]): T | undefined;
  all<T>(sql: string, ...args: unknown[]): T[];
}
interface Small { fn: (sql: Sql) => unknown; durable: boolean; resolve: (v: never) => void; reject: (e: unknown) => void }

function sqlOf(native: Native.Database): Sql {
  const prepared = statementsOf(native);
  return { run: (q, ...a) => prepared(q).run(...a), get: (q, ...a) => prepared(q).get(...a) as never, all: (q, ...a) => prepared(q).all(...a) as never };
}

const GATHER_MS = 6;

/**
 * The one writer. Every write, by ORM or raw, passes one FIFO mutex around one transaction; the writing handle never leaves this file,
 * because a raw insert beside an open ORM transaction vanishes with its rollback. Small raw writes that wait together share one commit
 * (and one fsync), each in its own savepoint; a promise settles only after the commit, so an answer means: it is on the disk (but for writes that said `durable: false`).
 */
export class Database {
  readonly #orm: MikroORM;
  readonly #native: Native.Database;
  readonly #writer: Sql;
  readonly #readOnly: Native.Database;
  readonly #readers: Readers;
  #tail: Promise<unknown> = Promise.resolve();
  #small: Small[] = [];
  #durable = true;
  /** A commit that waits for the disk, on average (ms); and whether several wrote at once the last time. */
  #commitMs = 0;
  #crowd = false;
  #afterCommit: (() => void)[] = [];
  commits = 0;
  /** Point reads (under 0.3 ms) on a read-only handle of this thread: sees what is committed. Anything longer is a named read. */
  readonly sql: Pick<Sql, 'get' | 'all'>;

  private constructor(orm: MikroORM, native: Native.Database, file: string, readers: number) {
    this.#orm = orm;
    this.#native = native;
    this.#writer = sqlOf(native);
    this.#readOnly = new Native(file, { readonly: true });
    this.sql = sqlOf(this.#readOnly);
    this.#readers = new Readers(file, readers);
  }

  static async open(file: string, readers = 1): Promise<Database> {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const orm = await MikroORM.init({ dbName: file, entities: ENTITIES });
    const native = await (orm.em.getConnection() as unknown as { getNativeClient(): Promise<Native.Database> }).getNativeClient();
    native.pragma('journal_mode = WAL');
    native.pragma('synchronous = FULL');
    native.pragma('foreign_keys = ON');
    native.pragma('temp_store = MEMORY');
    migrate(native);
    return new Database(orm, native, file, readers);
  }

  /** Called after each commit; must not throw. */
  onCommit(fn: () => void): void {
    this.#afterCommit.push(fn);
  }

  #lock<T>(fn: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(fn);
    this.#tail = run.catch(() => undefined);
    return run;
  }

  #committed(): void {
    this.commits++;
    for (const fn of this.#afterCommit) fn();
  }

  /** An ORM (or mixed) transaction. Await nothing but the database inside: everything else that writes waits for you. */
  write<T>(fn: (em: EntityManager, sql: Sql) => Promise<T>): Promise<T> {
    return this.#lock(async () => {
      this.#wait(true);
      const value = await this.#orm.em.fork().transactional((em) => fn(em as EntityManager, this.#writer));
      this.#committed();
      return value;
    });
  }

  /** A small synchronous write in raw SQL; neighbours in time share one commit. Not `durable`: a power cut may take it back (never out of order), which saves waiting for the disk. */
  writeSql<T>(fn: (sql: Sql) => T, { durable = true }: { durable?: boolean } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#small.push({ fn, durable, resolve: resolve as (v: never) => void, reject });
      if (this.#small.length === 1) void this.#lock(this.#gathered);
    });
  }

  /**
   * Waiting for the disk stops this thread, so everything that is ready to be written goes along: what came in meanwhile has its turn first. While many write at once and the disk is slow,
   * waiting half as long as a commit takes brings more of them together; who writes alone never waits.
   */
  readonly #gathered = (): Promise<void> => new Promise((resolve) => {
    const go = (): void => {
      this.#flush();
      resolve();
    };
    const wait = Math.min(GATHER_MS, Math.floor(this.#commitMs / 2));
    if (this.#crowd && wait > 0 && this.#small.some((w) => w.durable)) setTimeout(go, wait);
    else setImmediate(go);
  });

  /** Later writes that wait for the disk take these with them: there is one log. */
  #wait(durable: boolean): void {
    if (durable !== this.#durable) this.#native.pragma(`synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#durable = durable;
  }

  #flush(): void {
    const batch = this.#small.splice(0);
    this.#crowd = batch.length > 1;
    const settle: (() => void)[] = [];
    try {
      const durable = batch.some((w) => w.durable);
      this.#wait(durable);
      this.#writer.run('begin immediate');
      for (const w of batch) {
        this.#writer.run('savepoint s');
        try {
          const value = w.fn(this.#writer);
          this.#writer.run('release s');
          settle.push(() => w.resolve(value as never));
        } catch (e) {
          this.#writer.run('rollback to s');
          this.#writer.run('release s');
          settle.push(() => w.reject(e));
        }
      }
      const from = performance.now();
      this.#writer.run('commit');
      if (durable) this.#commitMs += (performance.now() - from - this.#commitMs) / 8;
    } catch (e) {
      if (this.#native.inTransaction) this.#writer.run('rollback');
      for (const w of batch) w.reject(e);
      return;
    }
    for (const s of settle) s();
    this.#committed();
  }

  /** A named read in a reader thread: for anything that may take longer than a millisecond. */
  read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    return this.#readers.ask(name, args);
  }

  /** Entities for reading, detached from any write. */
  get em(): EntityManager {
    return this.#orm.em.fork() as EntityManager;
  }

  /** Only for the test that shows why the handle is private. */
  static unsafe(db: Database): { em: EntityManager; native: Native.Database } {
    return { em: db.em, native: db.#native };
  }

  async close(): Promise<void> {
    await this.#lock(async () => undefined);
    await this.#readers.close();
    this.#readOnly.close();
    await this.#orm.close();
  }
}

export const databaseFile = (stateDir: string): string => join(stateDir, 'mantel.db');
