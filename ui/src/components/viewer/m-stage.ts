import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { clampZoom, FIT, fitBox, homeZoom, maxScale, zoomAt, type Size, type Zoom } from './zoom.ts';

/** Where somebody is, in fractions of the displayed picture. */
export interface Frame { name: string; x: number; y: number; w: number; h: number }
/** What the stage shows: addresses from the coarsest to the sharpest. `sharp` is loaded only when somebody zooms in; `moving` is an original that plays by itself. */
export interface Picture { key: string; width: number; height: number; blurred: string; thumb: string; preview: string; sharp: string; moving: string; alt: string }

const HOLD_MS = 350;

/**
 * One picture, with zoom by wheel, double click and pinch, and swipes on touch screens.
 * @fires swipe - `{ to: 'next' | 'previous' | 'close' }`
 * @fires tap - A touch that was no gesture.
 * @fires hold - A finger rests on the picture: `{ on: true }`, and lifts or moves: `{ on: false }`.
 */
@customElement('m-stage')
export class MStage extends LitElement {
  static override styles = [base, css`
    :host { position: absolute; inset: 0; overflow: hidden; touch-action: none; cursor: default; }
    :host(.zoomed) { cursor: grab; } :host(.zoomed:active) { cursor: grabbing; }
    .box { position: absolute; left: 50%; top: 50%; will-change: transform; background: center / 100% 100% no-repeat; }
    .box.still { transition: transform var(--move) var(--ease); }
    img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; display: block; opacity: 0; transition: opacity var(--fast); user-select: none; -webkit-user-drag: none; }
    img.ready { opacity: 1; }
    .frame { position: absolute; border-radius: calc(10px / var(--z)); box-shadow: 0 0 0 calc(2px / var(--z)) rgb(255 255 255 / 92%), 0 0 0 calc(4px / var(--z)) rgb(0 0 0 / 35%), 0 0 0 100vmax rgb(0 0 0 / 34%); animation: appear var(--fast); pointer-events: none; }
    .frames { position: absolute; inset: 0; overflow: hidden; pointer-events: none; }
    .frame span { position: absolute; left: 50%; top: calc(100% + 8px / var(--z)); transform: translateX(-50%); white-space: nowrap; font-size: calc(13px / var(--z)); line-height: 1.4; padding: 0.15em 0.7em; border-radius: 999px; background: rgb(0 0 0 / 65%); color: #fff; }
    .frame.low span { top: auto; bottom: calc(100% + 8px / var(--z)); }
    @keyframes appear { from { opacity: 0; } }
  `];
  @property({ attribute: false }) picture!: Picture;
  @property({ attribute: false }) origin: DOMRect | undefined;
  @property({ attribute: false }) frames: Frame[] = [];
  @state() private zoom: Zoom = FIT;
  @state() private view: Size = { width: 1, height: 1 };
  @state() private drag = { x: 0, y: 0 };
  @state() private moving = false;
  @state() private ready = new Set<string>();
  @state() private broken = false;
  @query('.box') private box!: HTMLElement;
  private pointers = new Map<number, { x: number; y: number }>();
  private start: { x: number; y: number; at: number; zoom: Zoom; spread: number; centre: { x: number; y: number }; pinched: boolean } | undefined;
  private observer: ResizeObserver | undefined;
  /** How far a finger pulled beyond the edge of a zoomed picture. */
  private beyond = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private held = false;
  /** Nobody has zoomed yet: the picture keeps its comfortable start while the window changes. */
  private fresh = true;

