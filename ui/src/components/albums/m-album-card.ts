import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { thumbUrl } from '../../data/assets.ts';
import type { Album } from '../../data/types.ts';
import { formatSpan } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { blurredPicture } from '../timeline/placeholder.ts';

/** One album: its cover, name, size and dates; the whole card leads to it. */
@customElement('m-album-card')
export class MAlbumCard extends LitElement {
  static override styles = [base, css`
    a { display: grid; gap: 2px; color: inherit; text-decoration: none; border-radius: var(--radius-card); }
    .cover { aspect-ratio: 1; border-radius: var(--radius-card); background: var(--surface-2) center / cover no-repeat; display: grid; place-items: center; overflow: hidden; margin-bottom: 6px; color: var(--ink-2); transition: filter var(--fast); }
    a:hover .cover { filter: brightness(0.94); }
    .cover .icon { width: 40px; height: 40px; stroke-width: 1; }
    img { width: 100%; height: 100%; object-fit: cover; display: block; }
    .name { font-weight: 600; overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow-wrap: anywhere; }
  `];
  @property({ attribute: false }) album!: Album;
  @state() private failed = '';

  override render() {
    const { album: a } = this, { cover } = a;
    const src = cover?.version ? thumbUrl(cover.fileId, cover.version) : '', blurred = blurredPicture(cover?.thumbhash ?? '');
    const facts = [a.assets > 0 ? t('albums.count', { n: a.assets }) : t('albums.empty'), a.from && formatSpan(a.from, a.to ?? a.from)].filter(Boolean).join(' · ');
    return html`<a href="/albums/${a.id}" data-testid="album" data-id=${a.id}><span class="cover" style=${blurred ? `background-image:url(${blurred})` : ''}>${src && this.failed !== src ? html`<img src=${src} alt="" loading="lazy" decoding="async" @error=${() => { this.failed = src; }}>` : blurred ? nothing : icon('image')}</span>
      <span class="name">${a.name}</span><span class="caption num">${facts}</span></a>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-album-card': MAlbumCard } }
