import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../../app/icons.ts';
import { updateAsset } from '../../../data/assets.ts';
import type { Asset, AssetChange, Person } from '../../../data/types.ts';
import { codecName, colourName } from '../../../strings/codecs.ts';
import { formatBytes, formatDuration, formatExposure, formatWhen } from '../../../strings/format.ts';
import { PROBLEM_ICON } from '../../../strings/problems.ts';
import { t } from '../../../strings/t.ts';
import { base, fields } from '../../../tokens/shared.ts';
import type { Frame } from '../m-stage.ts';
import { infoStyles } from './info.styles.ts';
import './m-all-tags.ts';
import './m-info-conflicts.ts';
import './m-info-date.ts';
import './m-info-files.ts';
import './m-info-place.ts';
import './m-info-tags.ts';
import { saved } from './save.ts';

/**
 * All facts of one photo, and where they are known from; who may edit the library changes most of them here.
 * @fires changed - The photo as it is now.
 * @fires point - Where somebody is in the picture, while their name has the pointer or the focus: frames.
 * @fires close
 */
@customElement('m-info-panel')
export class MInfoPanel extends LitElement {
  static override styles = [base, fields, infoStyles, css`
    :host { display: block; overflow: auto; background: var(--surface-0); color: var(--ink-1); padding: 8px 20px 32px; overscroll-behavior: contain; }
    header { display: flex; align-items: center; justify-content: space-between; position: sticky; top: -8px; background: var(--surface-0); padding: 8px 0; z-index: 1; margin-right: -10px; }
    .edit { display: grid; gap: 8px; margin-bottom: 16px; }
    .edit input, .edit textarea { border-color: transparent !important; background: var(--surface-1) !important; }
    .edit input:hover, .edit textarea:hover { background: var(--surface-2) !important; }
    .edit .title { font-weight: 600; }
    .stars { display: flex; margin-left: -6px; border: 0; padding: 0; }
    .stars button { width: 34px; height: 34px; border: 0; background: none; display: grid; place-items: center; cursor: pointer; color: var(--ink-2); border-radius: 50%; }
    .stars button.on { color: var(--accent); } .stars button.on .icon { fill: currentColor; }
    .facts { display: grid; gap: 16px; }
    .things { list-style: none; margin: 0 0 16px; padding: 10px 12px; display: grid; gap: 8px; border-radius: var(--radius-card); background: var(--surface-1); }
    .things li { display: grid; grid-template-columns: 18px minmax(0, 1fr); gap: 10px; font: var(--text-caption) var(--font); } .things .icon { width: 18px; height: 18px; color: var(--warn); }
    details { margin-top: 20px; border-top: 1px solid var(--line); padding: 8px 0; }
    summary { cursor: pointer; color: var(--ink-2); padding: 4px 0; border-radius: 4px; }
    code { font: 0.75rem/1.4 ui-monospace, monospace; color: var(--ink-2); overflow-wrap: anywhere; }
    .tech { display: grid; gap: 10px; padding-top: 8px; }
  `];
  @property({ attribute: false }) asset!: Asset;

  private save(change: AssetChange): void { void saved(this, updateAsset(this.asset.id, change)); }
  private text(name: 'title' | 'description', e: Event): void {
    const value = (e.target as HTMLInputElement).value.trim() || null;
    if (value !== this.asset[name]) this.save({ [name]: value });
  }

  private fact(name: string, label: string, ...lines: (string | null | undefined | false)[]) {
    const shown = lines.filter(Boolean);
    return shown.length === 0 ? nothing : html`<div class="fact" role="group" aria-label=${label}>${icon(name)}<div class="text">${shown.map((line, i) => html`<span class=${i > 0 ? 'caption' : ''}>${line}</span>`)}</div></div>`;
  }
  private point(people: Person[]): void {
    const frames: Frame[] = people.flatMap((p) => (p.region ? [{ name: p.name, ...p.region }] : []));
    this.dispatchEvent(new CustomEvent<Frame[]>('point', { detail: frames }));
  }
  /** Names are buttons where the picture shows them, so that keys and touch can ask too. */
  private people() {
    const { people } = this.asset;
    if (people.length === 0) return nothing;
    const here = (p: Person) => ({ enter: () => this.point([p]), leave: () => this.point([]) });
    return html`<div class="fact" role="group" aria-label=${t('info.people')}>${icon('users')}<ul class="chips" @pointerleave=${() => this.point([])}>${people.map((p) => html`<li style="display:contents">${p.region
      ? html`<button class="chip" data-testid="info-person" title=${t('info.people.show', { name: p.name })} @pointerenter=${here(p).enter} @pointerleave=${here(p).leave} @focus=${here(p).enter} @blur=${here(p).leave} @click=${here(p).enter}>${p.name}</button>`
      : html`<span class="chip" data-testid="info-person">${p.name}</span>`}</li>`)}</ul></div>`;
  }

