import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { openDialog } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import { router } from '../app/router.ts';
import { whenLoaded } from '../components/load-state.ts';
import { attempt, setDrain, setPaused } from '../components/nodes/do.ts';
import '../components/nodes/m-node-load.ts';
import '../components/nodes/m-node-log.ts';
import '../components/nodes/m-node-settings.ts';
import '../components/nodes/m-node-work.ts';
import { nodeStyles } from '../components/nodes/nodes.styles.ts';
import { nodes, removeNode, upgradeNode, wakeNode } from '../data/nodes.ts';
import { Use } from '../data/store.ts';
import type { WorkerNode } from '../data/types.ts';
import type { ConfirmParams } from '../dialogs/m-confirm-dialog.ts';
import { formatBytes, formatClock, formatDate, formatMemory, formatWhen } from '../strings/format.ts';
import { isAway, jobName, STATE, stateLine, troubleOf } from '../strings/node-words.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

const LISTED = 20;

/** One PC: how it is, what it does, what it may do, what it is, what it writes; and its way out. */
@customElement('m-node-page')
export class MNodePage extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    .head { display: flex; gap: var(--space-3) var(--space-4); align-items: center; flex-wrap: wrap; } .head .grow { flex: 1 1 12rem; min-width: 0; } .head h2 { font: var(--text-page) var(--font); overflow-wrap: anywhere; }
    .two { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
    .facts { display: grid; grid-template-columns: minmax(6rem, auto) minmax(0, 1fr); gap: 8px 16px; margin: 0; } .facts dt { color: var(--ink-2); } .facts dd { margin: 0; overflow-wrap: anywhere; }
    .jobs { display: grid; gap: 6px; } .jobs div { display: flex; gap: 8px; justify-content: space-between; }
    .remove { justify-self: start; }
  `];
  @property({ attribute: false }) params: { node?: string } = {};
  private nodes = new Use(this, nodes);

  private async leave(n: WorkerNode): Promise<void> {
    const text = n.running.length > 0 ? t('node.remove.text', { n: n.running.length }) : t('node.remove.idle');
    const params: ConfirmParams = { title: t('node.remove.title', { name: n.name }), text, action: t('node.remove.do'), danger: true };
    if (!(await openDialog('m-confirm-dialog', () => import('../dialogs/m-confirm-dialog.ts'), params))) return;
    if (await attempt(() => removeNode(n.id), t('node.removed', { name: n.name }))) router.go('/admin/nodes', { replace: true });
  }

  override render() {
    return html`<div class="page"><a class="back" href="/admin/nodes" data-testid="node-back">${icon('chevron-left')}${t('node.back')}</a>
      ${whenLoaded(this.nodes, (all) => {
        const n = all.find((x) => x.id === this.params.node);
        return n ? this.node(n) : html`<m-note icon="pc-case" heading=${t('node.gone')} text=${t('node.gone.text')} data-testid="node-gone"><wa-button variant="brand" href="/admin/nodes">${t('node.back')}</wa-button></m-note>`;
      }, html`<div class="skeleton" aria-hidden="true"><i style="height:52px"></i><i></i><i></i></div>`)}</div>`;
  }

  private node(n: WorkerNode) {
    const { icon: mark, tone } = STATE[n.state], trouble = troubleOf(n), away = isAway(n);
    const button = (words: string, picture: string, run: () => unknown, testid: string) => html`<wa-button size="s" appearance="outlined" data-testid=${testid} @click=${run}><span slot="start">${icon(picture, 'small')}</span>${words}</wa-button>`;
    return html`
      <div class="head" data-testid="node-head" data-state=${n.state}><span class="pc ${tone}">${icon(away ? mark : n.local ? 'hard-drive' : 'pc-case')}</span>
        <div class="grow"><h2>${n.name} ${n.local && n.name !== t('nodes.local') ? html`<span class="badge">${t('nodes.local')}</span>` : nothing}</h2><div class="state ${tone}" role="status" data-testid="node-state">${away ? nothing : icon(mark, 'small')}<span>${stateLine(n)}</span></div></div>
        <div class="buttons">
          ${n.settings.paused ? button(t('node.resume'), 'play', () => setPaused(n, false), 'node-resume') : button(t('node.pause'), 'pause', () => setPaused(n, true), 'node-pause')}
          ${away ? (n.caps && n.caps.macs.length > 0 && !n.local ? button(t('node.wake'), 'power', () => attempt(() => wakeNode(n.id), t('node.woken', { name: n.name })), 'node-wake') : nothing)
            : n.state === 'draining' ? button(t('node.drain.off'), 'play', () => setDrain(n, false), 'node-undrain') : button(t('node.drain'), 'circle-stop', () => setDrain(n, true), 'node-drain')}
          ${n.update === 'available' || n.update === 'failed' ? button(t('node.update'), 'circle-arrow-up', () => attempt(() => upgradeNode(n.id), t('node.updating', { name: n.name })), 'node-update') : nothing}
        </div></div>
      ${trouble ? html`<div class="trouble" role="status" data-testid="node-trouble">${icon('triangle-alert')}<span class="grow">${trouble}</span></div>` : nothing}
      <div class="two"><section class="card" data-testid="node-now"><h2>${t('node.now')}</h2>
          ${n.running.length === 0 ? html`<p class="quiet">${t('node.now.nothing')}</p>` : html`<div class="jobs">${n.running.slice(0, LISTED).map((j) => html`<div><span class="clip">${jobName(j.kind, j.name)}</span><span class="caption num" style="flex:none">${t('nodes.now.since', { time: formatClock(j.startedAt) })}</span></div>`)}${n.running.length > LISTED ? html`<p class="caption">${t('nodes.now.more', { n: n.running.length - LISTED })}</p>` : nothing}</div>`}
          ${n.load ? html`<m-node-load .node=${n}></m-node-load>` : away ? html`<p class="caption">${t('node.noLoad')}</p>` : nothing}
          ${n.load && (n.load.owner === 'active' || n.load.freeDiskBytes !== null) ? html`<p class="caption">${[n.load.owner === 'active' && t('nodes.inUse'), n.load.freeDiskBytes !== null && t('nodes.disk', { free: formatBytes(n.load.freeDiskBytes) })].filter(Boolean).join(' · ')}</p>` : nothing}</section>
        <m-node-work .node=${n}></m-node-work></div>
      <m-node-settings .node=${n}></m-node-settings>
      ${this.about(n)}
      <m-node-log nodeId=${n.id}></m-node-log>
      ${n.local ? nothing : html`<wa-button class="remove" appearance="plain" data-testid="node-remove" @click=${() => void this.leave(n)}><span slot="start">${icon('trash-2', 'small')}</span>${t('node.remove')}</wa-button>`}`;
  }

  private about(n: WorkerNode) {
    const { caps } = n;
    const facts: [string, unknown][] = [
      [t('node.about.address'), n.address], [t('node.about.version'), n.version && [n.version, n.update === 'available' && t('nodes.update.available'), n.update === 'running' && t('nodes.update.running')].filter(Boolean).join(' · ')],
      [t('node.about.system'), caps && [caps.os, caps.arch].filter(Boolean).join(' · ')], [t('node.about.processor'), caps && [caps.cpu, t('nodes.cores', { n: caps.cores })].filter(Boolean).join(' · ')],
      [t('node.about.memory'), caps && caps.memoryBytes > 0 && formatMemory(caps.memoryBytes)], [t('node.about.gpu'), caps?.gpu],
      [t('node.about.joined'), n.joinedAt && t('nodes.since', { when: formatDate(n.joinedAt) })], [t('node.about.seen'), n.lastSeenAt && formatWhen(n.lastSeenAt)], [t('node.about.missing'), caps && caps.missing.length > 0 && caps.missing.join(' ')],
    ];
    return html`<section class="card"><h2>${t('node.about')}</h2><dl class="facts">${facts.filter(([, v]) => v).map(([k, v]) => html`<dt>${k}</dt><dd>${v}</dd>`)}</dl></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-page': MNodePage } }
