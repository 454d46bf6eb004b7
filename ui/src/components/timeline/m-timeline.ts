import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { scrollByKey } from '../../app/scroll-keys.ts';
import { onLive } from '../../data/live.ts';
import type { PhotoList } from '../../data/photo-list.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { neighbour } from './keys.ts';
import './m-scrubber.ts';
import { buildRows, plainRowOptions, rowAt, rowOfPhoto, rowOptions, type Rows } from './rows.ts';
import { scrollScale, type ScrollScale } from './scale.ts';
import type { Selection } from './selection.ts';
import { TileField } from './tiles.ts';
import { timelineStyles } from './timeline.styles.ts';

const REST_MS = 80; // pictures are loaded when scrolling has rested this long
const LONG_PRESS_MS = 450;
const RANGE_LIMIT = 1000;
const AHEAD = 60; // photos before and after the drawn ones whose facts are loaded too

/**
 * All photos of one view; `plain`: of an album, without headings and scrubber, under what is slotted as `lead`.
 * @fires open - A photo was opened: `{ index, rect }`.
 * @fires toomany - A range was too long to be selected.
 */
@customElement('m-timeline')
export class MTimeline extends LitElement {
  static override styles = [base, timelineStyles];
  @property({ attribute: false }) model!: PhotoList;
  @property({ attribute: false }) selection!: Selection;
  /** Raise to draw the selection again. */
  @property({ type: Number }) tick = 0;
  @property({ type: Boolean, reflect: true }) plain = false;
  @property() label = '';
  @state() private rows: Rows | null = null;
  @state() private virtualY = 0;
  @state() private scrubbing = false;
  @query('.scroller') private scroller!: HTMLElement;
  @query('.content') private content!: HTMLElement;
  @query('.lead') private lead?: HTMLElement;
  private field: TileField | undefined;
  private scale: ScrollScale = scrollScale(0, 0);
  private fast = false;
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private press: ReturnType<typeof setTimeout> | undefined;
  private pressed = false;
  private observer: ResizeObserver | undefined;
  private leave: (() => void) | undefined;
  private off = new AbortController();

