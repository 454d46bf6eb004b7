import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { isMissing } from '../../data/part-sender.ts';
import type { ImportRun, RunPreview } from '../../data/types.ts';
import { formatBytes } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { importStyles } from './import.styles.ts';
import './m-year-bars.ts';

const FEW = 8, MANY = 20;
/** So much the house wants free beside what comes in. */
const KEPT_FREE = 2e9;
const number = new Intl.NumberFormat('en');

/** What a scan found, before anything is written. */
@customElement('m-import-preview')
export class MImportPreview extends LitElement {
  static override styles = [base, paper, importStyles, css`
    :host { display: grid; gap: var(--space-4); }
    .numbers { display: flex; flex-wrap: wrap; gap: var(--space-3) var(--space-6); margin: 0; } .numbers div { display: grid; } .numbers dt { order: 1; color: var(--ink-2); } .numbers dd { margin: 0; font: 600 1.75rem/2.25rem var(--font); font-variant-numeric: tabular-nums; }
    .two { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
    .albums li { display: flex; gap: 12px; padding: 7px 0; border-top: 1px solid var(--line); } .albums li:first-child { border-top: 0; } .albums .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
    .people { display: flex; flex-wrap: wrap; gap: 8px; } .people li { padding: 3px 12px; border-radius: var(--radius-pill); background: var(--surface-2); overflow-wrap: anywhere; }
    .facts { display: grid; gap: 6px; } .facts li { display: flex; gap: 10px; align-items: flex-start; } .facts .icon { color: var(--ink-2); margin-top: 2px; }
    .space { display: grid; gap: 6px; } .space .track i { background: var(--line-strong); } .space.short .track i { background: var(--warn); }
    .text-button { justify-self: start; margin-left: -10px; }
  `];
  @property({ attribute: false }) run!: ImportRun;
  @state() private allAlbums = false;
  @state() private allPeople = false;

