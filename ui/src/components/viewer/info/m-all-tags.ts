import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { copyText } from '../../../app/copy.ts';
import { icon } from '../../../app/icons.ts';
import { toast } from '../../../app/toast.ts';
import { isAbort, messageOf } from '../../../data/api.ts';
import { getTags } from '../../../data/assets.ts';
import type { FileTags } from '../../../data/types.ts';
import { t } from '../../../strings/t.ts';
import { base, fields } from '../../../tokens/shared.ts';
import { groupTags } from './group-tags.ts';

/** Every tag that the files carry, by group, to be searched and copied. Fetched when it is opened for the first time. */
@customElement('m-all-tags')
export class MAllTags extends LitElement {
  static override styles = [base, fields, css`
    :host { display: block; }
    details { border-top: 1px solid var(--line); padding: 8px 0 0; }
    summary { cursor: pointer; color: var(--ink-2); padding: 6px 0; border-radius: 4px; min-height: 34px; }
    .tools { display: grid; gap: 8px; padding: 6px 0 2px; position: sticky; top: 48px; background: var(--surface-0); z-index: 1; }
    .search { position: relative; } .search .icon { position: absolute; left: 10px; top: 50%; transform: translateY(-50%); width: 16px; height: 16px; color: var(--ink-2); pointer-events: none; }
    .field .search input { padding: 7px 10px 7px 34px !important; }
    h3 { font: 600 var(--text-caption) var(--font); font-weight: 600; color: var(--ink-2); margin: 14px 0 2px; display: flex; justify-content: space-between; gap: 8px; }
    h3 .num { font-weight: 400; }
    dl { margin: 0; }
    .tag { display: grid; grid-template-columns: minmax(0, 1fr) 30px; align-items: start; padding: 5px 0; border-top: 1px solid var(--line); }
    dt { font: var(--text-caption) var(--font); color: var(--ink-2); overflow-wrap: anywhere; }
    dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; grid-column: 1; font-size: 0.875rem; line-height: 1.25rem; }
    .tag button { grid-column: 2; grid-row: 1 / span 2; width: 30px; height: 30px; color: var(--ink-2); opacity: 0.55; } .tag button:hover, .tag button:focus-visible { opacity: 1; } .tag button .icon { width: 15px; height: 15px; }
    .skeleton { display: grid; gap: 10px; padding: 12px 0; animation: appear 0s 200ms both; } .skeleton i { height: 14px; border-radius: 4px; background: var(--surface-2); }
    @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
    .say { padding: 12px 0; } .say.bad { display: grid; gap: 4px; justify-items: start; color: var(--ink-1); }
  `];
  @property() assetId = '';
  /** Other than before: the files may have changed. */
  @property() stamp = '';
  @state() private open = false;
  @state() private files: FileTags[] | undefined;
  @state() private error: unknown;
  @state() private fileId = '';
  @state() private words = '';
  private abort = new AbortController();

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('assetId') && !changed.has('stamp')) return;
    this.abort.abort();
    this.files = this.error = undefined;
    if (this.open) void this.load();
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.abort.abort(); }

  private async load(): Promise<void> {
    const abort = this.abort = new AbortController();
    this.error = undefined;
    try {
      const files = await getTags(this.assetId, abort.signal);
      if (abort.signal.aborted) return;
      this.files = files;
      if (!files.some((f) => f.fileId === this.fileId)) this.fileId = files[0]?.fileId ?? '';
    } catch (e) {
      if (!isAbort(e) && !abort.signal.aborted) this.error = e;
    }
  }
  private toggled(e: Event): void {
    this.open = (e.target as HTMLDetailsElement).open;
    if (this.open && !this.files) void this.load();
  }
  private async copy(e: Event, value: string): Promise<void> {
    const button = e.currentTarget as HTMLElement, done = await copyText(value);
    button.focus();
    toast(done ? { text: t('info.alltags.copied') } : { text: t('info.alltags.copyFailed'), kind: 'bad' });
  }

  override render() { return html`<details data-testid="all-tags" @toggle=${this.toggled}><summary>${t('info.alltags')}</summary>${this.open ? this.body() : nothing}</details>`; }

  private body() {
    const { files, error } = this;
    if (error) return html`<div class="say bad" role="alert" data-testid="all-tags-error"><strong>${t('info.alltags.error')}</strong><span class="quiet">${messageOf(error)}</span><button class="text-button" style="margin-left:-10px" @click=${() => void this.load()}>${t('app.retry')}</button></div>`;
    if (!files) return html`<div class="skeleton" role="status" aria-label=${t('common.loading')}>${[80, 55, 90, 40, 70].map((w) => html`<i style="width:${w}%"></i>`)}</div>`;
    const file = files.find((f) => f.fileId === this.fileId) ?? files[0];
    if (!file || files.every((f) => f.tags.length === 0)) return html`<p class="say quiet">${t('info.alltags.none')}</p>`;
    const groups = groupTags(file.tags, this.words), shown = groups.reduce((n, g) => n + g.tags.length, 0);
    return html`<div class="tools">
        ${files.length > 1 ? html`<label class="field"><span class="sr">${t('info.alltags.file')}</span><select @change=${(e: Event) => { this.fileId = (e.target as HTMLSelectElement).value; }}>${files.map((f) => html`<option value=${f.fileId} ?selected=${f === file}>${f.name}</option>`)}</select></label>` : nothing}
        <label class="field"><span class="sr">${t('info.alltags.search')}</span><span class="search">${icon('search')}<input type="search" data-testid="all-tags-search" placeholder=${t('info.alltags.search')} autocomplete="off" .value=${this.words} @input=${(e: Event) => { this.words = (e.target as HTMLInputElement).value; }}></span></label>
        <span class="caption num" role="status" data-testid="all-tags-count">${shown === 0 ? t(this.words ? 'info.alltags.noMatch' : 'info.alltags.none') : t('info.alltags.count', { n: shown })}</span></div>
      ${groups.map((g) => html`<section><h3>${g.name}<span class="num">${g.tags.length}</span></h3><dl>${g.tags.map((x) => html`<div class="tag" data-testid="all-tags-tag"><dt>${x.name}</dt><dd>${x.value}</dd><button class="icon-button" aria-label=${t('info.alltags.copy', { name: x.name })} title=${t('info.alltags.copy', { name: x.name })} @click=${(e: Event) => void this.copy(e, x.value)}>${icon('copy')}</button></div>`)}</dl></section>`)}
      ${file.cut ? html`<p class="say caption">${t('info.alltags.cut')}</p>` : nothing}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-all-tags': MAllTags } }
