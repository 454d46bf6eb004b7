import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { whenLoaded } from '../components/load-state.ts';
import '../components/nodes/m-discovered.ts';
import '../components/nodes/m-join-panel.ts';
import '../components/nodes/m-node-card.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import { forecast, nodes } from '../data/nodes.ts';
import { Use } from '../data/store.ts';
import { forecastLines } from '../strings/node-words.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

const LISTED = 100;

/** The PCs that work for this house, those that would like to, and how one more joins. */
@customElement('m-nodes-page')
export class MNodesPage extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .nodes { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
    .forecast { display: flex; flex-wrap: wrap; gap: 2px 16px; }
  `];
  private nodes = new Use(this, nodes);
  private forecast = new Use(this, forecast);

  override render() {
    const ahead = this.forecast.data && this.nodes.data?.length ? forecastLines(this.forecast.data, this.nodes.data) : [];
    return html`<div class="page">
      <m-discovered></m-discovered>
      <section style="display:grid;gap:var(--space-3)"><h2 class="sr">${t('nodes.list')}</h2>
        ${ahead.length > 0 ? html`<div class="forecast quiet num" data-testid="forecast">${ahead.map((l) => html`<span>${l}</span>`)}</div>` : nothing}
        ${whenLoaded(this.nodes, (all) => (all.length === 0 ? html`<p class="quiet">${t('nodes.none')}</p>` : html`<div class="nodes">${all.slice(0, LISTED).map((n) => html`<m-node-card .node=${n}></m-node-card>`)}</div>${all.length > LISTED ? html`<p class="caption">${t('nodes.more', { n: all.length - LISTED })}</p>` : nothing}`), html`<div class="skeleton nodes" aria-hidden="true"><i></i><i></i></div>`)}</section>
      <m-join-panel></m-join-panel>
    </div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-nodes-page': MNodesPage } }
