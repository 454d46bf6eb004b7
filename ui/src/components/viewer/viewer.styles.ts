import { css } from 'lit';

export const viewerStyles = css`
  :host { position: fixed; inset: 0; z-index: 40; background: #000; color: #f4f4f2; display: grid; grid-template-columns: minmax(0, 1fr) auto; outline: none; animation: fade var(--fast); }
  @keyframes fade { from { background: transparent; } }
  .room { color-scheme: dark; --accent: #f08a5d; position: relative; min-width: 0; overflow: hidden; outline: none; }
  .room.idle { cursor: none; }
  .chrome { transition: opacity var(--move); }
  .idle .chrome { opacity: 0; pointer-events: none; }
  .top { position: absolute; inset: 0 0 auto 0; display: flex; align-items: center; gap: 4px; padding: 8px 12px 32px 8px; background: linear-gradient(rgb(0 0 0 / 60%), transparent); z-index: 2; pointer-events: none; }
  .top > * { pointer-events: auto; }
  .top .when { flex: 1; min-width: 0; padding-left: 8px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-shadow: 0 0 4px #000; pointer-events: none; }
  .step { position: absolute; top: 50%; transform: translateY(-50%); z-index: 2; width: 48px; height: 48px; background: rgb(0 0 0 / 40%); }
  .step.previous { left: 16px; } .step.next { right: 16px; }
  .icon-button[aria-pressed='true'] { color: var(--accent); } .icon-button[aria-pressed='true'] .icon.heart { fill: currentColor; }
  video { position: absolute; inset: 0; width: 100%; height: 100%; }
  .cannot { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 12px; text-align: center; padding: 64px 24px; }
  .cannot > .icon { width: 56px; height: 56px; stroke-width: 1; opacity: 0.8; } .cannot p { max-width: 400px; color: #c9c7c2; } .cannot p + p { margin-top: 4px; }
  .cannot > * { position: relative; }
  .cannot .poster { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; opacity: 0.28; filter: blur(1px) saturate(0.8); }
  .cannot .do { display: flex; flex-wrap: wrap; gap: 4px 12px; justify-content: center; margin-top: 8px; }
  .cannot .text-button { color: var(--accent); display: inline-flex; gap: 8px; align-items: center; text-decoration: none; padding: 10px 16px; min-height: 44px; }
  .busy > .icon { animation: breathe 1.6s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .busy > .icon { animation: none; } }
  .things, .chip { position: absolute; z-index: 2; display: flex; align-items: center; gap: 8px; border: 0; border-radius: var(--radius-pill); background: rgb(0 0 0 / 48%); color: #f4f4f2; cursor: pointer; min-height: 32px; padding: 6px 14px 6px 10px; font: var(--text-caption) var(--font); }
  .things:hover, .chip:hover { background: rgb(0 0 0 / 68%); }
  .things { left: 16px; bottom: 20px; }
  .chip { left: 16px; top: 60px; font-weight: 600; }
  video + .things { bottom: 84px; }
  .waiting { position: absolute; left: 50%; bottom: 32px; transform: translateX(-50%); background: rgb(0 0 0 / 65%); padding: 8px 16px; border-radius: var(--radius-pill); font: var(--text-caption) var(--font); width: max-content; max-width: calc(100% - 32px); text-align: center; }
  .again { position: absolute; left: 50%; bottom: 25%; transform: translateX(-50%); }
  .when .short { display: none; }
  .waiting .icon { margin: 0 auto 8px; }
  m-info-panel { width: 360px; height: 100dvh; }
  @media (max-width: 599px) {
    :host { grid-template-columns: minmax(0, 1fr); }
    .step { display: none; }
    .top { padding: 4px 4px 24px; gap: 0; }
    .things { left: 8px; bottom: 12px; } .chip { left: 8px; top: 56px; }
    .top .when { font: var(--text-caption) var(--font); } .when .long { display: none; } .when .short { display: inline; }
    .top [data-testid='viewer-original'] { display: none; }
    .room.shared { height: 32dvh; } .shared .things { display: none; } .shared .cannot { padding-top: 56px; } .shared .cannot > div, .shared .cannot > .icon { display: none; }
    m-info-panel { position: fixed; inset: auto 0 0 0; width: auto; height: auto; max-height: 70dvh; z-index: 5; border-radius: 16px 16px 0 0; animation: sheet var(--move) var(--ease); }
    @keyframes sheet { from { transform: translateY(40%); } }
  }
`;
