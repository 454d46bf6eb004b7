import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../../app/icons.ts';
import { thumbUrl } from '../../data/assets.ts';
import { Fresh } from '../../data/fresh.ts';
import type { Asset } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { blurredPicture } from '../timeline/placeholder.ts';

/** Photos as they arrive. */
@customElement('m-fresh')
export class MFresh extends LitElement {
  static override styles = [base, css`
    :host { display: grid; gap: 8px; }
    ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 4px; max-height: calc(3 * 96px); overflow: hidden; }
    a { display: grid; place-items: center; aspect-ratio: 1; border-radius: var(--radius-tile); overflow: hidden; background: var(--surface-2) center / cover no-repeat; color: var(--ink-2); }
    img { width: 100%; height: 100%; object-fit: cover; display: block; animation: in var(--move) var(--ease); } @keyframes in { from { opacity: 0; } }
  `];
  @property() library = '';
  private fresh: Fresh | undefined;
  private redraw = (): void => this.requestUpdate();

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('library') || this.fresh?.libraryId === this.library) return;
    this.leave();
    this.fresh = new Fresh(this.library);
    this.follow();
  }
  override connectedCallback(): void { super.connectedCallback(); this.follow(); }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.leave(); }
  private follow(): void { this.fresh?.addEventListener('change', this.redraw); this.fresh?.start(); }
  private leave(): void { this.fresh?.removeEventListener('change', this.redraw); this.fresh?.stop(); }

  override render() {
    const photos = this.fresh?.photos ?? [];
    return html`<span class="caption">${photos.length > 0 ? t('progress.fresh') : t('progress.fresh.waiting')}</span>${photos.length > 0 ? html`<ul aria-label=${t('progress.fresh')}>${repeat(photos, (p) => p.id, (p) => html`<li>${this.tile(p)}</li>`)}</ul>` : nothing}`;
  }
  private tile(p: Asset) {
    const blurred = blurredPicture(p.thumbhash ?? '');
    return html`<a href="/photos/${p.id}" data-testid="fresh" data-state=${p.preview} aria-label=${p.title || p.originalName} style=${blurred ? `background-image:url(${blurred})` : ''}>${p.preview === 'ready' ? html`<img src=${thumbUrl(p.fileId, p.version)} alt="" decoding="async">` : icon(p.preview === 'waiting' ? 'clock' : 'image-off', 'small')}</a>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-fresh': MFresh } }
