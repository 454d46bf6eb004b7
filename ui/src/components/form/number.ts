import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { describedBy, type Draw, frame, idOf, invalid } from './field.ts';

/** Text while it is no number: what was typed stays, and the form says what is wrong. */
export const number: Draw = (f) => {
  const { property: p } = f;
  return frame(f, html`<input id=${idOf(f)} inputmode=${p.type === 'integer' && (p.minimum ?? -1) >= 0 ? 'numeric' : 'decimal'} autocomplete="off" min=${p.minimum ?? nothing} max=${p.maximum ?? nothing} ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} style="max-width:12rem"
    .value=${live(typeof f.value === 'number' || typeof f.value === 'string' ? String(f.value) : '')} @input=${(e: Event) => f.set(typing((e.target as HTMLInputElement).value))} @change=${(e: Event) => f.set(toNumber((e.target as HTMLInputElement).value))}>`);
};

/** What is not written as we would write it stays text until the field is left: `1.` may become 1.5. */
export function typing(text: string): number | string | undefined {
  const value = toNumber(text);
  return typeof value === 'number' && String(value) !== text ? text : value;
}

/** Comma or point, as people write it. */
export function toNumber(text: string): number | string | undefined {
  const plain = text.trim().replace(/^([^,.]*),([^,.]*)$/, '$1.$2');
  if (plain === '') return undefined;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : text;
}