  override render() {
    const p = this.run.preview;
    if (!p) return nothing;
    if (p.items === 0) return html`<section class="card" data-testid="preview"><h2>${t('preview.empty')}</h2><p class="quiet">${t('preview.empty.text')}</p></section>`;
    return html`<section class="card" data-testid="preview"><h2>${t(this.run.parts.some(isMissing) ? 'preview.title.sofar' : 'preview.title')}</h2>${this.numbers(p)}${this.here(p)}</section>
      ${p.years.length > 0 ? html`<section class="card"><h2>${t('preview.years')}</h2><m-year-bars .years=${p.years}></m-year-bars></section>` : nothing}
      ${p.albums.length > 0 || p.people.length > 0 ? html`<div class="two">${p.albums.length > 0 ? this.albums(p) : nothing}${p.people.length > 0 ? this.people(p) : nothing}</div>` : nothing}
      <div class="two">${this.rest(p)}${this.space(p)}</div>`;
  }
  private numbers(p: RunPreview) {
    const all: [number, string, string][] = [
      [p.photos, t('preview.photos', { n: p.photos }), 'photos'], [p.videos, t('preview.videos', { n: p.videos }), 'videos'], [p.livePhotos, t('preview.live', { n: p.livePhotos }), 'live'], [p.edited, t('preview.edited', { n: p.edited }), 'edited'], [p.raw, t('preview.raw'), 'raw'],
      [p.albums.filter((a) => !a.optional).length, t('preview.albums', { n: p.albums.filter((a) => !a.optional).length }), 'albums'], [p.people.length, t('preview.people', { n: p.people.length }), 'people'],
    ];
    return html`<dl class="numbers">${all.filter(([n], i) => n > 0 || i === 0).map(([n, words, name]) => html`<div data-testid="preview-${name}" data-n=${n}><dt>${words}</dt><dd>${number.format(n)}</dd></div>`)}</dl>`;
  }
  private here(p: RunPreview) {
    if (p.known + p.maybeKnown === 0) return nothing;
    return html`<p class="quiet" data-testid="preview-known" data-known=${p.known} data-maybe=${p.maybeKnown}>${[p.known > 0 && `${t('preview.known', { n: p.known })}.`, p.maybeKnown > 0 && `${t('preview.maybe', { n: p.maybeKnown })}.`, t('preview.known.text')].filter(Boolean).join(' ')}</p>`;
  }
  private albums(p: RunPreview) {
    const shown = this.allAlbums ? p.albums : p.albums.slice(0, FEW);
    return html`<section class="card"><h2>${t('nav.albums')}</h2><ul class="albums" data-testid="preview-album-list">${shown.map((a) => html`<li><span class="grow">${a.title || t('preview.album.untitled')}${a.optional ? html`<br><span class="caption">${t('preview.album.optional')}</span>` : nothing}</span><span class="caption num">${t('preview.album', { n: a.items })}</span></li>`)}</ul>
      ${this.more(p.albums.length, this.allAlbums, () => { this.allAlbums = !this.allAlbums; })}</section>`;
  }
  private people(p: RunPreview) {
    const shown = this.allPeople ? p.people : p.people.slice(0, MANY);
    return html`<section class="card"><h2>${t('info.people')}</h2><ul class="people" data-testid="preview-people-list">${shown.map((x) => html`<li>${x.name} <span class="caption num">${number.format(x.items)}</span></li>`)}</ul>${p.people.length > MANY ? this.more(p.people.length, this.allPeople, () => { this.allPeople = !this.allPeople; }) : nothing}</section>`;
  }
  private more(n: number, open: boolean, toggle: () => void) { return n > FEW ? html`<button class="text-button" aria-expanded=${open} @click=${toggle}>${open ? t('preview.showFew') : t('preview.showAll', { n })}</button>` : nothing; }
  private rest(p: RunPreview) {
    const read = this.run.counts['metadata'] ?? 0, left = this.run.counts['ignored'] ?? 0;
    const facts: [number, string, string][] = [
      [p.favourites, 'heart', t('preview.favourites', { n: p.favourites })], [p.archived, 'archive', t('preview.archived', { n: p.archived })], [p.trashed, 'trash-2', t('preview.trashed', { n: p.trashed })], [p.locked, 'lock', t('preview.locked', { n: p.locked })], [p.partner, 'users', t('preview.partner', { n: p.partner })],
      [p.withoutMetadata, 'file-question-mark', t('preview.withoutMetadata', { n: p.withoutMetadata })], [read, 'tag', t('preview.read', { n: read })], [left, 'list-x', t('preview.ignored', { n: left })],
    ];
    const shown = facts.filter(([n]) => n > 0);
    if (shown.length + p.problems === 0) return nothing;
    return html`<section class="card"><h2>${t('preview.more')}</h2>${shown.length > 0 ? html`<ul class="facts">${shown.map(([, picture, words]) => html`<li>${icon(picture, 'small')}<span>${words}</span></li>`)}</ul>` : nothing}
      ${p.problems > 0 ? html`<div class="trouble" data-testid="preview-problems" data-n=${p.problems}>${icon('triangle-alert')}<div class="grow"><strong>${t('preview.problems', { n: p.problems })}</strong><span>${t('preview.problems.text')}</span><button class="text-button" data-testid="preview-problems-show" @click=${() => this.dispatchEvent(new CustomEvent('problems'))}>${t('preview.problems.show')}</button></div></div>` : nothing}</section>`;
  }
  private space(p: RunPreview) {
    const need = formatBytes(p.needsBytes), share = p.freeBytes ? Math.min(100, (p.needsBytes / p.freeBytes) * 100) : 0;
    return html`<section class="card space ${p.enough ? '' : 'short'}" data-testid="preview-space" data-enough=${p.enough}><h2>${t('space.title')}</h2>${p.freeBytes === null ? html`<p>${t('space.unknown', { need })}</p>` : html`<p>${t('space.text', { need, free: formatBytes(p.freeBytes) })}</p><div class="track" aria-hidden="true"><i style="width:${Math.max(share, p.needsBytes > 0 ? 0.5 : 0)}%"></i></div>`}
      ${p.enough ? nothing : html`<div class="trouble">${icon('triangle-alert')}<span class="grow">${t('space.short', { missing: formatBytes(Math.max(0, p.needsBytes + KEPT_FREE - (p.freeBytes ?? 0))) })}</span></div>`}</section>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-preview': MImportPreview } }
