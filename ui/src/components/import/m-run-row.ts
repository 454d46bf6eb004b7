import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { session } from '../../data/session.ts';
import type { ImportRun } from '../../data/types.ts';
import { formatWhen } from '../../strings/format.ts';
import { RUN, runLine } from '../../strings/import-words.ts';
import { t } from '../../strings/t.ts';
import { base } from '../../tokens/shared.ts';
import { importStyles } from './import.styles.ts';

/** One run in the list; the whole row leads to its page. */
@customElement('m-run-row')
export class MRunRow extends LitElement {
  static override styles = [base, importStyles, css`
    a { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 4px var(--space-4); align-items: center; padding: 14px 12px; margin: 0 -12px; color: inherit; text-decoration: none; border-radius: var(--radius-card); transition: background var(--fast); }
    a:hover { background: color-mix(in oklab, var(--ink-1) 4%, transparent); }
    .what { min-width: 0; display: grid; gap: 2px; } .name { font-weight: 600; overflow-wrap: anywhere; }
    .why { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow-wrap: anywhere; }
    .when { text-align: end; }
    .track { grid-column: 2 / -1; height: 4px; }
    @media (max-width: 599px) { .when { grid-column: 2; text-align: start; } a > .icon { display: none; } }
  `];
  @property({ attribute: false }) run!: ImportRun;

  override render() {
    const { run: r } = this, { icon: mark, tone } = RUN[r.state];
    const share = r.items.total > 0 && ['running', 'paused'].includes(r.state) ? r.items.done / r.items.total : null;
    return html`<a href="/import/${r.id}" data-testid="run" data-id=${r.id} data-state=${r.state}><span class="mark ${tone}">${icon(mark)}</span>
      <span class="what"><span class="name">${r.name}</span><span class="caption num">${runLine(r)}</span>${r.trouble ? html`<span class="caption why">${r.trouble}</span>` : nothing}</span>
      <span class="when caption num">${[formatWhen(r.createdAt), r.ownerId !== session.user?.id && t('imports.runs.by', { name: r.ownerName })].filter(Boolean).join(' · ')}</span>
      ${share === null ? nothing : html`<span class="track"><i style="width:${share * 100}%"></i></span>`}</a>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-run-row': MRunRow } }
