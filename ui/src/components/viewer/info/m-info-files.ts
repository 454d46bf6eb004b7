import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { openDialog } from '../../../app/dialog.ts';
import { icon } from '../../../app/icons.ts';
import { toast } from '../../../app/toast.ts';
import { motionUrl, originalUrl, splitFile } from '../../../data/assets.ts';
import type { ConfirmParams } from '../../../dialogs/m-confirm-dialog.ts';
import type { Asset, AssetFile } from '../../../data/types.ts';
import { formatBytes, formatDuration } from '../../../strings/format.ts';
import { t } from '../../../strings/t.ts';
import { base } from '../../../tokens/shared.ts';
import { infoStyles } from './info.styles.ts';
import { saved } from './save.ts';

/** The files that are held together as one photo: each can be saved, and all but the original may leave it. */
@customElement('m-info-files')
export class MInfoFiles extends LitElement {
  static override styles = [base, infoStyles, css`
    ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 4px; }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; gap: 0 2px; align-items: center; padding: 8px 4px 8px 12px; border-radius: 8px; background: var(--surface-1); }
    li .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    li .icon-button { width: 36px; height: 36px; color: var(--ink-2); }
    li > div { min-width: 0; display: grid; }
    .caption strong { font-weight: 600; color: var(--ink-1); }
  `];
  @property({ attribute: false }) asset!: Asset;

  private async split(f: AssetFile): Promise<void> {
    const yes = await openDialog<ConfirmParams, true>('m-confirm-dialog', () => import('../../../dialogs/m-confirm-dialog.ts'), { title: t('info.split.title'), text: t('info.split.text', { name: f.name }), action: t('info.split') });
    if (yes && (await saved(this, splitFile(this.asset.id, f.id)))) toast({ text: t('info.split.done', { name: f.name }) });
  }

  override render() {
    const { files, canTrash } = this.asset;
    return html`<div class="fact">${icon('images')}<div class="text"><span class="caption">${t('info.files')}</span><ul>${files.map((f) => html`<li data-testid="info-file" data-role=${f.role}>
      <div><span class="name" title=${f.name}>${f.name}</span><span class="caption num"><strong>${t(`role.${f.role}`)}</strong> · ${[formatBytes(f.bytes), f.durationMs && formatDuration(f.durationMs / 1000), f.width && f.height && `${f.width} × ${f.height}`, f.shown && files.length > 1 && t('info.files.shown')].filter(Boolean).join(' · ')}</span></div>
      ${canTrash && files.length > 1 && f.role !== 'original' ? html`<button class="icon-button" data-testid="info-split" aria-label=${t('info.split.label', { name: f.name })} title=${t('info.split')} @click=${() => void this.split(f)}>${icon('split')}</button>` : html`<i></i>`}
      <a class="icon-button" data-testid="info-file-download" href=${originalUrl(f.id, true)} download aria-label=${t('info.files.download', { name: f.name })} title=${t('viewer.download')}>${icon('download')}</a></li>
      ${f.motion ? html`<li data-testid="info-file" data-role="motion"><div><span class="name">${t('info.files.inside')}</span><span class="caption">${t('info.files.insideHint', { name: f.name })}</span></div><i></i><a class="icon-button" data-testid="info-file-download" href=${motionUrl(f.id)} download=${`${f.name.replace(/\.[^.]*$/, '')}.mp4`} aria-label=${t('viewer.live.download')} title=${t('viewer.live.download')}>${icon('download')}</a></li>` : nothing}`)}</ul></div></div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-files': MInfoFiles } }
