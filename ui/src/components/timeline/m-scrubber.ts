import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { formatMonth } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { monthAt, scrubStep, scrubTicks } from './scrub.ts';

/**
 * The time axis at the right edge: years always, months while it is used, a pill with the month that follows the thumb.
 * @fires scrub - `{ y, done }`: go to this height; `done` when the hand let go.
 */
@customElement('m-scrubber')
export class MScrubber extends LitElement {
  static override styles = [base, css`
    :host { position: absolute; right: 0; top: 8px; bottom: 8px; width: max(64px, 4rem); z-index: 3; touch-action: none; user-select: none; -webkit-user-select: none; }
    .track { position: absolute; inset: 0; cursor: ns-resize; border-radius: 8px; }
    .track:focus-visible { outline-offset: -2px; }
    .year, .tick { position: absolute; right: 14px; transform: translateY(-50%); pointer-events: none; }
    .year { font: var(--text-caption) var(--font); color: var(--ink-2); font-variant-numeric: tabular-nums; }
    .tick { width: 4px; height: 4px; border-radius: 50%; background: var(--line-strong); right: 24px; opacity: 0; transition: opacity var(--fast); }
    :host(:hover) .tick, .dragging .tick { opacity: 1; }
    .thumb { position: absolute; right: 0; width: 40px; height: 2px; border-radius: 2px 0 0 2px; background: var(--accent); transform: translateY(-50%); pointer-events: none; }
    .pill { position: absolute; right: 14px; transform: translateY(-50%); background: var(--ink-1); color: var(--surface-0); padding: 6px 14px; border-radius: var(--radius-pill); font: var(--text-body) var(--font); white-space: nowrap; pointer-events: none; opacity: 0; transition: opacity var(--fast); font-variant-numeric: tabular-nums; }
    .moving .pill, .dragging .pill, .hovering .pill { opacity: 1; }
    .hovering .pill.at { opacity: 0; } .dragging .pill.at { opacity: 1; }
    @media (max-width: 599px) {
      :host { width: 44px; top: 12px; bottom: 76px; pointer-events: none; }
      .year { opacity: 0; background: var(--surface-0); padding: 2px 8px; border-radius: var(--radius-pill); box-shadow: var(--float); transition: opacity var(--fast); }
      .dragging .year { opacity: 1; }
      .tick { display: none; }
      .track { opacity: 0; transition: opacity var(--move); }
      .track.moving, .track.dragging, .track:focus-visible { opacity: 1; }
      .thumb { width: 36px; height: 44px; border-radius: 22px 0 0 22px; background: var(--surface-0); box-shadow: var(--float); pointer-events: auto; }
      .thumb::after { content: ''; position: absolute; inset: 14px 12px 14px 14px; border-block: 2px solid var(--ink-2); }
      .pill { right: 52px; } .moving .pill { opacity: 0; } .moving.dragging .pill.at { opacity: 1; }
    }
  `];
  /** yyyymm, newest first, and where each month begins. */
  @property({ attribute: false }) months: number[] = [];
  @property({ attribute: false }) ys: number[] = [];
  @property({ type: Number }) total = 0;
  @property({ type: Number }) view = 0;
  @property({ type: Number }) y = 0;
  @state() private dragging = false;
  @state() private moving = false;
  @state() private hover = -1;
  @state() private height = 0;
  @query('.track') private track!: HTMLElement;
  private observer: ResizeObserver | undefined;
  private still: ReturnType<typeof setTimeout> | undefined;
  private grip = 0;
  private axis: Element[] = [];

  override firstUpdated(): void {
    this.observer = new ResizeObserver(() => { this.height = this.track.clientHeight; });
    this.observer.observe(this.track);
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.observer?.disconnect(); clearTimeout(this.still); }
  override willUpdate(changed: Map<string, unknown>): void {
    // The axis changes with the library and the window, not with every frame of scrolling.
    if (['months', 'ys', 'total', 'view', 'height'].some((name) => changed.has(name))) this.axis = this.drawAxis();
    if (!changed.has('y') || changed.get('y') === undefined) return;
    this.moving = true;
    clearTimeout(this.still);
    this.still = setTimeout(() => { this.moving = false; }, 900);
  }

  private get range(): number { return Math.max(1, this.total - this.view); }
  private toY(clientY: number): number {
    const box = this.track.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientY - this.grip - box.top) / box.height)) * this.range;
  }
  private go(y: number, done: boolean): void { this.dispatchEvent(new CustomEvent('scrub', { detail: { y: Math.min(this.range, Math.max(0, y)), done } })); }

  private down = (e: PointerEvent): void => {
    if (e.button !== 0) return;
    this.track.setPointerCapture(e.pointerId);
    this.dragging = true;
    this.hover = -1;
    const onThumb = (e.target as Element).classList.contains('thumb');
    this.grip = onThumb && matchMedia('(max-width: 599px)').matches ? e.clientY - (this.track.getBoundingClientRect().top + (this.y / this.range) * this.height) : 0;
    if (!onThumb) this.go(this.toY(e.clientY), false);
  };
  private move = (e: PointerEvent): void => {
    if (this.dragging) this.go(this.toY(e.clientY), false);
    else if (e.pointerType === 'mouse') this.hover = e.clientY - this.track.getBoundingClientRect().top;
  };
  private up = (): void => {
    if (!this.dragging) return;
    this.dragging = false;
    this.go(this.y, true);
  };
  private key = (e: KeyboardEvent): void => {
    const y = scrubStep(this.months, this.ys, this.y, this.range, e.key);
    if (y === null) return;
    e.preventDefault();
    this.go(y, true);
  };

  private at = (y: number): number => (Math.min(this.range, y) / this.range) * this.height;
  private drawAxis(): Element[] {
    const { years, ticks } = scrubTicks(this.months, this.ys.map(this.at), this.height);
    const mark = (kind: string, top: number, text = ''): Element => {
      const el = document.createElement('span');
      el.className = kind;
      el.style.top = `${top}px`;
      el.textContent = text;
      return el;
    };
    return [...years.map((y) => mark('year', y.at, String(y.year))), ...ticks.map((y) => mark('tick', y))];
  }

  override render() {
    const at = this.at;
    const now = monthAt(this.months, this.ys, this.y + 60);
    const hovered = this.hover >= 0 && this.height > 0 ? monthAt(this.months, this.ys, (this.hover / this.height) * this.range + 1) : 0;
    const clamp = (px: number): number => Math.min(this.height - 18, Math.max(18, px));
    return html`<div class="track ${this.dragging ? 'dragging' : ''} ${this.moving ? 'moving' : ''} ${hovered && !this.dragging ? 'hovering' : ''}" role="slider" tabindex="0" aria-orientation="vertical"
        aria-label=${t('timeline.scrubber')} aria-valuemin="0" aria-valuemax=${Math.max(0, this.months.length - 1)} aria-valuenow=${Math.max(0, this.months.indexOf(now))} aria-valuetext=${now ? formatMonth(now) : ''}
        @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointercancel=${this.up} @pointerleave=${() => { this.hover = -1; }} @keydown=${this.key}>
      ${this.axis}
      <span class="thumb" style="top:${at(this.y)}px"></span>
      <span class="pill at" style="top:${clamp(at(this.y))}px">${now ? formatMonth(now) : ''}</span>
      ${hovered ? html`<span class="pill" style="top:${clamp(this.hover)}px">${formatMonth(hovered)}</span>` : nothing}
    </div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-scrubber': MScrubber } }
