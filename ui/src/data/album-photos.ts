import { api, ask, isAbort } from './api.ts';
import { onLive } from './live.ts';
import type { PhotoList, PhotoRow } from './photo-list.ts';
import { session } from './session.ts';
import type { TimelineLayout } from './timeline-layout.ts';
import type { AlbumPhoto } from './types.ts';

const PAGE = 1000;
const SETTLE_MS = 700;
const LINGER_MS = 5000;

/** The photos of one album, all of them: a row is small. The first thousand are shown as soon as they are there. */
export class AlbumPhotos extends EventTarget implements PhotoList {
  readonly view = 'album';
  readonly id: string;
  layout: TimelineLayout | null = null;
  error: unknown = null;
  place: { index: number; offset: number } | null = null;
  #rows: PhotoRow[] = [];
  #at = new Map<string, number>();
  #anchor: () => number = () => -1;
  #subscribers = 0;
  #unfollow: (() => void) | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | undefined;
  #again = false;
  #abort = new AbortController();
  /** How long the last loading took: while much changes, a large album is not loaded without a pause. */
  #took = 0;

  constructor(id: string) {
    super();
    this.id = id;
  }

  set anchor(fn: () => number) { this.#anchor = fn; }

  subscribe(): () => void {
    clearTimeout(this.#linger);
    if (this.#subscribers++ === 0 && !this.#unfollow) {
      this.#unfollow = onLive((e) => { if (e.type === 'reset' || (e.type === 'change' && ['asset', 'album', 'library', 'member'].includes(e.change.kind))) this.#soon(); });
      void this.refresh();
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (--this.#subscribers === 0) this.#linger = setTimeout(() => this.#drop(), LINGER_MS);
    };
  }

  rowAt(index: number): PhotoRow | undefined { return this.#rows[index]; }
  want(): void { /* all of them are here */ }
  async ensure(index: number): Promise<PhotoRow | undefined> {
    if (!this.#rows[index]) await this.#refreshing;
    return this.#rows[index];
  }
  indexOf(id: string): number { return this.#at.get(id) ?? -1; }
  async locate(asset: { id: string }): Promise<number> {
    if (!this.#at.has(asset.id)) await (this.#refreshing ?? (this.layout ? undefined : this.refresh()));
    return this.indexOf(asset.id);
  }
  patch(ids: ReadonlySet<string>, set: number, clear: number): void {
    for (const row of this.#rows) if (ids.has(row.id)) row.flags = (row.flags | set) & ~clear;
    this.dispatchEvent(new Event('rows'));
  }

  refresh(): Promise<void> {
    if (this.#refreshing) this.#again = true;
    else this.#refreshing = this.#load().finally(() => { this.#refreshing = undefined; });
    return this.#refreshing;
  }

  async #load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { signal } = this.#abort;
    do {
      this.#again = false;
      const began = performance.now();
      try {
        const assets: AlbumPhoto[] = [];
        for (let after: number | null | undefined = undefined; after !== null;) {
          const page: { assets: AlbumPhoto[]; next: number | null } = await ask(api.GET('/api/v1/albums/{id}/assets', { params: { path: { id: this.id }, query: { limit: PAGE, ...(after === undefined ? {} : { after }) } }, signal }));
          assets.push(...page.assets);
          after = page.next;
          // While it is loaded for the first time it grows; later it is replaced at once, so that nothing flickers.
          if (after !== null && assets.length > this.#rows.length) this.#show(assets);
        }
        this.#show(assets);
      } catch (e) {
        if (isAbort(e)) return;
        this.error = e;
        this.dispatchEvent(new Event('error'));
        return;
      }
      this.#took = performance.now() - began;
    } while (this.#again && this.#subscribers > 0);
  }

  #show(assets: readonly AlbumPhoto[]): void {
    const anchor = this.#anchor(), id = this.#rows[anchor]?.id;
    this.#rows = assets.map(rowOf);
    this.#at = new Map(this.#rows.map((row, i) => [row.id, i]));
    this.layout = layoutOf(assets);
    this.error = null;
    const found = id === undefined ? -1 : this.indexOf(id);
    this.dispatchEvent(new CustomEvent('layout', { detail: { index: anchor < 0 ? -1 : found >= 0 ? found : Math.min(anchor, assets.length - 1) } }));
    this.dispatchEvent(new Event('rows'));
  }

  #soon(): void { this.#timer ??= setTimeout(() => { this.#timer = undefined; void this.refresh(); }, Math.max(SETTLE_MS, 3 * this.#took)); }
  #drop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#rows = [];
    this.#at.clear();
    this.layout = null;
  }
}

function rowOf(a: AlbumPhoto): PhotoRow {
  const time = Date.parse(`${a.takenAtLocal}Z`) / 1000;
  return { id: a.id, fileId: a.fileId, version: a.version, thumbhash: a.thumbhash ?? '', flags: a.flags, time: Number.isNaN(time) ? 0 : time, duration: Math.round((a.durationMs ?? 0) / 1000) };
}
/** One group without a day. */
function layoutOf(assets: readonly AlbumPhoto[]): TimelineLayout {
  return { version: 0, total: assets.length, days: Uint32Array.of(0), first: Uint32Array.of(0, assets.length), ratios: Uint8Array.from(assets, (a) => Math.min(255, Math.max(1, Math.round(a.ratio * 64)))) };
}

const KEEP = 20;
const models = new Map<string, AlbumPhotos>();
export function albumPhotos(id: string): AlbumPhotos {
  const model = models.get(id) ?? new AlbumPhotos(id);
  models.delete(id);
  models.set(id, model);
  if (models.size > KEEP) models.delete(models.keys().next().value!);
  return model;
}
session.addEventListener('change', () => { if (!session.user) models.clear(); });
