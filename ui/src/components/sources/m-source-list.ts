import '@awesome.me/webawesome/dist/components/button/button.js';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../app/icons.ts';
import { imports } from '../../data/imports.ts';
import { libraries } from '../../data/libraries.ts';
import { session } from '../../data/session.ts';
import { sourceKinds, sources } from '../../data/sources.ts';
import { Use } from '../../data/store.ts';
import type { ImportSource } from '../../data/types.ts';
import { users } from '../../data/users.ts';
import { formatWhen } from '../../strings/format.ts';
import { sourceState } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';
import { base, paper } from '../../tokens/shared.ts';
import { whenLoaded } from '../load-state.ts';
import { nodeStyles } from '../nodes/nodes.styles.ts';
import { runNow } from './do.ts';

/** Sources that are set up, one to a line: where to, when next, what is wrong. `only`: those of one plugin. */
@customElement('m-source-list')
export class MSourceList extends LitElement {
  static override styles = [base, paper, nodeStyles, css`
    .row { position: relative; } .row:hover { background: linear-gradient(var(--surface-2), var(--surface-2)) 0 / 100% 100%; box-shadow: -10px 0 0 var(--surface-2), 10px 0 0 var(--surface-2); }
    a { color: inherit; text-decoration: none; font-weight: 600; } a::after { content: ''; position: absolute; inset: 0; } a:focus-visible { outline: none; } a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 8px; }
    wa-button { position: relative; } .off { color: var(--ink-2); } .wrong { display: flex; gap: 6px; color: var(--ink-1); margin-top: 2px; } .wrong .icon { color: var(--warn); margin-top: 1px; }
  `];
  @property() only = '';
  private sources = new Use(this, sources);
  private kinds = new Use(this, sourceKinds);
  private libraries = new Use(this, libraries);
  private runs = new Use(this, imports);
  /** Members see only their own. */
  private users = session.user?.role === 'admin' ? new Use(this, users) : undefined;

  override render() { return whenLoaded(this.sources, (all) => html`<div>${all.filter((s) => this.only === '' || s.pluginId === this.only).map((s) => this.row(s))}</div>`, html`<div class="skeleton" aria-hidden="true"><i style="height:56px"></i></div>`); }
  private row(s: ImportSource) {
    const kind = this.kinds.data?.find((k) => k.id === s.pluginId)?.name, library = this.libraries.data?.find((l) => l.id === s.libraryId)?.name;
    const owner = this.users?.data?.find((u) => u.id === s.ownerId)?.name, run = this.runs.data?.find((r) => r.id === s.lastRunId);
    const last = run ? t('sources.last', { when: formatWhen(run.endedAt ?? run.createdAt), state: t(`import.state.${run.state}`).toLowerCase() }) : this.runs.data && !s.lastRunId ? t('sources.never') : '';
    const facts = [this.only === '' && (kind ?? s.pluginId), library && t('sources.into', { library }), s.ownerId !== session.user?.id && owner && t('sources.for', { name: owner }), sourceState(s)].filter(Boolean).join(' · ');
    return html`<div class="row" data-testid="source" data-id=${s.id}><div class="grow"><a href="/admin/sources/${s.id}" class=${s.enabled ? '' : 'off'}>${s.name}</a><div class="caption">${facts}</div>${last ? html`<div class="caption" data-testid="source-last-run">${last}</div>` : nothing}
      ${s.trouble ? html`<div class="caption wrong" data-testid="source-trouble">${icon('triangle-alert', 'small')}<span>${s.trouble}</span></div>` : nothing}</div>
      ${s.enabled && (kind || !this.kinds.data) ? html`<wa-button size="s" appearance="outlined" data-testid="source-run" aria-label=${t('sources.runOf', { name: s.name })} @click=${() => void runNow(s)}>${t('sources.run')}</wa-button>` : nothing}</div>`;
  }
}
declare global { interface HTMLElementTagNameMap { 'm-source-list': MSourceList } }
