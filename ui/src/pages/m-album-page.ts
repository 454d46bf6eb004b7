import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { icon } from '../app/icons.ts';
import type { RouteParams } from '../app/match.ts';
import { toast } from '../app/toast.ts';
import '../components/m-note.ts';
import '../components/timeline/m-selection-bar.ts';
import '../components/timeline/m-timeline.ts';
import type { MTimeline } from '../components/timeline/m-timeline.ts';
import { Selection } from '../components/timeline/selection.ts';
import { ViewerOver } from '../components/viewer/over.ts';
import { albumPhotos, type AlbumPhotos } from '../data/album-photos.ts';
import { albumStore } from '../data/albums.ts';
import { ApiError, messageOf } from '../data/api.ts';
import { Use } from '../data/store.ts';
import type { Album } from '../data/types.ts';
import { formatSpan } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base } from '../tokens/shared.ts';

const LONG = 280; // characters of a description that are shown at first

/** One album: its name and story, and its photos in its own order; the viewer stands above them while the address names a photo. */
@customElement('m-album-page')
export class MAlbumPage extends LitElement {
  static override styles = [base, css`
    :host { display: block; height: 100%; position: relative; }
    .lead { padding: 0 0 20px; display: grid; gap: 4px; max-width: 72ch; }
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    h2 { font: 600 1.75rem/2.25rem var(--font); overflow-wrap: anywhere; }
    .story { white-space: pre-line; overflow-wrap: anywhere; margin-top: 8px; }
    .text-button { padding: 2px 6px; margin-left: -6px; justify-self: start; }
    .gone { height: 100%; display: grid; }
  `];
  @property({ attribute: false }) params: RouteParams = {};
  @state() private tick = 0;
  @state() private whole = false;
  @query('m-timeline') private grid!: MTimeline | null;
  private of = '';
  private model!: AlbumPhotos;
  private album: Use<Album> | undefined;
  private selection = new Selection(() => { this.tick++; });
  private viewer = new ViewerOver(this, { list: () => this.model, path: () => `/albums/${this.of}`, grid: () => this.grid });

  override willUpdate(changed: PropertyValues<this>): void {
    const id = this.params['album'] ?? '';
    if (changed.has('params') && id !== this.of) {
      this.of = id;
      this.model = albumPhotos(id);
      this.selection.ids.clear();
      this.whole = false;
      if (this.album) { this.removeController(this.album); this.album.hostDisconnected(); }
      this.album = new Use<Album>(this, albumStore(id));
    }
    this.viewer.follow(this.params['id']);
  }

  override render() {
    const id = this.params['id'], album = this.album?.data;
    const error = album ? undefined : this.album?.error;
    if (error instanceof ApiError && (error.code === 'not_found' || error.code === 'bad_request')) return html`<div class="gone"><m-note icon="album" heading=${t('album.gone')} text=${t('album.gone.text')} data-testid="album-gone"><wa-button variant="brand" href="/albums">${t('album.back')}</wa-button></m-note></div>`;
    return html`
      ${keyed(this.of, html`<m-timeline plain label=${album?.name ?? t('album.grid')} .model=${this.model} .selection=${this.selection} .tick=${this.tick} @open=${this.viewer.open} ?inert=${Boolean(id)}
          @toomany=${(e: CustomEvent<{ limit: number }>) => toast({ text: t('select.tooMany', { n: e.detail.limit }) })}>
        <div slot="lead" class="lead"><a class="back" href="/albums" data-testid="album-back">${icon('chevron-left')}${t('album.back')}</a>${album ? this.lead(album) : html`<h2>&nbsp;</h2><p class="caption">&nbsp;</p>`}</div>
        <m-note slot="empty" icon="images" heading=${t('album.none')}></m-note>
        <m-note slot="error" icon="circle-alert" heading=${t('album.error')} text=${this.model.error ? messageOf(this.model.error) : ''}><wa-button variant="brand" @click=${() => void this.model.refresh()}>${t('app.retry')}</wa-button></m-note>
      </m-timeline>`)}
      ${this.selection.active && !id ? html`<m-selection-bar .view=${'photos'} .selection=${this.selection} .model=${this.model} .tick=${this.tick}></m-selection-bar>` : nothing}
      ${this.viewer.view(id)}`;
  }
  private lead(a: Album) {
    const story = a.description ?? '', cut = !this.whole && story.length > LONG;
    return html`<h2 data-testid="album-name">${a.name}</h2><p class="caption num" data-testid="album-facts">${[t('albums.count', { n: a.assets }), a.from && formatSpan(a.from, a.to ?? a.from)].filter(Boolean).join(' · ')}</p>
      ${story ? html`<p class="story" data-testid="album-description">${cut ? `${story.slice(0, LONG).trimEnd()}…` : story}</p>` : nothing}
      ${story.length > LONG ? html`<button class="text-button" aria-expanded=${this.whole} @click=${() => { this.whole = !this.whole; }}>${t(this.whole ? 'album.less' : 'album.more')}</button>` : nothing}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-album-page': MAlbumPage } }
