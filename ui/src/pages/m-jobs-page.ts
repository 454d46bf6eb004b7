import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { openDialog } from '../app/dialog.ts';
import { icon } from '../app/icons.ts';
import { toast } from '../app/toast.ts';
import { whenLoaded } from '../components/load-state.ts';
import '../components/nodes/m-metrics.ts';
import '../components/nodes/m-recent-jobs.ts';
import { messageOf } from '../data/api.ts';
import { cancelJobs, failedJobs, jobs, pauseJobs, resumeJobs, retryJobs, storage } from '../data/jobs.ts';
import { forecast, nodes } from '../data/nodes.ts';
import { Use } from '../data/store.ts';
import type { FailedJob, JobKindStatus, Storage, WorkerNode } from '../data/types.ts';
import type { ConfirmParams } from '../dialogs/m-confirm-dialog.ts';
import { formatBytes, formatLeft, formatWhen } from '../strings/format.ts';
import { jobError } from '../strings/job-error.ts';
import { forecastLines } from '../strings/node-words.ts';
import { t } from '../strings/t.ts';
import { base, paper } from '../tokens/shared.ts';

const LISTED = 100;

/** What the house is working on, who works, and how much room is left. */
@customElement('m-jobs-page')
export class MJobsPage extends LitElement {
  static override styles = [base, paper, css`
    .numbers { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin: 0; }
    .kind { container-type: inline-size; } @container (max-width: 20rem) { .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    .tech { font: 0.75rem/1rem ui-monospace, monospace; color: var(--ink-2); overflow-wrap: anywhere; white-space: pre-line; }
    .numbers div { display: grid; } .numbers dd { margin: 0; font: 600 1.5rem/2rem var(--font); font-variant-numeric: tabular-nums; } .numbers dt { order: 1; color: var(--ink-2); font: var(--text-caption) var(--font); }
    .state { display: flex; gap: 8px; align-items: center; color: var(--ink-2); }
    .buttons { display: flex; flex-wrap: wrap; gap: 8px; }
    wa-progress-bar { --track-height: 6px; }
    .space { height: 8px; border-radius: 4px; background: var(--surface-2); display: flex; overflow: hidden; gap: 1px; } .space i { display: block; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; } .legend span::before { content: ''; display: inline-block; width: 8px; height: 8px; border-radius: 2px; background: var(--c); margin-right: 6px; }
    .workers { display: flex; gap: 12px; align-items: center; padding: 10px 14px; border: 1px solid var(--line); border-radius: var(--radius-card); color: var(--ink-1); text-decoration: none; transition: background var(--fast); } .workers:hover { background: var(--surface-1); } .workers .icon { color: var(--ink-2); } .workers .grow { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; gap: 0 16px; overflow-wrap: anywhere; }
    .wide { grid-column: 1 / -1; }
  `];
  private jobs = new Use(this, jobs);
  private failed = new Use(this, failedJobs);
  private nodes = new Use(this, nodes);
  private forecast = new Use(this, forecast);
  private storage = new Use(this, storage);

  private async run(what: () => Promise<unknown>, done?: (changed: number) => string): Promise<void> {
    try {
      const result = await what();
      if (done) toast({ text: done((result as { changed: number }).changed) });
    } catch (e) {
      toast({ text: messageOf(e), kind: 'bad' });
    }
  }
  private async cancel(job: JobKindStatus): Promise<void> {
    const params: ConfirmParams = { title: t('jobs.cancel.title'), text: t('jobs.cancel.text', { n: job.queued }), action: t('jobs.cancel.do'), danger: true };
    if (await openDialog('m-confirm-dialog', () => import('../dialogs/m-confirm-dialog.ts'), params)) await this.run(() => cancelJobs(job.kind), (n) => t('jobs.cancelled', { n }));
  }

  override render() {
    return html`<div class="page">${this.nodes.data ? this.workers(this.nodes.data) : nothing}<div class="grid">
      ${whenLoaded(this.jobs, (all) => html`${all.filter((j) => j.kind !== 'probe' || j.queued + j.running + j.failed > 0).map((j) => this.kind(j))}`)}
      ${whenLoaded(this.storage, (s) => this.disk(s))}
      <m-recent-jobs class="wide" .kinds=${(this.jobs.data ?? []).map((j) => j.kind)}></m-recent-jobs>
      ${whenLoaded(this.failed, (all) => html`<section class="card wide"><h2>${t('jobs.failedList')}</h2><div>${all.length === 0 ? html`<p class="quiet">${t('jobs.failedList.none')}</p>` : all.slice(0, LISTED).map((f) => this.failure(f))}${all.length > LISTED ? html`<p class="caption">${t('upload.more', { n: all.length - LISTED })}</p>` : nothing}</div></section>`)}
      <m-metrics class="wide"></m-metrics>
    </div></div>`;
  }

