import { css } from 'lit';

export const timelineStyles = css`
  :host { display: block; position: relative; height: 100%; min-height: 0; --edge: max(64px, 4rem); }
  .scroller { position: absolute; inset: 0; overflow-y: auto; overflow-x: hidden; scrollbar-width: none; padding: 0 var(--edge) 0 16px; overscroll-behavior: contain; }
  .scroller::-webkit-scrollbar { display: none; }
  :host([plain]) { --edge: 16px; }
  .lead { position: absolute; left: 16px; right: var(--edge); top: 0; z-index: 1; }
  .content { position: relative; contain: layout size style; user-select: none; -webkit-user-select: none; }
  .tile, .heading { position: absolute; left: 0; top: 0; }
  .tile { overflow: hidden; contain: strict; border-radius: var(--radius-tile); background: var(--surface-2) center / 100% 100% no-repeat; cursor: pointer; -webkit-touch-callout: none; touch-action: pan-y; }
  .tile img { display: block; width: 100%; height: 100%; object-fit: cover; opacity: 0; transition: opacity var(--fast), transform var(--fast) var(--ease); border-radius: inherit; }
  .tile img.ready { opacity: 1; }
  .tile:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; z-index: 1; }
  .tile:focus-visible::after { content: ''; position: absolute; inset: 3px; border: 1px solid var(--surface-0); pointer-events: none; }
  .check { position: absolute; left: 8px; top: 8px; width: 24px; height: 24px; border-radius: 50%; display: grid; place-items: center; color: transparent; border: 2px solid #fff; background: rgb(0 0 0 / 28%); opacity: 0; transition: opacity var(--fast); }
  .check::before { content: ''; position: absolute; inset: -10px; }
  @media (hover: hover) { .tile:hover .check { opacity: 1; } .tile:hover .check:hover { background: rgb(0 0 0 / 55%); } }
  .content.selecting .check { opacity: 1; }
  .tile[aria-selected='true'] { background-color: color-mix(in oklab, var(--accent) 24%, var(--surface-0)) !important; background-image: none !important; box-shadow: inset 0 0 0 3px var(--accent); }
  .tile[aria-selected='true'] img { transform: scale(0.88); }
  .tile[aria-selected='true'] .check { background: var(--accent); border-color: var(--accent); color: var(--on-accent); opacity: 1; }
  .marks { position: absolute; inset: 0; pointer-events: none; color: #fff; }
  .marks .icon { filter: drop-shadow(0 0 2px rgb(0 0 0 / 60%)); }
  .heart { position: absolute; left: 8px; bottom: 8px; }
  .badges { position: absolute; right: 8px; top: 8px; display: flex; gap: 6px; align-items: center; font: 600 var(--text-caption) var(--font); font-weight: 600; font-variant-numeric: tabular-nums; text-shadow: 0 0 3px rgb(0 0 0 / 80%); }
  .badges .icon { margin-left: -2px; }
  .raw { font-size: 0.625rem; line-height: 1; letter-spacing: 0.06em; padding: 3px 4px; border-radius: 3px; background: rgb(0 0 0 / 42%); text-shadow: none; }
  .tile:not([style*='background-color']) .badges { color: var(--ink-2); text-shadow: none; } .tile:not([style*='background-color']) .badges .icon { filter: none; } .tile:not([style*='background-color']) .raw { background: color-mix(in oklab, var(--ink-1) 14%, transparent); }
  .marks { container-type: size; }
  .state { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 6px; color: var(--ink-2); text-align: center; padding: 8px; font: var(--text-caption) var(--font); }
  .state .icon { filter: none; width: 24px; height: 24px; padding: 0; stroke-width: 1.5; }
  @container (max-width: 95px) or (max-height: 72px) { .state span { display: none; } .raw { display: none; } }
  .tile[style*='background-image: url'] .state { color: #fff; }
  .heading { display: flex; align-items: end; gap: 6px; white-space: nowrap; }
  .heading span { overflow: hidden; text-overflow: ellipsis; }
  .month { font: var(--text-page) var(--font); padding-bottom: 4px; }
  .day { font: var(--text-body) var(--font); font-weight: 500; padding-bottom: 7px; }
  .day button { border: 0; background: none; padding: 0; width: 22px; height: 22px; display: grid; place-items: center; color: var(--ink-2); cursor: pointer; opacity: 0; transition: opacity var(--fast); border-radius: 50%; }
  @media (hover: hover) { .day:hover button { opacity: 1; } .day button:hover { color: var(--accent-ink); } }
  .content.selecting .day button { opacity: 1; }
  .state-page { position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none; } .state-page ::slotted(*) { pointer-events: auto; }
  .skeleton { position: absolute; inset: 0; padding: 16px var(--edge) 0 16px; overflow: hidden; animation: appear 0s 200ms both; }
  .skeleton div { display: flex; gap: 4px; margin-bottom: 4px; height: 220px; }
  .skeleton span { background: var(--surface-1); border-radius: var(--radius-tile); flex: var(--r); }
  .skeleton i { display: block; width: 120px; height: 22px; border-radius: 6px; background: var(--surface-1); margin: 18px 0 12px; }
  @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
  @media (max-width: 599px) {
    :host { --edge: 0px; }
    .scroller { padding: 0 0 72px; } :host([plain]) { --edge: 0px; } .lead { left: 16px; right: 16px; }
    .heading { padding-left: 12px; }
    .skeleton { padding: 8px 0; } .skeleton div { height: 110px; gap: 2px; margin-bottom: 2px; }
    .check { left: 4px; top: 4px; }
  }
`;
