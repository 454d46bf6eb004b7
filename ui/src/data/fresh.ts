import { getAsset } from './assets.ts';
import { onLive } from './live.ts';
import type { Asset } from './types.ts';

const KEEP = 24;
const EVERY_MS = 400;
const WAITING = 200;

/** The photos of a library that arrived last, newest first, while somebody looks: ids come by the live events, facts are asked for a few at a time. */
export class Fresh extends EventTarget {
  readonly libraryId: string;
  photos: Asset[] = [];
  #queue: string[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #unfollow: (() => void) | undefined;
  #asking = false;

  constructor(libraryId: string) {
    super();
    this.libraryId = libraryId;
  }
  start(): void {
    this.#unfollow ??= onLive((e) => {
      if (e.type !== 'change' || e.change.kind !== 'asset') return;
      const { id, op } = e.change;
      // What is shown changes with its preview; of the others only what is new counts.
      if (op === 'delete') this.#drop(id);
      else if (op === 'create' || this.photos.some((p) => p.id === id)) this.#queue = [...this.#queue.filter((q) => q !== id), id].slice(-WAITING);
    });
    this.#timer ??= setInterval(() => void this.#next(), EVERY_MS);
  }
  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
  /** The newest of what waits: during a quick import most are never looked at. */
  async #next(): Promise<void> {
    if (this.#asking || this.#queue.length === 0) return;
    this.#asking = true;
    const ids = this.#queue.splice(-4);
    try {
      const all = await Promise.all(ids.map((id) => getAsset(id).catch(() => null)));
      for (const a of all) if (a && a.libraryId === this.libraryId) this.#take(a);
      this.dispatchEvent(new Event('change'));
    } finally {
      this.#asking = false;
    }
  }
  #take(a: Asset): void {
    const at = this.photos.findIndex((p) => p.id === a.id);
    if (at >= 0) this.photos[at] = a;
    else this.photos.unshift(a);
    this.photos.length = Math.min(this.photos.length, KEEP);
  }
  #drop(id: string): void {
    this.#queue = this.#queue.filter((q) => q !== id);
    this.photos = this.photos.filter((p) => p.id !== id);
  }
}
