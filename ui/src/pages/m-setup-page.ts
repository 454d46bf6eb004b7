import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { router } from '../app/router.ts';
import '../components/m-password-field.ts';
import { ApiError, messageOf } from '../data/api.ts';
import { session } from '../data/session.ts';
import { finishSetup, setupState } from '../data/setup.ts';
import type { SetupState } from '../data/types.ts';
import { formatBytes } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';
import { front } from './front.styles.ts';

type Step = 'code' | 'you' | 'family' | 'done';

/** The first-run wizard: code, the first admin, the family's library and where it lies. Opened with the code in the address, it skips the first step. */
@customElement('m-setup-page')
export class MSetupPage extends LitElement {
  static override styles = [base, fields, front];
  @state() private step: Step = 'code';
  @state() private error = '';
  @state() private busy = false;
  @state() private where: SetupState | undefined;
  @query('form') private form?: HTMLFormElement;
  private code = '';
  private you = { name: '', email: '', password: '' };

  override connectedCallback(): void {
    super.connectedCallback();
    this.code = router.query.get('code') ?? '';
    if (session.user) this.step = 'done';
    else if (this.code) void this.check();
  }
  override updated(): void { if (this.step !== 'code') return; this.form?.querySelector('input')?.focus(); }

  private value(name: string): string { return String(new FormData(this.form).get(name) ?? '').trim(); }
  private async attempt(what: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = '';
    try {
      await what();
    } catch (e) {
      this.error = e instanceof ApiError && e.code === 'bad_setup_code' ? t('setup.code.wrong') : messageOf(e);
      if (e instanceof ApiError && e.code === 'bad_setup_code') this.step = 'code';
    } finally {
      this.busy = false;
    }
  }
  private check(): Promise<void> {
    return this.attempt(async () => {
      this.where = await setupState(this.code);
      this.show('you');
    });
  }
  private show(step: Step): void {
    this.step = step;
    void this.updateComplete.then(() => this.shadowRoot?.querySelector<HTMLElement>('input, wa-button')?.focus());
  }
  private submit(e: Event): void {
    e.preventDefault();
    if (this.step === 'code') {
      this.code = this.value('code');
      void this.check();
    } else if (this.step === 'you') {
      this.you = { name: this.value('name'), email: this.value('email'), password: this.shadowRoot!.querySelector('m-password-field')!.value };
      this.show('family');
    } else {
      const libraryName = this.value('library');
      void this.attempt(async () => { this.show('done'); await finishSetup({ code: this.code, ...this.you, libraryName }).catch((error: unknown) => { this.step = 'family'; throw error; }); });
    }
  }

  private head(title: string, n: number) { return html`<div><h1>${title}</h1>${n ? html`<p class="caption">${t('setup.step', { a: n, b: 2 })}</p>` : nothing}</div>`; }
  private failed() { return this.error ? html`<div class="message bad" role="alert" data-testid="setup-error">${icon('circle-alert')}<span>${this.error}</span></div>` : nothing; }

  override render() {
    return html`<div class="sheet"><div class="mark"><img src="/icon.svg" alt="" width="36" height="36">${t('app.name')}</div>${this.body()}</div>`;
  }

  private body() {
    switch (this.step) {
      case 'code': return html`${this.head(t('setup.title'), 0)}<p class="quiet">${t('setup.code.text')}</p>
        <form @submit=${this.submit}><label class="field"><span class="label">${t('setup.code.label')}</span><input name="code" data-testid="setup-code" required maxlength="100" autocomplete="off" spellcheck="false" .defaultValue=${this.code}></label>
          ${this.failed()}<wa-button type="submit" variant="brand" data-testid="setup-code-submit" ?loading=${this.busy}>${t('common.next')}</wa-button><button type="submit" hidden></button></form>`;
      case 'you': return html`${this.head(t('setup.you.title'), 1)}<p class="quiet">${t('setup.intro')} ${t('setup.you.text')}</p>
        <form @submit=${this.submit}>
          <label class="field"><span class="label">${t('common.name')}</span><input name="name" data-testid="setup-name" required maxlength="100" autocomplete="name" .defaultValue=${this.you.name}></label>
          <label class="field"><span class="label">${t('common.email')}</span><input name="email" type="email" data-testid="setup-email" required maxlength="254" autocomplete="username" .defaultValue=${this.you.email}></label>
          <m-password-field label=${t('common.password')} testid="setup-password"></m-password-field>
          ${this.failed()}<wa-button type="submit" variant="brand" data-testid="setup-next">${t('common.next')}</wa-button><button type="submit" hidden></button></form>`;
      case 'family': return html`${this.head(t('setup.family.title'), 2)}
        <form @submit=${this.submit}>
          <label class="field"><span class="label">${t('setup.family.label')}</span><input name="library" data-testid="setup-library" required maxlength="100" autocomplete="off" .defaultValue=${t('setup.family.default')}><span class="hint">${t('setup.family.hint')}</span></label>
          ${this.where ? html`<div class="message">${icon('hard-drive')}<div><strong>${t('setup.where.title')}</strong><div style="overflow-wrap:anywhere">${this.where.dataPath}</div><div class="caption num">${t('setup.where.free', { free: formatBytes(this.where.freeBytes), total: formatBytes(this.where.totalBytes) })}</div></div></div>
            ${this.where.warnings.map((w) => html`<div class="message warn">${icon('triangle-alert')}<span>${w}</span></div>`)}` : nothing}
          ${this.failed()}
          <div class="two"><wa-button appearance="plain" @click=${() => this.show('you')}>${t('common.back')}</wa-button><wa-button type="submit" variant="brand" data-testid="setup-finish" ?loading=${this.busy}>${t('setup.finish')}</wa-button></div><button type="submit" hidden></button></form>`;
      case 'done': return this.busy ? html`<p class="quiet" role="status">${t('common.loading')}</p>` : html`${this.head(t('setup.done.title'), 0)}<p class="quiet">${t('setup.done.text')}</p>
        <wa-button variant="brand" href="/photos" data-testid="setup-done">${t('setup.done.photos')}</wa-button><wa-button appearance="plain" href="/admin/users" data-testid="setup-people">${t('setup.done.people')}</wa-button>`;
    }
  }
}
declare global { interface HTMLElementTagNameMap { 'm-setup-page': MSetupPage } }
