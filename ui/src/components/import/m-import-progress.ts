import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { isMissing } from '../../data/part-sender.ts';
import type { ImportRun } from '../../data/types.ts';
import { formatBytes, formatLeft } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { importStyles } from './import.styles.ts';
import './m-fresh.ts';

/** How far it is: looking through it, bringing it in, taking it back. */
@customElement('m-import-progress')
export class MImportProgress extends LitElement {
  static override styles = [base, paper, importStyles, css`
    :host { display: block; }
    .big { font: 600 1.75rem/2.25rem var(--font); font-variant-numeric: tabular-nums; } .big span { font: var(--text-body) var(--font); color: var(--ink-2); }
    .line { display: flex; flex-wrap: wrap; gap: 2px 16px; } .now { min-height: 1.125rem; }
  `];
  @property({ attribute: false }) run!: ImportRun;

  override render() {
    const { run } = this;
    return html`<section class="card" data-testid="progress" data-state=${run.state}>${run.state === 'scanning' ? this.scan(run) : this.take(run)}</section>`;
  }
  private bar(share: number | null, label: string) {
    return html`<div class="track ${share === null ? 'busy' : ''}" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${share === null ? nothing : Math.floor(share * 100)}><i style=${share === null ? '' : `width:${share * 100}%`}></i></div>`;
  }
  private scan({ scanned }: ImportRun) {
    return html`<h2>${t('scan.label')}</h2>${this.bar(scanned.total ? Math.min(1, scanned.done / scanned.total) : null, t('scan.label'))}
      <div class="line caption num" role="status"><span>${t('scan.looked', { n: scanned.done })}</span>${scanned.what ? html`<span class="clip">${scanned.what}</span>` : nothing}</div><p class="quiet">${t('scan.text')}</p>`;
  }
  private take(run: ImportRun) {
    const { done, total, failed } = run.items, running = run.state === 'running', undoing = run.state === 'undoing', missing = run.parts.some(isMissing);
    const facts = [running && run.perSecond && t('progress.rate', { n: run.perSecond < 9.95 ? Number(run.perSecond.toFixed(1)) : Math.round(run.perSecond) }), running && run.etaSeconds !== null && t('progress.left', { time: formatLeft(run.etaSeconds) }), !undoing && run.bytes.total > 0 && t('progress.bytes', { done: formatBytes(run.bytes.done), total: formatBytes(run.bytes.total) }), failed > 0 && t('progress.failed', { n: failed })];
    return html`<div class="big" data-testid="progress-done" data-done=${done} data-total=${total}>${total > 0 ? html`${done.toLocaleString('en')} <span>${t('progress.ofTotal', { total })}</span>` : t(`import.state.${run.state}`)}</div>
      ${this.bar(total > 0 ? Math.min(1, done / total) : null, t('progress.label'))}
      <div class="line quiet num" role="status" data-testid="progress-facts">${facts.filter(Boolean).map((f) => html`<span>${f}</span>`)}</div>
      ${running ? html`<div class="caption now clip">${run.now ? t('progress.now', { name: run.now }) : missing ? t('progress.behind') : ''}</div>` : nothing}
      ${undoing ? html`<p class="quiet">${t('progress.undo')}</p>` : nothing}
      ${running || run.state === 'paused' ? html`<m-fresh library=${run.libraryId}></m-fresh>` : nothing}
      ${running ? html`<p class="caption">${t(missing ? 'progress.awaySending' : 'progress.away')}</p>` : nothing}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-progress': MImportProgress } }
