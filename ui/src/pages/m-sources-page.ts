import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { whenLoaded } from '../components/load-state.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import '../components/sources/m-source-list.ts';
import { session } from '../data/session.ts';
import { sourceKinds, sources } from '../data/sources.ts';
import { Use } from '../data/store.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** Sources that are set up, and what kinds of them can be. */
@customElement('m-sources-page')
export class MSourcesPage extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .kinds { display: grid; gap: var(--space-3); grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }
    .kinds a { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; padding: var(--space-3) var(--space-4); border: 1px solid var(--line); border-radius: var(--radius-card); text-decoration: none; color: inherit; align-content: start; transition: background var(--fast); } .kinds a:hover { background: var(--surface-1); } .kinds .icon { grid-row: span 2; color: var(--ink-2); margin-top: 2px; } .kinds strong { overflow-wrap: anywhere; } .kinds .caption { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
    .card { padding-block: var(--space-2); }
  `];
  private sources = new Use(this, sources);
  private kinds = new Use(this, sourceKinds);

  override render() {
    return html`<div class="page"><p class="quiet">${t('sources.text')}</p>
      ${whenLoaded(this.sources, (all) => (all.length === 0 ? html`<m-note icon="folder-sync" heading=${t('sources.none')} text=${t('sources.none.text')} data-testid="sources-none"></m-note>` : html`<section class="card"><m-source-list></m-source-list></section>`), html`<div class="skeleton" aria-hidden="true"><i></i></div>`)}
      <section style="display:grid;gap:var(--space-3)"><h2>${t('sources.add')}</h2>
        ${whenLoaded(this.kinds, (all) => (all.length === 0 ? html`<p class="quiet">${t('sources.kinds.none')}${session.user?.role === 'admin' ? html` <a href="/admin/plugins">${t('sources.kinds.none.admin')}</a>` : nothing}</p>`
          : html`<div class="kinds">${all.map((k) => html`<a href="/admin/sources/new/${k.id}" data-testid="source-kind" data-id=${k.id}>${icon('folder-sync')}<strong>${k.name}</strong><span class="caption">${k.description}</span></a>`)}</div>`))}</section></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-sources-page': MSourcesPage } }
