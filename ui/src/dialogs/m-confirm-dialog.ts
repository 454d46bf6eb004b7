import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { DialogElement } from '../app/dialog.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

export interface ConfirmParams { title: string; text: string; action: string; danger?: boolean }

/** Asks once before something that cannot be taken back; says what will happen. Result: true. */
@customElement('m-confirm-dialog')
export class MConfirmDialog extends LitElement implements DialogElement<ConfirmParams> {
  params!: ConfirmParams;
  static override styles = [base, fields];
  private result: true | null = null;
  override render() {
    const { title, text, action, danger } = this.params;
    return html`<wa-dialog open label=${title} @wa-after-hide=${() => this.dispatchEvent(new CustomEvent('done', { detail: this.result }))}>
      <p>${text}</p>
      <wa-button slot="footer" appearance="plain" data-dialog="close">${t('common.cancel')}</wa-button>
      <wa-button slot="footer" variant=${danger ? 'danger' : 'brand'} data-testid="confirm" data-dialog="close" @click=${() => { this.result = true; }}>${action}</wa-button>
    </wa-dialog>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-confirm-dialog': MConfirmDialog } }
