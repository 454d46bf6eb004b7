import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { isAbort, messageOf } from '../../data/api.ts';
import { reportUrl, runEntries } from '../../data/imports.ts';
import type { EntryOutcome, ImportRun, RunEntry } from '../../data/types.ts';
import { formatBytes } from '../../strings/format.ts';
import { entryWords } from '../../strings/import-words.ts';
import { t } from '../../strings/t.ts';
import { base, fields, paper } from '../../tokens/shared.ts';
import { importStyles } from './import.styles.ts';

const PART = 100;
const WAIT_MS = 250;
const AGAIN_MS = 3000;
/** What a person looks for first. */
const ORDER: readonly EntryOutcome[] = ['problem', 'imported', 'live', 'edited', 'raw', 'duplicate', 'copy', 'metadata', 'ignored', 'pending'];
const MARK: Record<EntryOutcome, { icon: string; tone: string }> = {
  imported: { icon: 'check', tone: 'good' }, live: { icon: 'circle-dot-dashed', tone: 'good' }, edited: { icon: 'pencil', tone: 'good' }, raw: { icon: 'camera', tone: 'good' }, duplicate: { icon: 'copy', tone: '' }, copy: { icon: 'copy', tone: '' },
  metadata: { icon: 'tag', tone: '' }, ignored: { icon: 'list-x', tone: '' }, problem: { icon: 'triangle-alert', tone: 'warn' }, pending: { icon: 'clock', tone: '' },
};

/** What became of each entry of the source: by outcome, searched, a page at a time; and the whole of it as a file. */
@customElement('m-import-report')
export class MImportReport extends LitElement {
  static override styles = [base, fields, paper, importStyles, css`
    :host { display: block; scroll-margin-top: 12px; }
    .tabs { display: flex; gap: 6px; } @media (min-width: 600px) { .tabs { flex-wrap: wrap; } } .tabs button { border: 1px solid var(--line); background: none; border-radius: var(--radius-pill); padding: 5px 14px; cursor: pointer; font-variant-numeric: tabular-nums; transition: background var(--fast); } .tabs button:hover { background: var(--surface-2); } .tabs button[aria-pressed='true'] { background: color-mix(in oklab, var(--accent) 14%, var(--surface-1)); border-color: color-mix(in oklab, var(--accent) 40%, var(--line)); color: var(--accent-ink); font-weight: 600; } .tabs b { font-weight: 400; opacity: 0.75; margin-left: 2px; }
    li { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 2px 12px; padding: 10px 0; border-top: 1px solid var(--line); align-items: start; } li > .icon { margin-top: 2px; color: var(--ink-2); } li > .icon.good { color: var(--good); } li > .icon.warn { color: var(--warn); }
    .path { overflow-wrap: anywhere; } .path .dir { color: var(--ink-2); } .why { grid-column: 2 / -1; overflow-wrap: anywhere; }
    .foot { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; } .save { display: inline-flex; gap: 6px; align-items: center; padding: 6px 10px; border-radius: 8px; text-decoration: none; font-weight: 600; } .save:hover { background: color-mix(in oklab, currentColor 10%, transparent); }
    @media (max-width: 599px) { .tabs { flex-wrap: nowrap; overflow-x: auto; margin: 0 -16px; padding: 2px 16px; scrollbar-width: none; } .tabs button { flex: none; } }
    .top { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; } .find { flex: 1 1 14rem; max-width: 22rem; }
  `];
  @property({ attribute: false }) run!: ImportRun;
  /** The tab that is shown; '': all. */
  @state() outcome: EntryOutcome | '' = '';
  @state() private search = '';
  @state() private entries: RunEntry[] | undefined;
  @state() private next: number | null = null;
  @state() private error = '';
  private abort = new AbortController();
  private typing: ReturnType<typeof setTimeout> | undefined;
  private wanted = '';
  private counts = '';
  private later: ReturnType<typeof setTimeout> | undefined;

  /** Another list is read at once. One that the counts moved away from is read again, while a run goes on not all the time; what was opened with "more" stays as it is. */
  override willUpdate(changed: PropertyValues<this>): void {
    const wanted = `${this.run.id} ${this.outcome} ${this.search}`, counts = JSON.stringify(this.run.counts);
    if (wanted !== this.wanted) {
      [this.wanted, this.counts] = [wanted, counts];
      void this.read(changed.has('outcome'));
    } else if (counts !== this.counts && (this.entries?.length ?? 0) <= PART) {
      this.counts = counts;
      this.later ??= setTimeout(() => { void this.read(false); }, this.run.state === 'running' || this.run.state === 'undoing' ? AGAIN_MS : 0);
    }
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.abort.abort(); clearTimeout(this.typing); this.still(); this.wanted = ''; }
  private still(): void { clearTimeout(this.later); this.later = undefined; }

