import { css } from 'lit';

export const shellStyles = css`
  :host { display: grid; height: 100%; grid-template: 'side header' 60px 'side main' minmax(0, 1fr) / 232px minmax(0, 1fr); }
  .skip { position: absolute; left: 8px; top: -60px; z-index: 80; background: var(--surface-0); padding: 10px 16px; border-radius: 8px; }
  .skip:focus { top: 8px; box-shadow: var(--float); }
  .side { grid-area: side; background: var(--surface-1); padding: 12px; display: flex; flex-direction: column; gap: 2px; overflow-y: auto; }
  .brand { display: flex; align-items: center; gap: 12px; padding: 6px 10px 16px; text-decoration: none; color: inherit; font: 600 1.125rem/1.5rem var(--font); }
  .brand img { border-radius: 7px; display: block; }
  .nav { display: flex; align-items: center; gap: 14px; padding: 10px 12px; border-radius: 8px; color: var(--ink-1); text-decoration: none; transition: background var(--fast); }
  .nav { position: relative; } .nav m-repair-badge { margin-left: auto; }
  .nav:hover { background: var(--surface-2); }
  .nav[aria-current='page'] { background: color-mix(in oklab, var(--accent) 14%, var(--surface-1)); color: var(--accent-ink); font-weight: 600; }
  hr { border: 0; border-top: 1px solid var(--line); margin: 10px 12px; width: auto; align-self: stretch; }
  .group { font: 600 var(--text-caption) var(--font); font-weight: 600; color: var(--ink-2); padding: 2px 12px 6px; }
  header { grid-area: header; display: flex; align-items: center; gap: 8px; padding: 0 16px 0 16px; min-width: 0; }
  header h1 { flex: 1; font: var(--text-section) var(--font); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .avatar { width: 36px; height: 36px; border-radius: 50%; border: 0; background: var(--accent); color: var(--on-accent); font: 600 1rem/1 var(--font); cursor: pointer; }
  .who { display: grid; padding: 8px 16px 10px; border-bottom: 1px solid var(--line); margin-bottom: 4px; overflow-wrap: anywhere; min-width: 200px; }
  .upload { display: flex; gap: 10px; align-items: center; height: 40px; padding: 0 14px; border: 0; border-radius: var(--radius-pill); background: none; cursor: pointer; transition: background var(--fast); }
  .upload:hover { background: var(--surface-2); }
  main { grid-area: main; position: relative; min-height: 0; min-width: 0; outline: none; }
  main.reading { overflow: auto; scrollbar-gutter: stable; }
  ::slotted(.page) { height: 100%; }
  .reading ::slotted(.page) { height: auto; }
  @media (max-width: 999px) {
    :host { grid-template-columns: 64px minmax(0, 1fr); }
    .side { padding: 12px 8px; align-items: stretch; }
    .brand { padding: 4px 0 14px; justify-content: center; } .brand span, .side .nav span, .group { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .nav { justify-content: center; padding: 12px 0; } .nav m-repair-badge { position: absolute; top: 2px; right: 2px; }
    hr { margin: 8px 6px; }
  }
  @media (max-width: 599px) {
    :host { grid-template: 'header' 56px 'main' minmax(0, 1fr) 'bottom' auto / minmax(0, 1fr); }
    .upload { width: 40px; padding: 0; justify-content: center; } .upload span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .bottom { grid-area: bottom; display: flex; background: var(--surface-1); border-top: 1px solid var(--line); padding-bottom: env(safe-area-inset-bottom); z-index: 4; }
    .bottom .nav { flex: 1; flex-direction: column; gap: 2px; padding: 8px 4px; font: var(--text-caption) var(--font); border-radius: 0; justify-content: center; }
    .bottom .nav[aria-current='page'] { background: none; }
  }
`;
