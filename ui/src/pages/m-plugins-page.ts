import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { whenLoaded } from '../components/load-state.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import { addPlugin } from '../components/plugins/do.ts';
import '../components/plugins/m-plugin-card.ts';
import '../components/plugins/m-repairs.ts';
import { plugins } from '../data/plugins.ts';
import { Use } from '../data/store.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** What needs a hand; the plugins that are here; how one more comes in. */
@customElement('m-plugins-page')
export class MPluginsPage extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .plugins { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
    .page > header p { flex: 1 1 18rem; }
  `];
  private plugins = new Use(this, plugins);

  override render() {
    return html`<div class="page"><m-repairs></m-repairs>
      <header><p class="quiet">${t('plugins.text')}</p><wa-button variant="brand" data-testid="plugin-add" @click=${() => void addPlugin()}><span slot="start">${icon('plus')}</span>${t('plugins.add')}</wa-button></header>
      ${whenLoaded(this.plugins, (all) => (all.length === 0 ? html`<m-note icon="puzzle" heading=${t('plugins.none')}></m-note>` : html`<section class="plugins" aria-label=${t('plugins.title')}>${all.map((p) => html`<m-plugin-card .plugin=${p}></m-plugin-card>`)}</section>`), html`<div class="skeleton plugins" aria-hidden="true"><i></i><i></i><i></i></div>`)}
      <p><a href="/admin/sources" data-testid="plugins-sources">${t('plugins.sourcesLink')}</a></p>
    </div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugins-page': MPluginsPage } }
