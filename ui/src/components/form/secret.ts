import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import { describedBy, type Draw, type Field, frame, idOf, invalid } from './field.ts';
import { isKept } from './schema.ts';

export const secret: Draw = (f) => html`<m-secret-field .field=${f}></m-secret-field>`;

/** Something that the house keeps and never gives out again: that it is set can be seen, and it can be replaced. */
@customElement('m-secret-field')
export class MSecretField extends LitElement {
  @property({ attribute: false }) field!: Field;
  @state() private kept: unknown;
  protected override createRenderRoot() { return this; }
  override willUpdate(): void { if (isKept(this.field.value)) this.kept = this.field.value; }

  private async change(): Promise<void> {
    this.field.set(undefined);
    await this.updateComplete;
    requestAnimationFrame(() => this.querySelector('input')?.focus());
  }
  override render() {
    const f = this.field;
    if (isKept(f.value)) return frame(f, html`<div class="kept" data-testid="secret-kept">${icon('lock', 'small')}<span class="caption">${t('form.secret.kept')}</span>
      <button type="button" class="text-button" id=${idOf(f)} data-testid="secret-change" aria-label=${t('form.secret.changeOf', { what: f.title })} @click=${() => void this.change()}>${t('form.secret.change')}</button></div>`);
    return frame(f, html`<div class=${this.kept ? 'with' : ''}><input id=${idOf(f)} type="password" autocomplete="new-password" maxlength=${f.property.maxLength ?? nothing} ?required=${f.required} aria-invalid=${invalid(f)} aria-describedby=${describedBy(f)} .value=${live(typeof f.value === 'string' ? f.value : '')} @input=${(e: Event) => f.set((e.target as HTMLInputElement).value || undefined)}>
      ${this.kept ? html`<button type="button" class="text-button" data-testid="secret-keep" @click=${() => f.set(this.kept)}>${t('form.secret.keep')}</button>` : nothing}</div>`);
  }
}
declare global { interface HTMLElementTagNameMap { 'm-secret-field': MSecretField } }
