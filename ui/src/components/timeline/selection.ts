/** What is ticked, by asset id. `changed` is told after every change. */
export class Selection {
  readonly ids = new Set<string>();
  #anchor = -1;
  #changed: () => void;
  constructor(changed: () => void) { this.#changed = changed; }

  get active(): boolean { return this.ids.size > 0; }
  /** Where a range with shift begins. */
  get anchor(): number { return this.#anchor; }

  toggle(id: string, index: number): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.#anchor = index;
    this.#changed();
  }
  add(ids: Iterable<string>, index: number): void {
    for (const id of ids) this.ids.add(id);
    this.#anchor = index;
    this.#changed();
  }
  remove(ids: Iterable<string>): void {
    for (const id of ids) this.ids.delete(id);
    this.#changed();
  }
  clear(): void {
    this.ids.clear();
    this.#anchor = -1;
    this.#changed();
  }
}
