import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { recentFilter, recentJobs } from '../../data/jobs.ts';
import { nodes } from '../../data/nodes.ts';
import { Use } from '../../data/store.ts';
import type { JobKind, RecentJob } from '../../data/types.ts';
import { formatTook, formatWhen } from '../../strings/format.ts';
import { jobError } from '../../strings/job-error.ts';
import { jobName } from '../../strings/node-words.ts';
import { t } from '../../strings/t.ts';
import { base, fields, paper } from '../../tokens/shared.ts';
import { whenLoaded } from '../load-state.ts';

const PART = 10;

/** Who did what: the last jobs with the PC that did them, to be narrowed by kind and PC. */
@customElement('m-recent-jobs')
export class MRecentJobs extends LitElement {
  static override styles = [base, fields, paper, css`
    :host { display: block; }
    .filter { display: flex; flex-wrap: wrap; gap: 8px; flex: 0 1 22rem; } .filter .field { flex: 1 1 7rem; } .filter select { padding: 6px 8px; }
    .row { padding: 10px 0; } .name { overflow-wrap: anywhere; }
    wa-button { justify-self: start; }
  `];
  @property({ attribute: false }) kinds: JobKind[] = [];
  @state() private shown = PART;
  private recent = new Use(this, recentJobs);
  private nodes = new Use(this, nodes);

  override connectedCallback(): void { this.narrow({}, false); super.connectedCallback(); }
  private narrow(to: { kind?: JobKind; worker?: string }, load = true): void {
    delete recentFilter.kind;
    delete recentFilter.worker;
    Object.assign(recentFilter, to);
    this.shown = PART;
    if (load) void this.recent.refresh();
  }
  private chosen(part: 'kind' | 'worker', e: Event): void {
    const { value } = e.target as HTMLSelectElement, { [part]: _, ...rest } = recentFilter;
    this.narrow(value ? { ...rest, [part]: value } : rest);
  }

  override render() {
    const narrowed = recentFilter.kind !== undefined || recentFilter.worker !== undefined;
    return html`<section class="card" data-testid="recent"><header><h2>${t('recent.title')}</h2><div class="filter">
        <label class="field"><span class="sr">${t('recent.kind')}</span><select data-testid="recent-kind" @change=${(e: Event) => this.chosen('kind', e)}><option value="">${t('recent.kind.all')}</option>${this.kinds.map((k) => html`<option value=${k}>${t(`jobs.kind.${k}`)}</option>`)}</select></label>
        <label class="field"><span class="sr">${t('recent.worker')}</span><select data-testid="recent-worker" @change=${(e: Event) => this.chosen('worker', e)}><option value="">${t('recent.worker.all')}</option>${(this.nodes.data ?? []).map((n) => html`<option value=${n.id}>${n.name}</option>`)}</select></label></div></header>
      ${whenLoaded(this.recent, (all) => (all.length === 0 ? html`<p class="quiet">${t(narrowed ? 'recent.noneHere' : 'recent.none')}</p>` : html`<div>${all.slice(0, this.shown).map((j) => this.row(j))}</div>${all.length > this.shown ? html`<wa-button size="s" appearance="outlined" data-testid="recent-more" @click=${() => { this.shown += PART * 4; }}>${t('recent.more')}</wa-button>` : nothing}`))}</section>`;
  }

  private row(j: RecentJob) {
    const failed = j.state !== 'done';
    const by = j.worker === null ? '' : t('recent.by', { name: j.workerName ?? t('recent.gone') });
    return html`<div class="row" data-testid="recent-job" data-kind=${j.kind} data-state=${j.state}><span class=${failed ? 'bad' : 'quiet'}>${icon(failed ? 'circle-alert' : 'circle-check')}</span>
      <div class="grow"><div class="name">${jobName(j.kind, j.name)}</div>
        <div class="caption num">${[failed && (j.error ? jobError(j.error).words : t('recent.failed')), by, j.ms !== null && t('recent.took', { time: formatTook(j.ms) }), j.attempt > 1 && t('jobs.attempts', { n: j.attempt }), formatWhen(j.at)].filter(Boolean).join(' · ')}</div></div></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-recent-jobs': MRecentJobs } }
