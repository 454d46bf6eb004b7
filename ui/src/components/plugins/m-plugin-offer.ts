import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { plugins } from '../../data/plugins.ts';
import { Use } from '../../data/store.ts';
import type { PluginOffer } from '../../data/types.ts';
import { formatBytes } from '../../strings/format.ts';
import { abilities, asksMore, originLine, replacesLine, WALL } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base, fields } from '../../tokens/shared.ts';
import { abilityList, abilityStyles } from './abilities.ts';

/** A plugin before it is installed: what it is, what it may do (marked, what is new), how it would be walled in. */
@customElement('m-plugin-offer')
export class MPluginOffer extends LitElement {
  static override styles = [base, fields, abilityStyles, css`
    :host { display: grid; gap: var(--space-4); }
    .head h2 { font: var(--text-section) var(--font); overflow-wrap: anywhere; } .head p { overflow-wrap: anywhere; } .head { display: grid; gap: 2px; }
    h3 { font: 600 var(--text-body) var(--font); font-weight: 600; margin-bottom: 10px; }
    .message.good .icon { color: var(--good); } .message p { font: var(--text-caption) var(--font); color: var(--ink-2); margin-top: 2px; }
    .sum { font: 0.75rem/1.125rem ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; color: var(--ink-2); }
  `];
  @property({ attribute: false }) offer!: PluginOffer;
  private plugins = new Use(this, plugins);

  override render() {
    const o = this.offer, m = o.manifest, before = o.replaces === null ? undefined : this.plugins.data?.find((p) => p.id === m.id)?.manifest;
    const all = abilities(m, before), more = asksMore(o, all), fresh = more.length > 0 || all.some((a) => a.fresh);
    return html`<div class="head"><h2>${m.name} <span class="quiet num">${m.version}</span></h2><p>${m.description}</p>
        <p class="caption">${[m.author && t('add.offer.by', { author: m.author }), m.licence, originLine(o), t('add.offer.size', { n: o.files, size: formatBytes(o.bytes) })].filter(Boolean).join(' · ')}</p></div>
      ${o.replaces === null ? nothing : html`<div class="message ${fresh ? 'warn' : 'good'}" data-testid="offer-replaces">${icon(fresh ? 'triangle-alert' : 'circle-check')}<div>${replacesLine(o.replaces, m.version)}<p>${[t(fresh ? 'add.offer.more' : 'add.offer.noMore') + (fresh ? '.' : ''), o.migrates > 0 && t('add.offer.migrates', { n: o.migrates })].filter(Boolean).join(' ')}</p></div></div>`}
      <section><h3>${t('can.title')}</h3>${abilityList(all, more)}</section>
      <div class="message ${WALL[o.isolation].tone}" data-testid="offer-wall" data-isolation=${o.isolation}>${icon(WALL[o.isolation].icon)}<div>${t(`wall.${o.isolation}`)}<p>${t(`wall.${o.isolation}.text`)}</p></div></div>
      <p class="sum" title=${t('plugin.about.sha')}>sha256 ${o.sha256}</p>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-offer': MPluginOffer } }
