import '@awesome.me/webawesome/dist/components/switch/switch.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { changeRun } from '../../data/imports.ts';
import { libraries, writable } from '../../data/libraries.ts';
import { Use } from '../../data/store.ts';
import type { ImportOptions, ImportRun, RunPreview } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import { base, fields, paper } from '../../tokens/shared.ts';
import { attempt } from './do.ts';
import { importStyles } from './import.styles.ts';

type Switch = Exclude<keyof ImportOptions, 'mode'>;
/** With what holds when nothing was said, and how much of it there is. */
const SWITCHES: { name: Switch; on: boolean; of: (p: RunPreview) => number; rare?: true }[] = [
  { name: 'albums', on: true, of: (p) => p.albums.filter((a) => !a.optional).length }, { name: 'untitled', on: false, of: (p) => p.albums.filter((a) => a.optional).length }, { name: 'people', on: true, of: (p) => p.people.length },
  { name: 'favourites', on: true, of: (p) => p.favourites }, { name: 'archived', on: true, of: (p) => p.archived }, { name: 'trashed', on: true, of: (p) => p.trashed }, { name: 'locked', on: true, of: (p) => p.locked }, { name: 'partner', on: true, of: (p) => p.partner },
  { name: 'albumPlaces', on: false, of: (p) => p.albums.length, rare: true }, { name: 'previews', on: true, of: (p) => p.items, rare: true },
];
const MODES = ['copy', 'move', 'index'] as const;

/** Where it goes and what comes along, while nothing was written yet. Every change holds at once. */
@customElement('m-import-choices')
export class MImportChoices extends LitElement {
  static override styles = [base, fields, paper, importStyles, css`
    :host { display: block; }
    .switches { display: grid; gap: 14px; } .switches + .switches { margin-top: 14px; } wa-switch::part(label) { white-space: normal; }
    summary { cursor: pointer; color: var(--ink-2); padding: 4px 0; } details > div { margin-top: 12px; }
    .where { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); }
    .hint { display: block; }
  `];
  /** Files that lie on the house's machine may be moved, or shown where they are. */
  @property({ type: Boolean }) modes = false;
  @property({ attribute: false }) run!: ImportRun;
  private libs = new Use(this, libraries);

  private set(options: ImportOptions): void { void attempt(() => changeRun(this.run.id, { options: { ...this.run.options, ...options } })).then(() => this.requestUpdate()); }
  private flip(name: Switch, e: Event): void { this.set({ [name]: (e.target as HTMLInputElement).checked }); }

  override render() {
    const { run } = this, p = run.preview, all = writable(this.libs.data ?? []), known = all.some((l) => l.id === run.libraryId);
    const offered = SWITCHES.filter((s) => !p || s.of(p) > 0), switches = (list: typeof SWITCHES) => html`<div class="switches">${list.map((s) => this.toggle(s.name, s.on))}</div>`;
    return html`<section class="card" data-testid="choices"><h2>${t('choose.title')}</h2>
      <div class="where"><label class="field"><span class="label">${t('choose.library')}</span><select data-testid="choice-library" @change=${(e: Event) => void attempt(() => changeRun(run.id, { libraryId: (e.target as HTMLSelectElement).value })).then(() => this.requestUpdate())}>
          ${known ? nothing : html`<option value=${run.libraryId} selected>${run.libraryName}</option>`}${all.map((l) => html`<option value=${l.id} .selected=${live(l.id === run.libraryId)}>${l.name}</option>`)}</select></label>
        ${this.modes ? html`<label class="field"><span class="label">${t('choose.mode')}</span><select data-testid="choice-mode" @change=${(e: Event) => this.set({ mode: (e.target as HTMLSelectElement).value as 'copy' })}>${MODES.map((m) => html`<option value=${m} .selected=${live(m === (run.options.mode ?? 'copy'))}>${t(`choose.mode.${m}`)}</option>`)}</select></label>` : nothing}</div>
      ${switches(offered.filter((s) => !s.rare))}
      <details><summary>${t('choose.more')}</summary><div>${switches(offered.filter((s) => s.rare))}</div></details></section>`;
  }
  private toggle(name: Switch, on: boolean) {
    const hint = name === 'albumPlaces' ? t('choose.albumPlaces.hint') : name === 'previews' ? t('choose.previews.hint') : '';
    return html`<wa-switch data-testid="choice-${name}" .checked=${live(this.run.options[name] ?? on)} @change=${(e: Event) => this.flip(name, e)}>${t(`choose.${name}`)}${hint ? html`<span class="caption hint">${hint}</span>` : nothing}</wa-switch>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-import-choices': MImportChoices } }
