import { css, html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { scrollByKey } from '../app/scroll-keys.ts';
import { icon } from '../app/icons.ts';
import '../components/albums/m-album-card.ts';
import { whenLoaded } from '../components/load-state.ts';
import '../components/m-note.ts';
import { albums } from '../data/albums.ts';
import { Use } from '../data/store.ts';
import type { Album } from '../data/types.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

const SEARCH_FROM = 13; // albums
const PART = 200;
/** Kept while other pages are shown: coming back from an album finds its place. */
const kept = { top: 0, search: '', shown: PART };

/** All albums, by their covers. */
@customElement('m-albums-page')
export class MAlbumsPage extends LitElement {
  static override styles = [base, fields, css`
    :host { display: block; height: 100%; }
    .scroller { height: 100%; overflow: auto; padding: 8px 24px 96px; outline: none; }
    .find { max-width: 22rem; margin: 4px 0 20px; position: relative; } .find .icon { position: absolute; left: 12px; top: 10px; color: var(--ink-2); pointer-events: none; } .find input { padding-left: 40px; }
    .albums { display: grid; grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); gap: 24px 20px; max-width: 1800px; margin: 0; padding: 0; list-style: none; }
    .more { margin: 24px auto 0; display: block; }
    .wait { animation: appear 0s 200ms both; } .wait i { display: block; aspect-ratio: 1; border-radius: var(--radius-card); background: var(--surface-1); }
    @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
    @media (max-width: 599px) { .scroller { padding: 8px 16px 88px; } .albums { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 20px 12px; } }
  `];
  @query('.scroller') private scroller!: HTMLElement;
  @state() private search = kept.search;
  @state() private shown = kept.shown;
  private all = new Use(this, albums);
  private placed = false;
  private key = (e: KeyboardEvent): void => scrollByKey(e, this.scroller);

  override connectedCallback(): void { super.connectedCallback(); addEventListener('keydown', this.key); }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.key);
    if (this.placed) Object.assign(kept, { top: this.scroller.scrollTop, search: this.search, shown: this.shown });
  }
  override updated(): void {
    if (this.placed || !this.all.data) return;
    this.placed = true;
    this.scroller.scrollTop = kept.top;
  }

  override render() { return html`<div class="scroller" tabindex="-1">${whenLoaded(this.all, (all) => this.list(all), html`<div class="albums wait" aria-hidden="true">${Array.from({ length: 6 }, () => html`<i></i>`)}</div>`)}</div>`; }
  private list(all: Album[]) {
    if (all.length === 0) return html`<m-note icon="album" heading=${t('albums.none')} text=${t('albums.none.text')} data-testid="albums-none"><wa-button variant="brand" href="/import">${t('albums.none.import')}</wa-button></m-note>`;
    const words = this.search.trim().toLocaleLowerCase(), found = words ? all.filter((a) => `${a.name} ${a.description ?? ''}`.toLocaleLowerCase().includes(words)) : all;
    return html`${all.length >= SEARCH_FROM ? html`<label class="field find"><span class="sr">${t('albums.search')}</span><input type="search" data-testid="albums-search" placeholder=${t('albums.search')} .value=${this.search} @input=${(e: Event) => { this.search = (e.target as HTMLInputElement).value; }}>${icon('search')}</label>` : nothing}
      ${found.length === 0 ? html`<p class="quiet" role="status">${t('albums.noMatch')}</p>` : html`<ul class="albums" aria-label=${t('albums.list')}>${repeat(found.slice(0, this.shown), (a) => a.id, (a) => html`<li><m-album-card .album=${a}></m-album-card></li>`)}</ul>`}
      ${found.length > this.shown ? html`<wa-button class="more" appearance="outlined" @click=${() => { this.shown += PART; }}>${t('imports.runs.more')}</wa-button>` : nothing}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-albums-page': MAlbumsPage } }
