import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../../app/icons.ts';
import { updateAsset } from '../../../data/assets.ts';
import type { Asset } from '../../../data/types.ts';
import { t } from '../../../strings/t.ts';
import { base, fields } from '../../../tokens/shared.ts';
import { formatPlace, parsePlace } from './coordinates.ts';
import { Editing } from './editing.ts';
import { infoStyles } from './info.styles.ts';
import { saved } from './save.ts';

/** Where it was taken, typed or pasted as latitude and longitude. */
@customElement('m-info-place')
export class MInfoPlace extends LitElement {
  static override styles = [base, fields, infoStyles];
  @property({ attribute: false }) asset!: Asset;
  private editing = new Editing(this);

  override willUpdate(): void { this.editing.of(this.asset.id); }
  private async submit(e: Event): Promise<void> {
    e.preventDefault();
    const text = String(new FormData(e.target as HTMLFormElement).get('place')).trim();
    const gps = parsePlace(text);
    if (!this.editing.complain(gps === null && text !== '')) await this.save(gps);
  }
  private save(gps: [number, number] | null): Promise<void> { return this.editing.save(saved(this, updateAsset(this.asset.id, { gps }))); }

  override render() {
    const a = this.asset, from = a.sources.gps;
    if (!this.editing.open) {
      if (!a.gps && !a.canEdit) return nothing;
      return html`<div class="fact">${icon('map-pin')}${a.gps
        ? html`<div class="text"><span>${formatPlace(a.gps)}</span><span class="caption">${[a.altitude !== null && t('info.altitude', { n: Math.round(a.altitude) }), from && t(`source.${from}`)].filter(Boolean).join(' · ')}</span></div>
          ${a.canEdit ? html`<button class="icon-button" data-testid="info-place-edit" aria-label=${t('info.place.edit')} title=${t('info.place.edit')} @click=${this.editing.start}>${icon('pencil')}</button>` : nothing}`
        : html`<button class="text-button" style="justify-self:start;margin:-8px 0 -8px -10px" data-testid="info-place-edit" @click=${this.editing.start}>${t('info.place.add')}</button>`}</div>`;
    }
    return html`<form class="fact" novalidate @submit=${this.submit} @keydown=${this.editing.key}>${icon('map-pin')}<div class="text grid">
        <label class="field"><span class="label">${t('info.place.field')}</span><input name="place" data-testid="info-place" autocomplete="off" spellcheck="false" .value=${a.gps ? formatPlace(a.gps) : ''} aria-invalid=${this.editing.bad} aria-describedby="hint"></label>
        <span id="hint" class=${this.editing.bad ? 'error' : 'caption'} role=${this.editing.bad ? 'alert' : nothing}>${t(this.editing.bad ? 'info.place.bad' : 'info.place.hint')}</span>
        <div class="buttons">${a.gps ? html`<button type="button" class="text-button" data-testid="info-place-remove" @click=${() => void this.save(null)}>${t('info.place.remove')}</button>` : nothing}<button type="button" class="text-button" @click=${this.editing.close}>${t('common.cancel')}</button><button class="text-button strong" data-testid="info-place-save" ?disabled=${this.editing.busy}>${t('common.save')}</button></div></div></form>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-place': MInfoPlace } }
