import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { whenLoaded } from '../components/load-state.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import { abilityList, abilityStyles, wallBadge } from '../components/plugins/abilities.ts';
import { addPlugin, rollback, setEnabled, uninstall } from '../components/plugins/do.ts';
import '../components/plugins/m-plugin-log.ts';
import '../components/plugins/m-repairs.ts';
import '../components/sources/m-source-list.ts';
import { plugins } from '../data/plugins.ts';
import { repairs } from '../data/repairs.ts';
import { sources } from '../data/sources.ts';
import { Use } from '../data/store.ts';
import type { Plugin } from '../data/types.ts';
import { formatDate } from '../strings/format.ts';
import { abilities, originLine, STATE, stateLine } from '../strings/plugin-words.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** One plugin: how it is, what it may do, who uses it, its versions, what it writes; and its way out. */
@customElement('m-plugin-page')
export class MPluginPage extends LitElement {
  static override styles = [base, paper, nodeStyles, abilityStyles, css`
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    .head { display: flex; gap: var(--space-3) var(--space-4); align-items: center; flex-wrap: wrap; } .head .grow { flex: 1 1 12rem; min-width: 0; } .head h2 { font: var(--text-page) var(--font); overflow-wrap: anywhere; }
    .two { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
    .facts { display: grid; grid-template-columns: minmax(5rem, auto) minmax(0, 1fr); gap: 8px 16px; margin: 0; } .facts dt { color: var(--ink-2); } .facts dd { margin: 0; overflow-wrap: anywhere; } .sum { font: 0.75rem/1.125rem ui-monospace, 'DejaVu Sans Mono', monospace; }
    .rows .row { flex-wrap: wrap; } .rows .grow { flex: 1 1 12rem; }
    .rows, m-source-list { display: block; margin-block: calc(var(--space-3) * -1); }
    .remove { justify-self: start; }
  `];
  @property({ attribute: false }) params: { plugin?: string } = {};
  private plugins = new Use(this, plugins);
  private sources = new Use(this, sources);
  private repairs = new Use(this, repairs);

  override render() {
    return html`<div class="page"><a class="back" href="/admin/plugins" data-testid="plugin-back">${icon('chevron-left')}${t('plugin.back')}</a>
      ${whenLoaded(this.plugins, (all) => {
        const p = all.find((x) => x.id === this.params.plugin);
        return p ? this.plugin(p) : html`<m-note icon="puzzle" heading=${t('plugin.gone')} text=${t('plugin.gone.text')} data-testid="plugin-gone"><wa-button variant="brand" href="/admin/plugins">${t('plugin.back')}</wa-button></m-note>`;
      }, html`<div class="skeleton" aria-hidden="true"><i style="height:52px"></i><i></i><i></i></div>`)}</div>`;
  }

