import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { icon } from '../app/icons.ts';
import { cancel, pause, resume, retry, start, undo } from '../components/import/do.ts';
import { importStyles } from '../components/import/import.styles.ts';
import '../components/import/m-certificate.ts';
import '../components/import/m-import-choices.ts';
import '../components/import/m-import-parts.ts';
import '../components/import/m-import-preview.ts';
import '../components/import/m-import-progress.ts';
import '../components/import/m-import-report.ts';
import type { MImportReport } from '../components/import/m-import-report.ts';
import { whenLoaded } from '../components/load-state.ts';
import '../components/m-note.ts';
import { ApiError } from '../data/api.ts';
import { runStore } from '../data/imports.ts';
import { isMissing } from '../data/part-sender.ts';
import { session } from '../data/session.ts';
import { Use } from '../data/store.ts';
import type { ImportRun } from '../data/types.ts';
import { formatTook, formatWhen } from '../strings/format.ts';
import { broughtIn, isOver, problemsOf, RUN } from '../strings/import-words.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

/** One import through its life: files on their way, what is inside, how it comes in, the report; and the way back. */
@customElement('m-import-page')
export class MImportPage extends LitElement {
  static override styles = [base, paper, importStyles, css`
    .back { display: inline-flex; gap: 4px; align-items: center; justify-self: start; text-decoration: none; color: var(--ink-2); padding: 4px 8px 4px 0; border-radius: 8px; } .back:hover { color: var(--ink-1); }
    .head { display: flex; gap: var(--space-3) var(--space-4); align-items: center; flex-wrap: wrap; } .head .grow { flex: 1 1 14rem; min-width: 0; } .head h2 { font: var(--text-page) var(--font); overflow-wrap: anywhere; } @media (max-width: 599px) { .head h2 { font: var(--text-section) var(--font); } }
    .go { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; }
    .took { display: flex; flex-wrap: wrap; gap: 2px 16px; }
  `];
  @property({ attribute: false }) params: { run?: string } = {};
  @query('m-import-report') private report!: MImportReport | null;
  private of = '';
  private run: Use<ImportRun> | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    const id = this.params.run ?? '';
    if (!changed.has('params') || id === this.of) return;
    this.of = id;
    if (this.run) { this.removeController(this.run); this.run.hostDisconnected(); }
    this.run = new Use<ImportRun>(this, runStore(id));
  }

  override render() {
    const { run } = this;
    if (!run) return nothing;
    const gone = run.data === undefined && run.error instanceof ApiError && ['not_found', 'bad_request', 'forbidden'].includes(run.error.code);
    return html`<div class="page"><a class="back" href="/import" data-testid="import-back">${icon('chevron-left')}${t('import.back')}</a>
      ${gone ? html`<m-note icon="import" heading=${t('import.gone')} text=${t('import.gone.text')} data-testid="import-gone"><wa-button variant="brand" href="/import">${t('import.back')}</wa-button></m-note>`
        : whenLoaded(run, (r) => this.body(r), html`<div class="skeleton" aria-hidden="true"><i style="height:52px"></i><i></i><i></i></div>`)}</div>`;
  }

  private body(r: ImportRun) {
    const { icon: mark, tone } = RUN[r.state], waits = r.parts.some(isMissing);
    const about = [t('import.into', { library: r.libraryName }), r.ownerId !== session.user?.id && t('import.for', { name: r.ownerName }), t('import.begun', { when: formatWhen(r.createdAt) })];
    return html`<div class="head" data-testid="import-head" data-state=${r.state}><span class="mark ${tone}">${icon(mark)}</span>
        <div class="grow"><h2>${r.name}</h2><div class="state ${tone}" role="status"><span>${[t(`import.state.${r.state}`), ...about].filter(Boolean).join(' · ')}</span></div></div>${this.buttons(r)}</div>
      ${r.trouble ? html`<div class="trouble" role="status" data-testid="import-trouble">${icon('triangle-alert')}<div class="grow"><span>${r.trouble}</span>${r.state === 'failed' ? html`<span class="quiet">${t('import.trouble.failed')}</span>` : nothing}</div></div>` : nothing}
      ${isOver(r) ? this.ended(r) : nothing}
      ${r.parts.length > 0 && !isOver(r) && (waits || r.state === 'collecting') ? html`<m-import-parts .run=${r}></m-import-parts>` : nothing}
      ${['scanning', 'running', 'paused', 'undoing'].includes(r.state) || (r.state === 'failed' && r.items.total > 0) ? html`<m-import-progress .run=${r}></m-import-progress>` : nothing}
      ${r.preview && r.startedAt === null && (r.state === 'ready' || (r.state === 'scanning' && r.parts.length > 0)) ? this.preview(r) : nothing}
      ${r.state === 'done' && broughtIn(r) + (r.counts['duplicate'] ?? 0) > 0 ? html`<m-certificate .run=${r}></m-certificate>` : nothing}
      ${r.state !== 'collecting' && r.state !== 'scanning' && Object.values(r.counts).some((n) => n > 0) ? html`<m-import-report .run=${r}></m-import-report>` : nothing}
      ${!isOver(r) && r.parts.length > 0 && !waits && r.state !== 'collecting' ? html`<m-import-parts .run=${r}></m-import-parts>` : nothing}`;
  }
  private buttons(r: ImportRun) {
    const button = (words: string, picture: string, testid: string, run: () => unknown, brand = false) => html`<wa-button size="s" appearance=${brand ? 'accent' : 'outlined'} variant=${brand ? 'brand' : 'neutral'} data-testid=${testid} @click=${run}><span slot="start">${icon(picture, 'small')}</span>${words}</wa-button>`;
    return html`<div class="buttons">
      ${r.state === 'ready' && r.preview && r.preview.items > 0 ? html`<wa-button size="s" variant="brand" data-testid="import-start-top" ?disabled=${!r.preview.enough} @click=${() => void start(r)}><span slot="start">${icon('import', 'small')}</span>${t('import.start')}</wa-button>` : nothing}
      ${r.state === 'running' ? button(t('import.pause'), 'pause', 'import-pause', () => pause(r)) : nothing}
      ${r.state === 'paused' || r.state === 'failed' ? button(t('import.resume'), 'play', 'import-resume', () => resume(r), true) : nothing}
      ${r.canUndo && !isOver(r) ? button(t('done.undo'), 'undo-2', 'import-undo', () => undo(r)) : nothing}
      ${isOver(r) || r.state === 'undoing' ? nothing : button(t('import.cancel'), 'x', 'import-cancel', () => cancel(r))}</div>`;
  }
  private preview(r: ImportRun) {
    const p = r.preview!, waits = r.parts.some(isMissing), go = html`<div class="go"><wa-button variant="brand" size="l" data-testid="import-start" ?disabled=${!p.enough || r.state !== 'ready'} @click=${() => void start(r)}><span slot="start">${icon('import')}</span>${p.items > 0 ? t('import.start.n', { n: p.items }) : t('import.start')}</wa-button>${waits ? html`<span class="quiet">${t('parts.early')}</span>` : nothing}</div>`;
    return html`<m-import-preview .run=${r} @problems=${() => this.report?.show('problem')}></m-import-preview>
      ${p.items > 0 ? html`<m-import-choices .run=${r} ?inert=${r.state !== 'ready'} ?modes=${r.parts.length === 0 && r.pluginId === 'folder'}></m-import-choices>${go}` : nothing}`;
  }
  private ended(r: ImportRun) {
    const came = broughtIn(r), problems = problemsOf(r), here = r.counts['duplicate'] ?? 0;
    const title = r.state === 'cancelled' ? t('done.title.cancelled') : r.state === 'undone' ? t('done.title.undone') : problems > 0 ? t('done.title.problems', { n: problems }) : came === 0 && here > 0 ? t('done.title.nothing') : t('done.title');
    const took = r.startedAt && r.endedAt ? Date.parse(r.endedAt) - Date.parse(r.startedAt) : 0;
    const facts = [t('done.imported', { n: came }), here > 0 && t('done.here', { n: here }), took > 0 && t('done.took', { time: formatTook(took) })];
    return html`<section class="card" data-testid="done" data-imported=${came} data-problems=${problems}><h2>${title}</h2>
      ${r.state === 'undone' ? html`<p class="quiet">${t('done.undone.text')}</p>` : html`<div class="took num">${facts.filter(Boolean).map((f) => html`<span>${f}</span>`)}</div><p class="quiet">${t('done.text')}</p>`}
      <div class="buttons">${r.state === 'undone' ? html`<wa-button variant="brand" href="/trash" data-testid="done-trash">${t('done.trash')}</wa-button>` : came + here > 0 ? html`<wa-button variant="brand" href="/photos" data-testid="done-photos">${t('done.photos')}</wa-button>` : nothing}
        ${r.albumIds.length > 0 && r.state !== 'undone' ? html`<wa-button appearance="outlined" data-testid="done-albums" href=${r.albumIds.length === 1 ? `/albums/${r.albumIds[0]}` : '/albums'}>${t('done.albums', { n: r.albumIds.length })}</wa-button>` : nothing}
        ${problems > 0 && r.state === 'done' ? html`<wa-button appearance="outlined" data-testid="done-retry" @click=${() => retry(r)}>${t('done.retry')}</wa-button>` : nothing}
        ${r.canUndo ? html`<wa-button appearance="plain" data-testid="done-undo" @click=${() => void undo(r)}><span slot="start">${icon('undo-2', 'small')}</span>${t('done.undo')}</wa-button>` : nothing}</div></section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-page': MImportPage } }
