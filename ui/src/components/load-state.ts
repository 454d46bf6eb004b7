import { html, nothing, type TemplateResult } from 'lit';
import './m-note.ts';
import { messageOf } from '../data/api.ts';
import { t } from '../strings/t.ts';

/** What a page shows of a store: its data; or the error with a way out; or what stands in for it until it is there. Old data stays on the screen when loading again fails. */
export function whenLoaded<T>(use: { data: T | undefined; error: unknown; refresh(): Promise<void> }, show: (data: T) => TemplateResult, meanwhile: TemplateResult | typeof nothing = nothing): TemplateResult | typeof nothing {
  if (use.data !== undefined) return show(use.data);
  if (!use.error) return meanwhile;
  return html`<m-note icon="circle-alert" heading=${t('app.pageFailed')} text=${messageOf(use.error)}><wa-button @click=${() => void use.refresh()}>${t('app.retry')}</wa-button></m-note>`;
}
