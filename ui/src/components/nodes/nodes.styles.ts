import { css } from 'lit';

/** What the parts about PCs share: state with its icon, small bars, facts in two columns, commands. */
export const nodeStyles = css`
  .state { display: inline-flex; gap: 6px; align-items: center; color: var(--ink-2); font: var(--text-caption) var(--font); min-width: 0; }
  .state.good .icon { color: var(--good); } .state.warn .icon { color: var(--warn); }
  .trouble { display: flex; gap: 10px; align-items: flex-start; padding: 10px 12px; border-radius: 8px; background: color-mix(in oklab, var(--warn) 12%, var(--surface-0)); overflow-wrap: anywhere; }
  .trouble .icon { color: var(--warn); margin-top: 1px; }
  .trouble .grow { flex: 1; min-width: 0; }
  .pc { width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; background: var(--surface-2); color: var(--ink-2); flex: none; }
  .pc.good { color: var(--good); background: color-mix(in oklab, var(--good) 14%, var(--surface-1)); } .pc.warn { color: var(--warn); background: color-mix(in oklab, var(--warn) 14%, var(--surface-1)); }
  .meters { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 20px; }
  .meter { display: grid; gap: 5px; min-width: 0; align-content: end; } .meter > div { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8px; font: var(--text-caption) var(--font); color: var(--ink-2); font-variant-numeric: tabular-nums; } .meter b { font-weight: 400; color: var(--ink-1); }
  .track { height: 4px; border-radius: 2px; background: var(--surface-2); overflow: hidden; } .track i { display: block; height: 100%; border-radius: 2px; background: var(--line-strong); transition: width var(--move) var(--ease); }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .clip { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
  code, pre { font: 0.8125rem/1.25rem ui-monospace, 'DejaVu Sans Mono', monospace; }
  .skeleton { display: grid; gap: var(--space-4); animation: appear 0s 200ms both; } .skeleton i { display: block; height: 132px; border-radius: var(--radius-card); background: var(--surface-1); }
  @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
`;
