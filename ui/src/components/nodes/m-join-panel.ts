import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { copyText } from '../../app/copy.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { join, prepareFor } from '../../data/nodes.ts';
import { Use } from '../../data/store.ts';
import type { Join } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { whenLoaded } from '../load-state.ts';
import { attempt } from './do.ts';
import { nodeStyles } from './nodes.styles.ts';

const WAYS = ['linux', 'windows', 'container'] as const;

/** How another PC joins: one line to run on it. */
@customElement('m-join-panel')
export class MJoinPanel extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .choice { display: flex; flex-wrap: wrap; gap: 8px; border: 0; padding: 0; margin: 0; }
    .choice label { display: flex; gap: 8px; align-items: center; padding: 6px 14px; border: 1px solid var(--line-strong); border-radius: var(--radius-pill); cursor: pointer; }
    .choice label:has(:checked) { border-color: var(--accent); background: color-mix(in oklab, var(--accent) 14%, transparent); }
    .choice label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    .choice input { position: absolute; opacity: 0; pointer-events: none; }
    .command { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px; align-items: start; background: var(--surface-2); border-radius: 8px; padding: 8px 8px 8px 14px; }
    .command pre { margin: 0; padding: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 15rem; overflow-y: auto; }
    .platform { padding: var(--space-2) 0 0; font: var(--text-caption) var(--font); color: var(--ink-2); }
    details { border-top: 1px solid var(--line); padding-top: 8px; } summary { cursor: pointer; color: var(--ink-2); padding: 6px 0; border-radius: 4px; } details > * + * { margin-top: 6px; }
    .address { user-select: all; font-weight: 600; overflow-wrap: anywhere; }
  `];
  private join = new Use(this, join);
  @state() private way: (typeof WAYS)[number] = 'linux';

  private async copy(text: string): Promise<void> { toast((await copyText(text)) ? { text: t('join.copied') } : { text: t('join.copyFailed'), kind: 'bad' }); }

  override render() {
    return html`<section class="card" data-testid="join"><div><h2>${t('join.title')}</h2><p class="quiet" style="margin-top:4px">${t('join.text')}</p></div>
      <fieldset class="choice"><legend class="sr">${t('join.kind')}</legend>${WAYS.map((w) => html`<label><input type="radio" name="way" value=${w} .checked=${this.way === w} @change=${() => { this.way = w; }}>${t(`join.${w}`)}</label>`)}</fieldset>
      ${whenLoaded(this.join, (j) => {
        const command = { linux: j.command, windows: j.powershell, container: j.container }[this.way];
        return html`${j.trouble ? html`<div class="trouble" data-testid="join-trouble">${icon('triangle-alert')}<span class="grow">${j.trouble}</span></div>` : nothing}<div class="command"><pre data-testid="join-command" tabindex="0" aria-label=${t(`join.${this.way}`)}><code>${command}</code></pre><button class="icon-button" data-testid="join-copy" aria-label=${t('join.copyOf')} title=${t('join.copy')} @click=${() => void this.copy(command)}>${icon('copy')}</button></div>
          <p class="caption">${t(`join.${this.way}.text`)} ${this.way === 'linux' ? t('join.pin') : html`<strong>${t('join.experimental')}</strong>`}</p>
          ${j.platforms.map((p) => this.platform(p))}
          <details><summary>${t('join.typed')}</summary><p class="quiet">${t('join.typed.text')} <code class="address" data-testid="join-address">MANTEL_COORDINATOR='${j.address}:${j.port}'</code></p></details>`;
      })}</section>`;
  }

  /** Nothing to say of what is at hand. What must be fetched from the internet waits until somebody asks for it. */
  private platform(p: Join['platforms'][number]) {
    const what = t(`join.platform.${p.platform}`);
    if (p.state === 'ready') return nothing;
    return html`<div class="row platform" data-testid="join-platform" data-state=${p.state}><div class="grow"><div>${t(`join.${p.state}`, { what })}</div>${p.error ? html`<div class="caption">${p.error}</div>` : nothing}</div>${p.state === 'making' ? nothing : html`<wa-button size="s" appearance="outlined" data-testid="join-fetch" aria-label=${t('join.fetchOf', { what })} @click=${() => void attempt(() => prepareFor(p.platform))}>${t(p.state === 'failed' ? 'app.retry' : 'join.fetch')}</wa-button>`}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-join-panel': MJoinPanel } }
