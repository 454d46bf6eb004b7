import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { ApiError, messageOf } from '../data/api.ts';
import { login } from '../data/session.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';
import { front } from './front.styles.ts';

/** Sign in. The browser keeps the session as a cookie that scripts cannot read. */
@customElement('m-login-page')
export class MLoginPage extends LitElement {
  static override styles = [base, fields, front];
  @state() private error = '';
  @state() private busy = false;
  @state() private caps = false;
  @state() private wait = 0;
  @query('#email') private email!: HTMLInputElement;
  @query('#password') private password!: HTMLInputElement;
  private timer: ReturnType<typeof setInterval> | undefined;

  override firstUpdated(): void { this.email.focus(); }
  override disconnectedCallback(): void { super.disconnectedCallback(); clearInterval(this.timer); }

  private async submit(e: Event): Promise<void> {
    e.preventDefault();
    if (this.busy || this.wait > 0) return;
    this.busy = true;
    this.error = '';
    try {
      await login(this.email.value.trim(), this.password.value);
    } catch (error) {
      this.error = messageOf(error);
      if (error instanceof ApiError && error.code === 'rate_limited') this.pause(Math.min(600, Number(error.data['retryAfter']) || 60));
      this.password.select();
    } finally {
      this.busy = false;
    }
  }
  private pause(seconds: number): void {
    this.wait = Math.ceil(seconds);
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.wait -= 1;
      if (this.wait > 0) return;
      clearInterval(this.timer);
      this.error = '';
    }, 1000);
  }
  private capsHint = (e: KeyboardEvent): void => { this.caps = e.getModifierState?.('CapsLock') ?? false; };

  override render() {
    const error = this.wait > 0 ? t('login.wait', { s: this.wait }) : this.error;
    return html`<div class="sheet">
      <div class="mark"><img src="/icon.svg" alt="" width="36" height="36">${t('app.name')}</div>
      <h1>${t('login.title')}</h1>
      <form @submit=${this.submit}>
        <label class="field"><span class="label">${t('common.email')}</span><input id="email" data-testid="login-email" type="email" name="email" autocomplete="username" required maxlength="254"></label>
        <label class="field"><span class="label">${t('common.password')}</span><input id="password" data-testid="login-password" type="password" name="password" autocomplete="current-password" required maxlength="1024" @keydown=${this.capsHint} @keyup=${this.capsHint} aria-describedby="caps">
          <span class="hint" id="caps" role="status">${this.caps ? t('login.capsLock') : ''}</span></label>
        ${error ? html`<div class="message bad" role="alert" data-testid="login-error">${icon('circle-alert')}<span>${error}</span></div>` : nothing}
        <wa-button type="submit" variant="brand" data-testid="login-submit" ?loading=${this.busy} ?disabled=${this.wait > 0}>${t('login.submit')}</wa-button>
      <button type="submit" hidden></button></form>
      <p class="caption">${t('login.help')}</p>
    </div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-login-page': MLoginPage } }
