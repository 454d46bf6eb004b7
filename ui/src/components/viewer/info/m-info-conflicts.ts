import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../../app/icons.ts';
import { settleConflict } from '../../../data/assets.ts';
import type { Asset, Conflict } from '../../../data/types.ts';
import { formatWhen } from '../../../strings/format.ts';
import { t } from '../../../strings/t.ts';
import { base } from '../../../tokens/shared.ts';
import { infoStyles } from './info.styles.ts';
import { saved } from './save.ts';

/** Facts that were changed here and by another program: what was lost, and the choice between the two. */
@customElement('m-info-conflicts')
export class MInfoConflicts extends LitElement {
  static override styles = [base, infoStyles, css`
    .card { border-radius: var(--radius-card); background: color-mix(in oklab, var(--warn) 11%, var(--surface-0)); padding: 12px 14px 8px; display: grid; gap: 6px; margin-bottom: 12px; }
    .head { display: flex; gap: 10px; align-items: flex-start; } .head .icon { color: var(--warn); margin-top: 1px; }
    blockquote { margin: 0 0 0 30px; padding: 2px 0 2px 12px; border-left: 2px solid var(--line-strong); overflow-wrap: anywhere; white-space: pre-line; max-height: 10em; overflow: auto; }
    .caption { margin-left: 30px; }
    .nothing { font-style: italic; color: var(--ink-2); }
  `];
  @property({ attribute: false }) asset!: Asset;
  @state() private busy = false;

  private async settle(fact: Conflict['fact'], take: 'held' | 'lost'): Promise<void> {
    this.busy = true;
    await saved(this, settleConflict(this.asset.id, fact, take));
    this.busy = false;
  }
  override render() {
    const { conflicts, canEdit } = this.asset;
    return conflicts.map((c) => {
      const there = c.lostFrom === 'sidecar', fact = t(`fact.${c.fact}`);
      return html`<section class="card" data-testid="conflict" data-fact=${c.fact} aria-label=${`${t('conflict.title')}: ${fact}`}>
        <div class="head">${icon('git-merge')}<span>${t(there ? 'conflict.there' : 'conflict.here', { fact })}</span></div>
        <blockquote class=${c.lost === null ? 'nothing' : ''}>${c.lost ?? t('conflict.nothing')}</blockquote>
        <span class="caption">${t('conflict.when', { when: formatWhen(c.at) })}</span>
        ${canEdit ? html`<div class="buttons"><button class="text-button" data-testid="conflict-lost" ?disabled=${this.busy} @click=${() => void this.settle(c.fact, 'lost')}>${t(there ? 'conflict.useThat' : 'conflict.bringBack')}</button><button class="text-button" data-testid="conflict-held" ?disabled=${this.busy} @click=${() => void this.settle(c.fact, 'held')}>${t(there ? 'conflict.keepMine' : 'conflict.keepThat')}</button></div>` : nothing}
      </section>`;
    });
  }
}
declare global { interface HTMLElementTagNameMap { 'm-info-conflicts': MInfoConflicts } }
