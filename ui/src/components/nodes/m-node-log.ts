import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { isAbort, messageOf } from '../../data/api.ts';
import { nodeLog } from '../../data/nodes.ts';
import type { NodeLog } from '../../data/types.ts';
import { logLine } from '../../strings/log-line.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { nodeStyles } from './nodes.styles.ts';

const SHOWN = 300, EVERY_MS = 2000;

/** What a PC writes, fetched only while somebody looks. Stays at the end, unless it was scrolled up. */
@customElement('m-node-log')
export class MNodeLog extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    summary { cursor: pointer; border-radius: 4px; } summary h2 { display: inline; } summary .caption { display: block; }
    .tools { display: flex; gap: 8px; align-items: center; justify-content: space-between; margin-top: var(--space-3); }
    pre { margin: 8px 0 0; padding: 12px 14px; background: var(--surface-2); border-radius: 8px; max-height: 22rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre span { display: block; } .time { color: var(--ink-2); display: inline !important; }
    .state { font: var(--text-caption) var(--font); }
  `];
  @property() nodeId = '';
  @state() private open = false;
  @state() private log: NodeLog | undefined;
  @state() private error: unknown;
  @query('pre') private box?: HTMLElement;
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private atEnd = true;

  override disconnectedCallback(): void { super.disconnectedCallback(); this.end(); }
  private end(): void { this.abort.abort(); clearTimeout(this.timer); }
  private toggled(e: Event): void {
    const open = (e.target as HTMLDetailsElement).open;
    if (open === this.open) return;
    this.open = open;
    this.end();
    if (open) { this.atEnd = true; void this.follow(); }
  }
  private async follow(): Promise<void> {
    const abort = this.abort = new AbortController();
    const step = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        try {
          const log = await nodeLog(this.nodeId, abort.signal);
          if (abort.signal.aborted) return;
          this.log = log;
          this.error = undefined;
        } catch (e) {
          if (isAbort(e) || abort.signal.aborted) return;
          this.error = e;
        }
      }
      this.timer = setTimeout(() => void step(), EVERY_MS);
    };
    await step();
  }
  override willUpdate(): void {
    const { box } = this;
    if (box) this.atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  }
  override updated(changed: PropertyValues): void { if (changed.has('log') && this.atEnd && this.box) this.box.scrollTop = this.box.scrollHeight; }

  private async copy(): Promise<void> { toast((await copyText((this.log?.lines ?? []).join('\n'))) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    const { log } = this, lines = log?.lines.slice(-SHOWN) ?? [];
    return html`<section class="card"><details data-testid="node-log" @toggle=${this.toggled}><summary><h2>${t('node.log')}</h2><span class="caption">${t('node.log.show')}</span></summary>
      ${this.error ? html`<div class="trouble" style="margin-top:12px" role="alert">${icon('circle-alert')}<span class="grow">${t('node.log.error')}. ${messageOf(this.error)}</span></div>` : nothing}
      ${log ? html`<div class="tools"><span class="state ${log.live ? 'good' : ''}" role="status">${icon(log.live ? 'activity' : 'moon', 'small')}${t(log.live ? 'node.log.live' : 'node.log.still')}</span>${lines.length > 0 ? html`<button class="icon-button" data-testid="node-log-copy" aria-label=${t('node.log.copy')} title=${t('node.log.copy')} @click=${() => void this.copy()}>${icon('copy')}</button>` : nothing}</div>
        ${lines.length === 0 ? html`<p class="quiet">${t(log.live ? 'node.log.asked' : 'node.log.empty')}</p>` : html`<pre tabindex="0" role="log" aria-live="off" aria-label=${t('node.log')} data-testid="node-log-lines">${lines.map((l) => { const { time, text, bad } = logLine(l); return html`<span class=${bad ? 'bad' : ''}>${time ? html`<span class="time">${time} </span>` : nothing}${text}</span>`; })}</pre><p class="caption" style="margin-top:6px">${t('node.log.cut', { n: lines.length })}</p>`}` : nothing}
    </details></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-node-log': MNodeLog } }
