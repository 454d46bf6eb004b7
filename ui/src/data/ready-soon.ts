import { getAsset } from './assets.ts';
import type { Asset } from './types.ts';

const GATHER_MS = 150;
const AT_ONCE = 24;

/**
 * Photos on the screen whose preview has just been made: asked for by themselves, a few at a time. While an import changes the timeline without end, it is
 * loaded anew less and less often; who looks at a photo must not wait for that.
 */
export class ReadySoon {
  #due = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWaiting: (id: string) => boolean;
  #ready: (asset: Asset) => void;

  constructor(isWaiting: (id: string) => boolean, ready: (asset: Asset) => void) {
    this.#isWaiting = isWaiting;
    this.#ready = ready;
  }
  heard(id: string): void {
    if (!this.#isWaiting(id)) return;
    this.#due.add(id);
    this.#timer ??= setTimeout(() => void this.#ask(), GATHER_MS);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due.clear();
  }
  async #ask(): Promise<void> {
    const ids = [...this.#due].slice(0, AT_ONCE);
    for (const id of ids) this.#due.delete(id);
    for (const asset of await Promise.all(ids.filter((id) => this.#isWaiting(id)).map((id) => getAsset(id).catch(() => null)))) if (asset) this.#ready(asset);
    this.#timer = this.#due.size > 0 ? setTimeout(() => void this.#ask(), GATHER_MS) : undefined;
  }
}
