import type { LitElement } from 'lit';

/** A fact that opens into a small form and closes again: the focus goes into the form and comes back to the button, Escape closes, and only one save runs at a time. */
export class Editing {
  open = false;
  /** What was typed cannot be read. */
  bad = false;
  busy = false;
  readonly #host: LitElement;
  #id: string | undefined;
  constructor(host: LitElement) { this.#host = host; }
  /** The form of one photo is closed when another is shown. */
  of(id: string): void {
    if (this.#id !== id) this.open = false;
    this.#id = id;
  }
  start = (): Promise<void> => this.#turn(true, 'input');
  close = (): Promise<void> => this.#turn(false, 'button');
  complain(bad: boolean): boolean {
    this.bad = bad;
    this.#host.requestUpdate();
    return bad;
  }
  /** Closes when it worked. */
  async save(work: Promise<boolean>): Promise<void> {
    this.busy = true;
    this.#host.requestUpdate();
    if (await work) await this.close();
    this.busy = false;
    this.#host.requestUpdate();
  }
  key = (e: KeyboardEvent): void => {
    if (e.key !== 'Escape') return;
    e.stopPropagation();
    void this.close();
  };
  async #turn(open: boolean, focus: string): Promise<void> {
    this.open = open;
    this.bad = false;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#host.shadowRoot!.querySelector<HTMLElement>(focus)?.focus();
  }
}
