import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../../app/icons.ts';
import { updateAsset } from '../../../data/assets.ts';
import type { Asset } from '../../../data/types.ts';
import { t } from '../../../strings/t.ts';
import { base, fields } from '../../../tokens/shared.ts';
import { infoStyles } from './info.styles.ts';
import { saved } from './save.ts';
import { newTags } from './tags.ts';

/** Tags as chips; levels with /. */
@customElement('m-info-tags')
export class MInfoTags extends LitElement {
  static override styles = [base, fields, infoStyles, css`
    input { border-color: transparent !important; background: var(--surface-1) !important; } input:hover { background: var(--surface-2) !important; }
    .fact > .icon { margin-top: 8px; } .fact.some > .icon { margin-top: 5px; }
  `];
  @property({ attribute: false }) asset!: Asset;
  private busy = false;

  private async add(e: Event): Promise<void> {
    e.preventDefault();
    if (this.busy) return; // Enter says both: changed, and submitted
    const input = this.shadowRoot!.querySelector('input')!, { tags, id } = this.asset, fresh = newTags(input.value, tags);
    this.busy = true;
    if (fresh.length === 0 || (await saved(this, updateAsset(id, { addTags: fresh })))) input.value = '';
    this.busy = false;
  }
  private async drop(tag: string): Promise<void> {
    if (await saved(this, updateAsset(this.asset.id, { removeTags: [tag] }))) this.shadowRoot!.querySelector('input')?.focus();
  }

  override render() {
    const { tags, canEdit } = this.asset;
    if (tags.length === 0 && !canEdit) return nothing;
    return html`<div class="fact ${tags.length > 0 ? 'some' : ''}">${icon('tag')}<div class="text grid">
      ${tags.length > 0 ? html`<ul class="chips" aria-label=${t('info.tags')}>${tags.map((tag) => {
        const at = tag.lastIndexOf('/');
        return html`<li class="chip" data-testid="info-tag"><span>${at > 0 ? html`<span class="level">${tag.slice(0, at).replaceAll('/', ' / ')} / </span>` : nothing}${tag.slice(at + 1)}</span>${canEdit ? html`<button aria-label=${t('info.tags.remove', { tag })} title=${t('info.tags.remove', { tag })} @click=${() => void this.drop(tag)}>${icon('x')}</button>` : nothing}</li>`;
      })}</ul>` : nothing}
      ${canEdit ? html`<form style="display:block" @submit=${this.add}><label class="field"><span class="sr">${t('info.tags.add')}</span><input data-testid="info-tag-add" maxlength="500" autocomplete="off" placeholder=${t('info.tags.hint')} @change=${this.add}></label><button hidden></button></form>` : nothing}</div></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-tags': MInfoTags } }
