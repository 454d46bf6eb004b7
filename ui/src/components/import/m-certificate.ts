import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { openDialog } from '../../app/dialog.ts';
import { icon } from '../../app/icons.ts';
import { messageOf } from '../../data/api.ts';
import { certificate, certify, runStore } from '../../data/imports.ts';
import { onLive } from '../../data/live.ts';
import { session } from '../../data/session.ts';
import type { Certificate, ImportRun } from '../../data/types.ts';
import type { PathParams } from '../../dialogs/m-path-dialog.ts';
import { formatBytes, formatWhen } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, fields, paper } from '../../tokens/shared.ts';
import { attempt } from './do.ts';
import { importStyles } from './import.styles.ts';

const ASK_MS = 2000;
const STALLED_MS = 90_000;
/** A yes is for now, not for ever: photos are deleted here, and disks fail. */
const HOLDS_MS = 86_400_000;

/** May it be deleted where it came from? What the last check said, and a new one. */
@customElement('m-certificate')
export class MCertificate extends LitElement {
  static override styles = [base, fields, paper, importStyles, css`
    :host { display: block; }
    .verdict { display: flex; gap: 16px; align-items: center; padding: 16px; border-radius: var(--radius-card); background: var(--surface-0); border: 1px solid var(--line); } .verdict > .icon { width: 40px; height: 40px; stroke-width: 1.4; color: var(--ink-2); } .verdict.yes { border-color: color-mix(in oklab, var(--good) 50%, var(--line)); background: color-mix(in oklab, var(--good) 8%, var(--surface-0)); } .verdict.yes > .icon { color: var(--good); } .verdict h3 { font: var(--text-section) var(--font); }
    li.check { display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 2px 12px; padding: 10px 0; border-top: 1px solid var(--line); } li.check:first-child { border-top: 0; } .ok { color: var(--good); } .no { color: var(--warn); } li.check .caption, details { grid-column: 2; overflow-wrap: anywhere; }
    summary { cursor: pointer; color: var(--accent-ink); font: var(--text-caption) var(--font); padding: 4px 0; } .failing { max-height: 240px; overflow: auto; font: var(--text-caption) var(--font); color: var(--ink-2); } .failing li { padding: 2px 0; overflow-wrap: anywhere; }
    .copy { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; } .copy .field { flex: 1 1 14rem; } .copy .hint { flex: 1 1 100%; }
  `];
  @property({ attribute: false }) run!: ImportRun;
  @state() private last: Certificate | null | undefined;
  @state() private error = '';
  /** The instant of the certificate that was there when a check was asked for; undefined: none is under way. */
  @state() private asked: string | null | undefined;
  @state() private copy = '';
  private moved = { done: 0, at: 0 };
  private off: (() => void) | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.off = onLive((e) => { if (e.type === 'reset' || e.type === 'imports') void this.read(); });
    this.timer = setInterval(() => { if (this.asked !== undefined && document.visibilityState === 'visible') void Promise.all([this.read(), runStore(this.run.id).refresh()]).then(() => this.watch()); }, ASK_MS);
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.off?.(); clearInterval(this.timer); }
  override willUpdate(changed: PropertyValues<this>): void { if (changed.has('run') && changed.get('run')?.id !== this.run.id) { this.last = undefined; void this.read(); } }

  private async read(): Promise<void> {
    const { id } = this.run;
    try {
      const now = await certificate(id);
      if (id !== this.run.id) return;
      this.last = now;
      if (this.asked !== undefined && now && now.at !== this.asked) this.asked = undefined;
    } catch (e) {
      this.error = messageOf(e);
    }
  }
  /** A check that does not move any more is not waited for. */
  private watch(): void {
    const { done } = this.run.scanned;
    if (done !== this.moved.done) this.moved = { done, at: Date.now() };
    if (this.asked === undefined || Date.now() - this.moved.at < STALLED_MS) return;
    this.asked = undefined;
    this.error = t('certificate.stalled');
  }
  private async check(): Promise<void> {
    this.moved = { done: 0, at: Date.now() };
    this.error = '';
    const before = this.last?.at ?? null;
    this.asked = before;
    if (!(await attempt(() => certify(this.run.id, this.copy.trim() || undefined)))) this.asked = undefined;
    else await this.read();
  }
  private async choose(): Promise<void> {
    const [path] = await openDialog<PathParams, string[]>('m-path-dialog', () => import('../../dialogs/m-path-dialog.ts'), { start: this.copy, many: false }) ?? [];
    if (path) this.copy = path;
  }

  override render() {
    const checking = this.asked !== undefined, admin = session.user?.role === 'admin';
    return html`<section class="card" data-testid="certificate" data-checking=${checking}><h2>${t('certificate.title')}</h2><p class="quiet">${t('certificate.text')}</p>
      ${this.error ? html`<p class="bad" role="alert">${this.error}</p>` : nothing}
      ${checking ? this.progress() : this.last ? this.verdict(this.last) : nothing}
      ${admin ? html`<div class="copy"><label class="field"><span class="label">${t('certificate.copy')}</span><input data-testid="certificate-copy" autocomplete="off" spellcheck="false" .value=${this.copy} @input=${(e: Event) => { this.copy = (e.target as HTMLInputElement).value; }}></label><wa-button appearance="outlined" data-testid="certificate-choose" @click=${() => void this.choose()}><span slot="start">${icon('folder-open', 'small')}</span>${t('certificate.copy.choose')}</wa-button><span class="caption hint">${t('certificate.copy.hint')}</span></div>` : html`<p class="caption">${t('certificate.copy.admin')}</p>`}
      <div class="buttons"><wa-button appearance="outlined" data-testid="certificate-check" ?disabled=${checking} @click=${() => void this.check()}><span slot="start">${icon('shield-check', 'small')}</span>${t(this.last ? 'certificate.again' : 'certificate.check')}</wa-button></div></section>`;
  }
  private progress() {
    const { done, total } = this.run.scanned;
    return html`<div class="track ${total ? '' : 'busy'}" role="progressbar" aria-label=${t('certificate.checking')}><i style=${total ? `width:${(done / total) * 100}%` : ''}></i></div><p class="quiet num" role="status">${[t('certificate.checking'), total && t('progress.of', { done, total })].filter(Boolean).join(' · ')}</p>`;
  }
  private verdict(c: Certificate) {
    const old = c.verdict && Date.now() - Date.parse(c.at) > HOLDS_MS, yes = c.verdict && !old;
    return html`<div class="verdict ${yes ? 'yes' : ''}" data-testid="certificate-verdict" data-verdict=${c.verdict} data-old=${old}>${icon(yes ? 'shield-check' : 'shield')}<div><h3>${t(old ? 'certificate.old' : yes ? 'certificate.yes' : 'certificate.no')}</h3><p class="quiet">${old ? t('certificate.old.text', { when: formatWhen(c.at) }) : yes ? t('certificate.yes.text', { n: c.files, size: formatBytes(c.bytes), when: formatWhen(c.at) }) : t('certificate.no.text', { when: formatWhen(c.at) })}</p></div></div>
      <ul>${c.checks.map((x) => html`<li class="check" data-testid="certificate-line" data-name=${x.name} data-ok=${x.ok}><span class=${x.ok ? 'ok' : 'no'}>${icon(x.ok ? 'circle-check' : 'triangle-alert')}</span><span>${t(`certificate.${x.name}`)} <span class="sr">${t(x.ok ? 'certificate.ok' : 'certificate.notOk')}</span></span>${x.text ? html`<span class="caption">${x.text}</span>` : nothing}
        ${x.failing.length > 0 ? html`<details><summary>${t('certificate.failing', { n: x.failing.length })}</summary><ul class="failing">${x.failing.map((f) => html`<li>${f}</li>`)}</ul>${x.failing.length >= 100 ? html`<span class="caption">${t('certificate.failingMore', { n: 100 })}</span>` : nothing}</details>` : nothing}</li>`)}</ul>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-certificate': MCertificate } }
