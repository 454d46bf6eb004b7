import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { session } from '../../data/session.ts';
import type { Manifest } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { chooseFiles } from '../upload/choose.ts';
import { homecoming } from './art.ts';
import { placeOf, sendFiles, takeFromHouse } from './begin.ts';
import { importStyles } from './import.styles.ts';

/** Where photos may come from: Google first, then Apple, a folder, and what other plugins offer. */
@customElement('m-start-cards')
export class MStartCards extends LitElement {
  static override styles = [base, paper, importStyles, css`
    :host { display: grid; gap: var(--space-4); }
    .hero { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--space-4) var(--space-6); align-items: center; padding: var(--space-6); background: color-mix(in oklab, var(--accent) 7%, var(--surface-0)); border: 1px solid color-mix(in oklab, var(--accent) 22%, var(--line)); border-radius: 16px; transition: background var(--fast); }
    .hero.over { background: color-mix(in oklab, var(--accent) 18%, var(--surface-0)); border-style: dashed; border-color: var(--accent); }
    .hero .say { display: grid; gap: var(--space-3); min-width: 0; } .hero h2 { font: 600 1.75rem/2.25rem var(--font); text-wrap: balance; } .hero p { max-width: 56ch; }
    .hero svg.art { width: 200px; height: auto; color: var(--accent-ink); display: block; }
    .buttons { margin-top: var(--space-1); } wa-button { max-width: 100%; }
    .ways { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); }
    .way { grid-template-rows: auto 1fr auto; } .way .top { display: flex; gap: var(--space-3); align-items: center; } .way .top h2 { min-width: 0; overflow-wrap: anywhere; }
    a.help { display: inline-flex; gap: 6px; align-items: center; text-decoration: none; font-weight: 600; padding: 6px 10px; border-radius: 8px; } a.help:hover { background: color-mix(in oklab, currentColor 10%, transparent); }
    @media (max-width: 719px) { .hero { grid-template-columns: minmax(0, 1fr); padding: var(--space-5) var(--space-4); } .hero svg.art { width: 128px; order: -1; } .hero h2 { font-size: 1.5rem; line-height: 2rem; } }
  `];
  @property({ attribute: false }) kinds: Manifest[] = [];
  /** Whose photos they are; '': mine. */
  @property() owner = '';
  @state() private over = false;

  private get admin(): boolean { return session.user?.role === 'admin'; }
  private kind(id: string): Manifest | undefined { return this.kinds.find((k) => k.id === id); }
  private dropped = (e: DragEvent): void => {
    const google = this.kind('google-takeout'), files = [...(e.dataTransfer?.files ?? [])];
    if (!google || files.length === 0) return;
    e.preventDefault();
    this.over = false;
    void sendFiles(google, this.owner, files);
  };

  override render() {
    const google = this.kind('google-takeout'), icloud = this.kind('icloud-export'), folder = this.kind('folder');
    const others = this.kinds.filter((k) => ![google, icloud, folder].includes(k));
    if (this.kinds.length === 0) return html`<div class="card"><p>${t('imports.none')}</p>${this.admin ? html`<wa-button style="justify-self:start" appearance="outlined" href="/admin/plugins">${t('imports.plugins')}</wa-button>` : html`<p class="quiet">${t('imports.none.admin')}</p>`}</div>`;
    return html`${google ? this.hero(google) : nothing}
      <div class="ways">
        ${icloud ? this.way('cloud-download', t('imports.icloud.title'), t('imports.icloud.text'), icloud, t('imports.icloud.help')) : nothing}
        ${this.way('folder-input', t('imports.folder.title'), folder && this.admin ? `${t('imports.folder.text')} ${t('imports.folder.house')}` : t('imports.folder.text'), folder, t('imports.help'), html`<wa-button appearance="outlined" data-testid="start-folder" @click=${() => chooseFiles(true)}>${t('imports.folder.send')}</wa-button>`)}
        ${others.map((k) => this.way('puzzle', k.name, k.description, k, t('imports.help')))}
      </div>`;
  }
  private hero(k: Manifest) {
    return html`<section class="hero ${this.over ? 'over' : ''}" data-testid="start-google" data-drop @dragover=${() => { this.over = true; }} @dragleave=${() => { this.over = false; }} @drop=${this.dropped}>
      <div class="say"><h2>${t('imports.google.title')}</h2><p>${t('imports.google.text')}</p>
        <div class="buttons"><wa-button variant="brand" data-testid="start-google-send" @click=${() => void sendFiles(k, this.owner)}><span slot="start">${icon('file-archive')}</span>${t('imports.google.send')}</wa-button>
          ${this.admin ? html`<wa-button appearance="outlined" data-testid="start-google-house" @click=${() => void takeFromHouse(k, this.owner)}><span slot="start">${icon('hard-drive')}</span>${t('imports.place.short')}</wa-button>` : nothing}
          ${this.help(k, t('imports.google.help'))}</div>
        <p class="caption">${t('imports.drop')}</p></div>
      ${homecoming}</section>`;
  }
  private way(picture: string, title: string, text: string, k: Manifest | undefined, help: string, first?: TemplateResult) {
    const place = k && placeOf(k);
    return html`<section class="card way" data-testid="start" data-plugin=${k?.id ?? ''}><div class="top"><span class="mark accent">${icon(picture)}</span><h2>${title}</h2></div><p class="quiet">${text}</p>
      <div class="buttons">${first ?? (place && place.accept.length > 0 ? html`<wa-button appearance="outlined" data-testid="start-send" @click=${() => void sendFiles(k, this.owner)}>${t('imports.send')}</wa-button>` : nothing)}
        ${!k ? nothing : !place ? html`<wa-button appearance="outlined" href="/admin/sources/new/${k.id}" data-testid="start-set-up">${t('imports.setUp')}</wa-button>` : this.admin ? html`<wa-button appearance="outlined" data-testid="start-house" @click=${() => void takeFromHouse(k, this.owner)}>${t('imports.place.short')}</wa-button>` : nothing}
        ${k ? this.help(k, help) : nothing}</div></section>`;
  }
  private help(k: Manifest, words: string) { return k.help ? html`<a class="help" href="/import/help/${k.id}" data-testid="start-help">${icon('book-open', 'small')}${words}</a>` : nothing; }
}
declare global { interface HTMLElementTagNameMap { 'm-start-cards': MStartCards } }
