import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../../app/icons.ts';
import { updateAsset } from '../../../data/assets.ts';
import type { Asset, AssetChange } from '../../../data/types.ts';
import { formatLocal } from '../../../strings/format.ts';
import { t } from '../../../strings/t.ts';
import { base, fields } from '../../../tokens/shared.ts';
import { Editing } from './editing.ts';
import { infoStyles } from './info.styles.ts';
import { saved } from './save.ts';
import { wallClock, zoneOffsets } from './zones.ts';

/** When it was taken: the wall clock there, its zone, and where both are known from; all three can be changed. */
@customElement('m-info-date')
export class MInfoDate extends LitElement {
  static override styles = [base, fields, infoStyles];
  @property({ attribute: false }) asset!: Asset;
  private editing = new Editing(this);

  override willUpdate(): void { this.editing.of(this.asset.id); }
  private async submit(e: Event): Promise<void> {
    e.preventDefault();
    const data = new FormData(e.target as HTMLFormElement), at = wallClock(String(data.get('date')), String(data.get('time')));
    if (this.editing.complain(at === null) || at === null) return;
    const offset = String(data.get('zone')) || null, change: AssetChange = {};
    if (at !== this.asset.takenAtLocal) change.takenAtLocal = at;
    if (offset !== this.asset.offset) change.offset = offset;
    if (Object.keys(change).length === 0) return this.editing.close();
    await this.editing.save(saved(this, updateAsset(this.asset.id, change)));
  }

  override render() {
    const a = this.asset, [date, time] = a.takenAtLocal.split('T') as [string, string];
    const zone = a.sources.offset;
    if (!this.editing.open) {
      return html`<div class="fact">${icon('calendar')}<div class="text"><span>${formatLocal(a.takenAtLocal)}</span>
          <span class="caption">${a.offset ? `UTC${a.offset}` : t('info.zoneUnknown')} · ${t(`source.${a.takenAtSource}`)}${a.offset && zone && zone !== a.takenAtSource ? html`; ${t('info.date.zone').toLowerCase()} ${t(`source.${zone}`)}` : nothing}</span></div>
        ${a.canEdit ? html`<button class="icon-button" data-testid="info-date-edit" aria-label=${t('info.date.edit')} title=${t('info.date.edit')} @click=${this.editing.start}>${icon('pencil')}</button>` : nothing}</div>`;
    }
    return html`<form class="fact" novalidate @submit=${this.submit} @keydown=${this.editing.key}>${icon('calendar')}<div class="text grid">
        <div class="pair"><label class="field"><span class="label">${t('info.date.day')}</span><input type="date" name="date" data-testid="info-date-day" required min="0001-01-01" max="9999-12-31" .value=${date} aria-invalid=${this.editing.bad}></label>
          <label class="field"><span class="label">${t('info.date.time')}</span><input type="time" name="time" data-testid="info-date-time" step="1" required .value=${time} aria-invalid=${this.editing.bad}></label></div>
        <label class="field"><span class="label">${t('info.date.zone')}</span><select name="zone" data-testid="info-date-zone"><option value="">${t('info.date.zoneNone')}</option>${zoneOffsets(a.offset).map((o) => html`<option value=${o} ?selected=${o === a.offset}>UTC${o}</option>`)}</select></label>
        ${this.editing.bad ? html`<span class="error" role="alert">${t('info.date.bad')}</span>` : nothing}
        <div class="buttons"><button type="button" class="text-button" @click=${this.editing.close}>${t('common.cancel')}</button><button class="text-button strong" data-testid="info-date-save" ?disabled=${this.editing.busy}>${t('common.save')}</button></div></div></form>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-date': MInfoDate } }
