import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { css } from 'lit';
import { isAbort } from '../data/api.ts';

/** Lines that are shown. */
export const SHOWN = 300;
const EVERY_MS = 2000;

export const logStyles = css`
  summary { cursor: pointer; border-radius: 4px; } summary h2 { display: inline; } summary .caption { display: block; }
  .tools { display: flex; gap: 8px; align-items: center; justify-content: space-between; margin-top: var(--space-3); }
  pre { margin: 8px 0 0; padding: 12px 14px; background: var(--surface-2); border-radius: 8px; max-height: 22rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre span { display: block; } .time { color: var(--ink-2); display: inline !important; }
`;

/** A log in a `<details>`, fetched only while somebody looks. Its `<pre>` stays at the end, unless it was scrolled up. */
export class LogTail<T> implements ReactiveController {
  log: T | undefined;
  error: unknown;
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private open = false;
  private atEnd = true;
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly load: (signal: AbortSignal) => Promise<T>;

  constructor(host: ReactiveControllerHost & HTMLElement, load: (signal: AbortSignal) => Promise<T>) {
    this.host = host;
    this.load = load;
    host.addController(this);
  }

  hostDisconnected(): void { this.end(); }
  hostUpdate(): void {
    const { box } = this;
    if (box) this.atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  }
  hostUpdated(): void { if (this.atEnd && this.box) this.box.scrollTop = this.box.scrollHeight; }

  /** For `@toggle` of the details. */
  readonly toggled = (e: Event): void => {
    const { open } = e.target as HTMLDetailsElement;
    if (open === this.open) return;
    this.open = open;
    this.end();
    if (!open) return;
    this.atEnd = true;
    this.abort = new AbortController();
    void this.step(this.abort.signal);
  };

  private get box(): HTMLElement | null | undefined { return this.host.shadowRoot?.querySelector('pre'); }
  private end(): void { this.abort.abort(); clearTimeout(this.timer); }
  private async step(signal: AbortSignal): Promise<void> {
    if (document.visibilityState === 'visible') {
      try {
        const log = await this.load(signal);
        if (signal.aborted) return;
        this.log = log;
        this.error = undefined;
      } catch (e) {
        if (isAbort(e) || signal.aborted) return;
        this.error = e;
      }
      this.host.requestUpdate();
    }
    this.timer = setTimeout(() => void this.step(signal), EVERY_MS);
  }
}