  override render() {
    const a = this.asset;
    const file = a.files.find((f) => f.id === a.fileId) ?? a.files[0];
    const size = [a.width && a.height ? `${a.width} × ${a.height}` : '', a.width && a.height && a.width * a.height >= 95_000 ? `${((a.width * a.height) / 1e6).toFixed(1)} MP` : '', file ? formatBytes(file.bytes) : '', a.durationMs ? formatDuration(a.durationMs / 1000) : ''].filter(Boolean).join(' · ');
    const camera = [a.make, a.model?.startsWith(a.make ?? '\u0000') ? a.model.slice(a.make!.length).trim() : a.model].filter(Boolean).join(' ');
    const exposure = [a.fNumber && `f/${a.fNumber}`, a.exposureTime && formatExposure(a.exposureTime), a.focalLength && `${Number(a.focalLength.toFixed(1))} mm`, a.iso && `ISO ${a.iso}`].filter(Boolean).join(' · ');
    const media = [a.videoCodec && codecName(a.videoCodec), a.type === 'video' && a.videoCodec && (a.audioCodec ? t('info.sound', { codec: codecName(a.audioCodec) }) : t('info.noSound'))].filter(Boolean).join(' · ');
    return html`<header><h2>${t('info.title')}</h2><button class="icon-button" data-testid="info-close" aria-label=${t('common.close')} @click=${() => this.dispatchEvent(new Event('close'))}>${icon('x')}</button></header>
      ${a.conflicts.length > 0 ? html`<m-info-conflicts .asset=${a}></m-info-conflicts>` : nothing}
      ${a.canEdit ? this.editor() : html`${a.title ? html`<p><strong>${a.title}</strong></p>` : nothing}${a.description ? html`<p>${a.description}</p>` : nothing}<p class="caption" style="margin-bottom:16px">${t('info.readOnly')}</p>`}
      ${a.problems.length > 0 ? html`<ul class="things" data-testid="info-problems" aria-label=${t('info.problems')}>${a.problems.map((p) => html`<li data-problem=${p}>${icon(PROBLEM_ICON[p])}<span>${t(`problem.${p}`)}</span></li>`)}</ul>` : nothing}
      <div class="facts">
        <m-info-date .asset=${a}></m-info-date>
        ${this.people()}
        <m-info-tags .asset=${a}></m-info-tags>
        <m-info-place .asset=${a}></m-info-place>
        ${this.fact('camera', t('info.camera'), camera || a.lens, camera ? a.lens : '', exposure)}
        ${this.fact(a.type === 'video' ? 'film' : 'image', t('info.file'), a.originalName, size, media)}
        ${this.fact('palette', t('info.media'), a.colourSpace && colourName(a.colourSpace))}
        ${a.files.length > 1 || a.files.some((f) => f.motion) ? html`<m-info-files .asset=${a}></m-info-files>` : nothing}
        ${this.fact('library', t('info.library'), a.libraryName)}
        ${this.fact('user', t('info.from'), ...new Set(a.contributions.map((c) => [t('info.contribution', { name: c.userName, when: formatWhen(c.at) }), c.device && t('info.device', { device: c.device })].filter(Boolean).join(', '))))}
        ${this.fact('trash-2', t('nav.trash'), a.trashedAt && t('info.trashed', { when: formatWhen(a.trashedAt) }))}
      </div>
      <details><summary>${t('info.technical')}</summary><div class="tech">
        ${a.files.map((f) => html`<div><div class="caption">${t(`role.${f.role}`)} · ${f.mime}</div><code>${f.path}</code><br><code>SHA-256 ${f.sha256}</code><br><code>SHA-1 ${f.sha1}</code><br><code>ID ${f.id}</code></div>`)}
        <code>${a.id}</code>
      </div></details>
      <m-all-tags .assetId=${a.id} .stamp=${a.files.map((f) => f.id).join()}></m-all-tags>`;
  }

  private editor() {
    const a = this.asset, rating = a.rating ?? 0;
    return html`<div class="edit">
      <label class="field"><span class="sr">${t('info.titleField')}</span><input class="title" data-testid="info-title" maxlength="500" placeholder=${t('info.titleHint')} .value=${a.title ?? ''} @change=${(e: Event) => this.text('title', e)}></label>
      <label class="field"><span class="sr">${t('info.description')}</span><textarea data-testid="info-description" maxlength="10000" placeholder=${t('info.descriptionHint')} .value=${a.description ?? ''} @change=${(e: Event) => this.text('description', e)}></textarea></label>
      <fieldset class="stars" data-testid="info-rating"><legend class="sr">${t('info.rating')}: ${rating < 0 ? t('info.rejected') : rating > 0 ? t('info.stars', { n: rating }) : t('info.noRating')}</legend>
        ${[1, 2, 3, 4, 5].map((n) => html`<button type="button" class=${n <= rating ? 'on' : ''} aria-label=${t('info.stars', { n })} aria-pressed=${n === rating} @click=${() => this.save({ rating: n === rating ? null : n })}>${icon('star')}</button>`)}
      </fieldset></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-panel': MInfoPanel } }
