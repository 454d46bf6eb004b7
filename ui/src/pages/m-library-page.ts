import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { NAV } from '../app/nav.ts';
import '../components/plugins/m-repair-badge.ts';
import { session } from '../data/session.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** On phones: everything that has no room in the bottom bar. */
@customElement('m-library-page')
export class MLibraryPage extends LitElement {
  static override styles = [base, paper, css`
    a { display: flex; gap: 16px; align-items: center; padding: 16px 4px; text-decoration: none; color: inherit; border-top: 1px solid var(--line); } a:first-child { border: 0; }
    a .icon:last-child { margin-left: auto; color: var(--ink-2); }
  `];
  override render() {
    const items = NAV.filter((i) => !i.bottom && (i.group !== 'admin' || session.user?.role === 'admin'));
    return html`<div class="page"><p class="quiet">${t('library.page.text')}</p><nav aria-label=${t('nav.library')}>${items.map((i) => html`<a href=${i.path} data-testid=${i.testid}>${icon(i.icon)}<span>${t(i.label as 'nav.photos')}</span>${i.badge ? html`<m-repair-badge></m-repair-badge>` : ''}${icon('chevron-right', 'small')}</a>`)}</nav></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-library-page': MLibraryPage } }
