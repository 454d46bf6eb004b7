import { css } from 'lit';

/** Styles that most components share: box model, icons, focus ring, and text for screen readers only. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host([hidden]), [hidden] { display: none !important; }
  .icon { width: 20px; height: 20px; flex: none; display: block; }
  .icon.small { width: 16px; height: 16px; }
  .icon.filled { fill: currentColor; }
  h1, h2, h3, p { margin: 0; }
  h1 { font: var(--text-page) var(--font); }
  h2 { font: var(--text-section) var(--font); }
  a { color: var(--accent-ink); }
  button { font: inherit; color: inherit; }
  :focus { outline: none; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .sr { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .quiet { color: var(--ink-2); }
  .caption { font: var(--text-caption) var(--font); color: var(--ink-2); }
  .num { font-variant-numeric: tabular-nums; }
  .bad { color: var(--bad); } .good { color: var(--good); } .warn { color: var(--warn); }
  .icon-button { display: inline-grid; place-items: center; width: 40px; height: 40px; border: 0; border-radius: var(--radius-pill); background: none; cursor: pointer; transition: background var(--fast); flex: none; text-decoration: none; color: inherit; }
  .icon-button:hover { background: color-mix(in oklab, currentColor 10%, transparent); }
  .icon-button:disabled { opacity: 0.4; cursor: default; background: none; }
  .text-button { border: 0; background: none; padding: 6px 10px; border-radius: 8px; color: var(--accent-ink); font-weight: 600; cursor: pointer; }
  .text-button:hover { background: color-mix(in oklab, currentColor 10%, transparent); }
`;

/** Forms: native fields with a label above, a hint below and the error in words. Each form ends with a hidden native submit button: without one, Enter does nothing. */
export const fields = css`
  form { display: grid; gap: var(--space-4); }
  .field { display: grid; gap: var(--space-1); }
  .field > .label { font: 600 var(--text-caption) var(--font); font-weight: 600; color: var(--ink-1); }
  .field input, .field textarea, .field select { font: var(--text-body) var(--font); color: var(--ink-1); background: var(--surface-0); border: 1px solid var(--line-strong); border-radius: 8px; padding: 9px 12px; width: 100%; min-width: 0; }
  .field textarea { resize: vertical; min-height: 4.5em; }
  .field input[aria-invalid='true'] { border-color: var(--bad); }
  .field input:focus-visible, .field textarea:focus-visible, .field select:focus-visible { outline: 2px solid var(--accent); outline-offset: 0; border-color: var(--accent); }
  .field .hint { font: var(--text-caption) var(--font); color: var(--ink-2); }
  .actions { display: flex; flex-wrap: wrap; gap: var(--space-2); justify-content: flex-end; align-items: center; }
  .message { display: flex; gap: var(--space-2); align-items: flex-start; padding: var(--space-3); border-radius: 8px; background: var(--surface-2); }
  .message.bad { background: color-mix(in oklab, var(--bad) 10%, var(--surface-0)); color: var(--ink-1); }
  .message.warn { background: color-mix(in oklab, var(--warn) 12%, var(--surface-0)); color: var(--ink-1); }
  .message.bad .icon { color: var(--bad); } .message.warn .icon { color: var(--warn); }
`;

/** Pages that are read, not looked at: settings and administration. */
export const paper = css`
  :host { display: block; }
  .page { max-width: 920px; margin: 0 auto; padding: var(--space-5) var(--space-5) 96px; display: grid; gap: var(--space-5); }
  .page > header { display: flex; flex-wrap: wrap; gap: var(--space-3); align-items: center; justify-content: space-between; }
  .card { background: var(--surface-1); border-radius: var(--radius-card); padding: var(--space-4) var(--space-5) var(--space-5); display: grid; gap: var(--space-4); align-content: start; min-width: 0; }
  .card header { display: flex; flex-wrap: wrap; gap: var(--space-2) var(--space-3); align-items: center; justify-content: space-between; }
  .grid { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); }
  .row { display: flex; gap: var(--space-3); align-items: center; padding: var(--space-3) 0; border-top: 1px solid var(--line); min-width: 0; }
  .row:first-child { border-top: 0; }
  .row .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .badge { font: var(--text-caption) var(--font); padding: 1px 8px; border-radius: var(--radius-pill); background: var(--surface-2); color: var(--ink-2); white-space: nowrap; }
  @media (max-width: 599px) { .page { padding: var(--space-4) var(--space-4) 96px; } .card { padding: var(--space-4); } }
`;
