import { css } from 'lit';

/** The pages before the house: sign-in and set-up. */
export const front = css`
  :host { display: grid; place-items: center; min-height: 100%; padding: var(--space-5) var(--space-4); background: var(--surface-1); outline: none; }
  .sheet { width: min(100%, 420px); background: var(--surface-0); border-radius: 14px; padding: var(--space-6); display: grid; gap: var(--space-5); box-shadow: var(--float); }
  .mark { display: flex; gap: 12px; align-items: center; font: 600 1.125rem/1.5rem var(--font); }
  .mark img { border-radius: 9px; }
  wa-button { width: 100%; }
  .two { display: grid; grid-template-columns: auto 1fr; gap: var(--space-3); } .two wa-button:first-child { width: auto; }
  @media (max-width: 599px) { :host { background: var(--surface-0); place-items: start stretch; } .sheet { box-shadow: none; padding: var(--space-4) 0; width: 100%; } }
`;
