import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { act, type Act } from '../../app/act.ts';
import { icon } from '../../app/icons.ts';
import { notes, toast, toasts } from '../../app/toast.ts';
import { isAnimated } from '../../data/animated.ts';
import { ApiError, isAbort, messageOf } from '../../data/api.ts';
import { getAsset, originalUrl, previewUrl, retryPreviews, thumbUrl } from '../../data/assets.ts';
import { onLive } from '../../data/live.ts';
import type { PhotoList, PhotoRow } from '../../data/photo-list.ts';
import { FLAG, type Asset } from '../../data/types.ts';
import { formatDay, formatLocal, formatWallClock } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { blurredPicture } from '../timeline/placeholder.ts';
import { ratioOf } from '../timeline/rows.ts';
import { keepFocus } from './focus-trap.ts';
import './info/m-info-panel.ts';
import './m-live-clip.ts';
import type { MLiveClip } from './m-live-clip.ts';
import './m-stage.ts';
import type { Frame, MStage, Picture } from './m-stage.ts';
import { clipOf, mayMove, SHOWABLE, sharpEnough } from './kinds.ts';
import { failedView, retryingView, stateView, thingsView, unplayableView } from './state-view.ts';
import { viewerStyles } from './viewer.styles.ts';

const IDLE_MS = 2000;
const SILENT_MS = 5000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const REDUCED = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * One photo or video over the whole window; the timeline stays beneath.
 * @fires moved - Another photo is wanted: `{ index, id }`; without `id`: this is where the shown one lies.
 * @fires close
 */
