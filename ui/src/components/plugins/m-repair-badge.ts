import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repairs } from '../../data/repairs.ts';
import { Use } from '../../data/store.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';

/** How many things need a hand, beside the name of the page that has them. */
@customElement('m-repair-badge')
export class MRepairBadge extends LitElement {
  static override styles = [base, css`
    span { display: inline-grid; place-items: center; min-width: 20px; height: 20px; padding: 0 6px; border-radius: var(--radius-pill); background: var(--warn); color: var(--surface-0); font: 600 0.75rem/1 var(--font); font-variant-numeric: tabular-nums; }
  `];
  private repairs = new Use(this, repairs);
  override render() {
    const n = this.repairs.data?.length ?? 0;
    return n === 0 ? nothing : html`<span role="img" data-testid="nav-repairs" aria-label=${t('nav.repairs', { n })} title=${t('nav.repairs', { n })}>${n > 99 ? '99+' : n}</span>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-repair-badge': MRepairBadge } }
