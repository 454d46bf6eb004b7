const FIELD = 'input, textarea, select, video, [contenteditable]';
const TAKES_SPACE = 'button, a, summary, label, [role], [tabindex="0"]';

/**
 * Scrolls `scroller` by PageDown, PageUp, Home, End and Space while the focus lies outside of it. A browser moves only what surrounds the focus,
 * and on a fresh page that is the document, which never scrolls here.
 */
export function scrollByKey(e: KeyboardEvent, scroller: HTMLElement): void {
  if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey) return;
  const path = e.composedPath(), target = path[0];
  if (!(target instanceof Element) || path.includes(scroller) || target.matches(FIELD)) return;
  if (path.some((n) => n instanceof Element && n.matches('dialog, wa-dialog, wa-dropdown, m-upload, [role="dialog"]'))) return;
  if (e.key === ' ' && target !== document.body && target.matches(TAKES_SPACE)) return;
  const to = scrollTarget(e.key, e.shiftKey, scroller);
  if (to === null) return;
  e.preventDefault();
  scroller.scrollTop = to;
}

/** Where a key leads; null for other keys. A page keeps a tenth of what was read on the screen. */
export function scrollTarget(key: string, shift: boolean, at: { scrollTop: number; clientHeight: number; scrollHeight: number }): number | null {
  const page = at.clientHeight * 0.9, last = Math.max(0, at.scrollHeight - at.clientHeight);
  const to = key === 'PageDown' || (key === ' ' && !shift) ? at.scrollTop + page : key === 'PageUp' || key === ' ' ? at.scrollTop - page : key === 'Home' ? 0 : key === 'End' ? last : null;
  return to === null ? null : Math.min(last, Math.max(0, to));
}
