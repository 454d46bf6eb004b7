import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type WaDialog from '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { DialogElement } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import '../components/m-password-field.ts';
import { messageOf } from '../data/api.ts';
import type { User } from '../data/types.ts';
import { addUser, resetPassword, updateUser } from '../data/users.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

export type UserParams = { mode: 'add' } | { mode: 'edit' | 'password'; user: User; self: boolean };

/** Add a person, change one, or set a new password. Result: true when something was saved. */
@customElement('m-user-dialog')
export class MUserDialog extends LitElement implements DialogElement<UserParams> {
  params!: UserParams;
  static override styles = [base, fields];
  @state() private error = '';
  @state() private busy = false;
  @query('wa-dialog') private dialog!: WaDialog;
  @query('form') private form!: HTMLFormElement;
  private result: true | null = null;

  private async submit(e: Event): Promise<void> {
    e.preventDefault();
    const data = new FormData(this.form), value = (name: string): string => String(data.get(name) ?? '').trim();
    const password = this.shadowRoot!.querySelector('m-password-field')?.value ?? '';
    const { params } = this;
    this.busy = true;
    this.error = '';
    try {
      const role = value('role') as User['role'];
      if (params.mode === 'add') await addUser({ name: value('name'), email: value('email'), password, role });
      else if (params.mode === 'password') await resetPassword(params.user.id, password);
      else await updateUser(params.user.id, { name: value('name'), ...(params.self ? {} : { role, disabled: this.shadowRoot!.querySelector('wa-switch')?.checked ?? false }) });
      this.result = true;
      this.dialog.open = false;
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.busy = false;
    }
  }

  override render() {
    const { params } = this, user = params.mode === 'add' ? null : params.user;
    const title = params.mode === 'add' ? t('users.add') : t(params.mode === 'edit' ? 'users.edit.title' : 'users.reset.title', { name: user!.name });
    return html`<wa-dialog open label=${title} @wa-after-hide=${(e: Event) => { if (e.target === this.dialog) this.dispatchEvent(new CustomEvent('done', { detail: this.result })); }}>
      <form id="form" @submit=${this.submit}>
        ${params.mode === 'add' ? html`<p class="quiet">${t('users.add.text')}</p>` : params.mode === 'password' ? html`<p class="quiet">${t('users.reset.text')}</p>` : nothing}
        ${params.mode === 'password' ? nothing : html`<label class="field"><span class="label">${t('common.name')}</span><input name="name" data-testid="user-name" required maxlength="100" autofocus .defaultValue=${user?.name ?? ''} autocomplete="off"></label>`}
        ${params.mode === 'add' ? html`<label class="field"><span class="label">${t('common.email')}</span><input name="email" data-testid="user-email" type="email" required maxlength="254" autocomplete="off"></label>` : nothing}
        ${params.mode === 'edit' ? nothing : html`<m-password-field label=${params.mode === 'password' ? t('settings.password.next') : t('common.password')} testid="user-password"></m-password-field>`}
        ${params.mode === 'password' || (params.mode === 'edit' && params.self) ? nothing : html`<label class="field"><span class="label">${t('users.role')}</span><select name="role" data-testid="user-role"><option value="member" ?selected=${user?.role !== 'admin'}>${t('users.role.member')}</option><option value="admin" ?selected=${user?.role === 'admin'}>${t('users.role.admin')}</option></select></label>`}
        ${params.mode === 'edit' && !params.self ? html`<wa-switch data-testid="user-disabled" ?checked=${user!.disabled} hint=${t('users.disableHint')}>${t('users.disable')}</wa-switch>` : nothing}
        ${this.error ? html`<div class="message bad" role="alert">${icon('circle-alert')}<span>${this.error}</span></div>` : nothing}
      <button type="submit" hidden></button></form>
      <wa-button slot="footer" appearance="plain" data-dialog="close">${t('common.cancel')}</wa-button>
      <wa-button slot="footer" variant="brand" data-testid="user-save" ?loading=${this.busy} @click=${() => this.form.requestSubmit()}>${t('common.save')}</wa-button>
    </wa-dialog>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-user-dialog': MUserDialog } }
