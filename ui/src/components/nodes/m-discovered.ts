import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { openDialog } from '../../app/dialog.ts';
import { icon } from '../../app/icons.ts';
import { router } from '../../app/router.ts';
import { discovered, ignorePc } from '../../data/nodes.ts';
import { Use } from '../../data/store.ts';
import type { Discovered } from '../../data/types.ts';
import type { PairParams } from '../../dialogs/m-pair-dialog.ts';
import { changeLine, hardware } from '../../strings/node-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { whenLoaded } from '../load-state.ts';
import { attempt, ignore } from './do.ts';
import { nodeStyles } from './nodes.styles.ts';

const LISTED = 50;

/** PCs in the network that would like to help, and behind a small line those that are ignored. Nothing at all when there are none; that they could not be asked for is said. */
@customElement('m-discovered')
export class MDiscovered extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    :host { display: grid; gap: var(--space-3); }
    .card { border: 1px solid color-mix(in oklab, var(--accent) 35%, var(--line)); background: color-mix(in oklab, var(--accent) 4%, var(--surface-0)); align-content: space-between; }
    .pc { color: var(--accent-ink); background: color-mix(in oklab, var(--accent) 14%, var(--surface-0)); }
    .head { display: flex; gap: var(--space-3); align-items: flex-start; min-width: 0; } .head .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
    .grid { grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
    .toggle { justify-self: start; color: var(--ink-2); font-weight: 400; margin-left: -10px; display: flex; gap: 4px; align-items: center; } .toggle .icon { transition: transform var(--fast); } .toggle[aria-expanded='true'] .icon { transform: rotate(180deg); }
  `];
  private pcs = new Use(this, discovered);
  @state() private open = false;

  private async add(pc: Discovered): Promise<void> {
    const params: PairParams = { id: pc.id, name: pc.name };
    const done = await openDialog<PairParams, string>('m-pair-dialog', () => import('../../dialogs/m-pair-dialog.ts'), params);
    if (done) router.go(`/admin/nodes/${done}`);
  }

  override willUpdate(): void { this.hidden = this.pcs.data ? this.pcs.data.length === 0 : !this.pcs.error; }
  override render() { return whenLoaded(this.pcs, (all) => this.list(all)); }
  private list(all: Discovered[]) {
    const shown = all.filter((p) => p.state !== 'ignored'), ignored = all.filter((p) => p.state === 'ignored');
    return html`${shown.length > 0 ? html`<header><h2>${t('discovered.title')}</h2><p class="quiet">${t('discovered.text', { n: shown.length })}</p></header><div class="grid">${shown.slice(0, LISTED).map((p) => this.card(p))}</div>` : nothing}
      ${ignored.length > 0 ? html`<button class="text-button caption toggle" data-testid="discovered-ignored" aria-expanded=${this.open ? 'true' : 'false'} @click=${() => { this.open = !this.open; }}>${t('discovered.ignored', { n: ignored.length })}${icon('chevron-down', 'small')}</button>
        ${this.open ? html`<div class="list">${ignored.slice(0, LISTED).map((p) => html`<div class="row" data-testid="ignored-pc"><div class="grow"><div>${p.name}</div><div class="caption">${[p.address, hardware(p.caps)].filter(Boolean).join(' · ')}</div></div><wa-button size="s" appearance="outlined" data-testid="discovered-back" aria-label=${t('discovered.backOf', { name: p.name })} @click=${() => void attempt(() => ignorePc(p.id, false))}>${t('discovered.back')}</wa-button></div>`)}</div>` : nothing}` : nothing}`;
  }

  private card(p: Discovered) {
    const going = p.state === 'open' || p.state === 'code', cannot = p.trouble !== null && p.caps !== null; // it calls, but we have no language in common
    return html`<article class="card" data-testid="discovered" data-id=${p.id} aria-label=${p.name}>
      <div class="head"><span class="pc">${icon('pc-case')}</span><div class="grow"><h3 style="font:var(--text-section) var(--font)">${p.name}</h3><div class="caption num">${p.address}</div>${p.caps ? html`<div class="caption">${hardware(p.caps)}</div>` : nothing}</div></div>
      ${p.trouble ? html`<div class="trouble">${icon('triangle-alert')}<span class="grow">${p.trouble}</span></div>` : html`<p data-testid="discovered-change">${changeLine(p.change)}</p>`}
      <div class="buttons">${cannot ? nothing : html`<wa-button size="s" variant="brand" data-testid="discovered-add" aria-label=${t('discovered.addOf', { name: p.name })} @click=${() => void this.add(p)}>${t(going ? 'discovered.continue' : 'discovered.add')}</wa-button>`}
        ${going ? html`<span class="caption">${t('discovered.pairing')}</span>` : html`<wa-button size="s" appearance="plain" data-testid="discovered-ignore" aria-label=${t('discovered.ignoreOf', { name: p.name })} @click=${() => void ignore(p)}>${t('discovered.ignore')}</wa-button>`}</div>
    </article>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-discovered': MDiscovered } }
