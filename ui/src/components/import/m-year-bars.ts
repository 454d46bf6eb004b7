import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { barsOf } from './years.ts';

const number = new Intl.NumberFormat('en');
const MANY = 16; // bars: then years are written with two digits

/** How many photos of each year there are: bars with their number above and their year below; wide charts scroll. */
@customElement('m-year-bars')
export class MYearBars extends LitElement {
  static override styles = [base, css`
    :host { display: block; overflow-x: auto; }
    ol { list-style: none; margin: 0; padding: 0; display: flex; gap: 4px; align-items: end; min-width: min-content; }
    ol li { flex: 1 1 40px; min-width: 40px; max-width: 64px; } ol.many { gap: 3px; } ol.many li { flex-basis: 27px; min-width: 27px; } ol li.undated, ol.many ol li.gap, ol.many li.gap { flex: 0 0 14px; min-width: 0; }
    li { display: grid; gap: 4px; justify-items: center; font: var(--text-caption) var(--font); font-variant-numeric: tabular-nums; color: var(--ink-2); } li b { font-weight: 400; color: var(--ink-1); }
    i { display: block; width: 100%; height: calc(var(--h) * 96px); min-height: 2px; border-radius: 4px 4px 0 0; background: color-mix(in oklab, var(--accent) 62%, var(--surface-0)); } li.none i { background: var(--line); min-height: 1px; } li.undated i { background: var(--line-strong); }
    li.gap { align-self: end; justify-content: center; } .label { white-space: nowrap; } li.undated { min-width: 3.25rem; }
  `];
  @property({ attribute: false }) years: { year: number | null; items: number }[] = [];
  /** The newest years are what people look for first. */
  override firstUpdated(): void { this.scrollLeft = this.scrollWidth; }
  override render() {
    const bars = barsOf(this.years), many = bars.length > MANY, most = Math.max(1, ...bars.map((b) => b.items));
    return html`<ol class=${many ? 'many' : ''} data-testid="years">${bars.map((b) => (b.gap ? html`<li class="gap" aria-hidden="true">…</li>`
      : html`<li class="${b.items === 0 ? 'none' : ''} ${b.year === null ? 'undated' : ''}" data-year=${b.year ?? ''} data-n=${b.items} aria-label=${t('preview.year', { year: String(b.year ?? t('preview.year.none')), n: b.items })}><b aria-hidden="true">${b.items > 0 ? number.format(b.items) : ''}</b><i style="--h:${b.items / most}"></i><span class="label" aria-hidden="true">${b.year === null ? t('preview.year.none') : many ? `’${String(b.year % 100).padStart(2, '0')}` : b.year}</span></li>`))}</ol>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-year-bars': MYearBars } }