  override firstUpdated(): void {
    this.observer = new ResizeObserver(() => this.resized());
    this.watchSize();
    this.connectModel();
  }
  private watchSize(): void {
    this.observer?.observe(this.scroller);
    if (this.lead) this.observer?.observe(this.lead);
  }
  override connectedCallback(): void { super.connectedCallback(); if (this.hasUpdated) { this.watchSize(); this.connectModel(); } }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.remember();
    this.observer?.disconnect();
    this.disconnectModel();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    clearTimeout(this.rest);
    clearTimeout(this.press);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('tick')) this.content.classList.toggle('selecting', this.selection.active);
    if (changed.has('tick') || changed.has('model')) this.schedule();
  }

  private connectModel(): void {
    this.off = new AbortController();
    const { signal } = this.off;
    this.field = new TileField(this.content, this.model, this.selection, () => this.schedule());
    this.content.replaceChildren();
    this.model.anchor = () => (this.virtualY < 40 ? -1 : this.topPhoto());
    this.model.addEventListener('layout', (e) => this.relayout((e as CustomEvent<{ index: number }>).detail.index), { signal });
    this.model.addEventListener('rows', () => this.schedule(), { signal });
    this.model.addEventListener('error', () => this.requestUpdate(), { signal });
    this.leave = this.model.subscribe();
    addEventListener('keydown', (e) => { if (!this.inert) scrollByKey(e, this.scroller); }, { signal });
    signal.addEventListener('abort', onLive((e) => { if (e.type === 'state' && e.connected) this.field?.retryPictures(); }), { once: true });
    if (this.model.layout) this.restore();
  }
  private disconnectModel(): void {
    this.off.abort();
    this.field?.stop();
    this.leave?.();
    this.leave = undefined;
  }

  private topPhoto(): number { return this.rows && this.rows.count > 0 ? this.rows.first[rowAt(this.rows, this.virtualY + 60)]! : -1; }
  private remember(): void {
    const index = this.topPhoto();
    if (!this.rows || index < 0) return;
    this.model.place = this.virtualY < 40 ? null : { index, offset: this.rows.y[rowOfPhoto(this.rows, index)]! - this.virtualY };
  }
  private restore(): void {
    const place = this.model.place;
    this.build();
    if (place && this.rows) this.moveTo(this.rows.y[rowOfPhoto(this.rows, place.index)]! - place.offset);
    else this.schedule();
  }

  /** A new layout came: the photo that was at the top stays there. */
  private relayout(index: number): void {
    const first = this.rows === null;
    if (first) return this.restore();
    const old = this.rows!, was = this.topPhoto();
    const offset = was >= 0 ? old.y[rowOfPhoto(old, was)]! - this.virtualY : 0;
    this.field?.rekey();
    this.build();
    if (index >= 0 && this.rows && this.rows.count > 0) this.moveTo(this.rows.y[rowOfPhoto(this.rows, index)]! - offset);
    else this.schedule();
  }

  private resized(): void {
    const width = this.contentWidth();
    if (!this.rows || width <= 0) return;
    if (width === this.rows.options.width && this.leadHeight() === this.rows.options.top) return this.schedule();
    const index = this.topPhoto(), top = this.virtualY < 40;
    const offset = index >= 0 ? this.rows.y[rowOfPhoto(this.rows, index)]! - this.virtualY : 0;
    this.build();
    if (!top && index >= 0 && this.rows) this.moveTo(this.rows.y[rowOfPhoto(this.rows, index)]! - offset);
    else this.schedule();
  }

  private contentWidth(): number {
    const style = getComputedStyle(this.scroller);
    return Math.floor(this.scroller.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
  }
  private leadHeight(): number { return this.lead?.offsetHeight ?? 0; }
  private build(): void {
    const layout = this.model.layout, width = this.contentWidth();
    if (!layout || width <= 0) return;
    this.rows = buildRows(layout, this.plain ? plainRowOptions(width, this.leadHeight()) : rowOptions(width, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16));
    this.scale = scrollScale(this.rows.total, this.scroller.clientHeight);
    this.content.style.height = `${this.scale.content}px`;
    if (this.field) this.field.active = Math.min(this.field.active, Math.max(0, layout.total - 1));
  }

  private moveTo(virtualY: number): void {
    this.scroller.scrollTop = this.scale.toScroll(Math.max(0, virtualY));
    this.draw();
  }
  private schedule(): void { this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); }); }

  private draw(): void {
    if (!this.rows || !this.field) return;
    const scrollTop = this.scroller.scrollTop, height = this.scroller.clientHeight;
    const virtualY = this.scale.toVirtual(scrollTop);
    const jumped = Math.abs(virtualY - this.virtualY) >= height;
    this.virtualY = virtualY;
    if (jumped || this.scrubbing) {
      this.fast = true;
      clearTimeout(this.rest);
      this.rest = setTimeout(() => { this.fast = false; this.schedule(); }, REST_MS);
    }
    this.field.draw(this.rows, { scrollTop, virtualY, height, fast: this.fast });
    const [from, to] = this.field.drawn;
    if (!this.fast && to >= from) this.model.want(from - AHEAD, to + AHEAD);
  }

  /** Scroll so that a photo is on the screen; for the viewer, which stands above the timeline. */
  reveal(index: number): void {
    if (!this.rows || this.rows.count === 0) return;
    if (this.field) this.field.active = index;
    const r = rowOfPhoto(this.rows, index), y = this.rows.y[r]!, h = this.rows.h[r]!, view = this.scroller.clientHeight;
    if (y < this.virtualY + 48) this.moveTo(r === 0 && y + h < view ? 0 : y - 64);
    else if (y + h > this.virtualY + view - 16) this.moveTo(y + h - view + 32);
    else this.schedule();
  }
  /** Where a photo is drawn now, for the transition into the viewer. */
  rectOf(index: number): DOMRect | undefined { return this.field?.tileAt(index)?.getBoundingClientRect(); }
  focusTile(index: number): void {
    this.reveal(index);
    this.draw();
    this.field?.tileAt(index)?.focus({ preventScroll: true });
  }

  private open(index: number): void {
    const rect = this.rectOf(index);
    this.dispatchEvent(new CustomEvent('open', { detail: { index, rect } }));
  }

  private async toggle(index: number, range: boolean): Promise<void> {
    const row = await this.model.ensure(index);
    if (!row) return;
    const anchor = this.selection.anchor;
    if (!range || anchor < 0) return this.selection.toggle(row.id, index);
    await this.addRange(Math.min(anchor, index), Math.max(anchor, index), index);
  }
  private async addRange(from: number, to: number, anchor: number): Promise<void> {
    if (to - from >= RANGE_LIMIT) {
      this.dispatchEvent(new CustomEvent('toomany', { detail: { limit: RANGE_LIMIT } }));
      return;
    }
    const ids: string[] = [];
    for (let i = from; i <= to; i++) {
      const row = await this.model.ensure(i);
      if (row) ids.push(row.id);
    }
    if (ids.every((id) => this.selection.ids.has(id))) this.selection.remove(ids);
    else this.selection.add(ids, anchor);
  }

  private tileOf(e: Event): number {
    const el = (e.target as Element | null)?.closest?.('.tile');
    return el ? (this.field?.indexOfElement(el) ?? -1) : -1;
  }
  private tileClick = (e: MouseEvent): void => {
    if (this.pressed) { this.pressed = false; return; }
    const day = (e.target as Element).closest<HTMLElement>('[data-day]')?.dataset['day'];
    const layout = this.model.layout;
    if (day !== undefined && layout) return void this.addRange(layout.first[Number(day)]!, layout.first[Number(day) + 1]! - 1, layout.first[Number(day)]!);
    const index = this.tileOf(e);
    if (index < 0 || !this.field) return;
    this.field.active = index;
    if (this.selection.active || (e.target as Element).closest('.check')) void this.toggle(index, e.shiftKey);
    else this.open(index);
    this.schedule();
  };
  private pointerdown = (e: PointerEvent): void => {
    this.pressed = false;
    if (e.pointerType === 'mouse') return;
    const index = this.tileOf(e);
    if (index < 0) return;
    clearTimeout(this.press);
    this.press = setTimeout(() => { this.pressed = true; void this.toggle(index, false); }, LONG_PRESS_MS);
  };
  private pointerend = (): void => clearTimeout(this.press);
  private contextmenu = (e: Event): void => { if (this.pressed) e.preventDefault(); };
  private focusin = (e: Event): void => {
    const index = this.tileOf(e);
    if (index >= 0 && this.field) { this.field.active = index; this.schedule(); }
  };

  private keydown = (e: KeyboardEvent): void => {
    const index = this.tileOf(e), layout = this.model.layout;
    if (e.key === 'Escape' && this.selection.active) { this.selection.clear(); return; }
    if (index < 0 || !layout || !this.rows || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Enter') this.open(index);
    else if (e.key === ' ' || e.key === 'x') void this.toggle(index, e.shiftKey);
    else {
      const next = neighbour(layout, this.rows, index, e.key);
      if (next < 0) return;
      this.focusTile(next);
    }
    e.preventDefault();
  };

  private scrub(e: CustomEvent<{ y: number; done: boolean }>): void {
    this.scrubbing = !e.detail.done;
    this.scroller.scrollTop = this.scale.toScroll(e.detail.y);
    this.schedule();
  }

  override render() {
    const { layout, error } = this.model;
    const rows = this.rows, empty = layout?.total === 0;
    return html`
      <div class="scroller" tabindex="-1" @scroll=${() => this.schedule()}>
        ${this.plain ? html`<div class="lead"><slot name="lead"></slot></div>` : nothing}
        <div class="content" role="listbox" aria-multiselectable="true" aria-label=${this.label || t('timeline.grid')} aria-busy=${layout ? 'false' : 'true'}
          @click=${this.tileClick} @keydown=${this.keydown} @focusin=${this.focusin} @pointerdown=${this.pointerdown} @pointermove=${this.pointerend} @pointerup=${this.pointerend} @pointercancel=${this.pointerend} @contextmenu=${this.contextmenu}></div>
      </div>
      ${!layout && !error ? this.skeleton() : nothing}
      ${!layout && error ? html`<div class="state-page"><slot name="error"></slot></div>` : nothing}
      ${empty ? html`<div class="state-page"><slot name="empty"></slot></div>` : nothing}
      ${rows && rows.count > 0 && !empty && !this.plain ? html`<m-scrubber .months=${rows.monthKey} .ys=${rows.monthY} .total=${rows.total} .view=${this.scroller?.clientHeight ?? 0} .y=${this.virtualY} @scrub=${this.scrub}></m-scrubber>` : nothing}`;
  }

  private skeleton() {
    const rows = [[3, 2, 4, 3], [2, 4, 3, 3], [4, 3, 2, 3], [3, 3, 4, 2]];
    return html`<div class="skeleton" aria-hidden="true"><i></i>${rows.map((r) => html`<div>${r.map((n) => html`<span style="--r:${n}"></span>`)}</div>`)}</div>`;
  }
}

declare global { interface HTMLElementTagNameMap { 'm-timeline': MTimeline } }
