const FIRST_MS = 2000;
const MOST = 5;

/** Pictures that did not come: asked for again after 2, 4, 8 … seconds, each at most five times, until the connection has come back. */
export class PictureRetry {
  #tries = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again: () => void;
  constructor(again: () => void) { this.#again = again; }

  failed(url: string): void {
    const tries = (this.#tries.get(url) ?? 0) + 1;
    this.#tries.set(url, tries);
    if (tries <= MOST) this.#timer ??= setTimeout(() => { this.#timer = undefined; this.#again(); }, FIRST_MS * 2 ** (tries - 1));
  }
  came(url: string): void { this.#tries.delete(url); }
  now(): void {
    if (this.#tries.size === 0) return;
    this.stop();
    this.#again();
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tries.clear();
  }
}
