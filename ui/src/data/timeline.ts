import { api, ask, fetchBytes, isAbort } from './api.ts';
import { onLive } from './live.ts';
import type { PhotoList, PhotoRow } from './photo-list.ts';
import { session } from './session.ts';
import { dayOf, decodeLayout, type TimelineLayout } from './timeline-layout.ts';
import { relocate } from './timeline-anchor.ts';
import { ReadySoon } from './ready-soon.ts';
import { FLAG, type Asset, type TimelineView, type TimelineWindow } from './types.ts';


const CHUNK = 200;
const KEEP = 60; // chunks: 12,000 photos
const NEAR = 2; // requests further than this many chunks from the screen are cancelled
const SETTLE_MS = 500;
const MAX_SETTLE_MS = 30_000;
const LOCATE_CHUNKS = 50;

interface Chunk { window: TimelineWindow; used: number }

/** One view of the timeline: the exact layout, and the facts of the photos near the screen. */
export class TimelineModel extends EventTarget implements PhotoList {
  readonly view: TimelineView;
  layout: TimelineLayout | null = null;
  error: unknown = null;
  place: { index: number; offset: number } | null = null;
  #chunks = new Map<number, Chunk>();
  #loading = new Map<number, { abort: AbortController; done: Promise<void> }>();
  #wanted: [number, number] = [0, CHUNK - 1];
  #anchor: () => number = () => -1;
  #clock = 0;
  #subscribers = 0;
  #unfollow: (() => void) | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | undefined;
  #again = false;
  /** Something changed while nobody looked. */
  #stale = false;
  #settle = SETTLE_MS;
  #ready = new ReadySoon((id) => this.#isWaiting(id), (a) => this.#nowReady(a));

  constructor(view: TimelineView) {
    super();
    this.view = view;
  }

