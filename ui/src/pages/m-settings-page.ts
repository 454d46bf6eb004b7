import '@awesome.me/webawesome/dist/components/switch/switch.js';
import type WaSwitch from '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { setTheme, theme, type Theme } from '../app/theme.ts';
import { toast } from '../app/toast.ts';
import '../components/m-password-field.ts';
import { messageOf } from '../data/api.ts';
import { libraries, showLibrary, writable } from '../data/libraries.ts';
import { changePassword, rename, revokeSession, session, sessions } from '../data/session.ts';
import { Use } from '../data/store.ts';
import type { Library } from '../data/types.ts';
import { shortDevice } from '../strings/device.ts';
import { formatWhen } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base, fields, paper } from '../tokens/shared.ts';

/** What belongs to me: name, password, sessions, which libraries I see, and how the page looks. */
@customElement('m-settings-page')
export class MSettingsPage extends LitElement {
  static override styles = [base, fields, paper, css`
    .choice { display: flex; flex-wrap: wrap; gap: 8px; border: 0; padding: 0; margin: 0; }
    .choice label { display: flex; gap: 8px; align-items: center; padding: 8px 14px; border: 1px solid var(--line-strong); border-radius: var(--radius-pill); cursor: pointer; }
    .choice label:has(:checked) { border-color: var(--accent); background: color-mix(in oklab, var(--accent) 14%, transparent); }
    .choice label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    .choice input { position: absolute; opacity: 0; pointer-events: none; }
    .side-form { grid-template-columns: minmax(0, 1fr) auto; align-items: end; gap: 8px; }
    .lib { display: grid; gap: 10px; } .radio { display: flex; gap: 10px; align-items: center; cursor: pointer; } .radio input { accent-color: var(--accent); width: 18px; height: 18px; margin: 0 9px; }
  `];
  @state() private busy = '';
  @state() private passwordError = '';
  private sessions = new Use(this, sessions);
  private libraries = new Use(this, libraries);

  private async run(name: string, what: () => Promise<void>, done?: string): Promise<boolean> {
    this.busy = name;
    try {
      await what();
      if (done) toast({ text: done });
      return true;
    } catch (e) {
      if (name === 'password') this.passwordError = messageOf(e);
      else toast({ text: messageOf(e), kind: 'bad' });
      this.requestUpdate();
      return false;
    } finally {
      this.busy = '';
    }
  }
  private name(e: Event): void {
    e.preventDefault();
    const name = String(new FormData(e.target as HTMLFormElement).get('name')).trim();
    if (name) void this.run('name', () => rename(name), t('common.saved'));
  }
  private async password(e: Event): Promise<void> {
    e.preventDefault();
    const form = e.target as HTMLFormElement, data = new FormData(form);
    this.passwordError = '';
    if (await this.run('password', () => changePassword(String(data.get('current')), String(data.get('password'))), t('settings.password.changed'))) {
      form.reset();
      await this.sessions.refresh();
    }
  }

  override render() {
    const user = session.user;
    return html`<div class="page">
      <section class="card"><h2>${t('settings.you')}</h2>
        <form class="side-form" @submit=${this.name}><label class="field"><span class="label">${t('common.name')}</span><input name="name" data-testid="settings-name" required maxlength="100" autocomplete="name" .defaultValue=${user?.name ?? ''}></label><wa-button type="submit" appearance="outlined" ?loading=${this.busy === 'name'} data-testid="settings-name-save">${t('common.save')}</wa-button><button type="submit" hidden></button></form>
        <p class="caption">${user?.email}</p></section>
      <section class="card"><h2>${t('settings.appearance')}</h2>
        <fieldset class="choice"><legend class="sr">${t('theme.label')}</legend>${(['system', 'light', 'dark'] as const).map((x) => html`<label><input type="radio" name="theme" value=${x} ?checked=${theme() === x} @change=${() => setTheme(x as Theme)}>${icon({ system: 'monitor', light: 'sun', dark: 'moon' }[x], 'small')}${t(`theme.${x}`)}</label>`)}</fieldset></section>
      <section class="card"><h2>${t('settings.libraries')}</h2><div>${(this.libraries.data ?? []).map((l) => this.library(l))}</div></section>
      <section class="card"><h2>${t('settings.password')}</h2>
        <form @submit=${this.password}>
          <input type="text" name="username" autocomplete="username" .value=${user?.email ?? ''} hidden>
          <label class="field"><span class="label">${t('settings.password.current')}</span><input name="current" type="password" data-testid="settings-password-current" autocomplete="current-password" required maxlength="1024"></label>
          <m-password-field label=${t('settings.password.next')} testid="settings-password-next"></m-password-field>
          ${this.passwordError ? html`<div class="message bad" role="alert">${icon('circle-alert')}<span>${this.passwordError}</span></div>` : nothing}
          <div class="actions"><wa-button type="submit" appearance="outlined" ?loading=${this.busy === 'password'} data-testid="settings-password-save">${t('settings.password.change')}</wa-button></div><button type="submit" hidden></button></form></section>
      <section class="card"><h2>${t('settings.sessions')}</h2><div>${(this.sessions.data ?? []).map((s) => html`<div class="row" data-testid="session"><div class="grow"><div title=${s.device}>${shortDevice(s.device)}</div><div class="caption">${[s.address, t('settings.sessions.seen', { when: formatWhen(s.lastSeenAt) })].filter(Boolean).join(' · ')}</div></div>
        ${s.current ? html`<span class="badge">${t('settings.sessions.current')}</span>` : html`<wa-button size="s" appearance="outlined" aria-label=${t('settings.sessions.endOf', { device: shortDevice(s.device) })} @click=${() => void this.run('session', () => revokeSession(s.id))}>${t('settings.sessions.end')}</wa-button>`}</div>`)}</div></section>
    </div>`;
  }

  private library(l: Library) {
    const kind = { personal: t('library.personal'), shared: t('library.shared'), locked: t('library.locked'), external: t('library.external') }[l.kind];
    return html`<div class="row lib"><div class="grow"><strong>${l.name}</strong> <span class="badge">${kind}</span><div class="caption num">${t('library.items', { n: l.assets })}${l.kind === 'shared' ? ` · ${t('library.members', { n: l.members.length })}` : ''}</div></div>
      <wa-switch ?checked=${l.show} data-testid="library-show" @change=${(e: Event) => void this.run('library', () => showLibrary(l.id, { show: (e.target as WaSwitch).checked }))}>${t('settings.libraries.show')}</wa-switch>
      ${writable([l]).length > 0 ? html`<label class="radio"><input type="radio" name="default" data-testid="library-default" .checked=${l.isDefault} @change=${() => void this.run('library', () => showLibrary(l.id, { isDefault: true }))}>${t('settings.libraries.default')}</label>` : nothing}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-settings-page': MSettingsPage } }
