import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { isMissing, type PartSender, senderOf } from '../../data/part-sender.ts';
import type { ImportRun, RunPart } from '../../data/types.ts';
import { formatBytes, formatLeft } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { pick } from './begin.ts';
import { importStyles } from './import.styles.ts';

/** The files that this run gets from a browser: what is here, what is on its way, and what has to be chosen again after the page was loaded anew. */
@customElement('m-import-parts')
export class MImportParts extends LitElement {
  static override styles = [base, paper, importStyles, css`
    :host { display: block; }
    li { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 2px 12px; align-items: center; padding: 10px 0; border-top: 1px solid var(--line); } li:first-child { border-top: 0; }
    li .name { overflow-wrap: anywhere; } li .icon { color: var(--ink-2); } li .icon.ok { color: var(--good); } li .icon.no { color: var(--bad); }
    li .track { grid-column: 2 / -1; height: 3px; margin-top: 4px; } li .why { grid-column: 2 / -1; }
    .sum { display: grid; gap: 6px; }
    .wrong { color: var(--ink-1); }
    @media (max-width: 459px) { li .how { grid-column: 2; } }
  `];
  @property({ attribute: false }) run!: ImportRun;
  @state() private misfit = '';
  private sender!: PartSender;
  private redraw = (): void => this.requestUpdate();

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('run') || this.sender?.runId === this.run.id) return;
    this.sender?.removeEventListener('change', this.redraw);
    this.sender = senderOf(this.run.id);
    this.sender.addEventListener('change', this.redraw);
  }
  override connectedCallback(): void { super.connectedCallback(); this.sender?.addEventListener('change', this.redraw); }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.sender?.removeEventListener('change', this.redraw); }

  private async again(): Promise<void> {
    const endings = [...new Set(this.run.parts.map((p) => p.name.slice(p.name.lastIndexOf('.'))))], files = await pick(endings);
    if (files.length === 0) return;
    const { unknown, otherSize } = this.sender.take(this.run, files);
    this.misfit = otherSize[0] ? t('parts.size', { name: otherSize[0] }) : unknown[0] ? t('parts.unknown', { n: unknown.length, name: unknown[0] }) : '';
    this.sender.resume();
  }

  override render() {
    const { run, sender } = this, { parts } = run;
    const missing = parts.filter((p, n) => isMissing(p) && sender.partOf(n)?.state !== 'sent'), mine = sender.parts.filter((p) => p.state !== 'sent');
    const orphans = missing.filter((p) => !sender.parts.some((s) => s.name === p.name && s.state !== 'failed'));
    const bytes = parts.reduce((n, p) => n + p.bytes, 0), here = parts.reduce((n, p, i) => n + Math.max(p.received, sender.partOf(i)?.sent ?? 0), 0), { rate } = sender;
    return html`<section class="card" data-testid="parts"><header><h2>${t('parts.title')}</h2><div class="buttons">
        ${sender.busy ? (sender.paused ? html`<wa-button size="s" variant="brand" data-testid="parts-resume" @click=${() => sender.resume()}>${t('parts.resume')}</wa-button>` : html`<wa-button size="s" appearance="outlined" data-testid="parts-pause" @click=${() => sender.pause()}>${t('parts.pause')}</wa-button>`) : nothing}
        ${sender.failed ? html`<wa-button size="s" variant="brand" data-testid="parts-retry" @click=${() => sender.retry()}>${t('parts.retry')}</wa-button>` : nothing}</div></header>
      ${missing.length === 0 ? html`<p class="quiet">${t('parts.all', { n: parts.length })}</p>` : html`<div class="sum"><div class="track" role="progressbar" aria-label=${t('parts.title')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor((here / Math.max(1, bytes)) * 100)}><i style="width:${(here / Math.max(1, bytes)) * 100}%"></i></div>
        <span class="caption num" role="status" data-testid="parts-sum">${[t('parts.of', { done: formatBytes(here), total: formatBytes(bytes) }), rate > 0 && t('parts.rate', { rate: formatBytes(rate) }), rate > 0 && t('parts.left', { time: formatLeft((bytes - here) / rate) })].filter(Boolean).join(' · ')}</span></div>
        ${mine.length > 0 ? html`<p class="quiet">${t('parts.text')}</p>` : nothing}`}
      ${orphans.length > 0 ? html`<div class="trouble" data-testid="parts-orphans">${icon('info')}<div class="grow"><p>${t('parts.again.text', { n: orphans.length })} <span class="quiet">${t('parts.elsewhere')}</span></p>${this.misfit ? html`<p role="alert" class="wrong" data-testid="parts-misfit">${this.misfit}</p>` : nothing}
        <div class="buttons"><wa-button size="s" variant="brand" data-testid="parts-again" @click=${() => void this.again()}>${t('parts.again')}</wa-button></div></div></div>` : nothing}
      <ul>${parts.map((p, n) => this.line(p, n))}</ul>
    </section>`;
  }
  private line(p: RunPart, n: number) {
    const own = this.sender.partOf(n), late = isMissing(p), sent = Math.min(p.bytes, Math.max(p.received, own?.sent ?? 0));
    const how = !late || own?.state === 'sent' ? t(p.state === 'imported' || p.state === 'released' ? `parts.state.${p.state}` : 'parts.state.sent')
      : !own ? t('parts.state.missing') : own.state === 'waiting' && this.sender.paused ? t('parts.state.paused') : t(`parts.state.${own.state}`);
    const done = !late || own?.state === 'sent', bad = own?.state === 'failed';
    return html`<li data-testid="part" data-state=${done ? p.state === 'released' || p.state === 'imported' ? p.state : 'here' : own?.state ?? 'missing'}>${icon(done ? 'circle-check' : bad ? 'circle-alert' : 'file-archive', done ? 'ok' : bad ? 'no' : '')}<span class="name">${p.name}</span>
      <span class="caption num how">${[done || sent === 0 ? formatBytes(p.bytes) : t('parts.of', { done: formatBytes(sent), total: formatBytes(p.bytes) }), how].join(' · ')}</span>
      ${own?.message ? html`<span class="caption why">${own.message}</span>` : nothing}${!done && sent > 0 ? html`<span class="track"><i style="width:${(sent / Math.max(1, p.bytes)) * 100}%"></i></span>` : nothing}</li>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-parts': MImportParts } }
