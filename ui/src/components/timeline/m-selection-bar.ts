import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { act } from '../../app/act.ts';
import { icon } from '../../app/icons.ts';
import { toast } from '../../app/toast.ts';
import type { PhotoList } from '../../data/photo-list.ts';
import type { TimelineView } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { downloadAll, DOWNLOAD_LIMIT } from './download.ts';
import type { Selection } from './selection.ts';

/** What can be done with the ticked photos; stands in place of the top bar while something is ticked. */
@customElement('m-selection-bar')
export class MSelectionBar extends LitElement {
  static override styles = [base, css`
    :host { position: absolute; left: 12px; right: 12px; top: -58px; height: 56px; z-index: 20; display: flex; align-items: center; gap: 4px; background: var(--surface-0); border-radius: 12px; box-shadow: var(--float); padding: 0 8px; animation: drop var(--fast) var(--ease); }
    .count { flex: 1; font-weight: 600; white-space: nowrap; padding-left: 4px; }
    @keyframes drop { from { transform: translateY(-8px); opacity: 0; } }
    @media (max-width: 599px) { :host { left: 0; right: 0; top: -56px; border-radius: 0; gap: 0; padding: 0 4px; } }
  `];
  @property() view: TimelineView = 'photos';
  @property({ attribute: false }) selection!: Selection;
  @property({ attribute: false }) model!: PhotoList;
  @property({ type: Number }) tick = 0;

  private async run(what: 'favourite' | 'unfavourite' | 'archive' | 'unarchive' | 'trash' | 'restore'): Promise<void> {
    const ids = [...this.selection.ids];
    if (await act(this.model, what, ids)) this.selection.clear();
  }
  private download(): void {
    const ids = [...this.selection.ids];
    if (ids.length > DOWNLOAD_LIMIT) return toast({ text: t('select.tooMany', { n: DOWNLOAD_LIMIT }) });
    downloadAll(ids, this.model);
  }
  private button(name: string, label: string, testid: string, run: () => void) {
    return html`<button class="icon-button" data-testid=${testid} aria-label=${label} title=${label} @click=${run}>${icon(name)}</button>`;
  }

  override render() {
    const { view } = this;
    return html`
      <button class="icon-button" data-testid="selection-clear" aria-label=${t('select.clear')} title=${t('select.clear')} @click=${() => this.selection.clear()}>${icon('x')}</button>
      <span class="count num" role="status" data-testid="selection-count">${t('select.count', { n: this.selection.ids.size })}</span>
      ${view === 'trash' ? this.button('archive-restore', t('select.restore'), 'selection-restore', () => void this.run('restore')) : html`
        ${view === 'favourites' ? this.button('heart', t('select.unfavourite'), 'selection-unfavourite', () => void this.run('unfavourite')) : this.button('heart', t('select.favourite'), 'selection-favourite', () => void this.run('favourite'))}
        ${view === 'archive' ? this.button('archive-restore', t('select.unarchive'), 'selection-unarchive', () => void this.run('unarchive')) : this.button('archive', t('select.archive'), 'selection-archive', () => void this.run('archive'))}
        ${this.button('download', t('select.download'), 'selection-download', () => this.download())}
        ${this.button('trash-2', t('select.trash'), 'selection-trash', () => void this.run('trash'))}`}`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-selection-bar': MSelectionBar } }