  private plugin(p: Plugin) {
    const { icon: mark, tone } = STATE[p.state], m = p.manifest, importer = m.kind === 'import-source';
    const card = this.repairs.data?.find((r) => r.about === p.id); // it says the same, and has the button
    const used = (this.sources.data ?? []).filter((s) => s.pluginId === p.id);
    return html`
      <div class="head" data-testid="plugin-head" data-state=${p.state}><span class="pc ${p.state === 'broken' ? 'warn' : ''}">${icon('puzzle')}</span>
        <div class="grow"><h2>${m.name}</h2><div class="state ${tone}" role="status" data-testid="plugin-state">${icon(mark, 'small')}<span>${stateLine(p)}</span></div></div>
        <div class="buttons">
          ${p.state === 'enabled' ? html`<wa-button size="s" appearance="outlined" data-testid="plugin-disable" @click=${() => void setEnabled(p, false)}><span slot="start">${icon('power-off', 'small')}</span>${t('plugin.disable')}</wa-button>` : card?.fix === 'plugins.enable' ? nothing : html`<wa-button size="s" variant="brand" data-testid="plugin-enable" @click=${() => void setEnabled(p, true)}><span slot="start">${icon('power', 'small')}</span>${t('plugin.enable')}</wa-button>`}
          ${importer && p.state === 'enabled' ? html`<wa-button size="s" variant="brand" data-testid="plugin-source" href="/admin/sources/new/${p.id}"><span slot="start">${icon('plus', 'small')}</span>${t('plugin.source')}</wa-button>` : nothing}</div></div>
      <m-repairs about=${p.id}></m-repairs>
      ${p.trouble && !card ? html`<div class="trouble" role="status" data-testid="plugin-trouble">${icon('triangle-alert')}<span class="grow">${p.trouble}</span></div>` : nothing}
      ${p.crashes > 0 && p.state !== 'broken' ? html`<p class="caption">${t('plugin.crashes', { n: p.crashes })}</p>` : nothing}
      <p>${m.description}</p>
      <div class="two"><section class="card"><header><h2>${t('can.title')}</h2>${wallBadge(p.isolation)}</header>${abilityList(abilities(m))}<p class="caption">${t(`wall.${p.isolation}.text`)} ${importer ? t('can.always') : nothing}</p></section>
        ${this.about(p)}</div>
      ${importer ? html`<section class="card"><h2>${t('plugin.sources')}</h2>${used.length === 0 ? html`<p class="quiet">${t('plugin.sources.none')}</p>` : html`<m-source-list .only=${p.id}></m-source-list>`}</section>` : nothing}
      ${p.origin === 'bundled' ? nothing : this.versions(p)}
      <m-plugin-log pluginId=${p.id}></m-plugin-log>
      ${p.origin === 'bundled' ? nothing : html`<wa-button class="remove" appearance="plain" data-testid="plugin-remove" @click=${() => void uninstall(p, used)}><span slot="start">${icon('trash-2', 'small')}</span>${t('plugin.remove')}</wa-button>`}`;
  }

  private versions(p: Plugin) {
    return html`<section class="card" data-testid="plugin-versions"><header><h2>${t('plugin.versions')}</h2><wa-button size="s" appearance="outlined" data-testid="plugin-upgrade" @click=${() => void addPlugin(p)}>${t('plugin.upgrade')}</wa-button></header><div class="rows">
      <div class="row"><div class="grow"><div>${t('plugin.versions.now', { v: p.manifest.version, origin: originLine(p) })}</div><div class="caption">${t('plugin.versions.since', { when: formatDate(p.installedAt) })}</div></div></div>
      ${p.previous === null ? nothing : html`<div class="row" data-testid="plugin-previous"><div class="grow"><div>${t('plugin.versions.previous', { v: p.previous })}</div><div class="caption">${t('plugin.versions.keeps')}</div></div><wa-button size="s" appearance="outlined" data-testid="plugin-rollback" @click=${() => void rollback(p)}><span slot="start">${icon('history', 'small')}</span>${t('plugin.rollback')}</wa-button></div>`}</div></section>`;
  }
  private about(p: Plugin) {
    const m = p.manifest;
    const facts: [string, unknown][] = [
      [t('plugin.about.kind'), t(`plugins.kind.${m.kind}`)], [t('node.about.version'), p.origin === 'bundled' && `${m.version}, ${originLine(p)}`], [t('plugin.about.author'), m.author], [t('plugin.about.licence'), m.licence],
      [t('plugin.about.homepage'), m.homepage && /^https?:\/\//.test(m.homepage) ? html`<a href=${m.homepage} target="_blank" rel="noopener noreferrer">${m.homepage}</a>` : m.homepage],
      [t('plugin.about.api'), m.apiVersion], [t('plugin.about.sha'), html`<span class="sum">${p.sha256}</span>`],
    ];
    return html`<section class="card"><header><h2>${t('plugin.about')}</h2>${m.help ? html`<a href="/import/help/${p.id}">${t('plugin.help')}</a>` : nothing}</header><dl class="facts">${facts.filter(([, v]) => v).map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-page': MPluginPage } }
