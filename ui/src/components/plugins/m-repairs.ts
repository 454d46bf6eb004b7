import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repairs } from '../../data/repairs.ts';
import { Use } from '../../data/store.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import './m-repair-card.ts';

const LISTED = 50;

/** What needs a hand; nothing at all when nothing does. `about`: only what concerns that. */
@customElement('m-repairs')
export class MRepairs extends LitElement {
  static override styles = [base, css`:host { display: grid; gap: var(--space-3); }`];
  @property() about = '';
  private repairs = new Use(this, repairs);
  private get shown() { return (this.repairs.data ?? []).filter((r) => this.about === '' || r.about === this.about).slice(0, LISTED); }

  override willUpdate(): void { this.hidden = this.shown.length === 0; }
  override render() {
    const { shown } = this;
    return shown.length === 0 ? nothing : html`<h2 class=${this.about ? 'sr' : ''}>${t('repair.title')}</h2>${shown.map((r) => html`<m-repair-card .repair=${r} .here=${this.about !== ''}></m-repair-card>`)}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-repairs': MRepairs } }
