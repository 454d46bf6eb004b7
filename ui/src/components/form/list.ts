import '@awesome.me/webawesome/dist/components/button/button.js';
import { html } from 'lit';
import { live } from 'lit/directives/live.js';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import { type Draw, type Field, group, invalid } from './field.ts';
import { toNumber, typing } from './number.ts';
import { titleOfChoice } from './schema.ts';

/** Several of some fixed words: checks. Otherwise a line for each, and one more when asked. */
export const list: Draw = (f) => {
  const now = Array.isArray(f.value) ? f.value as unknown[] : [], items = f.property.items ?? {};
  if (Array.isArray(items.enum)) {
    const all = items.enum;
    return group(f, html`<div class="checks">${all.map((v, i) => html`<label class="check"><input type="checkbox" .checked=${live(now.includes(v))} @change=${(e: Event) => f.set(all.filter((x) => (x === v ? (e.target as HTMLInputElement).checked : now.includes(x))))}>${titleOfChoice(items, i)}</label>`)}</div>`);
  }
  const numeric = items.type === 'number' || items.type === 'integer';
  const put = (i: number, value: unknown): void => f.set(now.map((x, at) => (at === i ? value ?? '' : x)));
  const written = (e: Event): string => (e.target as HTMLInputElement).value;
  return group(f, html`<div class="lines">
    ${now.map((v, i) => html`<div class="with"><input autocomplete="off" aria-label=${t('form.item', { what: f.title, n: i + 1 })} aria-invalid=${invalid(f)} .value=${live(typeof v === 'object' ? '' : String(v))} @input=${(e: Event) => put(i, numeric ? typing(written(e)) : written(e))} @change=${(e: Event) => { if (numeric) put(i, toNumber(written(e))); }}>${remove(f, String(v), () => f.set(now.filter((_, at) => at !== i)))}</div>`)}
    ${now.length < (f.property.maxItems ?? 100) ? html`<wa-button size="s" appearance="outlined" data-testid="field-add" aria-label=${t('form.addTo', { what: f.title })} @click=${() => f.set([...now, ''])}><span slot="start">${icon('plus', 'small')}</span>${t('form.add')}</wa-button>` : ''}</div>`);
};

export const remove = (f: Field, what: string, run: () => void) => html`<button type="button" class="icon-button" data-testid="field-remove" aria-label=${t('form.removeItem', { what: what || f.title })} title=${t('form.removeItem', { what: what || f.title })} @click=${run}>${icon('x')}</button>`;