  /** Load and follow; the returned function leaves. Five seconds after the last one left, all is dropped. */
  subscribe(): () => void {
    clearTimeout(this.#linger);
    if (this.#subscribers++ === 0 && !this.#unfollow) {
      this.#unfollow = onLive((e) => {
        if (e.type === 'change' && e.change.kind === 'asset' && e.change.op === 'update') this.#ready.heard(e.change.id);
        if (e.type === 'reset' || (e.type === 'change' && ['asset', 'library', 'member'].includes(e.change.kind))) this.#soon();
      });
      void this.refresh();
    } else if (this.#stale) void this.refresh();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (--this.#subscribers === 0) this.#linger = setTimeout(() => this.#drop(), 5000);
    };
  }

  set anchor(fn: () => number) { this.#anchor = fn; }

  rowAt(index: number): PhotoRow | undefined {
    const chunk = this.#chunks.get(Math.floor(index / CHUNK));
    if (!chunk) return undefined;
    const w = chunk.window, i = index % CHUNK, id = w.ids[i];
    if (id === undefined) return undefined;
    return { id, fileId: w.files[i]!, version: w.versions[i]!, thumbhash: w.thumbhashes[i]!, flags: w.flags[i]!, time: w.times[i]!, duration: w.durations[i]! };
  }

  /** Cancels what is far away. */
  want(from: number, to: number): void {
    if (!this.layout || this.layout.total === 0) return;
    const a = Math.max(0, Math.floor(from / CHUNK)), b = Math.min(Math.floor((this.layout.total - 1) / CHUNK), Math.floor(to / CHUNK));
    this.#wanted = [a, b];
    for (const [k, job] of this.#loading) if (k < a - NEAR || k > b + NEAR) job.abort.abort();
    for (let k = a; k <= b; k++) void this.#load(k);
  }

  async ensure(index: number): Promise<PhotoRow | undefined> {
    if (!this.layout || index < 0 || index >= this.layout.total) return undefined;
    if (!this.rowAt(index)) await this.#load(Math.floor(index / CHUNK));
    return this.rowAt(index);
  }

  indexOf(id: string, near = 0): number {
    const at = Math.floor(Math.max(0, near) / CHUNK);
    for (const k of [...this.#chunks.keys()].sort((x, y) => Math.abs(x - at) - Math.abs(y - at))) {
      const i = this.#chunks.get(k)!.window.ids.indexOf(id);
      if (i >= 0) return k * CHUNK + i;
    }
    return -1;
  }

  /** By its day. */
  async locate(asset: Pick<Asset, 'id' | 'takenAtLocal'>): Promise<number> {
    if (!this.layout) await this.refresh();
    const layout = this.layout;
    if (!layout) return -1;
    const day = Number(asset.takenAtLocal.slice(0, 10).replaceAll('-', ''));
    const d = layout.days.indexOf(day);
    if (d < 0) return -1;
    const a = Math.floor(layout.first[d]! / CHUNK), b = Math.min(Math.floor((layout.first[d + 1]! - 1) / CHUNK), a + LOCATE_CHUNKS);
    for (let k = a; k <= b; k++) {
      await this.#load(k);
      const i = this.#chunks.get(k)?.window.ids.indexOf(asset.id) ?? -1;
      if (i >= 0) return k * CHUNK + i;
    }
    return -1;
  }

  patch(ids: ReadonlySet<string>, set: number, clear: number): void {
    for (const { window: w } of this.#chunks.values()) w.ids.forEach((id, i) => { if (ids.has(id)) w.flags[i] = (w.flags[i]! | set) & ~clear; });
    this.#tell('rows');
  }

  /** Where a photo near the screen waits for its preview. */
  #waitingAt(id: string): { window: TimelineWindow; i: number } | null {
    for (const [k, { window }] of this.#chunks) {
      const i = k >= this.#wanted[0] && k <= this.#wanted[1] ? window.ids.indexOf(id) : -1;
      if (i >= 0) return window.flags[i]! & FLAG.waiting ? { window, i } : null;
    }
    return null;
  }
  #isWaiting(id: string): boolean { return this.#waitingAt(id) !== null; }
  #nowReady(a: Asset): void {
    const at = this.#waitingAt(a.id);
    if (!at || a.preview === 'waiting') return;
    at.window.versions[at.i] = a.version;
    at.window.thumbhashes[at.i] = a.thumbhash ?? '';
    at.window.flags[at.i] = (at.window.flags[at.i]! & ~FLAG.waiting) | (a.preview === 'failed' ? FLAG.failed : 0);
    this.#tell('rows');
  }

  /** Fetch the layout and what is on the screen, then put both in place at once, so that nothing flickers. */
  refresh(): Promise<void> {
    if (this.#refreshing) this.#again = true;
    else this.#refreshing = this.#refreshAll().finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  async #refreshAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    do {
      this.#again = false;
      try {
        await this.#refreshOnce();
      } catch (e) {
        if (isAbort(e)) return;
        this.error = e;
        this.#tell('error');
        return;
      }
    } while (this.#again);
  }

  async #refreshOnce(): Promise<void> {
    this.#stale = false;
    const next = decodeLayout(await fetchBytes(`/api/v1/timeline/layout?view=${this.view}`));
    const old = this.layout;
    const anchor = old ? this.#anchor() : -1;
    const anchorId = anchor >= 0 ? this.rowAt(anchor)?.id : undefined;
    const guess = old && anchor >= 0 ? relocate(old, next, anchor) : 0;
    const span = this.#wanted[1] - this.#wanted[0];
    const a = Math.max(0, Math.floor(guess / CHUNK) - (anchor >= 0 ? 1 : 0));
    // The first time, the rows are shown at once and fill up; later, nothing on the screen may become empty again.
    const b = old ? Math.min(Math.floor((next.total - 1) / CHUNK), a + span + 2) : -1;
    const fresh = new Map<number, Chunk>();
    await Promise.all(Array.from({ length: Math.max(0, b - a + 1) }, async (_, n) => {
      fresh.set(a + n, { window: await fetchWindow(this.view, next, a + n), used: ++this.#clock });
    }));
    for (const job of this.#loading.values()) job.abort.abort();
    this.#loading.clear();
    this.layout = next;
    this.#chunks = fresh;
    this.error = null;
    const found = anchorId ? this.indexOf(anchorId, guess) : -1;
    const behind = [...fresh.values()].some((c) => c.window.version !== next.version);
    this.#settle = behind ? Math.min(this.#settle * 2, MAX_SETTLE_MS) : SETTLE_MS;
    if (behind) this.#soon();
    this.dispatchEvent(new CustomEvent('layout', { detail: { index: anchor < 0 ? -1 : found >= 0 ? found : guess } }));
    this.#tell('rows');
  }

  #load(k: number): Promise<void> {
    const layout = this.layout;
    const have = this.#chunks.get(k);
    if (have) have.used = ++this.#clock;
    if (have || !layout || k * CHUNK >= layout.total) return Promise.resolve();
    const running = this.#loading.get(k);
    if (running && !running.abort.signal.aborted) return running.done;
    const abort = new AbortController();
    const done = fetchWindow(this.view, layout, k, abort.signal).then((window) => {
      if (this.layout !== layout) return;
      this.#chunks.set(k, { window, used: ++this.#clock });
      this.#evict();
      if (window.version !== layout.version) this.#soon();
      this.#tell('rows');
    }).catch((e: unknown) => {
      if (!isAbort(e)) this.#retry(k);
    }).finally(() => { if (this.#loading.get(k)?.abort === abort) this.#loading.delete(k); });
    this.#loading.set(k, { abort, done });
    return done;
  }

  #evict(): void {
    if (this.#chunks.size <= KEEP) return;
    const oldest = [...this.#chunks].filter(([k]) => k < this.#wanted[0] || k > this.#wanted[1]).sort((x, y) => x[1].used - y[1].used)[0];
    if (oldest) this.#chunks.delete(oldest[0]);
  }

  /** A window that failed is asked for again while it is still on the screen. */
  #retry(k: number): void {
    setTimeout(() => { if (this.#subscribers > 0 && k >= this.#wanted[0] && k <= this.#wanted[1]) void this.#load(k); }, 3000);
  }

  #soon(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; if (this.#subscribers > 0) void this.refresh(); else this.#stale = true; }, this.#settle); }
  #tell(type: string): void { this.dispatchEvent(new Event(type)); }

  #drop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ready.stop();
    for (const job of this.#loading.values()) job.abort.abort();
    this.#chunks.clear();
    this.layout = null;
    this.#stale = false;
  }
}

/** Windows are cut by position, so that a screen never needs the same photo twice; the server is asked by day and offset. */
function fetchWindow(view: TimelineView, layout: TimelineLayout, k: number, signal?: AbortSignal): Promise<TimelineWindow> {
  const start = k * CHUNK, d = dayOf(layout, start);
  return ask(api.GET('/api/v1/timeline/window', { params: { query: { view, day: layout.days[d]!, skip: start - layout.first[d]!, limit: Math.min(CHUNK, layout.total - start) } }, ...(signal ? { signal } : {}) }));
}

const models = new Map<TimelineView, TimelineModel>();
export function timelineModel(view: TimelineView): TimelineModel {
  let model = models.get(view);
  if (!model) models.set(view, model = new TimelineModel(view));
  return model;
}
session.addEventListener('change', () => { if (!session.user) models.clear(); });

