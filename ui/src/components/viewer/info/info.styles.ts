import { css } from 'lit';

/** What the parts of the info panel share: a fact is an icon, words, and at most one small control at its right. */
export const infoStyles = css`
  :host { display: block; min-width: 0; }
  .fact { display: grid; grid-template-columns: 20px minmax(0, 1fr) auto; gap: 2px 14px; align-items: start; }
  .fact > .icon { color: var(--ink-2); margin-top: 1px; }
  .fact > .text { min-width: 0; overflow-wrap: anywhere; display: grid; gap: 2px; }
  .fact > :last-child:not(.icon-button) { grid-column: 2 / -1; }
  .fact > .icon-button, .fact > button { margin: -9px -10px -9px 0; color: var(--ink-2); }
  .icon-button .icon { width: 18px; height: 18px; }
  .fact > .grid { gap: 10px; }
  .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 10px; }
  .field input, .field select { padding: 7px 10px !important; }
  .buttons { display: flex; gap: 4px; justify-content: flex-end; flex-wrap: wrap; }
  .text-button { min-height: 36px; }
  .text-button.strong { background: var(--accent); color: var(--on-accent); padding: 6px 16px; }
  .text-button.strong:hover { background: var(--accent-hover); }
  .chips { display: flex; flex-wrap: wrap; gap: 6px; min-width: 0; list-style: none; margin: 0; padding: 0; }
  .chip { display: inline-flex; align-items: center; gap: 2px; max-width: 100%; border: 0; border-radius: var(--radius-pill); background: var(--surface-2); color: var(--ink-1); padding: 3px 12px; min-height: 30px; font: var(--text-caption) var(--font); text-align: left; overflow-wrap: anywhere; }
  button.chip { cursor: pointer; }
  button.chip:hover { background: color-mix(in oklab, var(--ink-1) 12%, var(--surface-2)); }
  .chip .level { color: var(--ink-2); }
  .chip button { border: 0; background: none; border-radius: 50%; width: 24px; height: 24px; display: grid; place-items: center; margin: 0 -8px 0 2px; cursor: pointer; color: var(--ink-2); flex: none; }
  .chip button:hover { background: color-mix(in oklab, var(--ink-1) 14%, transparent); color: var(--ink-1); }
  .chip .icon { width: 14px; height: 14px; }
  .error { color: var(--bad); font: var(--text-caption) var(--font); }
`;
