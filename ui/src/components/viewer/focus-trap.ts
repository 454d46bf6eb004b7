const FOCUSABLE = 'a[href], button:not(:disabled), input, textarea, select, video, summary, [tabindex="0"]';

/** What Tab reaches beneath `root`, in its order, through open shadow roots. */
function focusable(root: ParentNode): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (const el of root.querySelectorAll<HTMLElement>('*')) {
    if (el.shadowRoot) found.push(...focusable(el.shadowRoot));
    else if (el.matches(FOCUSABLE) && el.checkVisibility({ visibilityProperty: true })) found.push(el);
  }
  return found;
}

function focused(): Element | null {
  let el = document.activeElement;
  while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
  return el;
}

/** Tab inside a modal: at its edges the focus goes round, and from outside it comes in. In between the browser moves it. */
export function keepFocus(e: KeyboardEvent, root: ShadowRoot): void {
  const all = focusable(root), at = focused();
  const i = at ? all.indexOf(at as HTMLElement) : -1;
  // The room itself holds the focus after opening; from there Tab forward needs no help.
  if (i < 0 && !e.shiftKey && at && root.contains(at)) return;
  if (i >= 0 && (e.shiftKey ? i > 0 : i < all.length - 1)) return;
  e.preventDefault();
  (e.shiftKey ? all.at(-1) : all[0])?.focus();
}
