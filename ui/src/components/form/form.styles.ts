import { css } from 'lit';

/** What a form that is made from a schema adds to the shared fields. */
export const formStyles = css`
  .form { display: grid; gap: var(--space-4); }
  .field { min-width: 0; align-content: start; } fieldset.field { border: 0; padding: 0; margin: 0; } fieldset.field > legend { padding: 0; margin-bottom: var(--space-1); }
  .field .label small { font: inherit; font-weight: 400; color: var(--ink-2); }
  .field .hint { overflow-wrap: anywhere; white-space: pre-line; }
  .field .error { display: flex; gap: 6px; align-items: flex-start; font: var(--text-caption) var(--font); color: var(--bad); overflow-wrap: anywhere; } .field .error .icon { margin-top: 1px; }
  .field [aria-invalid='true'] { border-color: var(--bad); }
  .with { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px; align-items: center; }
  .lines { display: grid; gap: 8px; }
  .kept { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; min-height: 42px; padding: 4px 6px 4px 12px; border: 1px solid var(--line); border-radius: 8px; } .kept span { flex: 1 1 7rem; } .kept .icon { color: var(--good); }
  .parts { display: grid; gap: 8px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9rem), 1fr)); }
  .checks { display: grid; gap: 2px; } .check { display: flex; gap: 10px; align-items: center; cursor: pointer; min-height: 32px; overflow-wrap: anywhere; } .field .check input { accent-color: var(--accent); width: 18px; height: 18px; flex: none; margin: 0; }
  .field input[type=time], .field input[type=date] { color-scheme: inherit; }
  .path { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: 0.875rem; }
  .chosen { display: flex; gap: 8px; align-items: center; min-height: 40px; padding: 2px 4px 2px 12px; border: 1px solid var(--line); border-radius: 8px; min-width: 0; } .chosen span { flex: 1; min-width: 0; overflow-wrap: anywhere; } .chosen .icon-button { width: 36px; height: 36px; }
  wa-switch { justify-self: start; }
  wa-button { justify-self: start; }
`;