  private kind(j: JobKindStatus) {
    const open = j.queued + j.running, all = open + j.done;
    const state = j.paused ? t('jobs.paused') : open === 0 ? t('jobs.idle') : j.running === 0 && j.perMinute === 0 ? t('jobs.stalled') : t('jobs.working');
    const pace = open > 0 && !j.paused ? [j.perMinute > 0 && t('jobs.rate', { rate: Number(j.perMinute.toFixed(1)) }), j.etaSeconds !== null && t('jobs.left', { time: formatLeft(j.etaSeconds) })].filter(Boolean).join(' · ') : '';
    return html`<section class="card kind" data-testid="job-kind" data-kind=${j.kind}>
      <header><div><h2>${t(`jobs.kind.${j.kind}`)}</h2><span class="caption">${t(`jobs.kind.${j.kind}.text`)}</span></div><span class="state">${icon(j.paused ? 'pause' : open === 0 ? 'circle-check' : 'activity', 'small')}${state}</span></header>
      <dl class="numbers"><div><dt>${t('jobs.waiting')}</dt><dd data-testid="jobs-queued">${j.queued.toLocaleString('en')}</dd></div><div><dt>${t('jobs.running')}</dt><dd>${j.running}</dd></div><div><dt>${t('jobs.failed')}</dt><dd class=${j.failed > 0 ? 'bad' : ''}>${j.failed.toLocaleString('en')}</dd></div><div><dt>${t('jobs.done')}</dt><dd>${j.done.toLocaleString('en')}</dd></div></dl>
      ${open > 0 ? html`<div><wa-progress-bar label=${t(`jobs.kind.${j.kind}`)} value=${Math.floor((j.done / all) * 100)}></wa-progress-bar><p class="caption num" style="margin-top:6px">${pace}</p></div>` : nothing}
      <div class="buttons">
        ${j.paused ? html`<wa-button size="s" data-testid="jobs-resume" @click=${() => void this.run(() => resumeJobs(j.kind))}><span slot="start">${icon('play', 'small')}</span>${t('jobs.resume')}</wa-button>` : html`<wa-button size="s" appearance="outlined" data-testid="jobs-pause" @click=${() => void this.run(() => pauseJobs(j.kind))}><span slot="start">${icon('pause', 'small')}</span>${t('jobs.pause')}</wa-button>`}
        ${j.failed > 0 ? html`<wa-button size="s" appearance="outlined" data-testid="jobs-retry" @click=${() => void this.run(() => retryJobs(j.kind), (n) => t('jobs.retried', { n }))}><span slot="start">${icon('rotate-ccw', 'small')}</span>${t('jobs.retry')}</wa-button>` : nothing}
        ${j.queued > 0 ? html`<wa-button size="s" appearance="plain" data-testid="jobs-cancel" @click=${() => void this.cancel(j)}>${t('jobs.cancel')}</wa-button>` : nothing}
      </div></section>`;
  }

  private disk(s: Storage) {
    const part = (n: number): number => (s.totalBytes > 0 ? (n / s.totalBytes) * 100 : 0);
    const other = Math.max(0, s.totalBytes - s.freeBytes - s.originalsBytes - s.derivedBytes);
    return html`<section class="card" data-testid="storage"><header><h2>${t('storage.title')}</h2><span class="state">${icon('hard-drive', 'small')}${t('storage.free', { free: formatBytes(s.freeBytes), total: formatBytes(s.totalBytes) })}</span></header>
      ${s.present ? nothing : html`<p class="bad">${t('storage.missing')}</p>`}
      <div class="space" aria-hidden="true"><i style="width:${part(s.originalsBytes)}%;background:var(--accent)"></i><i style="width:${part(s.derivedBytes)}%;background:var(--good)"></i><i style="width:${part(other)}%;background:var(--line-strong)"></i></div>
      <div class="legend caption num"><span style="--c:var(--accent)">${t('storage.originals')} ${formatBytes(s.originalsBytes)}</span><span style="--c:var(--good)">${t('storage.derived')} ${formatBytes(s.derivedBytes)}</span><span style="--c:var(--line-strong)">${t('storage.other')} ${formatBytes(other)}</span></div>
      <p class="num">${t('storage.items', { n: s.assets })}</p>
      <p class="caption" style="overflow-wrap:anywhere">${t('storage.data')} ${s.dataPath}<br>${t('storage.state')} ${s.statePath}</p></section>`;
  }

  /** One line about the PCs: how many, how long everything takes, and who would be missed. */
  private workers(all: WorkerNode[]) {
    const busy = all.filter((n) => n.running.length > 0).length;
    const lines = [all.length === 0 ? t('jobs.workers.none') : t('jobs.workers', { n: all.length }), busy > 0 && t('jobs.workers.busy', { n: busy }), ...(this.forecast.data ? forecastLines(this.forecast.data, all) : [])].filter(Boolean);
    return html`<a class="workers" href="/admin/nodes" data-testid="jobs-workers">${icon('cpu')}<span class="grow num">${lines.map((l) => html`<span>${l}</span>`)}</span><span class="caption">${t('jobs.workers.open')}</span>${icon('chevron-right', 'small')}</a>`;
  }
  private failure(f: FailedJob) {
    const { words, detail } = jobError(f.error);
    return html`<div class="row" data-testid="failed-job"><span class="quiet">${icon('image-off')}</span><div class="grow"><div>${f.name}</div><div class="caption">${words} · ${t('jobs.attempts', { n: f.attempts })} · ${formatWhen(f.at)}</div>${detail ? html`<div class="tech">${detail}</div>` : nothing}</div>${f.assetId ? html`<a class="icon-button" href="/photos/${f.assetId}" aria-label=${t('jobs.open', { name: f.name })} title=${t('jobs.open', { name: f.name })}>${icon('chevron-right')}</a>` : nothing}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-jobs-page': MJobsPage } }
