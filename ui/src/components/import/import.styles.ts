import { css } from 'lit';

/** What the parts of an import's page share. */
export const importStyles = css`
  .state { display: inline-flex; gap: 6px; align-items: center; color: var(--ink-2); font: var(--text-caption) var(--font); min-width: 0; }
  .state.good .icon { color: var(--good); } .state.warn .icon { color: var(--warn); }
  .mark { width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; background: var(--surface-2); color: var(--ink-2); flex: none; }
  .mark.good { color: var(--good); background: color-mix(in oklab, var(--good) 14%, var(--surface-1)); } .mark.warn { color: var(--warn); background: color-mix(in oklab, var(--warn) 14%, var(--surface-1)); } .mark.accent { color: var(--accent-ink); background: color-mix(in oklab, var(--accent) 14%, var(--surface-0)); }
  .trouble { display: flex; gap: 10px; align-items: flex-start; padding: 12px 14px; border-radius: 8px; background: color-mix(in oklab, var(--warn) 12%, var(--surface-0)); overflow-wrap: anywhere; } .trouble > .icon { color: var(--warn); margin-top: 1px; } .trouble .grow { flex: 1; min-width: 0; display: grid; gap: 4px; }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .clip { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
  .track { height: 6px; border-radius: 3px; background: var(--surface-2); overflow: hidden; } .track i { display: block; height: 100%; border-radius: 3px; background: var(--accent); transition: width var(--move) var(--ease); }
  .card .track { background: color-mix(in oklab, var(--ink-1) 10%, var(--surface-1)); }
  .track.busy i { width: 30%; animation: busy 1.6s infinite ease-in-out; } @keyframes busy { from { transform: translateX(-110%); } to { transform: translateX(380%); } }
  @media (prefers-reduced-motion: reduce) { .track.busy i { animation: none; width: 100%; opacity: 0.35; } }
  .skeleton { display: grid; gap: var(--space-4); animation: appear 0s 200ms both; } .skeleton i { display: block; height: 132px; border-radius: var(--radius-card); background: var(--surface-1); }
  @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
  ul { list-style: none; margin: 0; padding: 0; }
`;