  private async read(anew: boolean, after?: number): Promise<void> {
    this.still();
    this.abort.abort();
    const { signal } = this.abort = new AbortController();
    if (anew && after === undefined) this.entries = undefined;
    try {
      const page = await runEntries(this.run.id, { limit: PART, ...(this.outcome ? { outcome: this.outcome } : {}), ...(this.search.trim() ? { search: this.search.trim() } : {}), ...(after === undefined ? {} : { after }) }, signal);
      this.entries = after === undefined ? page.entries : [...(this.entries ?? []), ...page.entries];
      this.next = page.next;
      this.error = '';
    } catch (e) {
      if (!isAbort(e)) this.error = messageOf(e);
    }
  }
  private typed(e: Event): void {
    const { value } = e.target as HTMLInputElement;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => { this.search = value; }, WAIT_MS);
  }
  /** For the page: shows the problems and goes there. */
  show(outcome: EntryOutcome): void {
    this.outcome = outcome;
    this.scrollIntoView({ block: 'start' });
    void this.updateComplete.then(() => this.shadowRoot?.querySelector<HTMLElement>('.tabs [aria-pressed=true]')?.focus({ preventScroll: true }));
  }

  override render() {
    const { run } = this, tabs = ORDER.filter((o) => (run.counts[o] ?? 0) > 0), all = Object.values(run.counts).reduce((n, c) => n + c, 0), pending = run.counts['pending'] ?? 0;
    const tab = (outcome: EntryOutcome | '', words: string, n: number) => html`<button data-testid="report-tab" data-outcome=${outcome || 'all'} data-n=${n} aria-pressed=${this.outcome === outcome} @click=${() => { this.outcome = outcome; }}>${words} <b>${n.toLocaleString('en')}</b></button>`;
    return html`<section class="card" data-testid="report"><header><h2>${t('report.title')}</h2><span class="caption num" data-testid="report-sum" data-n=${all} data-pending=${pending}>${pending > 0 ? t('report.open', { n: pending }) : t('report.text', { n: all })}</span></header>
      ${tabs.length > 1 ? html`<div class="tabs" role="group" aria-label=${t('report.tabs')}>${tab('', t('report.all'), all)}${tabs.map((o) => tab(o, t(`outcome.${o}`), run.counts[o]!))}</div>` : nothing}
      <div class="top"><label class="field find"><span class="sr">${t('report.search')}</span><input type="search" data-testid="report-search" maxlength="200" placeholder=${t('report.searchHint')} @input=${this.typed}></label>
        <div class="foot"><a class="save" href=${reportUrl(run.id, 'csv')} download data-testid="report-csv" aria-label=${t('report.csv')}>${icon('download', 'small')}CSV</a><a class="save" href=${reportUrl(run.id, 'json')} download data-testid="report-json" aria-label=${t('report.json')}>${icon('download', 'small')}JSON</a></div></div>
      ${this.list()}</section>`;
  }
  private list() {
    if (this.error) return html`<div class="trouble" role="alert">${icon('circle-alert')}<div class="grow"><span>${t('report.error')}: ${this.error}</span><wa-button style="justify-self:start" size="s" appearance="outlined" @click=${() => void this.read(true)}>${t('app.retry')}</wa-button></div></div>`;
    if (!this.entries) return html`<p class="quiet" role="status">${t('report.loading')}</p>`;
    if (this.entries.length === 0) return html`<p class="quiet" role="status">${t(this.search.trim() ? 'report.noMatch' : 'report.none')}</p>`;
    return html`<ul data-testid="report-list">${this.entries.map((e) => this.entry(e))}</ul>${this.next === null ? nothing : html`<wa-button style="justify-self:start" appearance="outlined" data-testid="report-more" @click=${() => void this.read(false, this.next!)}>${t('report.more')}</wa-button>`}`;
  }
  private entry(e: RunEntry) {
    const { icon: mark, tone } = MARK[e.outcome], cut = e.path.lastIndexOf('/') + 1, name = html`<span class="dir">${e.path.slice(0, cut)}</span>${e.path.slice(cut)}`;
    return html`<li data-testid="entry" data-outcome=${e.outcome}>${icon(mark, tone)}<span class="path">${e.assetId && e.outcome !== 'problem' ? html`<a href="/photos/${e.assetId}" title=${t('report.show')} style="color:inherit">${name}</a>` : name}</span><span class="caption num">${e.bytes === null ? '' : formatBytes(e.bytes)}</span>
      <span class="caption why">${[entryWords(e), e.part].filter(Boolean).join(' · ')}</span></li>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-report': MImportReport } }
