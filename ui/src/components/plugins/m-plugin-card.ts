import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { repairs } from '../../data/repairs.ts';
import { Use } from '../../data/store.ts';
import type { Plugin } from '../../data/types.ts';
import { abilityLine, STATE, stateLine } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { nodeStyles } from '../nodes/nodes.styles.ts';
import { abilityStyles, wallBadge } from './abilities.ts';

/** One plugin in the list: what it is, how it is, what it may do, how it is walled in. The whole card leads to its page. */
@customElement('m-plugin-card')
export class MPluginCard extends LitElement {
  static override styles = [base, paper, nodeStyles, abilityStyles, css`
    .card { position: relative; height: 100%; gap: var(--space-3); transition: background var(--fast); grid-template-rows: auto 1fr auto; }
    .card:hover { background: color-mix(in oklab, var(--ink-1) 3%, var(--surface-1)); }
    .head { display: flex; gap: var(--space-3); align-items: center; min-width: 0; } .head .grow { flex: 1; min-width: 0; }
    .name { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; }
    .name a { color: inherit; text-decoration: none; font: var(--text-section) var(--font); overflow-wrap: anywhere; }
    .name a::after { content: ''; position: absolute; inset: 0; border-radius: var(--radius-card); }
    .name a:focus-visible { outline: none; } .name a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 2px; }
    .text { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; overflow-wrap: anywhere; }
    .foot { display: grid; gap: 2px; } .foot div { display: flex; flex-wrap: wrap; gap: 2px 12px; }
    .wall { position: relative; }
  `];
  @property({ attribute: false }) plugin!: Plugin;
  private repairs = new Use(this, repairs);

  override render() {
    const p = this.plugin, { icon: mark, tone } = STATE[p.state];
    return html`<article class="card" data-testid="plugin" data-id=${p.id} data-state=${p.state} aria-label=${p.manifest.name}>
      <div class="head"><span class="pc ${p.state === 'broken' ? 'warn' : ''}">${icon('puzzle')}</span>
        <div class="grow"><div class="name"><a href="/admin/plugins/${p.id}">${p.manifest.name}</a><span class="caption num">${p.manifest.version}</span></div>
          <div class="state ${tone}" data-testid="plugin-state">${icon(mark, 'small')}<span>${stateLine(p)}</span></div></div></div>
      <div>${p.trouble && !this.repairs.data?.some((r) => r.about === p.id) ? html`<div class="trouble">${icon('triangle-alert')}<span class="grow">${p.trouble}</span></div>` : html`<p class="text">${p.manifest.description}</p>`}</div>
      <div class="foot caption"><div>${wallBadge(p.isolation)}${p.origin === 'bundled' ? html`<span>${t('plugins.bundled')}</span>` : nothing}</div><span>${abilityLine(p.manifest)}</span></div>
    </article>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-card': MPluginCard } }
