import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { releaseKind, testNode } from '../../data/nodes.ts';
import type { NodeKind, WorkerNode } from '../../data/types.ts';
import { formatAbout, formatClock, formatTook, formatWhen } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { attempt } from './do.ts';
import { nodeStyles } from './nodes.styles.ts';

/** What a PC has done of each kind and how fast, what it is kept from, and how its last test went. */
@customElement('m-node-work')
export class MNodeWork extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .kind { display: grid; gap: 6px; padding: 10px 0; border-top: 1px solid var(--line); } .kind:first-child { border-top: 0; padding-top: 0; }
    .line { display: flex; flex-wrap: wrap; gap: 2px 12px; justify-content: space-between; }
    .test { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; }
    .detail { overflow-wrap: anywhere; white-space: pre-line; }
  `];
  @property({ attribute: false }) node!: WorkerNode;
  @state() private busy = false;

  private async test(): Promise<void> {
    this.busy = true;
    await attempt(() => testNode(this.node.id));
    this.busy = false;
  }

  override render() {
    const n = this.node, kinds = n.kinds.filter((k) => k.kind !== 'probe' && (k.done > 0 || k.failed > 0 || k.heldUntil !== null)), running = n.tests.some((x) => x.state === 'running');
    return html`<section class="card" data-testid="node-work"><header><h2>${t('node.work')}</h2>${n.state !== 'online' && n.state !== 'busy' ? nothing : html`<wa-button size="s" appearance="outlined" data-testid="node-test" ?loading=${this.busy || running} title=${t('node.test.text')} @click=${() => void this.test()}>${t('node.test')}</wa-button>`}</header>
      <div>${kinds.length === 0 ? html`<p class="quiet">${t('node.work.none')}</p>` : kinds.map((k) => this.kind(k))}</div>
      ${n.backlogWithout !== null && n.backlogWithout > 60 ? html`<p class="caption">${t('node.without', { time: formatAbout(n.backlogWithout) })}</p>` : nothing}
      ${n.tests.length > 0 ? html`<div data-testid="node-tests" role="status"><p class="caption" style="margin-bottom:4px">${t('node.tests')}</p>${n.tests.map((x) => html`<div class="test" data-testid="node-test-result" data-kind=${x.kind} data-state=${x.state}><span class=${x.state === 'passed' ? 'good' : x.state === 'failed' ? 'bad' : 'quiet'}>${icon(x.state === 'passed' ? 'circle-check' : x.state === 'failed' ? 'circle-alert' : 'clock', 'small')}</span><span>${t(`jobs.kind.${x.kind}`)}</span><span class="caption num">${x.state === 'passed' ? t('node.test.passed', { time: formatTook(x.ms ?? 0) }) : t(`node.test.${x.state}`)} · ${formatWhen(x.at)}</span>${x.error ? html`<div class="caption detail" style="flex-basis:100%">${x.error}</div>` : nothing}</div>`)}</div>` : nothing}
    </section>`;
  }

  private kind(k: NodeKind) {
    const words = t(`jobs.kind.${k.kind}`), n = this.node;
    return html`<div class="kind num"><div class="line"><span>${words}</span><span>${k.share >= 0.005 ? t('nodes.share', { n: Math.round(k.share * 100) }) : nothing}</span></div>
      <div class="caption">${[t('nodes.done', { n: k.done }), k.failed > 0 && t('nodes.failed', { n: k.failed }), k.msPerJob !== null && t('nodes.each', { time: formatTook(k.msPerJob) })].filter(Boolean).join(' · ')}</div>
      ${k.heldUntil ? html`<div class="line" style="align-items:center" data-testid="node-held"><span class="state warn">${icon('pause', 'small')}${t('node.held', { time: formatClock(k.heldUntil) })}</span><wa-button size="s" appearance="outlined" data-testid="node-release" @click=${() => void attempt(() => releaseKind(n.id, k.kind), t('node.released', { name: n.name, kind: words.toLowerCase() }))}>${t('node.release')}</wa-button></div>` : nothing}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-work': MNodeWork } }
