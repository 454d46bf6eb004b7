import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { metricsAccess } from '../../data/nodes.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';

/** What a Prometheus server needs to read the numbers of this house. The token is fetched when somebody asks for it. */
@customElement('m-metrics')
export class MMetrics extends LitElement {
  static override styles = [base, paper, css`
    :host { display: block; } summary { cursor: pointer; color: var(--ink-2); border-radius: 4px; padding: 4px 0; }
    code { font: 0.8125rem/1.25rem ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
    .row { padding: 6px 0; }
  `];
  @state() private access: { path: string; token: string } | undefined;
  @state() private error = '';

  private async load(e: Event): Promise<void> {
    if (!(e.target as HTMLDetailsElement).open || this.access) return;
    this.error = '';
    try { this.access = await metricsAccess(); } catch (error) { this.error = messageOf(error); }
  }
  private async copy(text: string): Promise<void> { toast((await copyText(text)) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    const line = (label: string, value: string) => html`<div class="row"><div class="grow"><div class="caption">${label}</div><code>${value}</code></div><button class="icon-button" aria-label=${t('metrics.copy', { what: label })} title=${t('join.copy')} @click=${() => void this.copy(value)}>${icon('copy')}</button></div>`;
    return html`<section class="card"><details data-testid="metrics" @toggle=${this.load}><summary>${t('metrics.title')}</summary><p class="caption" style="margin:6px 0">${t('metrics.text')}</p>
      ${this.error ? html`<p class="bad" role="alert">${this.error}</p>` : nothing}${this.access ? html`<div>${line(t('metrics.address'), `${location.origin}${this.access.path}`)}${line(t('metrics.token'), this.access.token)}</div>` : nothing}</details></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-metrics': MMetrics } }
