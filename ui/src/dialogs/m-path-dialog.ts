import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type WaDialog from '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { DialogElement } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import { crumbs, parentOf, type Place, rowAfter, shownPlaces } from '../components/form/places.ts';
import { messageOf } from '../data/api.ts';
import { browse } from '../data/sources.ts';
import type { PlaceListing } from '../data/types.ts';
import { formatBytes } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base, fields } from '../tokens/shared.ts';

/** `start`: where to begin. `many`: more than one may be taken. `accept`: endings of files that may be. */
export interface PathParams { start: string; many: boolean; accept?: string[] }
const FILTER_FROM = 12;

/** Looks through the folders of the machine where Mantel runs. Result: the paths that were chosen. */
@customElement('m-path-dialog')
export class MPathDialog extends LitElement implements DialogElement<PathParams> {
  params!: PathParams;
  static override styles = [base, fields, css`
    .room { display: grid; grid-template-rows: auto auto minmax(0, 1fr); gap: 8px; height: min(56vh, 420px); }
    nav { display: flex; flex-wrap: wrap; gap: 0 2px; align-items: center; min-width: 0; } nav .icon { color: var(--ink-2); } nav button { border: 0; background: none; padding: 6px 8px; border-radius: 8px; cursor: pointer; overflow-wrap: anywhere; text-align: start; } nav button:hover { background: var(--surface-2); } nav [aria-current] { font-weight: 600; }
    ul { list-style: none; margin: 0; padding: 4px; overflow-y: auto; border: 1px solid var(--line); border-radius: 8px; }
    li { display: flex; align-items: center; border-radius: 6px; } li:hover, li:focus-within { background: var(--surface-2); } li.on { background: color-mix(in oklab, var(--accent) 14%, var(--surface-0)); }
    li input { accent-color: var(--accent); width: 18px; height: 18px; margin: 0 0 0 12px; flex: none; }
    li button { flex: 1; min-width: 0; display: flex; gap: 12px; align-items: center; border: 0; background: none; padding: 9px 12px; border-radius: 6px; text-align: start; cursor: pointer; } li button span { flex: 1; min-width: 0; overflow-wrap: anywhere; } li button .caption { flex: none; } li .icon { color: var(--ink-2); }
    li button:focus-visible { outline-offset: -2px; }
    .empty { display: grid; place-content: center; justify-items: center; gap: 12px; text-align: center; padding: 16px; border: 1px solid var(--line); border-radius: 8px; color: var(--ink-2); overflow-wrap: anywhere; } .empty .icon { width: 40px; height: 40px; stroke-width: 1.25; }
    wa-dialog { --width: min(36rem, calc(100vw - 32px)); }
    @media (max-width: 599px) { .room { height: max(220px, 100dvh - 400px); } nav { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; } nav > * { flex: none; } nav button { white-space: nowrap; } }
    @media (max-width: 459px) { wa-button[slot=footer] { flex: 1 1 100%; } }
  `];
  @state() private at = '';
  @state() private listing: PlaceListing | undefined;
  @state() private error = '';
  @state() private letters = '';
  @state() private row = 0;
  @state() private chosen: readonly Place[] = [];
  @query('wa-dialog') private dialog!: WaDialog;
  private turn = 0;
  private result: string[] | null = null;

  override connectedCallback(): void { super.connectedCallback(); void this.begin(); }

