import { css, html, nothing } from 'lit';
import { icon } from '../../app/icons.ts';
import type { Isolation } from '../../data/types.ts';
import { type Ability, WALL } from '../../strings/plugin-words.ts';
import { t } from '../../strings/t.ts';

export const abilityStyles = css`
  .can { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; } .can li { display: flex; gap: 12px; align-items: flex-start; overflow-wrap: anywhere; } .can .icon { color: var(--ink-2); margin-top: 1px; } .can span { min-width: 0; }
  .can .fresh { background: color-mix(in oklab, var(--warn) 14%, var(--surface-0)); border-radius: 8px; padding: 8px 10px; margin: -2px -10px; } .can .fresh .icon { color: var(--warn); }
  .new { font: 600 var(--text-caption) var(--font); font-weight: 600; color: var(--warn); margin-left: 6px; }
  .wall { display: inline-flex; gap: 6px; align-items: center; font: var(--text-caption) var(--font); color: var(--ink-2); white-space: nowrap; } .wall.good .icon { color: var(--good); } .wall.warn { color: var(--ink-1); } .wall.warn .icon { color: var(--warn); }
`;

export const abilityList = (all: readonly Ability[], more: readonly string[] = []) => html`<ul class="can" data-testid="can">
  ${all.map((a) => html`<li class=${a.fresh ? 'fresh' : ''}>${icon(a.icon)}<span>${a.text}${a.fresh ? html`<strong class="new">${t('can.new')}</strong>` : nothing}</span></li>`)}
  ${more.map((text) => html`<li class="fresh">${icon('circle-alert')}<span>${text}<strong class="new">${t('can.new')}</strong></span></li>`)}</ul>`;

/** How well it is walled in: always with icon and word. */
export const wallBadge = (isolation: Isolation) => html`<span class="wall ${WALL[isolation].tone}" data-testid="wall" data-isolation=${isolation} title=${t(`wall.${isolation}.text`)}>${icon(WALL[isolation].icon, 'small')}${t(`wall.${isolation}`)}</span>`;
