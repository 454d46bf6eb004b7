import { html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../../app/icons.ts';
import { t } from '../../strings/t.ts';
import { base, fields } from '../../tokens/shared.ts';
import { boolean } from './boolean.ts';
import { choice } from './choice.ts';
import { type Draw, fieldOf } from './field.ts';
import { formStyles } from './form.styles.ts';
import { list } from './list.ts';
import { number } from './number.ts';
import { path, paths } from './path.ts';
import { library, user } from './pick.ts';
import { schedule } from './schedule.ts';
import { type Errors, type Kind, kindOf, problemsOf, propertiesOf, type Values } from './schema.ts';
import { secret } from './secret.ts';
import { text } from './text.ts';

const DRAW: Record<Kind, Draw> = { text, number, boolean, choice, list, path, paths, library, user, secret, schedule };

/**
 * A form made from a JSON Schema (see `ConfigProperty` in the plugins' kit). A new one starts with `defaultsOf(schema)`. Each change gives a `change` event whose `detail` is the whole new value.
 * `errors`: by property, '' for what belongs to none (`errorsOf` makes them from a check); an error goes when its field is changed. `validate()` shows what can be seen to be wrong, goes to the first of it, and says whether all is well. Enter in a line of text gives `enter`.
 */
@customElement('m-schema-form')
export class MSchemaForm extends LitElement {
  static override styles = [base, fields, formStyles];
  @property({ attribute: false }) schema: unknown = {};
  @property({ attribute: false }) value: Values = {};
  @property({ attribute: false }) errors: Errors = {};
  /** What this form found itself, until the field is changed. */
  @state() private own: Errors = {};
  private touched = new Set<string>();

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('errors')) { this.touched.clear(); this.own = {}; }
  }
  private set(name: string, value: unknown): void {
    const { [name]: _, ...rest } = this.value;
    const next = value === undefined ? rest : { ...this.value, [name]: value };
    this.touched.add(name);
    this.own = Object.fromEntries(Object.entries(this.own).filter(([n]) => n !== name));
    this.value = next;
    this.dispatchEvent(new CustomEvent<Values>('change', { detail: next }));
  }
  private errorOf(name: string): string { return this.own[name] ?? (this.touched.has(name) ? '' : this.errors[name] ?? ''); }

  validate(): boolean {
    this.own = problemsOf(this.schema, this.value);
    if (Object.keys(this.own).length === 0) return true;
    void this.showFirst();
    return false;
  }
  /** The first field with an error, into view and focus. */
  async showFirst(): Promise<void> {
    await this.updateComplete;
    const bad = this.shadowRoot!.querySelector('[data-testid=field-error]')?.closest('.field');
    bad?.querySelector<HTMLElement>('input, select, textarea, button, wa-switch, wa-button')?.focus();
    bad?.scrollIntoView({ block: 'nearest' });
  }

  private key(e: KeyboardEvent): void {
    const input = e.composedPath()[0] as HTMLElement;
    if (e.key !== 'Enter' || e.isComposing || input.localName !== 'input' || ['checkbox', 'radio'].includes((input as HTMLInputElement).type)) return;
    e.preventDefault();
    input.dispatchEvent(new Event('change')); // as leaving the field would
    this.dispatchEvent(new CustomEvent('enter'));
  }

  override render() {
    const all = propertiesOf(this.schema);
    return html`<div class="form" @keydown=${this.key}>${this.errors[''] && this.touched.size === 0 ? html`<div class="message bad" role="alert" data-testid="form-error">${icon('circle-alert')}<span>${this.errors['']}</span></div>` : ''}
      ${all.length === 0 ? html`<p class="quiet">${t('form.nothing')}</p>` : repeat(all, ([name]) => name, ([name, p]) => DRAW[kindOf(p)](fieldOf(this.schema, name, p, this.value[name], this.errorOf(name), (v) => this.set(name, v))))}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-schema-form': MSchemaForm } }
