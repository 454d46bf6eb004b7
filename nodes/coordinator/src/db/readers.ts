import { Worker } from 'node:worker_threads';
import type { ReadArgs, ReadName, ReadResult } from './reads.ts';

interface Waiting { resolve: (v: never) => void; reject: (e: Error) => void; timer: NodeJS.Timeout }
const LIMIT_MS = 30_000;
const RESTART_MS = 500;

/** One thread with a read-only handle of its own. A thread that dies is replaced; what it had open is rejected. */
class Reader {
  readonly #file: string;
  readonly #open = new Map<number, Waiting>();
  #thread: Worker;
  #id = 0;
  #closing = false;

  constructor(file: string) {
    this.#file = file;
    this.#thread = this.#start();
  }

  #start(): Worker {
    const thread = new Worker(new URL('./read-thread.ts', import.meta.url), { workerData: { file: this.#file }, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    thread.on('message', (m: { id: number; value?: unknown; error?: string }) => {
      const waiting = this.#take(m.id);
      if (m.error === undefined) waiting?.resolve(m.value as never);
      else waiting?.reject(new Error(m.error));
    });
    thread.on('error', () => undefined); // 'exit' follows and does the work
    thread.on('exit', () => {
      for (const id of this.#open.keys()) this.#take(id)?.reject(new Error('a database reader stopped'));
      if (!this.#closing) setTimeout(() => { if (!this.#closing) this.#thread = this.#start(); }, RESTART_MS).unref(); // one that cannot start must not be started without a pause
    });
    return thread;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  get load(): number {
    return this.#open.size;
  }

  ask<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#take(id)?.reject(new Error(`the read ${name} took too long`)), LIMIT_MS);
      this.#open.set(id, { resolve: resolve as (v: never) => void, reject, timer });
      this.#thread.postMessage({ id, name, args });
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#thread.terminate();
  }
}

export class Readers {
  readonly #all: Reader[];
  constructor(file: string, count: number) {
    this.#all = Array.from({ length: count }, () => new Reader(file));
  }
  /** The least busy thread answers. */
  ask<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>> {
    return this.#all.reduce((a, b) => (b.load < a.load ? b : a)).ask(name, args);
  }
  async close(): Promise<void> {
    await Promise.all(this.#all.map((r) => r.close()));
  }
}
