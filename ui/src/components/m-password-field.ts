import { html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { t } from '../strings/t.ts';
import { MIN_LENGTH, strength } from './strength.ts';

/** A field for a new password with a hint about its strength. In the light DOM, so that the form and the password manager see its input. */
@customElement('m-password-field')
export class MPasswordField extends LitElement {
  @property() label = '';
  @property() testid = '';
  @state() private text = '';
  get value(): string { return this.querySelector('input')?.value ?? ''; }
  protected override createRenderRoot() { return this; }

  override render() {
    const s = strength(this.text);
    const words = s === 'short' ? t('setup.strength.short', { n: MIN_LENGTH - this.text.length }) : t(`setup.strength.${s}`);
    return html`<label class="field"><span class="label">${this.label}</span>
      <input name="password" type="password" data-testid=${this.testid} autocomplete="new-password" required minlength=${MIN_LENGTH} maxlength="1024" @input=${(e: Event) => { this.text = (e.target as HTMLInputElement).value; }}>
      <span class="hint" role="status">${this.text === '' ? t('setup.you.hint') : words}</span></label>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-password-field': MPasswordField } }
