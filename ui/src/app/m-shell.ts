import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../components/upload/m-upload.ts';
import '../components/plugins/m-repair-badge.ts';
import { chooseFiles } from '../components/upload/choose.ts';
import { messageOf } from '../data/api.ts';
import { logout } from '../data/session.ts';
import type { User } from '../data/types.ts';
import { t } from '../strings/t.ts';
import { base } from '../tokens/shared.ts';
import { icon } from './icons.ts';
import { LIBRARY_NAV, NAV, type NavItem } from './nav.ts';
import { router } from './router.ts';
import { scrollByKey } from './scroll-keys.ts';
import { shellStyles } from './shell.styles.ts';
import { setTheme, theme, type Theme } from './theme.ts';
import { toast } from './toast.ts';

const PHONE = matchMedia('(max-width: 599px)');
const THEMES: { value: Theme; icon: string }[] = [{ value: 'system', icon: 'monitor' }, { value: 'light', icon: 'sun' }, { value: 'dark', icon: 'moon' }];

/** The frame around every page: side bar, icon rail or bottom bar, by width; the top bar with upload and account. */
@customElement('m-shell')
export class MShell extends LitElement {
  static override styles = [base, shellStyles];
  @property() path = '';
  @property() heading = '';
  @property({ attribute: false }) user: User | null = null;

  /** The viewer stands above all: what is beneath takes no focus. */
  @property({ type: Boolean }) covered = false;
  /** The page scrolls by itself (the timeline); others are scrolled by the frame. */
  @property({ type: Boolean }) wide = false;
  @query('#content') private content!: HTMLElement;
  @state() private phone = PHONE.matches;
  private measure = (): void => { this.phone = PHONE.matches; };
  override connectedCallback(): void { super.connectedCallback(); PHONE.addEventListener('change', this.measure); addEventListener('keydown', this.scrolled); this.measure(); }
  override disconnectedCallback(): void { super.disconnectedCallback(); PHONE.removeEventListener('change', this.measure); removeEventListener('keydown', this.scrolled); }
  private scrolled = (e: KeyboardEvent): void => { if (!this.wide && this.content) scrollByKey(e, this.content); };

  /** Reading begins at the top of the page: the next Tab reaches its first part. The focus lies here, not on the page itself: a shadow host that Tab skips takes all of its inside with it. */
  async focusContent(): Promise<void> {
    await this.updateComplete;
    this.content.scrollTop = 0;
    this.content.focus({ preventScroll: true });
  }

  private link(item: NavItem) {
    const current = this.path === item.path || this.path.startsWith(`${item.path}/`);
    return html`<a class="nav" href=${item.path} data-testid=${item.testid} aria-current=${current ? 'page' : 'false'} title=${t(item.label as 'nav.photos')}>${icon(item.icon)}<span>${t(item.label as 'nav.photos')}</span>${item.badge ? html`<m-repair-badge></m-repair-badge>` : nothing}</a>`;
  }

  private async chosen(e: CustomEvent<{ item: { value: string } }>): Promise<void> {
    const value = e.detail.item.value;
    if (value === 'logout') await logout().catch((error: unknown) => toast({ text: messageOf(error), kind: 'bad' }));
    else if (value.startsWith('theme:')) { setTheme(value.slice(6) as Theme); this.requestUpdate(); }
    else router.go(value);
  }
  private upload(e: CustomEvent<{ item: { value: string } }>): void {
    const { value } = e.detail.item;
    if (value.startsWith('/')) router.go(value);
    else chooseFiles(value === 'folder');
  }

  override render() {
    const admin = this.user?.role === 'admin';
    const name = this.user?.name ?? '';
    return html`
      <a class="skip" href="#content" ?inert=${this.covered} @click=${(e: Event) => { e.preventDefault(); void this.focusContent(); }}>${t('app.skip')}</a>
      ${this.phone ? nothing : html`<nav class="side" ?inert=${this.covered} aria-label=${t('nav.main')}>
        <a class="brand" href="/photos" aria-label=${t('app.name')}><img src="/icon.svg" alt="" width="28" height="28"><span>${t('app.name')}</span></a>
        ${NAV.filter((i) => i.group === 'main').map((i) => this.link(i))}<hr>
        ${NAV.filter((i) => i.group === 'more').map((i) => this.link(i))}
        ${admin ? html`<hr><h2 class="group">${t('nav.admin')}</h2>${NAV.filter((i) => i.group === 'admin').map((i) => this.link(i))}` : nothing}
      </nav>`}
      <header ?inert=${this.covered}>
        <h1>${this.heading}</h1>
        <wa-dropdown placement="bottom-end" @wa-select=${this.upload}>
          <button slot="trigger" class="upload" data-testid="upload-menu" aria-label=${t('nav.upload')}>${icon('upload')}<span>${t('nav.upload')}</span></button>
          <wa-dropdown-item value="files" data-testid="upload-files"><span slot="icon">${icon('image')}</span>${t('nav.uploadFiles')}</wa-dropdown-item>
          <wa-dropdown-item value="folder" data-testid="upload-folder"><span slot="icon">${icon('folder-up')}</span>${t('nav.uploadFolder')}</wa-dropdown-item>
          <wa-dropdown-item value="/import" data-testid="upload-import"><span slot="icon">${icon('import')}</span>${t('nav.uploadImport')}</wa-dropdown-item>
        </wa-dropdown>
        <wa-dropdown placement="bottom-end" @wa-select=${this.chosen}>
          <button slot="trigger" class="avatar" data-testid="user-menu" aria-label=${t('nav.account', { name })}>${name.trim().charAt(0).toUpperCase() || '·'}</button>
          <div class="who"><strong>${name}</strong><span class="caption">${this.user?.email}</span></div>
          <wa-dropdown-item value="/settings"><span slot="icon">${icon('settings')}</span>${t('nav.settings')}</wa-dropdown-item>
          ${THEMES.map((x) => html`<wa-dropdown-item type="checkbox" ?checked=${theme() === x.value} value=${`theme:${x.value}`}><span slot="icon">${icon(x.icon)}</span>${t(`theme.${x.value}`)}</wa-dropdown-item>`)}
          <wa-dropdown-item value="logout" data-testid="logout"><span slot="icon">${icon('log-out')}</span>${t('nav.logout')}</wa-dropdown-item>
        </wa-dropdown>
      </header>
      <main id="content" tabindex="-1" class=${this.wide ? '' : 'reading'}><slot></slot></main>
      ${this.phone ? html`<nav class="bottom" ?inert=${this.covered} aria-label=${t('nav.main')}>${[...NAV, LIBRARY_NAV].filter((i) => i.bottom).map((i) => this.link(i))}</nav>` : nothing}
      <m-upload></m-upload>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-shell': MShell } }
