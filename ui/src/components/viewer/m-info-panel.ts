import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { updateAsset } from '../../data/assets.ts';
import type { Asset } from '../../data/types.ts';
import { formatBytes, formatDuration, formatExposure, formatLocal, formatWhen } from '../../strings/format.ts';
import { t } from '../../strings/t.ts';
import { base, fields } from '../../tokens/shared.ts';

/**
 * All facts of one photo; title, description and rating can be changed here.
 * @fires changed - The photo as it is now.
 * @fires close
 */
@customElement('m-info-panel')
export class MInfoPanel extends LitElement {
  static override styles = [base, fields, css`
    :host { display: block; overflow: auto; background: var(--surface-0); color: var(--ink-1); padding: 8px 20px 32px; overscroll-behavior: contain; }
    header { display: flex; align-items: center; justify-content: space-between; position: sticky; top: -8px; background: var(--surface-0); padding: 8px 0; z-index: 1; margin-right: -10px; }
    .edit { display: grid; gap: 8px; margin-bottom: 16px; }
    .edit input, .edit textarea { border-color: transparent !important; background: var(--surface-1) !important; }
    .edit input:hover, .edit textarea:hover { background: var(--surface-2) !important; }
    .edit .title { font-weight: 600; }
    .stars { display: flex; margin-left: -6px; border: 0; padding: 0; }
    .stars button { width: 34px; height: 34px; border: 0; background: none; display: grid; place-items: center; cursor: pointer; color: var(--ink-2); border-radius: 50%; }
    .stars button.on { color: var(--accent); } .stars button.on .icon { fill: currentColor; }
    dl { margin: 0; display: grid; gap: 16px; }
    .fact { display: grid; grid-template-columns: 20px 1fr; gap: 2px 14px; }
    .fact > .icon { color: var(--ink-2); grid-row: 1 / span 3; margin-top: 1px; }
    dt { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
    details { margin-top: 20px; border-top: 1px solid var(--line); padding-top: 12px; }
    summary { cursor: pointer; color: var(--ink-2); padding: 4px 0; border-radius: 4px; }
    code { font: 0.75rem/1.4 ui-monospace, monospace; color: var(--ink-2); overflow-wrap: anywhere; }
    .tech { display: grid; gap: 10px; padding-top: 8px; }
  `];
  @property({ attribute: false }) asset!: Asset;

  private async save(change: Parameters<typeof updateAsset>[1]): Promise<void> {
    try {
      this.dispatchEvent(new CustomEvent('changed', { detail: await updateAsset(this.asset.id, change) }));
    } catch (e) {
      toast({ text: messageOf(e), kind: 'bad' });
      this.requestUpdate();
    }
  }
  private text(name: 'title' | 'description', e: Event): void {
    const value = (e.target as HTMLInputElement).value.trim() || null;
    if (value !== this.asset[name]) void this.save({ [name]: value });
  }

  private fact(name: string, label: string, ...lines: (string | null | undefined | false)[]) {
    const shown = lines.filter(Boolean);
    return shown.length === 0 ? nothing : html`<div class="fact">${icon(name)}<dt>${label}</dt>${shown.map((line, i) => html`<dd class=${i > 0 ? 'caption' : ''}>${line}</dd>`)}</div>`;
  }

