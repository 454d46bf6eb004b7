import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { libraries, writable } from '../../data/libraries.ts';
import { Use } from '../../data/store.ts';
import { uploads } from '../../data/uploads.ts';
import { pairSidecars } from '../../data/upload-pairs.ts';
import type { UploadItem } from '../../data/upload-queue.ts';
import { formatBytes, formatLeft } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { chosen } from './choose.ts';
import { readDrop, wanted, type Dropped } from './drop.ts';
import { uploadSummary } from './summary.ts';

const LISTED = 200;

/** Takes photos in: a drop anywhere on the page, or the chooser; then a panel with what is going on. */
@customElement('m-upload')
export class MUpload extends LitElement {
  static override styles = [base, css`
    .drop { position: fixed; inset: 12px; z-index: 50; border: 2px dashed var(--accent); border-radius: 16px; background: color-mix(in oklab, var(--surface-0) 88%, transparent); display: grid; place-content: center; justify-items: center; gap: 8px; text-align: center; pointer-events: none; }
    .drop .icon { width: 56px; height: 56px; stroke-width: 1; color: var(--accent); }
    .panel { position: fixed; right: 76px; bottom: 20px; z-index: 30; width: min(400px, calc(100vw - 24px)); background: var(--surface-0); border-radius: 14px; box-shadow: var(--float); border: 1px solid var(--line); display: grid; grid-template-rows: auto auto minmax(0, 1fr); max-height: min(440px, 70dvh); }
    .top { display: flex; gap: 8px; align-items: start; padding: 12px 8px 8px 16px; }
    .top div { flex: 1; min-width: 0; display: grid; gap: 2px; }
    .bar { padding: 0 16px 8px; display: grid; gap: 8px; }
    wa-progress-bar { --track-height: 6px; }
    ul { list-style: none; margin: 0; padding: 0 8px 8px 16px; overflow: auto; }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto 32px; gap: 2px 8px; align-items: center; padding: 6px 0; border-top: 1px solid var(--line); }
    li .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    li .why { grid-column: 1 / -1; }
    li .icon-button { width: 32px; height: 32px; }
    .mini { grid-column: 1 / -1; height: 3px; border-radius: 2px; background: linear-gradient(var(--accent), var(--accent)) 0 / var(--p) 100% no-repeat var(--surface-2); }
    .foot { display: flex; flex-wrap: wrap; gap: 4px; }
    select { font: inherit; color: inherit; background: var(--surface-2); border: 0; border-radius: 6px; padding: 2px 6px; max-width: 100%; }
    @media (max-width: 599px) { .panel { right: 12px; bottom: 76px; } }
  `];
  @state() private dragging = false;
  @state() private target = '';
  private libs = new Use(this, libraries);
  private depth = 0;
  private off = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.off = new AbortController();
    const { signal } = this.off;
    uploads.addEventListener('change', () => this.requestUpdate(), { signal });
    chosen.addEventListener('chosen', (e) => this.take({ files: wanted((e as CustomEvent<File[]>).detail), unreadable: 0 }), { signal });
    const hasFiles = (e: DragEvent): boolean => e.dataTransfer?.types.includes('Files') ?? false;
    addEventListener('dragenter', (e) => { if (hasFiles(e)) { e.preventDefault(); this.depth++; this.dragging = true; } }, { signal });
    addEventListener('dragleave', (e) => { if (hasFiles(e) && --this.depth <= 0) this.reset(); }, { signal });
    // A place of its own for what is dropped there (an export to be imported) takes it itself.
    const elsewhere = (e: DragEvent): boolean => e.composedPath().some((n) => n instanceof Element && n.hasAttribute('data-drop'));
    addEventListener('dragover', (e) => { if (hasFiles(e)) { e.preventDefault(); this.dragging = !elsewhere(e); } }, { signal });
    addEventListener('drop', (e) => {
      if (!hasFiles(e) || !e.dataTransfer) return;
      e.preventDefault();
      this.reset();
      if (elsewhere(e)) return;
      void readDrop(e.dataTransfer).then((d) => this.take(d));
    }, { signal });
  }
  override disconnectedCallback(): void { super.disconnectedCallback(); this.off.abort(); }

  private reset(): void { this.depth = 0; this.dragging = false; }
  private get choices() { return writable(this.libs.data ?? []); }
  private get library() { return this.choices.find((l) => l.id === this.target) ?? this.choices[0]; }

  private async take({ files, unreadable }: Dropped): Promise<void> {
    if (!this.libs.data) await this.libs.refresh();
    if (unreadable > 0) toast({ text: t('upload.unreadable', { n: unreadable }), kind: 'bad' });
    if (files.length === 0) return toast({ text: t('upload.nothing') });
    if (!this.library) return toast({ text: t('upload.noLibrary'), kind: 'bad' });
    uploads.queue.add(pairSidecars(files), this.library.id);
  }

  override render() {
    const totals = uploads.queue.totals();
    return html`<div data-testid="drop-zone">${this.dragging ? html`<div class="drop">${icon('upload')}<h2>${t('upload.drop', { library: this.library?.name ?? '' })}</h2><p class="quiet">${t('upload.dropHint')}</p></div>` : nothing}</div>
      ${totals.files > 0 ? this.panel(totals) : nothing}`;
  }

  private panel(totals: ReturnType<typeof uploads.queue.totals>) {
    const { queue, rate } = uploads, busy = totals.open > 0;
    const name = this.libs.data?.find((l) => l.id === queue.items[0]?.libraryId)?.name ?? '';
    // What needs attention first: running, failed, waiting, then the rest; a bound keeps ten thousand files from being ten thousand elements.
    const order = { sending: 0, failed: 1, queued: 2, trashed: 3, duplicate: 4, created: 5, cancelled: 6 };
    const items = [...queue.items].sort((a, b) => order[a.state] - order[b.state]);
    return html`<section class="panel" data-testid="upload-panel" aria-label=${t('upload.title')}>
      <div class="top">
        <div><strong>${busy ? t('upload.running', { library: name }) : t('upload.finished')}</strong>
          <span class="caption num" role="status" data-testid="upload-summary">${busy ? this.progress(totals, rate) : uploadSummary(queue.items)}</span></div>
        ${busy ? html`<button class="text-button" data-testid="upload-cancel" @click=${() => queue.cancelAll()}>${t('upload.cancelAll')}</button>`
          : html`<button class="icon-button" data-testid="upload-close" aria-label=${t('upload.hide')} @click=${() => queue.clear()}>${icon('x')}</button>`}
      </div>
      <div class="bar">
        ${busy ? html`<wa-progress-bar label=${t('upload.title')} value=${totals.bytes > 0 ? Math.floor((totals.sent / totals.bytes) * 100) : 0}></wa-progress-bar>` : nothing}
        <div class="foot">
          ${this.choices.length > 1 ? html`<label class="caption">${t('upload.to')} <select data-testid="upload-library" @change=${(e: Event) => { this.target = (e.target as HTMLSelectElement).value; }}>${this.choices.map((l) => html`<option value=${l.id} ?selected=${l.id === this.library?.id}>${l.name}</option>`)}</select></label>` : nothing}
          ${!busy && queue.retryable ? html`<button class="text-button" data-testid="upload-retry" @click=${() => queue.retryFailed()}>${t('upload.retry')}</button>` : nothing}
        </div>
      </div>
      <ul>${items.slice(0, LISTED).map((i) => this.item(i))}${items.length > LISTED ? html`<li class="caption">${t('upload.more', { n: items.length - LISTED })}</li>` : nothing}</ul>
    </section>`;
  }

  private progress(totals: { files: number; open: number; bytes: number; sent: number }, rate: number): string {
    const parts = [t('upload.progress', { done: totals.files - totals.open, total: totals.files })];
    if (rate > 0) parts.push(t('upload.rate', { rate: formatBytes(rate) }), t('upload.left', { time: formatLeft((totals.bytes - totals.sent) / rate) }));
    return parts.join(' · ');
  }

  private item(i: UploadItem) {
    const open = i.state === 'queued' || i.state === 'sending';
    const mark = { created: 'check', duplicate: 'circle-check', trashed: 'trash-2', failed: 'circle-alert', cancelled: 'x', queued: 'clock', sending: 'upload' }[i.state];
    return html`<li data-testid="upload-item" data-state=${i.state}><span class="name">${i.file.name}</span><span class="caption">${t(`upload.state.${i.state}`)}</span>
      ${open ? html`<button class="icon-button" aria-label=${t('upload.cancelOne', { name: i.file.name })} @click=${() => uploads.queue.cancel(i.id)}>${icon('x', 'small')}</button>` : html`<span class=${i.state === 'failed' ? 'bad' : i.state === 'created' ? 'good' : 'quiet'} style="justify-self:center">${icon(mark, 'small')}</span>`}
      ${i.sidecar && i.state !== 'failed' ? html`<span class="why caption" data-testid="upload-sidecar">${t('upload.withSidecar')}</span>` : nothing}
      ${i.message ? html`<span class="why caption">${i.message}</span>` : nothing}
      ${i.state === 'sending' ? html`<span class="mini" style="--p:${i.file.size > 0 ? Math.min(100, (i.sent / i.file.size) * 100) : 0}%"></span>` : nothing}</li>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-upload': MUpload } }