@customElement('m-viewer')
export class MViewer extends LitElement {
  static override styles = [base, viewerStyles];
  @property({ attribute: false }) model!: PhotoList;
  @property() assetId = '';
  /** Where the photo lies in the timeline, when the opener knows; -1 otherwise. */
  @property({ type: Number }) start = -1;
  @property({ attribute: false }) origin: DOMRect | undefined;
  @state() private asset: Asset | undefined;
  @state() private row: PhotoRow | undefined;
  @state() private error: unknown;
  @state() private index = -1;
  @state() private idle = false;
  @state() private info = false;
  @state() private videoFailed = false;
  /** Whether the shown picture moves by itself (a GIF), and whether it does so now. */
  @state() private animated = false;
  @state() private animating = false;
  @state() private frames: Frame[] = [];
  /** Somebody asked for the preview once more: on its way, or ended as before. */
  @state() private retry: 'no' | 'asked' | 'in vain' = 'no';
  @query('.room') private room!: HTMLElement;
  @query('m-stage') private stage?: MStage;
  @query('m-live-clip') private clip?: MLiveClip;
  @query('video') private video?: HTMLVideoElement;
  /** The place that a photo had before it left this view: its neighbours are still next to it. */
  private ghost = -1;
  private closed = false;
  /** Where quick key presses lead while the photo itself is still on its way; -1: nowhere else. */
  private target = -1;
  private silent: ReturnType<typeof setTimeout> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort = new AbortController();
  private off = new AbortController();
  private leave: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.closed = false;
    this.target = -1;
    this.setAttribute('role', 'dialog');
    this.setAttribute('aria-modal', 'true');
    this.setAttribute('aria-label', t('viewer.label'));
    this.dataset['testid'] = 'viewer';
    this.off = new AbortController();
    const { signal } = this.off;
    addEventListener('keydown', this.key, { signal });
    this.addEventListener('pointermove', this.wake, { signal });
    this.addEventListener('focusin', this.wake, { signal });
    this.leave = this.model.subscribe();
    this.model.addEventListener('rows', () => this.follow(), { signal });
    signal.addEventListener('abort', onLive((e) => { if (e.type === 'reset' || (e.type === 'change' && e.change.kind === 'asset' && e.change.id === this.assetId)) void this.refetch(); }), { once: true });
    toasts.addEventListener('left', () => this.room.focus({ preventScroll: true }), { signal });
    this.wake();
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.off.abort(); this.abort.abort(); this.leave?.(); clearTimeout(this.timer); clearTimeout(this.silent); }
  override firstUpdated(): void { this.room.focus({ preventScroll: true }); }
  override willUpdate(changed: PropertyValues<this>): void { if (changed.has('assetId')) void this.load(); }

  private async load(): Promise<void> {
    this.abort.abort();
    const abort = this.abort = new AbortController();
    const id = this.assetId;
    if (this.asset?.id !== id) this.asset = undefined;
    this.error = undefined;
    this.videoFailed = this.animated = this.animating = false;
    this.frames = [];
    this.retry = 'no';
    this.index = this.start >= 0 && this.model.rowAt(this.start)?.id === id ? this.start : this.model.indexOf(id, Math.max(0, this.start));
    if (this.index === this.target) this.target = -1;
    this.row = this.index >= 0 ? this.model.rowAt(this.index) : undefined;
    if (this.index >= 0 && this.index !== this.start) this.tell('moved', { index: this.index });
    this.preload();
    try {
      if (!UUID.test(id)) throw new ApiError('not_found', t('viewer.gone'), 404);
      const asset = await getAsset(id, abort.signal);
      if (abort.signal.aborted) return;
      this.know(asset);
      if (this.index >= 0) return;
      this.index = await this.model.locate(asset);
      if (abort.signal.aborted) return;
      this.row = this.index >= 0 ? this.model.rowAt(this.index) : undefined;
      if (this.index >= 0) this.tell('moved', { index: this.index });
      this.preload();
    } catch (e) {
      if (!isAbort(e) && !abort.signal.aborted) this.error = e;
    }
  }

  /** The timeline changed beneath: find our photo again, and its newest facts. */
  private follow(): void {
    const at = this.model.rowAt(this.index)?.id === this.assetId ? this.index : this.model.indexOf(this.assetId, this.index);
    if (at < 0 && this.index >= 0) this.ghost = this.index;
    this.index = at;
    const row = at >= 0 ? this.model.rowAt(at) : undefined;
    if (!row) return;
    if (this.row && (row.version !== this.row.version || row.flags !== this.row.flags)) void this.refetch();
    this.row = row;
    this.retried();
  }

  /** The newest facts of the photo that is shown; quietly, as it is shown already. */
  private async refetch(): Promise<void> {
    const asset = await getAsset(this.assetId, this.abort.signal).catch(() => undefined);
    if (asset?.id === this.assetId) this.know(asset);
  }
  private know(asset: Asset): void {
    if (asset.id !== this.assetId) return; // the answer to a change of the one before
    this.asset = asset;
    this.retried();
    const file = asset.files.find((f) => f.id === asset.fileId);
    if (!file || asset.type === 'video' || !mayMove(file)) return;
    void (asset.durationMs ? Promise.resolve(true) : isAnimated(file.id)).then((moves) => {
      if (this.assetId !== asset.id || this.animated === moves) return;
      this.animated = moves;
      this.animating = moves && !REDUCED.matches;
    });
  }
  private retried(): void {
    if (this.retry === 'no') return;
    if (!this.failed && !this.waiting) this.retry = 'no';
    else if (this.failed && this.retry === 'asked') this.retry = 'in vain';
  }
  private async tryAgain(): Promise<void> {
    const id = this.assetId;
    try {
      if ((await retryPreviews([id])) === 0) return toast({ text: t('viewer.retry.none') });
      if (this.assetId !== id) return;
      this.model.patch(new Set([id]), FLAG.waiting, FLAG.failed);
      if (this.asset) this.asset = { ...this.asset, preview: 'waiting' };
      this.retry = 'asked';
    } catch (e) {
      toast({ text: messageOf(e), kind: 'bad' });
    }
  }

  private get around(): { previous: number; next: number } {
    const total = this.model.layout?.total ?? 0;
    const previous = this.index >= 0 ? this.index - 1 : this.ghost - 1;
    const next = this.index >= 0 ? this.index + 1 : this.ghost;
    return { previous: previous >= 0 && previous < total ? previous : -1, next: next >= 0 && next < total ? next : -1 };
  }
  private async step(to: 'previous' | 'next'): Promise<void> {
    const index = this.target < 0 ? this.around[to] : this.target + (to === 'next' ? 1 : -1);
    if (index < 0 || index >= (this.model.layout?.total ?? 0)) return;
    this.target = index;
    const row = await this.model.ensure(index);
    if (this.target !== index) return; // a later press went further
    if (!row || row.id === this.assetId) this.target = -1;
    if (!row) return;
    this.ghost = -1;
    this.tell('moved', { index, id: row.id });
  }
  private preload(): void {
    for (const i of Object.values(this.around)) {
      if (i < 0) continue;
      void this.model.ensure(i).then((row) => { if (row && !(row.flags & (FLAG.waiting | FLAG.failed))) new Image().src = previewUrl(row.fileId, row.version); });
    }
  }

  /** Answers may arrive after the viewer was asked to close (the step back takes a moment); they must not open it again. */
  private tell(type: string, detail: object): void { if (this.isConnected && !this.closed) this.dispatchEvent(new CustomEvent(type, { detail })); }
  private close(): void {
    this.tell('close', {});
    this.closed = true;
  }
  private wake = (): void => {
    this.idle = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.idle = !this.info && !this.shadowRoot?.querySelector('.chrome :focus-visible'); }, IDLE_MS);
  };

  private async do(what: Act): Promise<void> {
    const id = this.assetId, leaves = !what.endsWith('favourite');
    const { next, previous } = this.around;
    const neighbour = leaves ? (await this.model.ensure(next)) ?? (await this.model.ensure(previous)) : undefined;
    if (!leaves && this.asset) this.asset = { ...this.asset, favourite: what === 'favourite' };
    const done = await act(this.model, what, [id], !leaves);
    if (!done) {
      if (!leaves && this.asset) this.asset = { ...this.asset, favourite: what !== 'favourite' };
      return;
    }
    if (!leaves || this.assetId !== id) return;
    if (neighbour) this.tell('moved', { index: this.model.indexOf(neighbour.id, next), id: neighbour.id });
    else this.close();
  }
  private get favourite(): boolean { return this.row ? (this.row.flags & FLAG.favourite) !== 0 : (this.asset?.favourite ?? false); }
  private get archived(): boolean { return this.asset?.archived ?? this.model.view === 'archive'; }
  /** Until it is known, the server is asked. */
  private get mayTrash(): boolean { return this.asset?.canTrash !== false; }
  private get trashed(): boolean { return this.asset ? this.asset.trashedAt !== null : this.model.view === 'trash'; }

  private key = (e: KeyboardEvent): void => {
    if (e.composedPath().some((n) => n instanceof Element && n.localName === 'wa-dialog')) return; // a question stands above
    if (e.key === 'Tab') return keepFocus(e, this.shadowRoot!, notes.root);
    const target = e.composedPath()[0] as HTMLElement;
    const typing = target.matches?.('input, textarea, select');
    if (e.ctrlKey || e.metaKey || e.altKey || (typing && e.key !== 'Escape')) return;
    const inVideo = target instanceof HTMLVideoElement;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => void this.step('previous'), ArrowRight: () => void this.step('next'),
      Escape: () => (typing ? target.blur() : this.info ? this.toggleInfo() : this.close()),
      i: () => this.toggleInfo(), f: () => void this.do(this.favourite ? 'unfavourite' : 'favourite'),
      a: () => { if (!this.trashed) void this.do(this.archived ? 'unarchive' : 'archive'); },
      Delete: () => { if (!this.trashed && this.mayTrash) void this.do('trash'); },
      l: () => this.clip?.toggle(),
      ' ': () => { if (this.video) void (this.video.paused ? this.video.play() : this.video.pause()); else this.stage?.toggle(); },
    };
    const run = keys[e.key];
    if (!run || (inVideo && (e.key.startsWith('Arrow') || e.key === ' ')) || (e.key === ' ' && target.matches?.('button, a, summary'))) return;
    e.preventDefault();
    this.wake();
    run();
  };
  private toggleInfo(): void { this.info = !this.info; this.frames = []; this.wake(); }
  private swiped(e: CustomEvent<{ to: 'next' | 'previous' | 'close' }>): void { if (e.detail.to === 'close') this.close(); else void this.step(e.detail.to); }

  private picture(): Picture | null {
    const { row, asset } = this;
    const fileId = row?.fileId ?? asset?.fileId, version = row?.version ?? asset?.version;
    if (!fileId || version === undefined) return null;
    const layout = this.model.layout;
    const ratio = layout && this.index >= 0 && this.index < layout.total ? ratioOf(layout, this.index) : 4 / 3;
    const width = asset?.width ?? 1440 * Math.min(1, ratio), height = asset?.height ?? width / ratio;
    const file = asset?.files.find((f) => f.id === fileId);
    const own = file && SHOWABLE.test(file.mime) ? originalUrl(fileId) : '';
    return { key: `${this.assetId}/${version}`, width, height, blurred: blurredPicture(row?.thumbhash ?? asset?.thumbhash ?? ''), thumb: thumbUrl(fileId, version), preview: previewUrl(fileId, version), sharp: own && sharpEnough(width, height) ? own : '', moving: own && this.animating ? own : '', alt: asset?.title || asset?.originalName || t('timeline.tile.photo') };
  }

  override render() {
    const { asset, row } = this;
    const fileId = row?.fileId ?? asset?.fileId ?? '';
    const when = row ? formatWallClock(row.time) : asset ? formatLocal(asset.takenAtLocal) : '';
    const day = Number((row ? new Date(row.time * 1000).toISOString() : (asset?.takenAtLocal ?? '')).slice(0, 10).replaceAll('-', ''));
    const { previous, next } = this.around;
    const button = (name: string, label: string, testid: string, run: () => void, pressed?: boolean) => html`<button class="icon-button" data-testid=${testid} aria-label=${label} title=${label} aria-pressed=${pressed === undefined ? nothing : pressed} @click=${run}>${icon(name, name)}</button>`;
    return html`<div tabindex="-1" class="room ${this.idle ? 'idle' : ''} ${this.info && asset ? 'shared' : ''}">
        ${this.error ? this.lost(this.error) : this.body(fileId)}
        <div class="top chrome">
          ${button('x', t('viewer.close'), 'viewer-close', () => this.close())}
          <span class="when"><span class="long">${when}</span><span class="short">${day ? formatDay(day, true) : ''}</span></span>
          ${fileId && !this.error ? html`
            ${this.trashed ? (this.mayTrash ? button('archive-restore', t('viewer.restore'), 'viewer-restore', () => void this.do('restore')) : nothing) : html`
              ${button('heart', t('viewer.favourite'), 'viewer-favourite', () => void this.do(this.favourite ? 'unfavourite' : 'favourite'), this.favourite)}
              ${button(this.archived ? 'archive-restore' : 'archive', this.archived ? t('viewer.unarchive') : t('viewer.archive'), 'viewer-archive', () => void this.do(this.archived ? 'unarchive' : 'archive'))}
              ${!this.mayTrash ? nothing : button('trash-2', t('viewer.trash'), 'viewer-trash', () => void this.do('trash'))}`}
            <a class="icon-button" data-testid="viewer-download" href=${originalUrl(fileId, true)} download aria-label=${t('viewer.download')} title=${t('viewer.download')}>${icon('download')}</a>
            <a class="icon-button" data-testid="viewer-original" href=${originalUrl(fileId)} target="_blank" rel="noopener" aria-label=${t('viewer.original')} title=${t('viewer.original')}>${icon('external-link')}</a>
            ${button('info', t('viewer.info'), 'viewer-info', () => this.toggleInfo(), this.info)}` : nothing}
        </div>
        ${previous >= 0 ? html`<button class="icon-button step previous chrome" data-testid="viewer-previous" aria-label=${t('viewer.previous')} @click=${() => void this.step('previous')}>${icon('chevron-left')}</button>` : nothing}
        ${next >= 0 ? html`<button class="icon-button step next chrome" data-testid="viewer-next" aria-label=${t('viewer.next')} @click=${() => void this.step('next')}>${icon('chevron-right')}</button>` : nothing}
      </div>
      ${this.info && asset ? html`<m-info-panel .asset=${asset} @changed=${(e: CustomEvent<Asset>) => this.know(e.detail)} @point=${(e: CustomEvent<Frame[]>) => { this.frames = e.detail; }} @close=${() => this.toggleInfo()}></m-info-panel>` : nothing}`;
  }

  private body(fileId: string) {
    const { asset, row, failed, waiting } = this;
    const video = row ? (row.flags & FLAG.video) !== 0 : asset?.type === 'video';
    const picture = this.picture();
    if (this.retry === 'asked' && fileId) return retryingView(fileId);
    if (video && fileId) {
      const poster = !failed && !waiting && picture ? picture.preview : '';
      // Where our own decoder gave up and nothing of it can be played, the reason is told, and it can be tried again.
      if (this.videoFailed) return failed ? this.cannotShow(fileId) : unplayableView(asset, fileId, poster);
      return html`<video data-testid="viewer-video" controls playsinline preload="metadata" src=${originalUrl(fileId)} poster=${poster || nothing} @error=${() => { this.videoFailed = true; }} @loadstart=${this.videoBegins} @loadedmetadata=${this.videoKnown}></video>${failed ? nothing : thingsView(asset, this.openInfo)}`;
    }
    if (failed) return this.cannotShow(fileId);
    if (!picture) return nothing;
    // Until the preview is there, the original stands in where a browser can show it.
    const shown = waiting ? { ...picture, thumb: '', preview: picture.sharp, sharp: '' } : picture;
    const clip = clipOf(asset);
    return html`<m-stage .picture=${shown} .origin=${this.origin} .frames=${this.frames} @swipe=${this.swiped} @tap=${() => { if (this.idle) this.wake(); else this.idle = true; }}
        @hold=${(e: CustomEvent<{ on: boolean }>) => { if (e.detail.on) void this.clip?.play(); else this.clip?.stop(); }}></m-stage>
      ${clip ? html`<m-live-clip ?quiet=${this.idle} src=${clip.src} download=${clip.download} .ratio=${picture.width / picture.height}></m-live-clip>` : nothing}
      ${this.animated && !this.animating ? html`<button class="chip chrome" data-testid="viewer-animate" aria-label=${t('viewer.play.label')} @click=${() => { this.animating = true; }}>${icon('play', 'small filled')}${t('viewer.play')}</button>` : nothing}
      ${thingsView(asset, this.openInfo)}
      ${waiting && !shown.preview ? html`<div class="waiting" role="status">${t('viewer.waiting')}</div>` : nothing}`;
  }
  private openInfo = (): void => { if (!this.info) this.toggleInfo(); };
  private cannotShow(fileId: string) {
    return failedView(this.asset, fileId, this.retry === 'in vain', this.asset?.canEdit && !this.trashed ? () => void this.tryAgain() : undefined);
  }
  /** Some files make the browser neither play nor complain. Where our own decoder gave up too, silence is an answer. */
  private videoBegins = (): void => {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => { if (this.failed && (this.video?.readyState ?? 1) === 0) this.videoFailed = true; }, SILENT_MS);
  };
  /** Sound without a picture: the browser knows the sound only. */
  private videoKnown = (): void => {
    clearTimeout(this.silent);
    if (this.video?.videoWidth === 0 && (this.failed || this.asset?.width)) this.videoFailed = true;
  };
  private get waiting(): boolean { return this.row ? (this.row.flags & FLAG.waiting) !== 0 : this.asset?.preview === 'waiting'; }
  private get failed(): boolean { return this.row ? (this.row.flags & FLAG.failed) !== 0 : this.asset?.preview === 'failed'; }
  private lost(error: unknown) {
    if (error instanceof ApiError && error.code === 'not_found') return html`${stateView({ icon: 'image-off', title: t('viewer.gone'), text: [] })}<button class="text-button again" data-testid="viewer-back" @click=${() => this.close()}>${t('app.toPhotos')}</button>`;
    return html`${stateView({ icon: 'circle-alert', title: t('viewer.error'), text: [messageOf(error)] })}<button class="text-button again" @click=${() => void this.load()}>${t('app.retry')}</button>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-viewer': MViewer } }
