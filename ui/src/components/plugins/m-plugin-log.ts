import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { pluginLog } from '../../data/plugins.ts';
import { pluginLine } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { LogTail, logStyles, SHOWN } from '../log-tail.ts';
import { nodeStyles } from '../nodes/nodes.styles.ts';

/** What a plugin writes. */
@customElement('m-plugin-log')
export class MPluginLog extends LitElement {
  static override styles = [base, paper, nodeStyles, logStyles];
  @property() pluginId = '';
  private tail = new LogTail(this, (signal) => pluginLog(this.pluginId, signal));

  private async copy(): Promise<void> { toast((await copyText((this.tail.log ?? []).join('\n'))) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    const { tail } = this, lines = tail.log?.slice(-SHOWN);
    return html`<section class="card"><details data-testid="plugin-log" @toggle=${tail.toggled}><summary><h2>${t('plugin.log')}</h2><span class="caption">${t('plugin.log.show')}</span></summary>
      ${tail.error ? html`<div class="trouble" style="margin-top:12px" role="alert">${icon('circle-alert')}<span class="grow">${t('plugin.log.error')}. ${messageOf(tail.error)}</span></div>` : nothing}
      ${lines ? (lines.length === 0 ? html`<p class="quiet" style="margin-top:12px">${t('plugin.log.empty')}</p>` : html`<div class="tools"><span class="caption">${t('plugin.log.lines', { n: lines.length })}</span><button class="icon-button" aria-label=${t('plugin.log.copy')} title=${t('plugin.log.copy')} @click=${() => void this.copy()}>${icon('copy')}</button></div>
        <pre tabindex="0" role="log" aria-live="off" aria-label=${t('plugin.log')} data-testid="plugin-log-lines">${lines.map((l) => { const { time, text } = pluginLine(l); return html`<span>${time ? html`<span class="time">${time} </span>` : nothing}${text}</span>`; })}</pre>`) : nothing}
    </details></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-plugin-log': MPluginLog } }