  /** Where the field points to; the folder of a file; else where the house says that it makes sense. */
  private async begin(): Promise<void> {
    const { start } = this.params;
    if (start.startsWith('/') && (await this.open(start, undefined, true) || await this.open(parentOf(start), start, true))) return;
    await this.open();
  }
  /** `from`: the entry to stand on. False: it could not be looked at. */
  private async open(path?: string, from?: string, quiet = false): Promise<boolean> {
    const turn = ++this.turn;
    try {
      const listing = await browse(path);
      if (turn !== this.turn) return true;
      this.listing = listing;
      this.at = listing.path;
      this.error = '';
    } catch (e) {
      if (turn !== this.turn) return true;
      if (quiet) return false;
      this.listing = undefined;
      if (path !== undefined) this.at = path;
      this.error = messageOf(e);
    }
    this.letters = '';
    this.row = Math.max(0, this.shown.findIndex((p) => p.path === from));
    void this.focusRow();
    return this.error === '';
  }
  private get shown(): Place[] { return shownPlaces(this.listing?.entries ?? [], this.params.accept ?? [], this.letters); }
  private async focusRow(): Promise<void> {
    await this.updateComplete;
    this.shadowRoot!.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'end' }); // on a phone only the end of the way has room
    (this.shadowRoot!.querySelector<HTMLElement>('li button[tabindex="0"]') ?? this.shadowRoot!.querySelector<HTMLElement>('nav [aria-current]'))?.focus();
  }
  private up(): void { if (this.at && this.at !== '/') void this.open(this.listing?.parent ?? parentOf(this.at), this.at); }
  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey || ((e.target as HTMLElement).localName === 'input' && e.key !== 'ArrowDown')) return; // what is typed into the filter is its own
    if ((e.target as HTMLElement).closest('nav') && (e.key === ' ' || e.key.startsWith('Arrow'))) return void (e.key === 'ArrowDown' && this.focusRow());
    if (e.key === 'Backspace') { e.preventDefault(); return this.up(); }
    const { shown } = this;
    if (e.key === ' ' && this.params.many && shown[this.row]) { e.preventDefault(); return this.toggle(shown[this.row]!); }
    const to = rowAfter(e.key, this.row, shown.map((p) => p.name));
    if (to === null) return;
    e.preventDefault();
    this.row = to;
    void this.focusRow();
  }
  private take(p: Place): void {
    if (p.folder) void this.open(p.path);
    else this.toggle(p);
  }
  private toggle(p: Place): void {
    const on = this.chosen.some((c) => c.path === p.path);
    this.chosen = on ? this.chosen.filter((c) => c.path !== p.path) : this.params.many ? [...this.chosen, p] : [p];
  }
  private done(paths: string[]): void {
    this.result = paths;
    this.dialog.open = false;
  }

  override render() {
    const { many } = this.params, { chosen } = this;
    const words = chosen.length === 0 ? t('path.here') : chosen.length === 1 ? t('path.one', { name: chosen[0]!.name }) : t('path.many', { n: chosen.length });
    return html`<wa-dialog open label=${t(many ? 'path.title.many' : 'path.title')} data-testid="path-dialog" @wa-after-hide=${(e: Event) => { if (e.target === this.dialog) this.dispatchEvent(new CustomEvent('done', { detail: this.result })); }}>
      <div class="room" @keydown=${this.key}>
        <nav aria-label=${t('path.where')}>${crumbs(this.at).map((c, i, all) => html`${i > 0 ? icon('chevron-right', 'small') : nothing}<button data-testid="path-crumb" aria-current=${i === all.length - 1 ? 'location' : nothing} @click=${() => void this.open(c.path, all[i + 1]?.path)}>${c.name || t('path.home')}</button>`)}</nav>
        <div class="field">${(this.listing?.entries.length ?? 0) >= FILTER_FROM ? html`<input type="search" data-testid="path-filter" placeholder=${t('path.filter')} aria-label=${t('path.filter')} .value=${this.letters} @input=${(e: Event) => { this.letters = (e.target as HTMLInputElement).value; this.row = 0; }}>` : nothing}</div>
        ${this.body()}
      </div>
      ${this.listing?.cut ? html`<p class="caption" style="margin-top:8px">${t('path.cut')}</p>` : nothing}
      <wa-button slot="footer" appearance="plain" data-dialog="close">${t('common.cancel')}</wa-button>
      <wa-button slot="footer" variant="brand" data-testid="path-take" ?disabled=${!this.listing && chosen.length === 0} @click=${() => this.done(chosen.length > 0 ? chosen.map((c) => c.path) : [this.at])}>${words}</wa-button>
    </wa-dialog>`;
  }
  private body(): TemplateResult {
    const { shown } = this, endings = (this.params.accept ?? []).join(', ');
    if (this.error) return html`<div class="empty" role="alert" data-testid="path-error">${icon('lock')}<div><strong>${t('path.failed')}</strong><p>${this.error}</p></div>${this.at && this.at !== '/' ? html`<wa-button size="s" appearance="outlined" @click=${() => this.up()}>${t('path.up')}</wa-button>` : nothing}</div>`;
    if (!this.listing) return html`<div class="empty" role="status">${t('common.loading')}</div>`;
    if (shown.length === 0) return html`<div class="empty" role="status" data-testid="path-empty">${icon('folder-open')}<p>${this.letters ? t('path.noMatch') : endings ? t('path.empty.accept', { endings }) : t('path.empty')}</p></div>`;
    const where = crumbs(this.at).at(-1)!.name || t('path.home');
    return html`<ul aria-label=${t('path.list', { name: where })} title=${t('path.keys')}>${shown.map((p, i) => {
      const on = this.chosen.some((c) => c.path === p.path);
      return html`<li class=${on ? 'on' : ''}>${this.params.many ? html`<input type="checkbox" tabindex="-1" aria-label=${t('path.one', { name: p.name })} .checked=${on} @change=${() => this.toggle(p)}>` : nothing}
        <button data-testid="path-row" data-name=${p.name} tabindex=${i === this.row ? '0' : '-1'} aria-pressed=${p.folder ? nothing : on ? 'true' : 'false'} @focus=${() => { this.row = i; }} @click=${() => this.take(p)} @dblclick=${() => { if (!p.folder && !this.params.many) this.done([p.path]); }}>${icon(p.folder ? 'folder' : 'file')}<span>${p.folder ? html`<span class="sr">${t('path.folder')} </span>` : nothing}${p.name}</span>${p.folder ? icon('chevron-right', 'small') : p.bytes === null ? nothing : html`<span class="caption num">${formatBytes(p.bytes)}</span>`}</button></li>`;
    })}</ul>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-path-dialog': MPathDialog } }
