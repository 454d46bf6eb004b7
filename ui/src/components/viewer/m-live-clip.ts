import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';

const REDUCED = matchMedia('(prefers-reduced-motion: reduce)');
const SILENT_MS = 5000;

/**
 * The moment around a live or motion photo: a chip that plays it once, without sound, over the picture. Hovering plays it too, unless less motion is wanted.
 * Nothing is fetched before it is asked for. Where the browser has no codec for it, the chip says so and offers the clip.
 */
@customElement('m-live-clip')
export class MLiveClip extends LitElement {
  static override styles = [base, css`
    :host { position: absolute; inset: 0; pointer-events: none; container-type: size; z-index: 1; }
    video { position: absolute; left: 50%; top: 50%; width: min(100cqw, 100cqh * var(--ratio)); aspect-ratio: var(--ratio); object-fit: cover; transform: translate(-50%, -50%); opacity: 0; transition: opacity var(--move) var(--ease); }
    video.on { opacity: 1; }
    :host([quiet]) .chip:not(.playing) { opacity: 0; pointer-events: none; }
    .row { position: absolute; left: 16px; top: 60px; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; max-width: calc(100% - 32px); }
    .chip { pointer-events: auto; display: flex; align-items: center; gap: 6px; border: 0; border-radius: var(--radius-pill); padding: 5px 12px 5px 8px; min-height: 32px; background: rgb(0 0 0 / 48%); color: #fff; font: 600 0.75rem/1 var(--font); letter-spacing: 0.06em; cursor: pointer; transition: background var(--fast), opacity var(--move); }
    .chip:hover { background: rgb(0 0 0 / 68%); }
    .chip .icon { width: 18px; height: 18px; }
    .chip.playing { background: #f4f4f2; color: #1d1c1a; }
    .said { background: rgb(0 0 0 / 65%); border-radius: var(--radius-pill); padding: 6px 14px; font: var(--text-caption) var(--font); display: flex; gap: 10px; flex-wrap: wrap; pointer-events: auto; }
    .said a { color: var(--accent); font-weight: 600; text-decoration: none; }
    @media (max-width: 599px) { .row { top: 56px; left: 8px; } }
  `];
  /** Where the clip is; `download` is where it can be saved from. */
  @property() src = '';
  @property() download = '';
  /** Width / height of the picture it belongs to. */
  @property({ type: Number }) ratio = 4 / 3;
  @state() private state: 'still' | 'loading' | 'playing' | 'cannot' = 'still';
  @query('video') private video?: HTMLVideoElement;
  private silent: ReturnType<typeof setTimeout> | undefined;

  override willUpdate(changed: PropertyValues<this>): void { if (changed.has('src')) this.stop(true); }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.stop(); }

  async play(): Promise<void> {
    if (this.state !== 'still') return;
    this.state = 'loading';
    await this.updateComplete;
    const { video } = this;
    if (!video) return;
    video.currentTime = 0;
    // Some files make the browser neither play nor complain.
    this.silent = setTimeout(() => { if (this.state === 'loading') this.cannot(); }, SILENT_MS);
    video.play().catch((e: unknown) => { if (!(e instanceof DOMException && e.name === 'AbortError')) this.cannot(); });
  }
  /** Back to the picture; `anew` also forgets that this browser could not play it. */
  stop(anew = false): void {
    clearTimeout(this.silent);
    this.video?.pause();
    if (anew || this.state !== 'cannot') this.state = 'still';
  }
  toggle(): void { if (this.state === 'playing' || this.state === 'loading') this.stop(); else void this.play(); }

  private cannot(): void {
    clearTimeout(this.silent);
    if (this.state === 'loading' || this.state === 'playing') this.state = 'cannot';
  }
  private playing(): void {
    clearTimeout(this.silent);
    if (this.state !== 'loading') return;
    // Sound without a picture: the browser knows the sound only.
    if (this.video?.videoWidth === 0) this.cannot();
    else this.state = 'playing';
  }
  private hover(e: PointerEvent, on: boolean): void {
    if (e.pointerType !== 'mouse' || REDUCED.matches) return;
    if (on) void this.play();
    else this.stop();
  }

  override render() {
    const now = this.state, busy = now === 'playing' || now === 'loading';
    return html`${busy ? html`<video class=${now === 'playing' ? 'on' : ''} style="--ratio:${this.ratio}" src=${this.src} .muted=${true} playsinline preload="auto" data-testid="viewer-live-video"
        @playing=${this.playing} @ended=${() => this.stop()} @error=${this.cannot}></video>` : nothing}
      <div class="row">
        <button class="chip ${now === 'playing' ? 'playing' : ''}" data-testid="viewer-live" aria-label=${t('viewer.live.play')} title=${t('viewer.live.play')} aria-pressed=${busy}
          @pointerenter=${(e: PointerEvent) => this.hover(e, true)} @pointerleave=${(e: PointerEvent) => this.hover(e, false)} @click=${this.clicked}>${icon('circle-dot-dashed')}${t('viewer.live')}</button>
        <span role="status">${now === 'cannot' ? html`<span class="said" data-testid="viewer-live-cannot">${t('viewer.live.cannot')}<a href=${this.download} download>${t('viewer.live.download')}</a></span>` : now === 'playing' ? html`<span class="sr">${t('viewer.live.playing')}</span>` : nothing}</span>
      </div>`;
  }
  /** A mouse that hovers has started it already: its click must not stop what just began. */
  private clicked(e: PointerEvent): void {
    if (e.detail > 0 && e.pointerType === 'mouse' && !REDUCED.matches && this.state !== 'still') return;
    this.toggle();
  }
}
declare global { interface HTMLElementTagNameMap { 'm-live-clip': MLiveClip } }
