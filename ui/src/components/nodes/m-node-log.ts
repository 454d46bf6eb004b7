import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { nodeLog } from '../../data/nodes.ts';
import { logLine } from '../../strings/log-line.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { LogTail, logStyles, SHOWN } from '../log-tail.ts';
import { nodeStyles } from './nodes.styles.ts';

/** What a PC writes. */
@customElement('m-node-log')
export class MNodeLog extends LitElement {
  static override styles = [base, paper, nodeStyles, logStyles, css`.state { font: var(--text-caption) var(--font); }`];
  @property() nodeId = '';
  private tail = new LogTail(this, (signal) => nodeLog(this.nodeId, signal));

  private async copy(): Promise<void> { toast((await copyText((this.tail.log?.lines ?? []).join('\n'))) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    const { tail } = this, { log } = tail, lines = log?.lines.slice(-SHOWN) ?? [];
    return html`<section class="card"><details data-testid="node-log" @toggle=${tail.toggled}><summary><h2>${t('node.log')}</h2><span class="caption">${t('node.log.show')}</span></summary>
      ${tail.error ? html`<div class="trouble" style="margin-top:12px" role="alert">${icon('circle-alert')}<span class="grow">${t('node.log.error')}. ${messageOf(tail.error)}</span></div>` : nothing}
      ${log ? html`<div class="tools"><span class="state ${log.live ? 'good' : ''}" role="status">${icon(log.live ? 'activity' : 'moon', 'small')}${t(log.live ? 'node.log.live' : 'node.log.still')}</span>${lines.length > 0 ? html`<button class="icon-button" data-testid="node-log-copy" aria-label=${t('node.log.copy')} title=${t('node.log.copy')} @click=${() => void this.copy()}>${icon('copy')}</button>` : nothing}</div>
        ${lines.length === 0 ? html`<p class="quiet">${t(log.live ? 'node.log.asked' : 'node.log.empty')}</p>` : html`<pre tabindex="0" role="log" aria-live="off" aria-label=${t('node.log')} data-testid="node-log-lines">${lines.map((l) => { const { time, text, bad } = logLine(l); return html`<span class=${bad ? 'bad' : ''}>${time ? html`<span class="time">${time} </span>` : nothing}${text}</span>`; })}</pre><p class="caption" style="margin-top:6px">${t('node.log.cut', { n: lines.length })}</p>`}` : nothing}
    </details></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-log': MNodeLog } }
