import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { base } from '../tokens/shared.ts';

/** A quiet full page: one picture in line style, one sentence, one button (slotted). For empty lists, errors and unknown pages. */
@customElement('m-note')
export class MNote extends LitElement {
  static override styles = [base, css`
    :host { display: grid; justify-items: center; gap: var(--space-3); text-align: center; padding: var(--space-6) var(--space-5); max-width: 420px; margin: auto; }
    .icon { width: 56px; height: 56px; stroke-width: 1; color: var(--ink-2); margin-bottom: var(--space-2); }
    ::slotted(*) { margin-top: var(--space-3); }
  `];
  @property() icon = 'image';
  @property() heading = '';
  @property() text = '';
  override render() { return html`${icon(this.icon)}<h2>${this.heading}</h2>${this.text ? html`<p class="quiet">${this.text}</p>` : ''}<slot></slot>`; }
}
declare global { interface HTMLElementTagNameMap { 'm-note': MNote } }
