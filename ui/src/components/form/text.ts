import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { describedBy, type Draw, frame, idOf, invalid } from './field.ts';

const LONG = 500;
const INPUTS: Record<string, string> = { email: 'email', uri: 'url', date: 'date' };
/** The browser's own field for a moment knows no zone: it would hide one that is set, and leave that of what is entered to chance. */
const HINTS: Record<string, string> = { 'date-time': '2024-05-31T18:30:00+02:00' };

export const text: Draw = (f) => {
  const { property: p } = f, value = typeof f.value === 'string' ? f.value : '';
  const input = (e: Event): void => f.set((e.target as HTMLInputElement).value || undefined);
  return frame(f, p.format === undefined && (p.maxLength ?? 0) > LONG
    ? html`<textarea id=${idOf(f)} rows="4" maxlength=${p.maxLength ?? nothing} ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} .value=${live(value)} @input=${input}></textarea>`
    : html`<input id=${idOf(f)} type=${INPUTS[p.format ?? ''] ?? 'text'} placeholder=${HINTS[p.format ?? ''] ?? nothing} autocomplete="off" maxlength=${p.maxLength ?? nothing} ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} .value=${live(value)} @input=${input}>`);
};
