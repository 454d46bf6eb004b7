import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isAbort } from './api.ts';

/** One noun's data. The first subscriber loads it and starts following changes; 5 s after the last one left both end, and the data is dropped. */
export interface Store<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  subscribe(fn: () => void): () => void;
  /** Load again; resolves when done. Calls while one is under way share a second load after it. */
  refresh(): Promise<void>;
  set(data: T): void;
}

const LINGER_MS = 5000;

export function createStore<T>(load: () => Promise<T>, follow?: (changed: () => void) => () => void): Store<T> {
  const subscribers = new Set<() => void>();
  let data: T | undefined;
  let error: unknown;
  let unfollow: (() => void) | undefined;
  let linger: ReturnType<typeof setTimeout> | undefined;
  let loading: Promise<void> | undefined;
  let again = false;
  const tell = (): void => { for (const fn of [...subscribers]) fn(); };

  async function run(): Promise<void> {
    do {
      again = false;
      try {
        data = await load();
        error = undefined;
      } catch (e) {
        if (!isAbort(e)) error = e;
      }
      tell();
    } while (again);
  }
  const refresh = (): Promise<void> => {
    if (loading) again = true;
    else loading = run().finally(() => { loading = undefined; });
    return loading;
  };
  return {
    get data() { return data; },
    get error() { return error; },
    refresh,
    set(next) { data = next; error = undefined; tell(); },
    subscribe(fn) {
      clearTimeout(linger);
      subscribers.add(fn);
      if (!unfollow) {
        unfollow = follow?.(() => void refresh()) ?? (() => undefined);
        void refresh();
      }
      return () => {
        subscribers.delete(fn);
        if (subscribers.size > 0) return;
        linger = setTimeout(() => { unfollow?.(); unfollow = undefined; data = undefined; error = undefined; }, LINGER_MS);
      };
    },
  };
}

/** Connects a component to a store: it is rendered again whenever the data changes. */
export class Use<T> implements ReactiveController {
  #host: ReactiveControllerHost;
  #store: Store<T>;
  #leave: (() => void) | undefined;
  constructor(host: ReactiveControllerHost, store: Store<T>) {
    this.#host = host;
    this.#store = store;
    host.addController(this);
  }
  get data(): T | undefined { return this.#store.data; }
  get error(): unknown { return this.#store.error; }
  refresh(): Promise<void> { return this.#store.refresh(); }
  hostConnected(): void { this.#leave = this.#store.subscribe(() => this.#host.requestUpdate()); }
  hostDisconnected(): void { this.#leave?.(); this.#leave = undefined; }
}
