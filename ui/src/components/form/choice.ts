import { html, nothing } from 'lit';
import { t } from '../../strings/t.ts';
import { describedBy, type Draw, type Field, frame, idOf, invalid } from './field.ts';
import { titleOfChoice } from './schema.ts';

export interface Option { value: string; label: string }

/** A native select; the empty choice stays where nothing is chosen, or nothing may be. */
export const selectOf = (f: Field, options: Option[], now: string | undefined, set: (value: string | undefined) => void) => {
  const known = options.some((o) => o.value === now);
  return html`<select id=${idOf(f)} ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} @change=${(e: Event) => set((e.target as HTMLSelectElement).value || undefined)}>
    ${!known || !f.required ? html`<option value="" .selected=${!known}>${t(f.required ? 'form.choose' : 'form.none')}</option>` : nothing}${options.map((o) => html`<option value=${o.value} .selected=${o.value === now}>${o.label}</option>`)}</select>`;
};

export const choice: Draw = (f) => {
  const all = f.property.enum ?? [], at = all.indexOf(f.value);
  return frame(f, selectOf(f, all.map((_, i) => ({ value: String(i), label: titleOfChoice(f.property, i) })), at < 0 ? undefined : String(at), (v) => f.set(v === undefined ? undefined : all[Number(v)])));
};
