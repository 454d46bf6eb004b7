import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { attempt } from '../../app/attempt.ts';
import { icon } from '../../app/icons.ts';
import { dismissRepair, fixRepair } from '../../data/repairs.ts';
import type { Repair } from '../../data/types.ts';
import { formatWhen } from '../../strings/format.ts';
import { fixWords, repairLink, repairTitle } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';

/** One problem: what happened, what to do, and the button that does it where one can. */
@customElement('m-repair-card')
export class MRepairCard extends LitElement {
  static override styles = [base, css`
    :host { display: block; }
    article { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 12px; padding: var(--space-4) var(--space-5); border-radius: var(--radius-card); background: color-mix(in oklab, var(--warn) 12%, var(--surface-0)); }
    .icon.mark { color: var(--warn); margin-top: 2px; }
    h3 { font: var(--text-section) var(--font); } p { overflow-wrap: anywhere; }
    .text, .foot, .buttons { grid-column: 2; }
    .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; align-items: center; }
    @media (max-width: 599px) { article { padding: var(--space-4); } .text, .foot, .buttons { grid-column: 1 / -1; } }
  `];
  @property({ attribute: false }) repair!: Repair;
  /** It stands where what it is about is shown anyway. */
  @property({ type: Boolean }) here = false;
  @state() private busy = false;

  private async fix(): Promise<void> {
    this.busy = true;
    await attempt(() => fixRepair(this.repair.id), t('repair.fixed'));
    this.busy = false;
  }
  override render() {
    const r = this.repair, words = fixWords(r), link = this.here ? null : repairLink(r), title = repairTitle(r);
    return html`<article data-testid="repair" data-kind=${r.kind} data-about=${r.about} aria-label=${title}>${icon('wrench', 'mark')}<h3>${title}</h3>
      <p class="text">${r.text}</p>
      <p class="foot caption">${[t('repair.at', { when: formatWhen(r.at) }), r.times > 1 && t('repair.times', { n: r.times })].filter(Boolean).join(' · ')}</p>
      <div class="buttons">${words ? html`<wa-button size="s" variant="brand" data-testid="repair-fix" ?loading=${this.busy} @click=${() => void this.fix()}>${words}</wa-button>` : nothing}
        ${link ? html`<wa-button size="s" appearance="outlined" data-testid="repair-show" href=${link.href}>${link.words}</wa-button>` : nothing}
        <wa-button size="s" appearance="plain" data-testid="repair-dismiss" aria-label=${t('repair.dismissOf', { what: title })} @click=${() => void attempt(() => dismissRepair(r.id), t('repair.dismissed'))}>${t('repair.dismiss')}</wa-button></div>
    </article>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-repair-card': MRepairCard } }
