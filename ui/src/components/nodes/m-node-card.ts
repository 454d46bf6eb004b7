import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { upgradeNode, wakeNode } from '../../data/nodes.ts';
import type { WorkerNode } from '../../data/types.ts';
import { formatDate, formatTook } from '../../strings/format.ts';
import { isAway, jobName, STATE, stateLine, troubleOf } from '../../strings/node-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { attempt, setDrain, setPaused } from './do.ts';
import './m-node-load.ts';
import { nodeStyles } from './nodes.styles.ts';

const SHOWN = 2; // jobs by name

/** One PC in the list: how it is, what it does now, what it has done; the whole card leads to its page. At most one button, for what is most likely wanted. */
@customElement('m-node-card')
export class MNodeCard extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .card { position: relative; height: 100%; transition: background var(--fast); grid-template-rows: auto; }
    .card:hover { background: color-mix(in oklab, var(--ink-1) 3%, var(--surface-1)); }
    .head { display: flex; gap: var(--space-3); align-items: center; min-width: 0; }
    .head .grow { flex: 1; min-width: 0; }
    .name { display: flex; gap: 8px; align-items: center; min-width: 0; }
    .name a { color: inherit; text-decoration: none; font: var(--text-section) var(--font); overflow-wrap: anywhere; }
    .name a::after { content: ''; position: absolute; inset: 0; border-radius: var(--radius-card); }
    .name a:focus-visible { outline: none; } .name a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 2px; }
    wa-button { position: relative; }
    .jobs { display: grid; gap: 2px; }
    .foot { display: grid; gap: 2px; }
    .trouble .grow { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 5; overflow: hidden; }
    .off { color: var(--ink-2); }
  `];
  @property({ attribute: false }) node!: WorkerNode;

  override render() {
    const { node: n } = this, { icon: mark, tone } = STATE[n.state], trouble = troubleOf(n);
    const work = n.kinds.filter((k) => k.kind !== 'probe' && k.done > 0).map((k) => [t(`jobs.kind.${k.kind}`), k.msPerJob !== null && t('nodes.each', { time: formatTook(k.msPerJob) }), k.share >= 0.005 && t('nodes.share', { n: Math.round(k.share * 100) })].filter(Boolean).join(' · '));
    return html`<article class="card" data-testid="node" data-id=${n.id} data-state=${n.state} aria-label=${n.name}>
      <div class="head"><span class="pc ${tone}">${icon(isAway(n) ? mark : n.local ? 'hard-drive' : 'pc-case')}</span>
        <div class="grow"><div class="name"><a href="/admin/nodes/${n.id}" class=${isAway(n) ? 'off' : ''}>${n.name}</a>${n.local && n.name !== t('nodes.local') ? html`<span class="badge">${t('nodes.local')}</span>` : nothing}</div>
          <div class="state ${tone}" data-testid="node-state">${isAway(n) ? nothing : icon(mark, 'small')}<span>${stateLine(n)}</span></div></div>${this.button(n)}</div>
      ${trouble ? html`<div class="trouble" role="status" data-testid="node-trouble">${icon('triangle-alert')}<span class="grow">${trouble}</span></div>` : nothing}
      ${n.running.length > 0 ? html`<div class="jobs caption" data-testid="node-jobs">${n.running.slice(0, SHOWN).map((j) => html`<div class="clip">${jobName(j.kind, j.name)}</div>`)}${n.running.length > SHOWN ? html`<div>${t('nodes.now.more', { n: n.running.length - SHOWN })}</div>` : nothing}</div>` : nothing}
      ${isAway(n) ? nothing : html`<m-node-load .node=${n}></m-node-load>`}
      <div class="foot caption num">${work.map((w) => html`<div>${w}</div>`)}
        <div>${[n.address, n.version && t('nodes.version', { v: n.version }), n.update === 'running' && t('nodes.update.running'), n.joinedAt && t('nodes.since', { when: formatDate(n.joinedAt) })].filter(Boolean).join(' · ')}</div></div>
    </article>`;
  }

  private button(n: WorkerNode) {
    const one = (words: string, label: string, run: () => unknown, testid: string) => html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${label}" data-testid=${testid} @click=${run}>${words}</wa-button>`;
    if (n.settings.paused) return one(t('node.resume'), n.name, () => setPaused(n, false), 'node-resume');
    if (n.state === 'draining') return one(t('node.drain.off'), n.name, () => setDrain(n, false), 'node-undrain');
    if (isAway(n)) return n.caps && n.caps.macs.length > 0 && !n.local ? one(t('node.wake'), n.name, () => attempt(() => wakeNode(n.id), t('node.woken', { name: n.name })), 'node-wake') : nothing;
    if (n.update === 'available' || n.update === 'failed') return one(t('node.update'), n.name, () => attempt(() => upgradeNode(n.id), t('node.updating', { name: n.name })), 'node-update');
    return nothing;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-card': MNodeCard } }
