import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { isAbort, messageOf } from '../../data/api.ts';
import { pluginLog } from '../../data/plugins.ts';
import { pluginLine } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { nodeStyles } from '../nodes/nodes.styles.ts';

const SHOWN = 300, EVERY_MS = 2000;

/** What a plugin writes, fetched only while somebody looks. Stays at the end, unless it was scrolled up. */
@customElement('m-plugin-log')
export class MPluginLog extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    summary { cursor: pointer; border-radius: 4px; } summary h2 { display: inline; } summary .caption { display: block; }
    .tools { display: flex; gap: 8px; align-items: center; justify-content: space-between; margin-top: var(--space-3); }
    pre { margin: 8px 0 0; padding: 12px 14px; background: var(--surface-2); border-radius: 8px; max-height: 22rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre span { display: block; } .time { color: var(--ink-2); display: inline !important; }
  `];
  @property() pluginId = '';
  @state() private lines: string[] | undefined;
  @state() private error: unknown;
  @query('pre') private box?: HTMLElement;
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private atEnd = true;

  override disconnectedCallback(): void { super.disconnectedCallback(); this.end(); }
  private end(): void { this.abort.abort(); clearTimeout(this.timer); }
  private toggled(e: Event): void {
    this.end();
    if (!(e.target as HTMLDetailsElement).open) return;
    this.atEnd = true;
    this.abort = new AbortController();
    void this.step(this.abort);
  }
  private async step(abort: AbortController): Promise<void> {
    if (document.visibilityState === 'visible') {
      try {
        const lines = await pluginLog(this.pluginId, abort.signal);
        if (abort.signal.aborted) return;
        this.lines = lines;
        this.error = undefined;
      } catch (e) {
        if (isAbort(e) || abort.signal.aborted) return;
        this.error = e;
      }
    }
    this.timer = setTimeout(() => void this.step(abort), EVERY_MS);
  }
  override willUpdate(): void {
    const { box } = this;
    if (box) this.atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  }
  override updated(changed: PropertyValues): void { if (changed.has('lines') && this.atEnd && this.box) this.box.scrollTop = this.box.scrollHeight; }
  private async copy(): Promise<void> { toast((await copyText((this.lines ?? []).join('\n'))) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    const lines = this.lines?.slice(-SHOWN);
    return html`<section class="card"><details data-testid="plugin-log" @toggle=${this.toggled}><summary><h2>${t('plugin.log')}</h2><span class="caption">${t('plugin.log.show')}</span></summary>
      ${this.error ? html`<div class="trouble" style="margin-top:12px" role="alert">${icon('circle-alert')}<span class="grow">${t('plugin.log.error')}. ${messageOf(this.error)}</span></div>` : nothing}
      ${lines ? (lines.length === 0 ? html`<p class="quiet" style="margin-top:12px">${t('plugin.log.empty')}</p>` : html`<div class="tools"><span class="caption">${t('plugin.log.lines', { n: lines.length })}</span><button class="icon-button" aria-label=${t('plugin.log.copy')} title=${t('plugin.log.copy')} @click=${() => void this.copy()}>${icon('copy')}</button></div>
        <pre tabindex="0" role="log" aria-live="off" aria-label=${t('plugin.log')} data-testid="plugin-log-lines">${lines.map((l) => { const { time, text } = pluginLine(l); return html`<span>${time ? html`<span class="time">${time} </span>` : nothing}${text}</span>`; })}</pre>`) : nothing}
    </details></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-log': MPluginLog } }