  override render() {
    const a = this.asset;
    const file = a.files.find((f) => f.id === a.fileId) ?? a.files[0];
    const size = [a.width && a.height ? `${a.width} × ${a.height}` : '', a.width && a.height ? `${((a.width * a.height) / 1e6).toFixed(1)} MP` : '', file ? formatBytes(file.bytes) : '', a.durationMs ? formatDuration(a.durationMs / 1000) : ''].filter(Boolean).join(' · ');
    const camera = [a.make, a.model?.startsWith(a.make ?? '\u0000') ? a.model.slice(a.make!.length).trim() : a.model].filter(Boolean).join(' ');
    const exposure = [a.fNumber && `f/${a.fNumber}`, a.exposureTime && formatExposure(a.exposureTime), a.focalLength && `${Number(a.focalLength.toFixed(1))} mm`, a.iso && `ISO ${a.iso}`].filter(Boolean).join(' · ');
    return html`<header><h2>${t('info.title')}</h2><button class="icon-button" aria-label=${t('common.close')} @click=${() => this.dispatchEvent(new Event('close'))}>${icon('x')}</button></header>
      ${a.canEdit ? this.editor() : html`${a.title ? html`<p><strong>${a.title}</strong></p>` : nothing}${a.description ? html`<p>${a.description}</p>` : nothing}<p class="caption" style="margin-bottom:16px">${t('info.readOnly')}</p>`}
      <dl>
        ${this.fact('calendar', t('info.date'), formatLocal(a.takenAtLocal), `${a.offset ? `UTC${a.offset}` : t('info.zoneUnknown')} · ${t(`source.${a.takenAtSource}`)}`)}
        ${this.fact('file', t('info.file'), a.originalName, size, ...a.files.filter((f) => f.id !== a.fileId).map((f) => `${t(`role.${f.role}`)}: ${f.name} · ${formatBytes(f.bytes)}`))}
        ${this.fact('camera', t('info.camera'), camera || a.lens, camera ? a.lens : '', exposure)}
        ${a.gps ? this.fact('map-pin', t('info.place'), a.gps.map((v) => v.toFixed(5)).join(', '), a.altitude !== null && t('info.altitude', { n: Math.round(a.altitude) })) : nothing}
        ${this.fact('library', t('info.library'), a.libraryName)}
        ${this.fact('user', t('info.from'), ...a.contributions.map((c) => [t('info.contribution', { name: c.userName, when: formatWhen(c.at) }), c.device && t('info.device', { device: c.device })].filter(Boolean).join(', ')))}
        ${this.fact('hash', t('info.tags'), a.tags.join(', '))}
        ${this.fact('trash-2', t('nav.trash'), a.trashedAt && t('info.trashed', { when: formatWhen(a.trashedAt) }))}
        ${this.fact('triangle-alert', t('info.problems'), ...a.problems.map((p) => t(`problem.${p}`)))}
      </dl>
      <details><summary>${t('info.technical')}</summary><div class="tech">
        ${a.files.map((f) => html`<div><div class="caption">${t(`role.${f.role}`)} · ${f.mime}</div><code>${f.path}</code><br><code>SHA-256 ${f.sha256}</code><br><code>SHA-1 ${f.sha1}</code><br><code>ID ${f.id}</code></div>`)}
        <code>${a.id}</code>
      </div></details>`;
  }

  private editor() {
    const a = this.asset, rating = a.rating ?? 0;
    return html`<div class="edit">
      <label class="field"><span class="sr">${t('info.titleField')}</span><input class="title" data-testid="info-title" maxlength="500" placeholder=${t('info.titleHint')} .value=${a.title ?? ''} @change=${(e: Event) => this.text('title', e)}></label>
      <label class="field"><span class="sr">${t('info.description')}</span><textarea data-testid="info-description" maxlength="10000" placeholder=${t('info.descriptionHint')} .value=${a.description ?? ''} @change=${(e: Event) => this.text('description', e)}></textarea></label>
      <fieldset class="stars" data-testid="info-rating"><legend class="sr">${t('info.rating')}: ${rating < 0 ? t('info.rejected') : rating > 0 ? t('info.stars', { n: rating }) : t('info.noRating')}</legend>
        ${[1, 2, 3, 4, 5].map((n) => html`<button type="button" class=${n <= rating ? 'on' : ''} aria-label=${t('info.stars', { n })} aria-pressed=${n === rating} @click=${() => void this.save({ rating: n === rating ? null : n })}>${icon('star')}</button>`)}
      </fieldset></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-panel': MInfoPanel } }
