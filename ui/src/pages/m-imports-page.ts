import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../app/icons.ts';
import { runAgain } from '../components/import/begin.ts';
import { importStyles } from '../components/import/import.styles.ts';
import '../components/import/m-run-row.ts';
import '../components/import/m-start-cards.ts';
import { whenLoaded } from '../components/load-state.ts';
import { imports } from '../data/imports.ts';
import { session } from '../data/session.ts';
import { sourceKinds, sources } from '../data/sources.ts';
import { Use } from '../data/store.ts';
import type { ImportRun, ImportSource, User } from '../data/types.ts';
import { users } from '../data/users.ts';
import { formatWhen } from '../strings/format.ts';
import { t } from '../strings/t.ts';
import { base, fields, paper } from '../tokens/shared.ts';

const PART = 20;

/** Where photos may come from, the sources that are kept, and what has been imported so far. */
@customElement('m-imports-page')
export class MImportsPage extends LitElement {
  static override styles = [base, fields, paper, importStyles, css`
    .owner { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; color: var(--ink-2); } .owner select { font: inherit; color: var(--ink-1); background: var(--surface-2); border: 0; border-radius: 8px; padding: 6px 10px; max-width: 100%; }
    section.list { display: grid; gap: var(--space-2); } section.list header { display: flex; flex-wrap: wrap; gap: 8px; justify-content: space-between; align-items: center; }
    .runs > * + * { border-top: 1px solid var(--line); }
  `];
  @state() private owner = '';
  @state() private shown = PART;
  private kinds = new Use(this, sourceKinds);
  private runs = new Use(this, imports);
  private sources = new Use(this, sources);
  private users: Use<User[]> | undefined;

  override connectedCallback(): void {
    if (session.user?.role === 'admin') this.users ??= new Use(this, users);
    super.connectedCallback();
  }

  override render() {
    const others = this.users?.data?.filter((u) => !u.disabled) ?? [];
    return html`<div class="page">
      ${others.length > 1 ? html`<label class="owner">${t('imports.for')}<select data-testid="import-owner" @change=${(e: Event) => { this.owner = (e.target as HTMLSelectElement).value; }}>${others.map((u) => html`<option value=${u.id === session.user?.id ? '' : u.id} ?selected=${u.id === (this.owner || session.user?.id)}>${u.id === session.user?.id ? t('imports.for.me', { name: u.name }) : u.name}</option>`)}</select></label>` : nothing}
      ${whenLoaded(this.kinds, (kinds) => html`<m-start-cards .kinds=${kinds} .owner=${this.owner}></m-start-cards>`, html`<div class="skeleton" aria-hidden="true"><i style="height:240px"></i><i></i></div>`)}
      ${this.sources.data?.length ? this.saved(this.sources.data) : nothing}
      <section class="list"><header><h2>${t('imports.runs')}</h2></header>${whenLoaded(this.runs, (all) => this.list(all), html`<div class="skeleton" aria-hidden="true"><i style="height:72px"></i></div>`)}</section>
    </div>`;
  }
  private saved(all: ImportSource[]) {
    return html`<section class="card" data-testid="saved-sources"><header><h2>${t('imports.sources')}</h2><a href="/admin/sources">${t('imports.sources.all')}</a></header><div>${all.map((s) => html`<div class="row" data-testid="saved-source" data-id=${s.id}><span class="mark">${icon('folder-sync')}</span>
      <div class="grow"><div><a href="/admin/sources/${s.id}" style="color:inherit">${s.name}</a></div><div class="caption">${[s.enabled ? '' : t('imports.sources.off'), s.watch && t('imports.sources.watch'), s.nextRunAt && t('imports.sources.next', { when: formatWhen(s.nextRunAt) })].filter(Boolean).join(' · ')}</div>${s.trouble ? html`<div class="caption">${s.trouble}</div>` : nothing}</div>
      <wa-button size="s" appearance="outlined" data-testid="saved-source-now" ?disabled=${!s.enabled} aria-label=${t('imports.sources.nowOf', { name: s.name })} @click=${() => void runAgain(s.id)}>${t('imports.sources.now')}</wa-button></div>`)}</div></section>`;
  }
  private list(all: ImportRun[]) {
    if (all.length === 0) return html`<p class="quiet" data-testid="runs-none">${t('imports.runs.none')}</p>`;
    return html`<div class="runs">${repeat(all.slice(0, this.shown), (r) => r.id, (r) => html`<m-run-row .run=${r}></m-run-row>`)}</div>
      ${all.length > this.shown ? html`<wa-button style="justify-self:start" appearance="outlined" @click=${() => { this.shown += PART; }}>${t('imports.runs.more')}</wa-button>` : nothing}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-imports-page': MImportsPage } }