  get zoomed(): boolean { return this.zoom.scale > 1.01; }

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer = new ResizeObserver(() => { this.view = { width: this.clientWidth || 1, height: this.clientHeight || 1 }; this.zoom = this.fresh ? this.home : this.clamped(this.zoom); });
    this.observer.observe(this);
    this.addEventListener('wheel', this.wheel, { passive: false });
    this.addEventListener('pointerdown', this.down);
    this.addEventListener('pointermove', this.move);
    this.addEventListener('pointerup', this.up);
    this.addEventListener('pointercancel', this.up);
    this.addEventListener('dblclick', this.toggleAt);
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.observer?.disconnect(); this.release(); }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('picture')) return;
    const before = changed.get('picture');
    if (before?.key === this.picture.key) {
      if (this.fresh && before.width / before.height !== this.picture.width / this.picture.height) this.zoom = this.home;
      return;
    }
    this.fresh = true;
    this.zoom = this.home;
    this.drag = { x: 0, y: 0 };
    this.ready = new Set();
    this.broken = false;
  }
  override firstUpdated(): void {
    this.view = { width: this.clientWidth || 1, height: this.clientHeight || 1 };
    this.zoom = this.home;
    if (this.origin) void this.updateComplete.then(() => this.grow(this.origin!));
  }

  /** The picture grows out of the tile it was opened from. */
  private grow(from: DOMRect): void {
    const to = this.box.getBoundingClientRect();
    const ms = parseFloat(getComputedStyle(this).getPropertyValue('--move')) || 0;
    if (ms === 0 || to.width === 0) return;
    const scale = Math.max(from.width / to.width, from.height / to.height);
    const dx = from.x + from.width / 2 - (to.x + to.width / 2), dy = from.y + from.height / 2 - (to.y + to.height / 2);
    const fitted = getComputedStyle(this.box).transform;
    this.box.animate([{ transform: `translate(${dx}px, ${dy}px) ${fitted === 'none' ? '' : fitted} scale(${scale})` }, { transform: fitted }], { duration: ms, easing: 'cubic-bezier(0.2, 0, 0, 1)' });
  }

  private get fitted(): Size { return fitBox(this.picture, this.view); }
  private get most(): number { return maxScale(this.picture, this.fitted, devicePixelRatio); }
  private get home(): Zoom { return homeZoom(this.picture, this.fitted, this.view, this.most); }
  private clamped(z: Zoom): Zoom { return clampZoom(z, this.fitted, this.view, this.most); }
  private at(e: { clientX: number; clientY: number }): { x: number; y: number } {
    const r = this.getBoundingClientRect();
    return { x: e.clientX - r.left - r.width / 2, y: e.clientY - r.top - r.height / 2 };
  }
  private zoomBy(factor: number, p: { x: number; y: number }): void { this.fresh = false; this.zoom = zoomAt(this.zoom, factor, p.x, p.y, this.fitted, this.view, this.most); }

  /** Between fitted and one picture pixel per screen pixel. */
  toggle(p = { x: 0, y: 0 }): void {
    const natural = Math.max(2, this.picture.width / (this.fitted.width * devicePixelRatio));
    this.zoomBy(this.zoomed ? 1 / this.zoom.scale : natural, p);
  }
  private toggleAt = (e: MouseEvent): void => this.toggle(this.at(e));
  private wheel = (e: WheelEvent): void => {
    e.preventDefault();
    const lines = e.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.zoomBy(Math.exp((-e.deltaY * lines) / (e.ctrlKey ? 120 : 480)), this.at(e));
  };

  private down = (e: PointerEvent): void => {
    if (e.button !== 0) return;
    this.setPointerCapture(e.pointerId);
    this.pointers.set(e.pointerId, this.at(e));
    this.begin(e.timeStamp);
    this.release();
    if (e.pointerType !== 'mouse' && this.pointers.size === 1) this.resting = setTimeout(() => { this.held = true; this.tellHold(true); }, HOLD_MS);
  };
  private tellHold(on: boolean): void { this.dispatchEvent(new CustomEvent('hold', { detail: { on } })); }
  private release(): void {
    clearTimeout(this.resting);
    if (this.held) this.tellHold(false);
    this.held = false;
  }
  private begin(at: number): void {
    const all = [...this.pointers.values()];
    const a = all[0]!, b = all[1] ?? a;
    this.start = { x: a.x, y: a.y, at: this.start?.at ?? at, zoom: this.zoom, spread: Math.hypot(a.x - b.x, a.y - b.y), centre: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, pinched: all.length > 1 || (this.start?.pinched ?? false) };
    this.moving = true;
  }
  private move = (e: PointerEvent): void => {
    if (!this.pointers.has(e.pointerId) || !this.start) return;
    this.pointers.set(e.pointerId, this.at(e));
    const all = [...this.pointers.values()], a = all[0]!, b = all[1], s = this.start;
    if (b || Math.hypot(a.x - s.x, a.y - s.y) > 8) this.release();
    if (this.held) return;
    if (b && s.spread > 0) {
      const centre = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
      const z = zoomAt(s.zoom, Math.hypot(a.x - b.x, a.y - b.y) / s.spread, s.centre.x, s.centre.y, this.fitted, this.view, this.most);
      this.zoom = this.clamped({ ...z, x: z.x + centre.x - s.centre.x, y: z.y + centre.y - s.centre.y });
          this.fresh = false;
    } else if (this.zoomed) {
      const x = s.zoom.x + a.x - s.x;
      this.zoom = this.clamped({ scale: this.zoom.scale, x, y: s.zoom.y + a.y - s.y });
      this.beyond = e.pointerType === 'mouse' || s.pinched ? 0 : x - this.zoom.x;
    }
    else if (e.pointerType !== 'mouse' && !s.pinched) {
      const dx = a.x - s.x, dy = a.y - s.y;
      this.drag = Math.abs(dx) > Math.abs(dy) ? { x: dx, y: 0 } : { x: 0, y: Math.max(0, dy) };
    }
  };
  private up = (e: PointerEvent): void => {
    if (!this.pointers.delete(e.pointerId) || !this.start) return;
    if (this.pointers.size > 0) return this.begin(e.timeStamp);
    const { drag, start, held, beyond } = this, quick = e.timeStamp - start.at < 300;
    this.release();
    this.beyond = 0;
    this.start = undefined;
    this.moving = false;
    this.drag = { x: 0, y: 0 };
    const tell = (to: string): void => { this.dispatchEvent(new CustomEvent('swipe', { detail: { to } })); };
    if (held) return;
    if (Math.abs(beyond) > 90) tell(beyond < 0 ? 'next' : 'previous');
    else if (Math.abs(drag.x) > (quick ? 30 : this.view.width / 4)) tell(drag.x < 0 ? 'next' : 'previous');
    else if (drag.y > (quick ? 60 : this.view.height / 5)) tell('close');
    else if (e.pointerType !== 'mouse' && quick && !start.pinched && Math.hypot(drag.x, drag.y) < 8) this.dispatchEvent(new Event('tap'));
  };

  override render() {
    const { picture: p, zoom, drag } = this, box = this.fitted;
    this.classList.toggle('zoomed', this.zoomed);
    const style = { width: `${box.width}px`, height: `${box.height}px`, transform: `translate(-50%, -50%) translate(${zoom.x + drag.x}px, ${zoom.y + drag.y}px) scale(${zoom.scale})`, '--z': String(zoom.scale), backgroundImage: p.blurred ? `url(${p.blurred})` : 'none' };
    const image = (src: string, alt: string, fail = false) => src ? html`<img class=${this.ready.has(src) ? 'ready' : ''} src=${src} alt=${alt} draggable="false" decoding="async" @load=${() => { this.ready = new Set(this.ready).add(src); }} @error=${() => { if (fail) this.broken = true; }}>` : nothing;
    // Small pictures are sharp enough in their preview; formats that browsers cannot show have no sharp address.
    const wantSharp = zoom.scale > 1.2 && p.sharp && Math.max(p.width, p.height) > 1440;
    return html`<div class="box ${this.moving ? '' : 'still'}" style=${styleMap(style)} data-testid="viewer-picture" title=${this.broken ? t('viewer.waiting') : ''}>
      ${image(p.thumb, '')}${image(p.preview, p.alt, true)}${p.moving ? image(p.moving, '') : wantSharp ? image(p.sharp, '') : nothing}
      ${this.frames.length > 0 ? html`<div class="frames">${this.frames.map((f) => html`<div class="frame ${f.y + f.h > 0.85 ? 'low' : ''}" data-testid="viewer-frame" style=${styleMap({ left: `${f.x * 100}%`, top: `${f.y * 100}%`, width: `${f.w * 100}%`, height: `${f.h * 100}%` })}><span>${f.name}</span></div>`)}</div>` : nothing}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-stage': MStage } }
